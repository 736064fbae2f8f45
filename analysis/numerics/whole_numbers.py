"""Fractions brought to whole numbers, where sums and comparisons are quick and still exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd, lcm

Number = Fraction | int


def common_denominator(
    rows: Sequence[Sequence[Number | None]],
) -> list[list[int | None]]:
    """Multiply all cells by the least number that makes them whole.

    Parameters
    ----------
    rows
        Any table of fractions; None stays None. Not changed.

    Returns
    -------
    list of list of int or None
        The same table times one positive number.
    """
    whole = lcm(*{cell.denominator for row in rows for cell in row if cell is not None})
    if whole == 1:
        return [[None if cell is None else cell.numerator for cell in row] for row in rows]
    return [
        [None if cell is None else cell.numerator * (whole // cell.denominator) for cell in row]
        for row in rows
    ]


def smallest_whole_row(row: Sequence[Number]) -> list[int]:
    """Return the smallest whole numbers in the proportions of a row.

    Parameters
    ----------
    row
        Fractions, not all 0. Not changed.

    Returns
    -------
    list of int
        Without a common divisor.
    """
    whole = lcm(*{cell.denominator for cell in row})
    cells = [cell.numerator * (whole // cell.denominator) for cell in row]
    divisor = gcd(*cells)
    return cells if divisor == 1 else [cell // divisor for cell in cells]


def common_total(rows: Iterable[Sequence[Number]]) -> list[list[int]]:
    """Return whole numbers in the proportions of each row, all rows with one total.

    Parameters
    ----------
    rows
        Fractions, each row of a positive total. Not changed.

    Returns
    -------
    list of list of int
        Cell by total is the share of the cell in its row.
    """
    whole = [smallest_whole_row(row) for row in rows]
    totals = [sum(row) for row in whole]
    total = lcm(*set(totals))
    return [
        row if own == total else [cell * (total // own) for cell in row]
        for row, own in zip(whole, totals, strict=True)
    ]
