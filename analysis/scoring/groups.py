"""City types: the index by groups of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.scoring.tiers import share_at_or_above
from analysis.scoring.years import Growth, Panel, YearMean, mean_annual_growth, year_means


@dataclass(frozen=True)
class GroupYear:
    """One group in one year, with the share of its units at or above each cut."""

    #: mean index of the group and its growth
    mean: YearMean
    #: one share for each cut, 0 to 1; NaN when no unit of the group has an index
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Group:
    """Units that share one value of one column."""

    #: column of the table of units that divides them
    column: str
    #: what its units have in that column
    value: str
    #: units of the group that have data
    units: int
    #: one entry a year, ascending
    years: tuple[GroupYear, ...]
    #: mean growth a year from the first to the last year
    annual: Growth


def group_index(
    panel: Panel,
    column: str,
    values: dict[str, str],
    *,
    cuts: Sequence[float] = (),
) -> tuple[Group, ...]:
    """Mean, growth and share above cuts for every value of one column of the units' table.

    Parameters
    ----------
    panel
        The index of all unit-years.
    column
        Name of the column, carried into the result.
    values
        Unit → value; a unit that is not there or has an empty value belongs to no group.
    cuts
        Bounds on the scale of the index; a unit at the bound counts as above it.

    Returns
    -------
    tuple of Group
        In the order in which values first occur in the table of units.
    """
    found = []
    for value in dict.fromkeys(values.values()):
        members = [at for at, unit in enumerate(panel.units) if values.get(unit) == value]
        if not value or not members:
            continue
        part = Panel(
            tuple(panel.units[at] for at in members),
            panel.years,
            panel.index[members],
            panel.rows[members],
        )
        found.append(
            Group(column, value, len(members), _years(part, cuts), mean_annual_growth(part))
        )
    return tuple(found)


def _years(panel: Panel, cuts: Sequence[float]) -> tuple[GroupYear, ...]:
    return tuple(
        GroupYear(
            mean, tuple(share_at_or_above(np.asarray(panel.index[:, at]), cut) for cut in cuts)
        )
        for at, mean in enumerate(year_means(panel))
    )
