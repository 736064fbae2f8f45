"""Composition: normalised leaves become scores of inner nodes and one index.

Every inner node is the weighted mean of its children by their local weights; the index is the
weighted mean of the roots. A missing child hands its weight to its siblings as long as enough of
the weight is present; otherwise the node is missing too, and counts as missing one level up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Share of the local weights below a node that must be present.
MINIMUM_COVERAGE = Fraction(2, 3)
#: Weights carry some 16 digits, so two of three equal children must still reach two thirds.
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Branch:
    """One node of the tree: its code, its parent's code (None for a root), its local weight."""

    #: unique in the tree
    code: str
    #: code of the parent; None for a root
    parent: str | None
    #: local weight, not negative; any positive total of the group will do
    weight: float | Fraction


@dataclass(frozen=True)
class _Level:
    """Inner nodes of equal height: they are composed together."""

    nodes: NDArray[np.intp]
    #: their children, by position
    children: NDArray[np.intp]
    #: shape (len(children), len(nodes)): local weight of each child as a share of its group
    weights: Floats


@dataclass(frozen=True)
class Hierarchy:
    """A tree prepared for composition. Build it with `build_hierarchy`."""

    #: nodes without children, in the given order: the columns of the data
    leaves: tuple[str, ...]
    #: nodes with children, in the given order
    inner: tuple[str, ...]
    #: nodes without a parent, in the given order; a root may be a leaf
    roots: tuple[str, ...]
    #: shape (n_roots,), sums to 1
    root_weights: Floats
    #: shape (n_leaves, n_inner): weight of each leaf in each inner node; columns sum to 1
    paths: Floats
    #: shape (n_leaves,): global weights, sum to 1
    leaf_weights: Floats
    #: inner nodes by height, the lowest first
    levels: tuple[_Level, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of all nodes in the order of the arrays: leaves, then inner nodes."""
        return self.leaves + self.inner


@dataclass(frozen=True)
class Composition:
    """Scores of all inner nodes and the index, on the scale of the normalised data."""

    #: shape (n_unit_years, n_inner); NaN = coverage too low
    scores: Floats
    #: shape (n_unit_years, n_inner): share of the children's weight that has a score, 0 to 1
    coverage: Floats
    #: shape (n_unit_years,); NaN = coverage of the roots too low
    index: Floats
    #: shape (n_unit_years,): share of the roots' weight that has a score, 0 to 1
    index_coverage: Floats
    #: shape (n_unit_years, n_roots): scores of the roots, be they inner nodes or leaves
    root_scores: Floats


def build_hierarchy(branches: Iterable[Branch]) -> Hierarchy:
    """Prepare a tree for composition.

    Local weights are divided by the total of their group, so any positive total will do.

    Parameters
    ----------
    branches
        The nodes; a child may stand before its parent.

    Returns
    -------
    Hierarchy
        Leaves and inner nodes in the order given.

    Raises
    ------
    ValueError
        For no nodes, a duplicate code, an unknown parent, a cycle, a negative weight, or a group
        whose weights are all zero.
    """
    listed = list(branches)
    children = _children(listed)
    heights = _heights(listed, children)
    leaves = tuple(node.code for node in listed if node.code not in children)
    inner = tuple(node.code for node in listed if node.code in children)
    position = {code: at for at, code in enumerate(leaves + inner)}
    share = _shares(children)
    levels = tuple(
        _level([code for code in inner if heights[code] == height], children, position, share)
        for height in range(1, max(heights.values()) + 1)
    )
    paths = np.eye(len(leaves), len(position))
    for level in levels:
        paths[:, level.nodes] = paths[:, level.children] @ level.weights
    roots = tuple(node.code for node in children[None])
    root_weights = np.array([share[code] for code in roots], np.float64)
    return Hierarchy(
        leaves=leaves,
        inner=inner,
        roots=roots,
        root_weights=root_weights,
        paths=np.ascontiguousarray(paths[:, len(leaves) :]),
        leaf_weights=paths[:, [position[code] for code in roots]] @ root_weights,
        levels=levels,
    )


def _children(listed: list[Branch]) -> dict[str | None, list[Branch]]:
    if not listed:
        raise ValueError("a tree without nodes")
    codes: set[str] = set()
    for node in listed:
        if node.code in codes:
            raise ValueError(f"node {node.code} twice")
        codes.add(node.code)
    children: dict[str | None, list[Branch]] = {None: []}
    for node in listed:
        if node.parent is not None and node.parent not in codes:
            raise ValueError(f"node {node.code} has the unknown parent {node.parent}")
        children.setdefault(node.parent, []).append(node)
    return children


def _heights(listed: list[Branch], children: dict[str | None, list[Branch]]) -> dict[str, int]:
    """Return the height of each node above its deepest leaf; a cycle is refused."""
    reached: list[str] = []
    waiting = [node.code for node in children[None]]
    while waiting:
        reached.append(waiting.pop())
        waiting.extend(node.code for node in children.get(reached[-1], ()))
    if len(reached) < len(listed):
        lost = next(node.code for node in listed if node.code not in reached)
        raise ValueError(f"node {lost} is part of a cycle or hangs below one")
    heights: dict[str, int] = {}
    for code in reversed(reached):
        heights[code] = 1 + max((heights[c.code] for c in children.get(code, ())), default=-1)
    return heights


def _shares(children: dict[str | None, list[Branch]]) -> dict[str, float]:
    """Return each node's local weight as a share of its group."""
    share: dict[str, float] = {}
    for parent, group in children.items():
        weights = [Fraction(node.weight) for node in group]
        if any(weight < 0 for weight in weights):
            raise ValueError(f"a negative weight below {parent or 'the roots'}")
        total = sum(weights)
        if not total:
            raise ValueError(f"no weight above 0 below {parent or 'the roots'}")
        for node, weight in zip(group, weights, strict=True):
            share[node.code] = float(weight / total)
    return share


def _level(
    codes: list[str],
    children: dict[str | None, list[Branch]],
    position: dict[str, int],
    share: dict[str, float],
) -> _Level:
    below = [(column, child.code) for column, code in enumerate(codes) for child in children[code]]
    weights = np.zeros((len(below), len(codes)))
    for row, (column, child) in enumerate(below):
        weights[row, column] = share[child]
    return _Level(
        np.array([position[code] for code in codes], np.intp),
        np.array([position[child] for _, child in below], np.intp),
        weights,
    )


def compose(
    normalised: Floats,
    hierarchy: Hierarchy,
    *,
    minimum_coverage: float | Fraction = MINIMUM_COVERAGE,
) -> Composition:
    """Compose scores of all inner nodes and the index.

    ``s_p = sum_j w_j s_j / sum_j w_j`` over the children j that have a score; the index is the same
    over the roots. The coverage of a node is the share of its children's local weight that is
    present: a leaf is present when its cell is, an inner node when it has a score. Below
    `minimum_coverage` the node is missing. Handing weight to siblings equals filling the gap with
    the unit's own weighted mean of the siblings.

    Parameters
    ----------
    normalised
        Shape (n_unit_years, n_leaves), columns in the order of `hierarchy.leaves`; NaN = missing.
    hierarchy
        The tree with local weights.
    minimum_coverage
        Smallest share of weight that still gives a score, 0 to 1; default 2/3. A node without any
        present weight is always missing.

    Returns
    -------
    Composition
        On the scale of `normalised`.
    """
    n_rows = len(normalised)
    scores = normalised @ hierarchy.paths
    index = normalised @ hierarchy.leaf_weights
    coverage = np.ones_like(scores)
    index_coverage = np.ones(n_rows)
    if np.isnan(np.min(normalised, initial=np.inf)):  # the minimum passes NaN on
        gaps = np.flatnonzero(np.isnan(normalised).any(axis=1))
        partial = _compose_with_gaps(normalised[gaps], hierarchy, float(minimum_coverage))
        scores[gaps], coverage[gaps], index[gaps], index_coverage[gaps] = partial
    return Composition(
        scores, coverage, index, index_coverage, _root_scores(normalised, scores, hierarchy)
    )


def _compose_with_gaps(
    normalised: Floats, hierarchy: Hierarchy, minimum: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Compose rows with missing cells level by level."""
    n_leaves = len(hierarchy.leaves)
    values = np.full((len(normalised), n_leaves + len(hierarchy.inner)), np.nan)
    values[:, :n_leaves] = normalised
    coverage = np.zeros_like(values)
    for level in hierarchy.levels:
        found = _mean(values[:, level.children], level.weights, minimum)
        values[:, level.nodes], coverage[:, level.nodes] = found
    roots = [hierarchy.codes.index(code) for code in hierarchy.roots]
    index, index_coverage = _mean(values[:, roots], hierarchy.root_weights[:, None], minimum)
    return values[:, n_leaves:], coverage[:, n_leaves:], index[:, 0], index_coverage[:, 0]


def _mean(values: Floats, weights: Floats, minimum: float) -> tuple[Floats, Floats]:
    """Return weighted means over present values, NaN below the minimum, and the coverage."""
    missing = np.isnan(values)
    coverage = (~missing).astype(np.float64) @ weights
    total = np.where(missing, 0.0, values) @ weights
    enough = (coverage >= minimum - TOLERANCE) & (coverage > 0)
    means = np.divide(total, coverage, out=np.full_like(total, np.nan), where=enough)
    return means, np.minimum(coverage, 1.0)


def _root_scores(normalised: Floats, scores: Floats, hierarchy: Hierarchy) -> Floats:
    columns = [
        scores[:, hierarchy.inner.index(code)]
        if code in hierarchy.inner
        else normalised[:, hierarchy.leaves.index(code)]
        for code in hierarchy.roots
    ]
    return np.column_stack(columns)


def root_contributions(composition: Composition, hierarchy: Hierarchy) -> Floats:
    """Split the index into what each root adds to it.

    ``c_r = w_r s_r / sum of w over the roots present``; a missing root adds 0.

    Parameters
    ----------
    composition
        Scores of the unit-years.
    hierarchy
        The tree they were composed with.

    Returns
    -------
    ndarray
        Shape (n_unit_years, n_roots); rows sum to the index, NaN where the index is missing.
    """
    scores = composition.root_scores
    weights = np.where(np.isnan(scores), 0.0, hierarchy.root_weights)
    total = weights.sum(axis=1, keepdims=True)
    shares = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    parts = shares * np.where(np.isnan(scores), 0.0, scores)
    return np.where(np.isnan(composition.index)[:, None], np.nan, parts)
