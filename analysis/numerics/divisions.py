"""Divisions of experts into groups of given sizes: what a permutation test goes through."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Labels written at most (divisions x experts) where all divisions are gone through.
EXACT_LABELS = 2 * 10**7
#: Divisions drawn where they are not.
PERMUTATIONS = 9_999
#: Labels, and sums of items, held at once: eight megabytes.
_BLOCK = 1 << 20


def group_sums(block: NDArray[np.int8], rows: Floats, groups: int) -> Iterator[Floats]:
    """Add the rows of each group, for every division of a block.

    Parameters
    ----------
    block
        Group numbers, shape (divisions, experts).
    rows
        Shape (experts, items), without NaN. Not changed.
    groups
        How many groups there are.

    Yields
    ------
    ndarray
        Of group 0, then 1, ...: sums, shape (divisions, items).
    """
    # The last group has what the others leave of the total, one product less.
    left = np.tile(rows.sum(axis=0), (len(block), 1))
    for group in range(groups - 1):
        sums = (block == group).astype(np.float64) @ rows
        left -= sums
        yield sums
    yield left


def divisions(
    sizes: Ints, items: int, permutations: int, seed: int
) -> tuple[Iterator[NDArray[np.int8]], str]:
    """Go through the divisions of experts into groups: all of them if they are few, else drawn.

    Parameters
    ----------
    sizes
        Experts of each group, shape (n_groups,).
    items
        Columns of what is added up for each division; sets how many are held at once.
    permutations
        How many are drawn.
    seed
        Seed of the draws.

    Returns
    -------
    tuple
        Blocks of group numbers, shape (divisions, experts), and `exact` or `monte_carlo`.

    Raises
    ------
    ValueError
        If `permutations` is not positive.
    """
    if permutations < 1:
        raise ValueError(f"{permutations} permutations: at least one is needed")
    rows = max(1, _BLOCK // max(int(sizes.sum()), items))
    if few(sizes):
        return _in_blocks(_all_divisions(sizes), rows), "exact"
    return _drawn_divisions(sizes, rows, permutations, seed), "monte_carlo"


def few(sizes: Ints) -> bool:
    """Tell whether all divisions into groups of these sizes can be gone through.

    Parameters
    ----------
    sizes
        Experts of each group, shape (n_groups,).

    Returns
    -------
    bool
        True if divisions times experts are at most `EXACT_LABELS`: 10 + 10 or 5 + 5 + 5 experts.
    """
    ways, left = 1, int(sizes.sum())
    experts = left
    for size in sizes.tolist():
        ways *= comb(left, size)
        left -= size
    return ways * experts <= EXACT_LABELS


def _in_blocks(labels: NDArray[np.int8], rows: int) -> Iterator[NDArray[np.int8]]:
    for start in range(0, len(labels), rows):
        yield labels[start : start + rows]


def _all_divisions(sizes: Ints) -> NDArray[np.int8]:
    """Every way to give the group numbers to the experts, one row each."""
    labels = np.zeros((1, 0), np.int8)
    left = np.asarray(sizes, np.int16)[None, :]
    for _ in range(int(sizes.sum())):
        able = [np.flatnonzero(left[:, group]) for group in range(len(sizes))]
        chosen = np.repeat(np.arange(len(sizes), dtype=np.int8), [len(rows) for rows in able])
        rows = np.concatenate(able)
        labels = np.concatenate([labels[rows], chosen[:, None]], axis=1)
        left = left[rows]
        left[np.arange(len(rows)), chosen] -= 1
    return labels


def _drawn_divisions(
    sizes: Ints, rows: int, permutations: int, seed: int
) -> Iterator[NDArray[np.int8]]:
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes), dtype=np.int8), sizes)
    for start in range(0, permutations, rows):
        block = np.tile(labels, (min(rows, permutations - start), 1))
        yield random.permuted(block, axis=1, out=block)
