"""Ranks within a year, and tiers by fixed lower bounds.

Both compare the index rounded to 10 decimals on the printed scale, so that the last bits of binary
arithmetic neither break a tie nor push a unit over a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Decimals of the printed index that count in comparisons.
DECIMALS = 10


@dataclass(frozen=True)
class Tier:
    """One tier: its label, its names, and the smallest index that belongs to it."""

    #: the label that results carry
    tier: str
    #: name in Chinese
    name_zh: str
    #: name in English
    name_en: str
    #: smallest index that belongs to it, on the printed scale
    lower: float


def compared(index: Floats) -> Floats:
    """Round the index as ranks and tiers compare it.

    Parameters
    ----------
    index
        Shape (n_unit_years,), on the printed scale; NaN = no index.

    Returns
    -------
    ndarray
        Same shape, rounded to 10 decimals; NaN stays NaN.
    """
    return np.asarray(np.round(index, DECIMALS))


def rank_by_year(index: Floats, years: NDArray[np.int64]) -> Floats:
    """Rank units within each year, the highest index first.

    Parameters
    ----------
    index
        Shape (n_unit_years,), on the printed scale; NaN = no index.
    years
        Shape (n_unit_years,).

    Returns
    -------
    ndarray
        Shape (n_unit_years,): 1 + number of units of the same year with a higher index, so ties
        share the lowest number (1, 2, 2, 4). NaN where there is no index.
    """
    ranks = np.full(len(index), np.nan)
    values = compared(index)
    for year in np.unique(years):
        rows = np.flatnonzero((years == year) & ~np.isnan(values))
        ranks[rows] = 1 + np.searchsorted(np.sort(-values[rows]), -values[rows], side="left")
    return ranks


def place_in_tiers(index: Floats, tiers: Sequence[Tier]) -> tuple[Tier | None, ...]:
    """Find the tier of every unit.

    Parameters
    ----------
    index
        Shape (n_unit_years,), on the scale of the lower bounds; NaN = no index.
    tiers
        In any order; a lower bound belongs to its tier, which reaches up to the next bound.

    Returns
    -------
    tuple
        One tier for each unit; None below the lowest bound and where there is no index.
    """
    ordered = sorted(tiers, key=lambda tier: tier.lower)
    values = compared(index)
    found = np.searchsorted([tier.lower for tier in ordered], values, side="right") - 1
    return tuple(
        None if np.isnan(value) or at < 0 else ordered[at]
        for value, at in zip(values, found, strict=True)
    )


def share_at_or_above(index: Floats, cut: float) -> float:
    """Share of units whose index reaches a bound.

    Parameters
    ----------
    index
        Shape (n_units,), on the printed scale; NaN = no index, left out.
    cut
        The bound, on the same scale; a unit at the bound reaches it.

    Returns
    -------
    float
        0 to 1; NaN when no unit has an index.
    """
    values = compared(index[~np.isnan(index)])
    return float(np.mean(values >= cut)) if values.size else float("nan")
