"""Thresholds: the value of an indicator that counts as 1.

A ratio indicator (percent) and a score indicator (0 to 100) have the threshold 100. A value
indicator has the median plus two standard deviations of its own column, over a reference set of
unit-years. A file of thresholds replaces both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reference = Literal["pooled", "base-year", "each-year"]
REFERENCES: tuple[Reference, ...] = ("pooled", "base-year", "each-year")

#: Threshold of ratio data (percent) and of score data (0 to 100).
FULL = 100.0
#: Standard deviations above the median at which a value indicator counts as 1.
DEVIATIONS = 2.0


@dataclass(frozen=True)
class Indicator:
    """A leaf of the tree, as normalisation needs it."""

    #: code of the leaf, the header of its column
    code: str
    #: `ratio`, `value` or `score`
    kind: str
    #: `benefit` (more is better) or `cost` (less is better)
    direction: str = "benefit"


@dataclass(frozen=True)
class GivenThreshold:
    """A threshold set by the user."""

    #: above 0, in the unit of the data: counts as 1, of a cost indicator as 0
    threshold: float
    #: value of a cost indicator that counts as 1, below the threshold; None for benefit indicators
    lower: float | None = None


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of all indicators, in the order of the data's columns."""

    #: the leaves
    indicators: tuple[Indicator, ...]
    #: shape (n_leaves,), or (n_years, n_leaves) when every year has its own; NaN = no data
    upper: Floats
    #: shape (n_leaves,): the best value of a cost indicator, NaN for benefit indicators
    lower: Floats
    #: per indicator: `file`, `ratio_100`, `score_100` or `median_2sd_` and the reference
    how: tuple[str, ...]
    #: years of the rows of `upper`; empty when one threshold holds for all years
    years: tuple[int, ...] = ()


class ThresholdError(ValueError):
    """A threshold that cannot be used. Its text names the indicator.

    Parameters
    ----------
    code
        Code of the indicator.
    found, expected
        What is wrong with its threshold and what was expected, as parts of one sentence.
    """

    def __init__(self, code: str, found: str, expected: str) -> None:
        self.code, self.found, self.expected = code, found, expected
        super().__init__(f"indicator {code}: found {found}, expected {expected}")


def value_thresholds(values: Floats) -> Floats:
    """Median plus two standard deviations of every column.

    ``T = median(x) + 2 s(x)`` with the sample standard deviation (divisor n-1), both over the
    present cells of the column. This is the rule of the index itself; international indices of the
    same family set fixed goalposts instead.

    Parameters
    ----------
    values
        Shape (n_unit_years, n_columns), any unit; NaN = missing, ignored.

    Returns
    -------
    ndarray
        Shape (n_columns,), in the unit of the data. A column without any variation gives exactly
        its constant. NaN for a column with fewer than two present cells, where the standard
        deviation is not defined.
    """
    counts, median, deviation = _location_and_spread(values)
    return np.asarray(np.where(counts >= 2, median + DEVIATIONS * deviation, np.nan))


