"""The indicator tree: reading it, refusing what is not one, local and global weights."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from analysis.errors import Problems, quoted
from analysis.exact import terminating_string
from analysis.tables import decode, parse_decimal, parse_table, read_bytes

REQUIRED = ("code", "parent", "name_zh", "name_en", "weight_rule")
RULES = ("elicited", "equal_siblings", "equal_leaves", "fixed")
#: Rules whose weights come from the column `local_percent`, or from a panel.
GIVEN = ("elicited", "fixed")
KINDS = ("ratio", "value", "score")
DIRECTIONS = ("benefit", "cost")
#: Names that stand for something else in answers, data tables and messages.
RESERVED = ("root", "expert", "unit", "year")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)

#: Group (code of the parent, None for the roots) → code of the child → local weight.
GroupWeights = Mapping[str | None, Mapping[str, Fraction]]
Record = tuple[int | None, Mapping[str, str]]


@dataclass(frozen=True)
class Node:
    """One indicator."""

    code: str
    #: code of the parent; None for a root
    parent: str | None
    name_zh: str
    name_en: str
    #: one of `KINDS`, or None
    kind: str | None = None
    #: one of `DIRECTIONS`, or None
    direction: str | None = None
    unit_zh: str | None = None
    unit_en: str | None = None
    #: rule of the group this node belongs to; None only in a group of one
    weight_rule: str | None = None
    #: weight among the siblings in percent; None where the rule reads none
    local_percent: Decimal | None = None
    source_zh: str | None = None
    source_en: str | None = None
    note_zh: str | None = None
    note_en: str | None = None


@dataclass(frozen=True)
class Tree:
    """A forest of indicators under one invisible root; `build_tree` makes it and checks it."""

    #: all nodes in pre-order, siblings in the order of the file
    nodes: tuple[Node, ...]

    @cached_property
    def _by_code(self) -> dict[str, Node]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def _children(self) -> dict[str | None, tuple[Node, ...]]:
        children: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            children.setdefault(node.parent, []).append(node)
        return {code: tuple(found) for code, found in children.items()}

    @cached_property
    def _levels(self) -> dict[str | None, int]:
        levels: dict[str | None, int] = {None: 0}
        for node in self.nodes:
            levels[node.code] = levels[node.parent] + 1
        return levels

    @cached_property
    def leaf_counts(self) -> dict[str | None, int]:
        """Return for each code, and None for the whole tree, the number of leaves below."""
        counts: dict[str | None, int] = {leaf.code: 1 for leaf in self.leaves}
        for node in reversed(self.nodes):
            counts[node.parent] = counts.get(node.parent, 0) + counts[node.code]
        return counts

    @cached_property
    def leaves(self) -> tuple[Node, ...]:
        """Return the nodes without children, in pre-order."""
        return tuple(node for node in self.nodes if node.code not in self._children)

    def __getitem__(self, code: str) -> Node:
        return self._by_code[code]

    def children(self, code: str | None) -> tuple[Node, ...]:
        """Return the children of a node, or the roots for None."""
        return self._children.get(code, ())

    def level(self, code: str) -> int:
        """Return the depth of a node; roots are level 1."""
        return self._levels[code]

    def groups(self) -> dict[str | None, tuple[str, ...]]:
        """Return each group: code of the parent (None for the roots) → codes of the children.

        Parents in pre-order. A group of one is among them; it has weight 1 and is never asked.
        """
        parents: tuple[str | None, ...] = (None, *(node.code for node in self.nodes))
        return {
            parent: tuple(child.code for child in self._children[parent])
            for parent in parents
            if parent in self._children
        }

    def rule(self, group: str | None) -> str | None:
        """Return the weight rule of a group; None for a group of one, which has none."""
        children = self._children[group]
        return children[0].weight_rule if len(children) > 1 else None


def read_tree(path: str | Path, *, for_scoring: bool = False, require_weights: bool = True) -> Tree:
    """Read an indicator tree from a CSV file; see `build_tree`.

    Columns `code parent name_zh name_en weight_rule local_percent` and, where known, `kind
    direction`, `unit` or `unit_zh unit_en`, `source_zh source_en note_zh note_en`; others are
    ignored. The order of rows is the order of siblings; a child may stand before its parent.
    """
    text = decode(read_bytes(path), file := str(path))
    return parse_tree(text, file, for_scoring=for_scoring, require_weights=require_weights)


def parse_tree(
    text: str, file: str, *, for_scoring: bool = False, require_weights: bool = True
) -> Tree:
    """Like `read_tree`, from text already in memory; `file` is its name in messages."""
    rows = parse_table(text, file, required=REQUIRED, others=True).records()
    return build_tree(rows, file, for_scoring=for_scoring, require_weights=require_weights)


def build_tree(
    rows: Iterable[Record], file: str, *, for_scoring: bool = False, require_weights: bool = True
) -> Tree:
    """Make a tree of rows and refuse what is not one.

    Parameters
    ----------
    rows
        (row of the file or None, column → text) of each indicator; not changed.
    file
        Name of the source in messages.
    for_scoring
        Whether every leaf must say its kind and direction.
    require_weights
        Whether elicited groups must carry `local_percent`; a study has none before its rounds.

    Raises
    ------
    InputError
        Naming row and column of every duplicate or unusable code, missing name, unknown word,
        orphan and cycle; then of groups with several rules, and of `local_percent` that is missing,
        no number, negative, or does not sum to exactly 100.
    """
    reader = _Reader(file)
    nodes = [node for line, cells in rows if (node := reader.node(line, cells))]
    reader.problems.raise_any()
    tree = Tree(reader.in_order(nodes))
    reader.problems.raise_any()
    tree = reader.with_rules(tree)
    for group in tree.groups():
        reader.check_percents(tree, group, require_weights)
    if for_scoring:
        reader.check_leaves(tree)
    reader.problems.raise_any()
    return tree


def _one_of(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


class _Reader:
    """Collects what is wrong with the rows of a tree while it is built."""

    def __init__(self, file: str) -> None:
        self.problems = Problems(file)
        self.lines: dict[str, int | None] = {}
        self.cells: dict[str, Mapping[str, str]] = {}

    def node(self, line: int | None, cells: Mapping[str, str]) -> Node | None:
        """Make the node of one row, its group's rule and weight not yet read."""
        code = self._code(line, cells.get("code", ""))
        for column, language in (("name_zh", "Chinese"), ("name_en", "English")):
            if not cells.get(column):
                self.problems.add("no name", f"a name in {language}", row=line, column=column)
        for column, words in (("kind", KINDS), ("direction", DIRECTIONS)):
            if (word := cells.get(column)) and word not in words:
                self.problems.add(quoted(word), _one_of(words), row=line, column=column)
        if code is None:
            return None
        self.lines[code] = line
        self.cells[code] = cells
        unit = cells.get("unit")
        return Node(
            code=code,
            parent=cells.get("parent") or None,
            name_zh=cells.get("name_zh", ""),
            name_en=cells.get("name_en", ""),
            kind=cells.get("kind") or None,
            direction=cells.get("direction") or None,
            unit_zh=cells.get("unit_zh") or unit or None,
            unit_en=cells.get("unit_en") or unit or None,
            source_zh=cells.get("source_zh") or None,
            source_en=cells.get("source_en") or None,
            note_zh=cells.get("note_zh") or None,
            note_en=cells.get("note_en") or None,
        )

    def _code(self, line: int | None, code: str) -> str | None:
        if not _CODE.fullmatch(code):
            expected = (
                "1 to 32 letters A-Z a-z, digits and . _ -, a letter or digit first, no spaces"
            )
        elif code.lower() in RESERVED:
            expected = f"a code that is not reserved ({', '.join(RESERVED)})"
        elif code in self.lines:
            expected = f"each code once (also on row {self.lines[code]})"
        else:
            return code
        found = quoted(code) if code else "no code"
        self.problems.add(found, expected, row=line, column="code")
        return None

    def in_order(self, nodes: list[Node]) -> tuple[Node, ...]:
        """Return the nodes in pre-order; what no root leads to is an orphan or in a cycle."""
        if not nodes:
            self.problems.add("no indicators", "one row for each indicator")
        children: dict[str | None, list[Node]] = {}
        for node in nodes:
            children.setdefault(node.parent, []).append(node)
            if node.parent is not None and node.parent not in self.lines:
                self._blame(node, "parent", quoted(node.parent), "the code of another row")
        self.problems.raise_any()
        ordered: list[Node] = []
        waiting = children.get(None, [])[::-1]
        while waiting:
            node = waiting.pop()
            ordered.append(node)
            waiting.extend(reversed(children.get(node.code, [])))
        reached = {node.code for node in ordered}
        for node in nodes:
            if node.code not in reached:
                found = f"a cycle through {quoted(node.code)}"
                self._blame(node, "parent", found, "a path that ends at a row without parent")
        return tuple(ordered)

    def _blame(self, node: Node, column: str, found: str, expected: str) -> None:
        self.problems.add(found, expected, row=self.lines[node.code], column=column)

    def rule(self, siblings: tuple[Node, ...]) -> str | None:
        """Return the rule of a group; in a group of one whatever is written there is ignored."""
        words = [self.cells[node.code].get("weight_rule", "") for node in siblings]
        if len(siblings) == 1:
            return words[0] if words[0] in RULES else None
        for node, word in zip(siblings, words, strict=True):
            if word not in RULES:
                found = quoted(word) if word else "no rule"
                self._blame(node, "weight_rule", found, _one_of(RULES))
            elif words[0] in RULES and word != words[0]:
                expected = f"{words[0]} as on its sibling {quoted(siblings[0].code)}"
                self._blame(node, "weight_rule", quoted(word), expected)
        return words[0]

    def with_rules(self, tree: Tree) -> Tree:
        """Return the tree with rules and weights on its nodes."""
        rules = {group: self.rule(tree.children(group)) for group in tree.groups()}
        self.problems.raise_any()
        nodes = []
        for node in tree.nodes:
            rule = rules[node.parent]
            read = rule in GIVEN and len(tree.children(node.parent)) > 1
            percent = self._percent(node) if read else None
            nodes.append(replace(node, weight_rule=rule, local_percent=percent))
        return Tree(tuple(nodes))

    def _percent(self, node: Node) -> Decimal | None:
        text = self.cells[node.code].get("local_percent", "")
        percent = parse_decimal(text)
        if percent is not None and percent >= 0:
            return percent
        if text:
            self._blame(node, "local_percent", quoted(text), "a number from 0 to 100")
        return None

    def check_percents(self, tree: Tree, group: str | None, required: bool) -> None:
        """Check that the weights given for a group are all there and sum to exactly 100."""
        siblings = tree.children(group)
        rule = tree.rule(group)
        missing = [node for node in siblings if not self.cells[node.code].get("local_percent")]
        unasked = rule == "elicited" and not required and missing == list(siblings)
        if rule not in GIVEN or unasked:
            return
        for node in missing:
            self._blame(node, "local_percent", "nothing", f"a percentage, as the rule is {rule}")
        percents = [n.local_percent for n in siblings if n.local_percent is not None]
        total = sum(map(Fraction, percents), Fraction(0))
        if len(percents) == len(siblings) and total != 100:
            codes = quoted(", ".join(node.code for node in siblings))
            found = f"a sum of {terminating_string(total)} over {codes}"
            self._blame(siblings[0], "local_percent", found, "a sum of exactly 100")

    def check_leaves(self, tree: Tree) -> None:
        """Check that every leaf says how it is to be scored."""
        for leaf in tree.leaves:
            if leaf.kind is None:
                self._blame(leaf, "kind", "no kind", f"{_one_of(KINDS)} on every leaf")
            if leaf.direction is None:
                self._blame(leaf, "direction", "no direction", f"{_one_of(DIRECTIONS)} on it")


