"""Reads indicator trees from tables, and refuses what is not one by row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from analysis.decimals import terminating_string
from analysis.errors import Problems, quoted
from analysis.tables import decode, parse_decimal, parse_table, read_bytes
from analysis.tree import DIRECTIONS, GIVEN, KINDS, RULES, Node, Tree

#: Columns that every table of indicators has.
REQUIRED = ("code", "parent", "name_zh", "name_en", "weight_rule")
#: Names that stand for something else in answers, data tables and messages.
RESERVED = ("root", "expert", "unit", "year")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", re.ASCII)

#: Row of the file, None where there is no file, and column → text.
Record = tuple[int | None, Mapping[str, str]]


def read_tree(path: str | Path, *, for_scoring: bool = False, require_weights: bool = True) -> Tree:
    """Read an indicator tree from a CSV file; see `build_tree`.

    Columns `code parent name_zh name_en weight_rule local_percent` and, where known, `kind
    direction`, `unit` or `unit_zh unit_en`, `source_zh source_en note_zh note_en`; others are
    ignored. The order of rows is the order of siblings; a child may stand before its parent.

    Parameters
    ----------
    path
        The file.
    for_scoring, require_weights
        As for `build_tree`.

    Returns
    -------
    Tree
        Nodes in pre-order.

    Raises
    ------
    InputError
        As `build_tree`, and for a file that is no table.
    """
    text = decode(read_bytes(path), file := str(path))
    return parse_tree(text, file, for_scoring=for_scoring, require_weights=require_weights)


def parse_tree(
    text: str, file: str, *, for_scoring: bool = False, require_weights: bool = True
) -> Tree:
    """Like `read_tree`, from text already in memory.

    Parameters
    ----------
    text
        Content of the file.
    file
        Its name in messages.
    for_scoring, require_weights
        As for `build_tree`.

    Returns
    -------
    Tree
        Nodes in pre-order.

    Raises
    ------
    InputError
        As `read_tree`.
    """
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

    Returns
    -------
    Tree
        Nodes in pre-order, siblings in the order of the rows.

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
