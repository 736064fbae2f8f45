"""The indicator tree: its nodes and groups, local and global weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from analysis.errors import quoted

#: How a group gets its local weights.
RULES = ("elicited", "equal_siblings", "equal_leaves", "fixed")
#: Rules whose weights come from the column `local_percent`, or from a panel.
GIVEN = ("elicited", "fixed")
#: Percentages, amounts of any unit, scores of 0 to 100.
KINDS = ("ratio", "value", "score")
#: Whether more or less of it is better.
DIRECTIONS = ("benefit", "cost")

#: Group (code of the parent, None for the roots) → code of the child → local weight.
GroupWeights = Mapping[str | None, Mapping[str, Fraction]]


@dataclass(frozen=True)
class Node:
    """One indicator."""

    #: unique in the tree
    code: str
    #: code of the parent; None for a root
    parent: str | None
    #: name in Chinese; names may repeat
    name_zh: str
    #: name in English
    name_en: str
    #: one of `KINDS`, or None
    kind: str | None = None
    #: one of `DIRECTIONS`, or None
    direction: str | None = None
    #: unit of the data in Chinese; None where unknown or without data of its own
    unit_zh: str | None = None
    #: unit of the data in English
    unit_en: str | None = None
    #: rule of the group this node belongs to; None only in a group of one
    weight_rule: str | None = None
    #: weight among the siblings in percent; None where the rule reads none
    local_percent: Decimal | None = None
    #: where the data come from, in Chinese
    source_zh: str | None = None
    #: where the data come from, in English
    source_en: str | None = None
    #: remark on the indicator in Chinese
    note_zh: str | None = None
    #: remark on the indicator in English
    note_en: str | None = None


@dataclass(frozen=True)
class Tree:
    """A forest of indicators under one invisible root; `analysis.treefile` makes and checks it."""

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
        """Look up the children of a node.

        Parameters
        ----------
        code
            The node; None for the roots.

        Returns
        -------
        tuple of Node
            In the order of the file; empty for a leaf.
        """
        return self._children.get(code, ())

    def level(self, code: str) -> int:
        """Look up how deep a node lies.

        Parameters
        ----------
        code
            The node.

        Returns
        -------
        int
            1 for a root, 2 for its children, and so on.
        """
        return self._levels[code]

    def groups(self) -> dict[str | None, tuple[str, ...]]:
        """List what is weighted against each other: the children of each node.

        Returns
        -------
        dict
            Code of the parent (None for the roots) → codes of the children, parents in pre-order.
            A group of one is among them; it has weight 1 and is never asked.
        """
        parents: tuple[str | None, ...] = (None, *(node.code for node in self.nodes))
        return {
            parent: tuple(child.code for child in self._children[parent])
            for parent in parents
            if parent in self._children
        }

    def rule(self, group: str | None) -> str | None:
        """Look up how a group gets its local weights.

        Parameters
        ----------
        group
            Code of the parent; None for the group of the roots.

        Returns
        -------
        str or None
            One of `RULES`; None for a group of one, which has none.
        """
        children = self._children[group]
        return children[0].weight_rule if len(children) > 1 else None


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
