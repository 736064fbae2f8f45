"""Constant sum: is a row of points usable. Its weights are its shares, `simplex.closure`."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, localcontext

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
