"""Constant-sum answers: are the rows usable, and what shares do they give."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, localcontext

import numpy as np
from numpy.typing import NDArray

from analysis.errors import Problems
from analysis.tables import Ratings

Cells = tuple[Decimal | None, ...]
#: Cells lie between 1e-100 and 1e100 with 60 digits, so their sum is exact in this many; Decimal's
#: own 28 digits would round a sum that is to be checked to the last one.
_UNROUNDED = Context(prec=400, traps=[Inexact])


def check_allocations(ratings: Ratings, total: Decimal | None = None) -> None:
    """Refuse answers that are not an allocation of points.

    A row without any answer abstains and is fine. Every other row must answer every item, with
    nothing below zero and a positive total.

    Parameters
    ----------
    ratings
        The answers as read; sums are taken on the exact cells, not on floats.
    total
        What each row must add up to, exactly. None accepts any positive total.

    Raises
    ------
    InputError
        Naming each unusable row, and the item where one cell is to blame.
    """
    problems = Problems(ratings.file)
    for line, cells in zip(ratings.lines, ratings.exact, strict=True):
        if any(cell is not None for cell in cells):
            _check_row(cells, line, ratings.items, total, problems)
    problems.raise_any()


def _check_row(
    cells: Cells,
    line: int,
    items: tuple[str, ...],
    total: Decimal | None,
    problems: Problems,
) -> None:
    for item, cell in zip(items, cells, strict=True):
        if cell is None:
            expected = "points for every item, or a row left empty to abstain"
            problems.add("an empty cell", expected, row=line, column=item)
            return
        if cell < 0:
            problems.add(f"{cell:f}", "points not below 0", row=line, column=item)
            return
    with localcontext(_UNROUNDED):
        found = sum((cell for cell in cells if cell is not None), Decimal(0))
    if found <= 0:
        problems.add("a row total of 0", "a positive row total", row=line)
    elif total is not None and found != total:
        problems.add(f"a row total of {found:f}", f"exactly {total:f}", row=line)


def shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide each row by its total.

    Parameters
    ----------
    values
        Points, shape (..., n_experts, n_items), not negative.

    Returns
    -------
    ndarray
        Shares of 1 of the same shape. A row with a missing answer, and a row whose total is not
        positive, is NaN throughout. The input is left as it is.
    """
    points = np.asarray(values, np.float64)
    totals = points.sum(axis=-1, keepdims=True)
    usable = np.isfinite(totals) & (totals > 0)
    result = np.full(points.shape, np.nan)
    np.divide(points, totals, out=result, where=usable)
    return result + 0.0  # turns the -0.0 of a cell "-0" into 0.0
