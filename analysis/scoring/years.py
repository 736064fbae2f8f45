"""The index over the years: means, growth, and what drove it.

Growth is always taken on units that have an index in both years; else a unit that joins or leaves
would pass for a change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.scoring.tiers import DECIMALS

Floats = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True)
class Panel:
    """The index as a table of units by years."""

    #: the rows, in the order in which units first occur
    units: tuple[str, ...]
    #: the columns, ascending
    years: tuple[int, ...]
    #: shape (n_units, n_years); NaN = no row or no index
    index: Floats
    #: shape (n_units, n_years): row of the flat data, -1 where there is none
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Growth:
    """Change of the mean index between two years, on units that have both."""

    #: the earlier year
    first: int
    #: the later year
    last: int
    #: units with an index in both years
    units: int
    #: as a share of the first value (0.05 = 5 %); NaN when undefined
    growth: float
    #: why it is undefined: `one_year`, `no_common_units`, or `not_positive` (a mean at or below 0)
    reason: str | None = None


@dataclass(frozen=True)
class YearMean:
    """One year: units with an index, their mean, growth since the year before it in the data."""

    #: the year
    year: int
    #: units with an index in it
    units: int
    #: their mean, on the scale of the index; NaN without units
    index: float
    #: None in the first year
    since_last: Growth | None


@dataclass(frozen=True)
class Contributions:
    """How much of the change of the index each root brought."""

    #: first year of the data
    first: int
    #: last year of the data
    last: int
    #: units with an index in both
    units: int
    #: change of the mean index on matched units; NaN when there are none or only one year
    change: float
    #: shape (n_roots,): parts of `change`, on its scale
    points: Floats
    #: shape (n_roots,): 100 * points / change; NaN when the index did not change
    percent: Floats


def growth_rate(before: float, after: float, years: int = 1) -> float:
    """Mean growth a year: ``(after / before) ** (1 / years) - 1``.

    Parameters
    ----------
    before, after
        The two values, on one scale.
    years
        Years between them; with 1 it is the plain relative change.

    Returns
    -------
    float
        0.05 means 5 % a year. NaN unless both values are positive and at least a year lies between
        them, and where the quotient is beyond what a number can hold.
    """
    if not (before > 0 and after > 0 and years >= 1):
        return NAN
    ratio = float(after) / float(before)
    return ratio ** (1 / years) - 1 if math.isfinite(ratio) else NAN


def arrange(index: Floats, units: Sequence[str], years: NDArray[np.int64]) -> Panel:
    """Arrange flat unit-years as a table of units by years.

    Parameters
    ----------
    index
        Shape (n_unit_years,); NaN = no index.
    units, years
        Of each row; no pair may occur twice.

    Returns
    -------
    Panel
        Units in the order of their first row, years ascending.
    """
    position = {unit: at for at, unit in enumerate(dict.fromkeys(units))}
    listed = np.unique(years)
    at_unit = np.array([position[unit] for unit in units], np.intp)
    at_year = np.searchsorted(listed, years)
    table = np.full((len(position), len(listed)), np.nan)
    rows = np.full(table.shape, -1, np.int64)
    table[at_unit, at_year] = index
    rows[at_unit, at_year] = np.arange(len(index))
    return Panel(tuple(position), tuple(int(year) for year in listed), table, rows)


def _growth(panel: Panel, first: int, last: int, *, annual: bool) -> Growth:
    """Return growth between two columns of the table."""
    begin, end = panel.years[first], panel.years[last]
    pair = panel.index[:, [first, last]]
    pair = pair[~np.isnan(pair).any(axis=1)]
    if first == last:
        return Growth(begin, end, len(pair), NAN, "one_year")
    if not len(pair):
        return Growth(begin, end, 0, NAN, "no_common_units")
    before, after = _means(pair)
    rate = growth_rate(before, after, end - begin if annual else 1)
    return Growth(begin, end, len(pair), rate, "not_positive" if np.isnan(rate) else None)


def _means(values: Floats) -> Floats:
    """Mean over the units, added in ascending order: no digit depends on that of the rows."""
    total: Floats = np.sort(values, axis=0).sum(axis=0)
    return total / len(values)


def mean_annual_growth(panel: Panel) -> Growth:
    """Mean growth a year of the mean index from the first to the last year.

    ``(mean_last / mean_first) ** (1 / (last - first)) - 1`` over the units that have an index in
    both years.

    Parameters
    ----------
    panel
        The index of all unit-years, on any positive scale.

    Returns
    -------
    Growth
        NaN, with a reason, for a single year, no common unit, or a mean not above 0.
    """
    return _growth(panel, 0, len(panel.years) - 1, annual=True)


def year_means(panel: Panel) -> tuple[YearMean, ...]:
    """Mean index of every year and growth since the year before it in the data.

    The mean is over all units with an index in that year; growth is the relative change between the
    two years, not divided by the years between them, over the units that have both.

    Parameters
    ----------
    panel
        The index of all unit-years.

    Returns
    -------
    tuple of YearMean
        One a year, ascending; NaN where no unit has an index.
    """
    found = []
    for at, year in enumerate(panel.years):
        values = panel.index[:, at]
        values = values[~np.isnan(values)]
        found.append(
            YearMean(
                year,
                len(values),
                float(_means(values)) if len(values) else NAN,
                _growth(panel, at - 1, at, annual=False) if at else None,
            )
        )
    return tuple(found)


def contributions(panel: Panel, parts: Floats) -> Contributions:
    """Split the change of the mean index between the first and the last year by roots.

    Parameters
    ----------
    panel
        The index of all unit-years.
    parts
        Shape (n_unit_years, n_roots): what each root adds to the index
        (`composition.root_contributions`), on the same scale.

    Returns
    -------
    Contributions
        On units that have an index in both years; the points sum to the change of the mean index.
    """
    none = np.full(parts.shape[1], np.nan)
    ends = panel.index[:, [0, -1]]
    matched = np.flatnonzero(~np.isnan(ends).any(axis=1))
    first, last = panel.years[0], panel.years[-1]
    if first == last or not matched.size:
        return Contributions(first, last, len(matched), NAN, none, none)
    before, after = (_means(parts[panel.rows[matched, column]]) for column in (0, -1))
    points = after - before
    change = float(points.sum())
    moved = round(change, DECIMALS) != 0
    return Contributions(
        first, last, len(matched), change, points, 100 * points / change if moved else none
    )
