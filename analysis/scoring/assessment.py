"""One run of the scoring engine: everything that follows from data, weights and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from analysis.scoring.composition import Composition, Hierarchy, root_contributions
from analysis.scoring.data import UnitColumns, UnitData
from analysis.scoring.groups import Group, group_index
from analysis.scoring.normalisation import capped_cells
from analysis.scoring.remarks import Remark, find_remarks
from analysis.scoring.score import UnitScores, score_units
from analysis.scoring.thresholds import (
    GivenThreshold,
    Indicator,
    Reference,
    Thresholds,
    find_thresholds,
    per_row,
)
from analysis.scoring.tiers import Tier, place_in_tiers, rank_by_year
from analysis.scoring.years import (
    Contributions,
    Growth,
    Panel,
    YearMean,
    arrange,
    contributions,
    mean_annual_growth,
    year_means,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """How data become an index."""

    #: which unit-years give the threshold of a value indicator
    reference: Reference = "pooled"
    #: the year of the reference `base-year`; None with the others
    base_year: int | None = None
    #: whether the headline index is the capped one
    cap: bool = False
    #: value of a unit that is at the threshold everywhere: 1 or 100
    out_of: int = 1
    #: bounds of the tiers on the printed scale; none without a table of them
    tiers: tuple[Tier, ...] = ()
    #: bounds above which units of a group are counted, on the printed scale
    cuts: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """Scores of all unit-years with everything that is printed beside them."""

    #: what was scored
    data: UnitData
    #: the tree with the weights that were used
    hierarchy: Hierarchy
    #: what the values were divided by
    thresholds: Thresholds
    #: the settings of the run
    rules: Rules
    #: shape (n_unit_years, n_leaves), before any cap, on the scale 0 to 1
    normalised: Floats
    #: shape (n_unit_years, n_leaves): cells above 1
    above: NDArray[np.bool_]
    #: the headline on the scale 0 to 1, with the coverage of every node
    composition: Composition
    #: shape (n_unit_years,), on the printed scale; the headline is one of the other two
    index: Floats
    #: the same with cells above 1 as they are
    index_uncapped: Floats
    #: the same with cells cut at 1
    index_capped: Floats
    #: shape (n_unit_years, n_inner), on the printed scale, of the headline
    scores: Floats
    #: shape (n_unit_years,); NaN where there is no index
    ranks: Floats
    #: tier of each unit-year; None below the lowest and where there is no index
    tiers: tuple[Tier | None, ...]
    #: mean index of each year and its growth
    years: tuple[YearMean, ...]
    #: mean growth a year from the first to the last year
    annual: Growth
    #: what each root brought to the change of the index
    contributions: Contributions
    #: column of the table of units → its groups
    groups: dict[str, tuple[Group, ...]]
    #: what is allowed and should be known
    remarks: tuple[Remark, ...]


def assess(
    data: UnitData,
    indicators: Sequence[Indicator],
    hierarchy: Hierarchy,
    rules: Rules,
    *,
    given: dict[str, GivenThreshold] | None = None,
    columns: UnitColumns | None = None,
) -> Assessment:
    """Find thresholds, score every unit-year, and look at years and groups.

    Parameters
    ----------
    data
        Values, columns in the order of `hierarchy.leaves`.
    indicators
        The leaves, in the same order.
    hierarchy
        The tree with the weights to use.
    rules
        Reference of the thresholds, cap, printed scale, tiers, cuts.
    given
        Thresholds that replace the rule.
    columns
        Table of units, for groups.

    Returns
    -------
    Assessment
        Undefined figures are NaN.

    Raises
    ------
    ThresholdError
        Naming the indicator whose threshold cannot be used.
    """
    thresholds = find_thresholds(
        data.values,
        data.years,
        indicators,
        reference=rules.reference,
        base_year=rules.base_year,
        given=given,
    )
    plain, capped = _plain_and_capped(data, hierarchy, thresholds)
    headline = (capped if rules.cap else plain).composition
    index = rules.out_of * headline.index
    panel = arrange(index, data.units, data.years)
    parts = rules.out_of * root_contributions(headline, hierarchy)
    return Assessment(
        data=data,
        hierarchy=hierarchy,
        thresholds=thresholds,
        rules=rules,
        normalised=plain.normalised,
        above=capped_cells(plain.normalised),
        composition=headline,
        index=index,
        index_uncapped=rules.out_of * plain.composition.index,
        index_capped=rules.out_of * capped.composition.index,
        scores=rules.out_of * headline.scores,
        ranks=rank_by_year(index, data.years),
        tiers=place_in_tiers(index, rules.tiers),
        years=year_means(panel),
        annual=mean_annual_growth(panel),
        contributions=contributions(panel, parts),
        groups=_groups(panel, columns, rules),
        remarks=find_remarks(data, thresholds, base_year=rules.base_year, columns=columns),
    )


def _plain_and_capped(
    data: UnitData, hierarchy: Hierarchy, thresholds: Thresholds
) -> tuple[UnitScores, UnitScores]:
    costly = not np.isnan(thresholds.lower).all()
    upper = per_row(thresholds, data.years)
    lower = thresholds.lower if costly else None
    plain = score_units(data.values, hierarchy, upper=upper, lower=lower)
    return plain, score_units(data.values, hierarchy, upper=upper, lower=lower, capped=True)


def _groups(
    panel: Panel, columns: UnitColumns | None, rules: Rules
) -> dict[str, tuple[Group, ...]]:
    if columns is None:
        return {}
    cuts = [float(cut) for cut in rules.cuts]
    return {
        name: group_index(panel, name, values, cuts=cuts)
        for name, values in columns.columns.items()
    }