def local_weights(tree: Tree, elicited: GroupWeights | None = None) -> dict[str, Fraction]:
    """Weight of every node among its siblings, exact.

    Parameters
    ----------
    tree
        The tree.
    elicited
        Weights of elicited groups as the panel gave them, each group summing to exactly 1. A group
        that is not in it takes `local_percent`.

    Returns
    -------
    dict
        Code → share of 1, in pre-order. `elicited` and `fixed` as given; `equal_siblings` 1/k;
        `equal_leaves` in proportion to the leaves below; a group of one 1.

    Raises
    ------
    ValueError
        If weights are given for what is no elicited group, do not name exactly its children, are
        negative or do not sum to 1, or if an elicited group has none.
    """
    given = dict(elicited or {})
    groups = tree.groups()
    for group in given:
        if group not in groups or tree.rule(group) != "elicited":
            raise ValueError(f"{_named(group)} is no elicited group")
    found: dict[str, Fraction] = {}
    for group, codes in groups.items():
        weights = given.get(group)
        if weights is None:
            found.update(_own_weights(tree, group))
        elif set(weights) != set(codes) or min(weights.values()) < 0 or sum(weights.values()) != 1:
            raise ValueError(f"the weights of {_named(group)} are not shares of its children")
        else:
            found.update(weights)
    return {node.code: found[node.code] for node in tree.nodes}


