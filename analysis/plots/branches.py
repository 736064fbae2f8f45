"""An indicator tree as boxes: where each begins and ends, and where the labels beside them go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: How far weights may miss the weight of their parent: floats of fractions are not exact.
_SUM = 1e-6


@dataclass(frozen=True, eq=False)
class Branches:
    """A tree with a place for every node; a node is known by its position among `names`."""

    #: as printed
    names: tuple[str, ...]
    #: position of the parent; None for a root
    parents: tuple[int | None, ...]
    #: shares of 1, shape (n_nodes,); NaN = undefined
    weights: Floats
    #: upper and lower edge of each box, shape (n_nodes, 2), from 0 to 1 downwards
    edges: Floats
    #: whether the height of a box means nothing, as weights of its group are undefined
    hatched: NDArray[np.bool_]

    @cached_property
    def children(self) -> dict[int | None, list[int]]:
        """Position of each node, and None for the roots, → positions of its children."""
        return _children(self.parents)

    @cached_property
    def order(self) -> list[int]:
        """All nodes in pre-order."""
        ordered: list[int] = []
        waiting = self.children[None][::-1]
        while waiting:
            ordered.append(waiting.pop())
            waiting += self.children[ordered[-1]][::-1]
        return ordered

    @property
    def leaves(self) -> list[int]:
        """Nodes without children, in pre-order."""
        return [at for at in self.order if not self.children[at]]

    @cached_property
    def levels(self) -> list[int]:
        """Depth of each node; roots are 0."""
        levels: list[int] = []
        for parent in self.parents:
            levels.append(0 if parent is None else levels[parent] + 1)
        return levels

    def path(self, node: int) -> list[str]:
        """Name a node with all its ancestors.

        Parameters
        ----------
        node
            Its position.

        Returns
        -------
        list of str
            From the root down.
        """
        parent = self.parents[node]
        return [*([] if parent is None else self.path(parent)), self.names[node]]


def branches(names: Sequence[str], parents: Sequence[int | None], weights: Floats) -> Branches:
    """Check a tree of weights and give every node its place.

    Parameters
    ----------
    names
        Of all nodes, each after its parent.
    parents
        Position of each one's parent; None for a root.
    weights
        Global weights, shape (n_nodes,), shares of 1; NaN = undefined. Not changed.

    Returns
    -------
    Branches
        Boxes are as high as their weights. A group with an undefined weight, and all below it, is
        divided by the number of leaves instead, and hatched.

    Raises
    ------
    ValueError
        If the lengths differ, there is no node, one stands before its parent, or the weights of a
        group are negative or do not sum to that of its parent (1 for the roots).
    """
    shares = np.array(weights, np.float64)
    if not len(names) or shares.shape != (len(names),) or len(parents) != len(names):
        raise ValueError(f"{len(names)} names, {len(parents)} parents, {shares.size} weights")
    if any(parent is not None and not 0 <= parent < at for at, parent in enumerate(parents)):
        raise ValueError("a node that does not stand after its parent")
    children = _children(parents)
    _check_sums(children, shares)
    edges, hatched = _places(children, shares)
    return Branches(tuple(names), tuple(parents), shares, edges, hatched)


def spread(wanted: Floats, heights: Floats, total: float) -> Floats:
    """Move labels apart so that they do not overlap, as little as possible.

    Parameters
    ----------
    wanted
        Where their middles should be, ascending, shape (n,).
    heights
        Of the labels, shape (n,).
    total
        Height there is; at least the sum of all.

    Returns
    -------
    ndarray, shape (n,)
        Their middles, in the same order, with the least sum of squared shifts.
    """
    from scipy.optimize import isotonic_regression

    above = np.cumsum(heights) - heights / 2
    # Less what stands above it, every label wants a place not below that of the next one.
    free = isotonic_regression(wanted - above).x
    result: Floats = np.clip(free, 0.0, total - heights.sum()) + above
    return result


def _children(parents: Sequence[int | None]) -> dict[int | None, list[int]]:
    children: dict[int | None, list[int]] = {None: []}
    for at, parent in enumerate(parents):
        children[parent].append(at)
        children[at] = []
    return children


def _check_sums(children: dict[int | None, list[int]], weights: Floats) -> None:
    for parent, group in children.items():
        whole = 1.0 if parent is None else float(weights[parent])
        total = float(weights[group].sum())
        if group and ((weights[group] < 0).any() or abs(total - whole) > _SUM):
            raise ValueError(f"the weights {weights[group].tolist()} are no shares of {whole:g}")


def _places(
    children: dict[int | None, list[int]], weights: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    edges = np.zeros((len(weights), 2))
    hatched = np.zeros(len(weights), np.bool_)
    leaves = _leaf_counts(children)
    for parent, group in children.items():
        if not group:
            continue
        top, bottom = (0.0, 1.0) if parent is None else edges[parent]
        sizes = weights[group]
        unknown = bool(np.isnan(sizes).any()) or (parent is not None and hatched[parent])
        if unknown:
            sizes = np.array([leaves[at] for at in group], np.float64)
        if sizes.sum() > 0:
            sizes = sizes / sizes.sum() * (bottom - top)
        ends = top + np.cumsum(sizes)
        edges[group] = np.column_stack([ends - sizes, ends])
        hatched[group] = unknown
    return edges, hatched


def _leaf_counts(children: dict[int | None, list[int]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for at in sorted((at for at in children if at is not None), reverse=True):
        counts[at] = sum(counts[child] for child in children[at]) or 1
    return counts