def _location_and_spread(values: Floats) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return count, median and sample standard deviation of each column, NaN where undefined."""
    n_rows, n_columns = values.shape
    # In ascending order no digit of a sum depends on that of the rows; NaN sorts to the end.
    values = np.sort(values, axis=0)
    missing = np.isnan(values)
    if n_rows >= 2 and not missing.any():
        deviation = np.where(np.ptp(values, axis=0) > 0, values.std(axis=0, ddof=1), 0.0)
        return np.full(n_columns, n_rows), np.median(values, axis=0), deviation
    counts = n_rows - missing.sum(axis=0)
    if n_rows == 0:
        return counts, np.full(n_columns, np.nan), np.full(n_columns, np.nan)
    columns = np.arange(n_columns)
    low = values[np.maximum(counts - 1, 0) // 2, columns]
    high = values[np.minimum(counts // 2, n_rows - 1), columns]
    median = np.where(counts > 0, low + (high - low) / 2, np.nan)
    mean = np.where(missing, 0.0, values).sum(axis=0) / np.maximum(counts, 1)
    squares = np.where(missing, 0.0, values - mean) ** 2
    spread = values[np.maximum(counts - 1, 0), columns] > values[0]
    deviation = np.sqrt(squares.sum(axis=0) / np.maximum(counts - 1, 1))
    return counts, median, np.where(spread, deviation, 0.0)


def find_thresholds(
    values: Floats,
    years: NDArray[np.int64],
    indicators: Sequence[Indicator],
    *,
    reference: Reference = "pooled",
    base_year: int | None = None,
    given: dict[str, GivenThreshold] | None = None,
) -> Thresholds:
    """Find the threshold of every indicator.

    Parameters
    ----------
    values
        Shape (n_unit_years, n_leaves), in the units of the data; NaN = missing.
    years
        Shape (n_unit_years,): the year of each row.
    indicators
        Kind and direction of each column.
    reference
        Which unit-years give the threshold of a value indicator: all (`pooled`), those of
        `base_year`, or for each year its own (`each-year`).
    base_year
        Needed with `base-year` and read only there.
    given
        Thresholds that replace the rule, by code. A cost indicator needs one, with `lower`.

    Returns
    -------
    Thresholds
        NaN stands only where a value indicator has no cell at all in the reference set.

    Raises
    ------
    ThresholdError
        Naming the indicator: a threshold that is not positive, one that rests on a single cell, a
        cost indicator without both bounds or with bounds in the wrong order.
    """
    given = given or {}
    listed: tuple[int, ...] = ()
    if reference == "each-year":
        listed = tuple(sorted({int(year) for year in years}))
        samples = [(f"in {year}", values[years == year]) for year in listed]
    elif reference == "base-year":
        samples = [(f"in the base year {base_year}", values[years == base_year])]
    else:
        samples = [("at all", values)]
    upper = np.vstack([_one_threshold_each(values, *s, indicators, given) for s in samples])
    lower = np.array([_lower(indicator, given) for indicator in indicators], np.float64)
    for at, indicator in enumerate(indicators):
        _check(indicator, upper[:, at], lower[at], [place for place, _ in samples])
    how = tuple(_how(indicator, given, reference) for indicator in indicators)
    return Thresholds(tuple(indicators), upper if listed else upper[0], lower, how, listed)


def _one_threshold_each(
    values: Floats,
    place: str,
    sample: Floats,
    indicators: Sequence[Indicator],
    given: dict[str, GivenThreshold],
) -> Floats:
    """Return the threshold of each column from one reference set."""
    upper = np.full(len(indicators), FULL)
    ruled = []
    for at, indicator in enumerate(indicators):
        if indicator.code in given:
            upper[at] = given[indicator.code].threshold
        elif indicator.kind == "value" and indicator.direction == "benefit":
            ruled.append(at)
    columns = sample[:, ruled]
    counts = (~np.isnan(columns)).sum(axis=0)
    for at, count in zip(ruled, counts, strict=True):
        # A column that is empty everywhere, or in a year of its own, has nothing to normalise.
        lost = not count and "base" in place and not np.isnan(values[:, at]).all()
        if count == 1 or lost:
            raise ThresholdError(
                indicators[at].code,
                f"{'a single' if count else 'no'} value {place}",
                "two values or more, or a threshold in a file",
            )
    upper[ruled] = value_thresholds(columns)
    return upper


def _lower(indicator: Indicator, given: dict[str, GivenThreshold]) -> float:
    if indicator.direction != "cost":
        return np.nan
    bounds = given.get(indicator.code)
    if bounds is None or bounds.lower is None:
        raise ThresholdError(
            indicator.code,
            "a cost indicator without both bounds",
            "threshold and lower in a file of thresholds",
        )
    return bounds.lower


def _check(indicator: Indicator, upper: Floats, lower: float, places: Sequence[str]) -> None:
    for threshold, place in zip(upper, places, strict=True):
        if threshold <= 0:
            where = "" if len(places) == 1 else f" {place}"
            raise ThresholdError(
                indicator.code, f"a threshold of {threshold:g}{where}", "a threshold above 0"
            )
    if (upper <= lower).any():
        raise ThresholdError(
            indicator.code,
            f"a threshold of {upper.min():g} with a lower bound of {lower:g}",
            "a threshold above the lower bound",
        )


def _how(indicator: Indicator, given: dict[str, GivenThreshold], reference: Reference) -> str:
    if indicator.code in given:
        return "file"
    if indicator.kind == "value":
        return f"median_2sd_{reference.replace('-', '_')}"
    return f"{indicator.kind}_100"


def per_row(thresholds: Thresholds, years: NDArray[np.int64]) -> Floats:
    """Lay thresholds out as normalisation takes them.

    Parameters
    ----------
    thresholds
        One for all years or one for each.
    years
        Shape (n_unit_years,): the year of each row of the data, all of them in `thresholds.years`
        when that is not empty.

    Returns
    -------
    ndarray
        Shape (n_leaves,), or (n_unit_years, n_leaves) when every year has its own.
    """
    if not thresholds.years:
        return thresholds.upper
    return np.asarray(thresholds.upper[np.searchsorted(thresholds.years, years)])


def without_variation(values: Floats, years: NDArray[np.int64] | None = None) -> NDArray[np.bool_]:
    """Tell which columns cannot tell units apart.

    Parameters
    ----------
    values
        Shape (n_unit_years, n_columns); NaN = missing, ignored.
    years
        When given, a column counts as soon as one of these years shows no variation.

    Returns
    -------
    ndarray of bool
        True where two or more cells are present and all are exactly equal.
    """
    if years is not None:
        by_year = [without_variation(values[years == year]) for year in np.unique(years)]
        return np.asarray(np.any(by_year, axis=0))
    missing = np.isnan(values)
    lowest = np.where(missing, np.inf, values).min(axis=0, initial=np.inf)
    highest = np.where(missing, -np.inf, values).max(axis=0, initial=-np.inf)
    return np.asarray((lowest == highest) & ((~missing).sum(axis=0) >= 2))