def _named(group: str | None) -> str:
    return "the group of the roots" if group is None else f"the group below {quoted(group)}"


def _own_weights(tree: Tree, group: str | None) -> dict[str, Fraction]:
    """Return the weights that follow from the tree itself."""
    siblings = tree.children(group)
    rule = tree.rule(group)
    if rule in GIVEN:
        if any(node.local_percent is None for node in siblings):
            raise ValueError(f"{_named(group)} has no weights")
        return {node.code: Fraction(node.local_percent or 0) / 100 for node in siblings}
    counts = tree.leaf_counts
    if rule == "equal_leaves":
        return {node.code: Fraction(counts[node.code], counts[group]) for node in siblings}
    return {node.code: Fraction(1, len(siblings)) for node in siblings}


def global_weights(tree: Tree, local: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Weight of every node in the whole: the product of the local weights on its path.

    Parameters
    ----------
    tree
        The tree.
    local
        Local weight of every node, as `local_weights` returns them.

    Returns
    -------
    dict
        Code → share of 1, in pre-order. The leaves sum to exactly 1, and every inner node has the
        sum of the leaves below it.
    """
    result: dict[str | None, Fraction] = {None: Fraction(1)}
    for node in tree.nodes:
        result[node.code] = result[node.parent] * local[node.code]
    return {node.code: result[node.code] for node in tree.nodes}
