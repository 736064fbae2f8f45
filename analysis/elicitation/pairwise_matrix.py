"""Pairwise comparison matrices: what makes one usable, and what hangs together in it.

Cell (i, j) says how many times as important item i is as item j; NaN = the pair was not compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Largest distance of a_ij·a_ji from 1: what typing 0.33 for 1/3 needs.
RECIPROCITY = 0.01
#: Judgments lie between 1/LARGEST and LARGEST; products along a path of items stay finite.
LARGEST = 1e9
_SLACK = 1e-12  # 3 x 0.33 is within 1 % of 1, also in floats


@dataclass(frozen=True)
class Fault:
    """One thing that makes a matrix unusable."""

    #: position of the cell, counted from 0; None when the matrix as a whole is meant
    cell: tuple[int, int] | None
    #: what was found there; empty where it is the value of the cell itself
    found: str
    #: what was expected there
    expected: str


def check_matrices(matrices: Floats) -> Floats:
    """Return the matrices as floats, or refuse them.

    A matrix is usable if its diagonal is 1, its cells lie between 1/`LARGEST` and `LARGEST`,
    a_ij·a_ji is within 1 % of 1, a pair is either compared in both cells or in none, and the
    compared pairs connect every item with every other. Values need not be those of Saaty's scale:
    aggregated judgments are not.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items); NaN = not compared. Not changed.

    Returns
    -------
    ndarray of float64
        The same values and shape.

    Raises
    ------
    ValueError
        If the last two axes are no square, or for the first unusable matrix, naming it, the cell
        (counted from 0) and what was expected there.

    References
    ----------
    Saaty 1980; Harker 1987 (incomplete comparisons).
    """
    values = np.asarray(matrices, np.float64)
    if values.ndim < 2 or values.shape[-1] != values.shape[-2] or not values.shape[-1]:
        raise ValueError(f"shape {values.shape}: square matrices of items x items are needed")
    if _complete_and_sound(values):
        return values
    unusable = ~_connected(values)
    for mask in _masks(values).values():
        unusable |= mask.any(axis=(-2, -1))
    if unusable.any():
        which = tuple(int(at) for at in np.argwhere(unusable)[0])
        first = faults(values[which])[0]
        place = f"matrix {which}" if which else "the matrix"
        cell = "" if first.cell is None else f", cell {first.cell}"
        found = first.found or f"{values[which][first.cell]:g}"
        raise ValueError(f"{place}{cell}: found {found}, expected {first.expected}")
    return values


def faults(matrix: Floats, names: Sequence[str] | None = None) -> tuple[Fault, ...]:
    """Return everything that makes one matrix unusable.

    Parameters
    ----------
    matrix
        Shape (n_items, n_items); NaN = not compared. Not changed.
    names
        Names of the items for the message on unconnected ones; 0, 1, 2 ... if not given.

    Returns
    -------
    tuple of Fault
        Empty for a usable matrix. Cells in reading order; a pair that is not reciprocal is named
        once, at its cell above the diagonal. Connection is looked at when every cell is in order.
    """
    values = np.asarray(matrix, np.float64)
    found = []
    for name, mask in _masks(values).items():
        shown = np.triu(mask) if name == "reciprocity" else mask
        for i, j in np.argwhere(shown).tolist():
            found.append(Fault((i, j), "", _expected(name, i, j, values)))
    if not found and not _connected(values):
        labels = [str(at) for at in range(len(values))] if names is None else list(names)
        parts = (", ".join(labels[at] for at in part) for part in connected_parts(values))
        text = f"items that no comparison connects: {' | '.join(parts)}"
        return (Fault(None, text, "comparisons that connect every item with every other"),)
    return tuple(sorted(found, key=lambda fault: fault.cell or ()))


def _expected(fault: str, i: int, j: int, values: Floats) -> str:
    texts = {
        "diagonal": "1 on the diagonal",
        "size": f"a number above 0, from {1 / LARGEST:g} to {LARGEST:g}",
        "one_sided": f"both cells of a pair or none; [{j}][{i}] is not compared",
        "reciprocity": f"the inverse of [{j}][{i}], 1/{values[j, i]:g}, within 1 %",
    }
    return texts[fault]


def _complete_and_sound(values: Floats) -> bool:
    """Settle the common case in few passes; a missing cell fails the first comparison."""
    if not values.size or not (values.min() >= 1 / LARGEST and values.max() <= LARGEST):
        return False
    off = np.abs(values * np.swapaxes(values, -1, -2) - 1).max() > RECIPROCITY + _SLACK
    return not off and bool((np.diagonal(values, axis1=-2, axis2=-1) == 1).all())


def _masks(values: Floats) -> dict[str, Bools]:
    """Cells that are wrong, by kind of wrong; a cell is listed once."""
    diagonal = np.eye(values.shape[-1], dtype=np.bool_)
    given = ~np.isnan(values)
    opposite = np.swapaxes(values, -1, -2)
    size = given & ~((values >= 1 / LARGEST) & (values <= LARGEST)) & ~diagonal
    sound = given & ~size
    both = sound & np.swapaxes(sound, -1, -2) & ~diagonal
    product = np.where(both, values, 1.0) * np.where(both, opposite, 1.0)
    return {
        "diagonal": diagonal & (values != 1),
        "size": size,
        "one_sided": sound & ~np.swapaxes(given, -1, -2) & ~diagonal,
        "reciprocity": np.abs(product - 1) > RECIPROCITY + _SLACK,
    }


def connected_parts(matrix: Floats) -> tuple[tuple[int, ...], ...]:
    """Return the sets of items that comparisons connect, directly or through other items.

    Weights of two items that no chain of comparisons connects have no ratio.

    Parameters
    ----------
    matrix
        Shape (n_items, n_items); NaN = not compared. Not changed.

    Returns
    -------
    tuple of tuples of int
        Positions of the items of each part, ascending, parts by their first item; one part if
        everything hangs together.
    """
    reached = _reachable(np.asarray(matrix, np.float64))
    return tuple(dict.fromkeys(tuple(np.flatnonzero(row).tolist()) for row in reached))


def redundant_comparisons(matrices: Floats) -> NDArray[np.int64]:
    """Count the compared pairs beyond the n - 1 that a connected set of weights needs.

    Only these can contradict: with none of them any answers look consistent. A complete matrix has
    (n-1)(n-2)/2, which is 0 for two items.

    Parameters
    ----------
    matrices
        Shape (..., n_items, n_items); NaN = not compared, alike in both cells. Not changed.

    Returns
    -------
    ndarray of int64, shape (...)
        From 0 up for connected matrices.
    """
    given = ~np.isnan(np.asarray(matrices, np.float64))
    n = given.shape[-1]
    pairs = (np.count_nonzero(given, axis=(-2, -1)) - n) // 2
    return np.asarray(pairs - (n - 1), np.int64)


def _connected(values: Floats) -> Bools:
    """Tell of each matrix whether comparisons connect all its items; shape (...)."""
    result = np.ones(values.shape[:-2], np.bool_)
    gaps = np.isnan(values).any(axis=(-2, -1))
    if gaps.any():
        result[gaps] = _reachable(values[gaps]).all(axis=(-2, -1))
    return result


def _reachable(values: Floats) -> Bools:
    """Tell of each pair whether a path of compared pairs leads from one to the other."""
    n = values.shape[-1]
    given = ~np.isnan(values)
    paths = given | np.swapaxes(given, -1, -2) | np.eye(n, dtype=np.bool_)
    for _ in range(max(1, (n - 1).bit_length())):  # each squaring doubles the length of paths
        steps = paths.astype(np.float32)
        paths = steps @ steps > 0
    return paths
