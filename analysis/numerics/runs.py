"""Groups of equal answers within each row: the one look at the answers that most figures need.

How many answers are equal, where they stand in the order, and how many of them lie on one side is
all that quartiles, histograms and signed ranks ask. Whole numbers in a narrow range, as ratings and
points mostly are, are counted; anything else is sorted. Neither depends on the order of experts.
"""

from __future__ import annotations

from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Cells looked at at once: what is made of them then stays in the processor's cache.
_BLOCK = 1 << 17
#: Whole numbers are counted while their range exceeds the number of columns by at most this.
_SMALL = 128
#: Floats below this stand one apart or closer.
_WHOLE = 2.0**53


class Runs(NamedTuple):
    """Groups of equal values, by row and then ascending; every field has shape (n_groups,)."""

    #: row in which the group lies
    row: Ints
    #: the value; the smallest of the group where ties are not exact
    value: Floats
    #: how many values of that row are smaller
    below: Ints
    #: values in the group, at least 1
    length: Ints
    #: marked values in the group, 0 to `length`
    marked: Ints

    def only(self, kept: Flags | Ints) -> Runs:
        """Return some of the groups.

        Parameters
        ----------
        kept
            Which, as flags of shape (n_groups,) or as positions.

        Returns
        -------
        Runs
            In the order asked for; copies.
        """
        return Runs(
            self.row[kept], self.value[kept], self.below[kept], self.length[kept], self.marked[kept]
        )


def equal_runs(values: Floats, marks: Flags | None = None, *, tie: float = 0.0) -> Runs:
    """Find the groups of equal values in each row.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns), finite; NaN is left out. Not changed.
    marks
        Which values carry the mark, of that shape or one that broadcasts to it; none if not given.
        Not changed.
    tie
        Neighbours not further apart than this are equal; 0 asks for exact equality.

    Returns
    -------
    Runs
        Of all rows; a row without a value has no group. The order within a row changes nothing.
    """
    rows, columns = values.shape
    step = max(1, _BLOCK // max(1, columns))
    if values.size and rows <= step:
        return _block_runs(values, marks, tie)
    sides = None if marks is None else np.broadcast_to(marks, values.shape)
    parts = []
    for start in range(0, rows if columns else 0, step):
        block = slice(start, start + step)
        found = _block_runs(values[block], None if sides is None else sides[block], tie)
        parts.append(found._replace(row=found.row + start))
    return Runs(*(np.concatenate(field) for field in zip(_no_runs(), *parts, strict=True)))


def _no_runs() -> Runs:
    none = np.zeros(0, np.int64)
    return Runs(none, np.zeros(0), none, none, none)


def _block_runs(values: Floats, marks: Flags | None, tie: float) -> Runs:
    known, given = values, None
    lowest, highest = float(values.min()), float(values.max())
    if isnan(lowest):
        given = ~np.isnan(values)
        if not given.any():
            return _no_runs()
        # Some value stands where none is, and is left out below.
        known = np.where(given, values, values[given][0])
        lowest, highest = float(known.min()), float(known.max())
    span = highest - lowest + 1.0
    if tie < 1.0 and span <= values.shape[1] + _SMALL and max(highest, -lowest) < _WHOLE:
        codes = known.astype(np.int64)
        if (codes == known).all():
            return _counted(codes, marks, given, (int(lowest), int(span)))
    return _sorted(known, marks, given, tie)


def _counted(
    codes: Ints, marks: Flags | None, given: Flags | None, limits: tuple[int, int]
) -> Runs:
    """Count whole numbers by the smallest of them and the number of possible ones."""
    rows, (lowest, span) = len(codes), limits
    kinds = 1 if marks is None else 2
    codes += (span * np.arange(rows) - lowest)[:, None]
    if marks is not None:
        codes *= kinds
        codes += marks
    keys = codes.ravel() if given is None else codes[given]
    table = np.bincount(keys, minlength=kinds * rows * span).reshape(rows, span, kinds)
    length = table[:, :, 0] if marks is None else table[:, :, 0] + table[:, :, 1]
    below = np.cumsum(length, axis=1) - length
    row, code = np.nonzero(length)
    marked = np.zeros(len(row), np.int64) if marks is None else table[row, code, 1]
    values = (code + lowest).astype(np.float64)
    return Runs(row, values, below[row, code], length[row, code], marked)


def _sorted(values: Floats, marks: Flags | None, given: Flags | None, tie: float) -> Runs:
    rows, columns = values.shape
    n, known = np.full(rows, columns), values
    if given is not None:
        n, known = np.count_nonzero(given, axis=1), np.where(given, values, np.inf)
    if marks is None:
        ordered = np.sort(known, axis=1)
        sides = np.zeros(rows * columns, np.int64)
    else:
        order = np.argsort(known, axis=1)
        order += np.arange(0, rows * columns, columns)[:, None]
        ordered = known.ravel()[order]
        sides = np.broadcast_to(marks, values.shape).ravel()[order.ravel()].astype(np.int64)
    ordered[np.arange(columns) >= n[:, None]] = 0.0  # what was left out stands behind
    new = np.ones((rows, columns), np.bool_)
    np.greater(np.diff(ordered, axis=1), tie, out=new[:, 1:])
    new[np.arange(columns) > n[:, None]] = False
    new[np.flatnonzero(n < columns), n[n < columns]] = True
    starts = np.flatnonzero(new)
    row, below = np.divmod(starts, columns)
    length = np.diff(starts, append=rows * columns)
    marked = np.add.reduceat(sides, starts)
    groups = Runs(row, ordered.ravel()[starts] + 0.0, below, length, marked)
    return groups.only(below < n[row])
