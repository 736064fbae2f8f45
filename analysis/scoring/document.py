"""The answer of `score` as one document of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from analysis.scoring.assessment import Assessment
from analysis.scoring.groups import Group
from analysis.scoring.years import Growth, YearMean

#: Why something is null.
LOW_COVERAGE = "low_coverage"
BELOW_LOWEST = "below_lowest_tier"
BY_YEAR = "one_for_each_year"
ONLY_FOR_COST = "only_for_cost_indicators"
FIRST_YEAR = "first_year"
NO_INDEX = "no_unit_with_an_index"


def document(assessment: Assessment) -> dict[str, Any]:
    """Return what `score` prints about the data, as plain values; NaN stands for undefined.

    Growth is a share of the earlier value; points are on the printed scale, percents of 100.

    Parameters
    ----------
    assessment
        The run.

    Returns
    -------
    dict
        `units`, `thresholds`, `years`, `contributions`, `groups`, `warnings`, the settings, and in
        `reason` why a figure of the whole is undefined.
    """
    rules = assessment.rules
    annual = assessment.annual
    return {
        "reference": rules.reference,
        "base_year": rules.base_year,
        "capped": rules.cap,
        "out_of": rules.out_of,
        "units": [_unit(assessment, row) for row in range(len(assessment.index))],
        "thresholds": _thresholds(assessment),
        "years": [_year(year) for year in assessment.years],
        "mean_annual_growth": annual.growth,
        "mean_annual_growth_basis": _basis(annual),
        "contributions": _contributions(assessment),
        "contributions_basis": {
            "first": assessment.contributions.first,
            "last": assessment.contributions.last,
            "units": assessment.contributions.units,
            "change": assessment.contributions.change,
        },
        "groups": {
            column: {group.value: _group(assessment, group) for group in groups}
            for column, groups in assessment.groups.items()
        },
        "warnings": [
            {"code": r.code, "indicator": r.indicator, "message": {"zh": r.zh, "en": r.en}}
            for r in assessment.remarks
        ],
        "reason": _reasons(assessment),
    }


def _unit(assessment: Assessment, row: int) -> dict[str, Any]:
    rules, tier = assessment.rules, assessment.tiers[row]
    composed = assessment.composition
    rank = assessment.ranks[row]
    scores = dict(zip(assessment.hierarchy.inner, assessment.scores[row], strict=True))
    missing = {"index": assessment.index[row]} | {f"scores.{k}": v for k, v in scores.items()}
    reason = {key: LOW_COVERAGE for key, value in missing.items() if np.isnan(value)}
    if "index" in reason:
        reason |= dict.fromkeys(("index_capped", "index_uncapped", "rank"), LOW_COVERAGE)
    if rules.tiers and tier is None:
        reason["tier"] = LOW_COVERAGE if "index" in reason else BELOW_LOWEST
    return {
        "unit": assessment.data.units[row],
        "year": int(assessment.data.years[row]),
        "index": assessment.index[row],
        "index_capped": assessment.index_capped[row],
        "index_uncapped": assessment.index_uncapped[row],
        "rank": None if np.isnan(rank) else int(rank),
        "tier": None if tier is None else tier.tier,
        "scores": scores,
        "coverage": dict(zip(assessment.hierarchy.inner, composed.coverage[row], strict=True)),
        "index_coverage": composed.index_coverage[row],
        "capped_cells": int(assessment.above[row].sum()),
        "reason": reason or None,
    }


def _thresholds(assessment: Assessment) -> dict[str, Any]:
    found = assessment.thresholds
    above = assessment.above.sum(axis=0)
    cells = (~np.isnan(assessment.data.values)).sum(axis=0)
    return {
        indicator.code: {
            "threshold": np.nan if found.years else found.upper[at],
            "by_year": dict(zip(found.years, found.upper[:, at], strict=True))
            if found.years
            else None,
            "lower": found.lower[at],
            "how": found.how[at],
            "capped_cells": int(above[at]),
            "cells": int(cells[at]),
            "reason": _no_threshold(bool(found.years), bool(np.isnan(found.lower[at]))),
        }
        for at, indicator in enumerate(found.indicators)
    }


def _no_threshold(by_year: bool, is_benefit: bool) -> dict[str, str] | None:
    reason = {"threshold": BY_YEAR} if by_year else {}
    if is_benefit:
        reason["lower"] = ONLY_FOR_COST
    return reason or None


def _basis(growth: Growth) -> dict[str, Any]:
    return {
        "first": growth.first,
        "last": growth.last,
        "units": growth.units,
        "reason": growth.reason,
    }


def _year(year: YearMean) -> dict[str, Any]:
    since = year.since_last
    return {
        "year": year.year,
        "units": year.units,
        "index": year.index,
        "growth": None if since is None else since.growth,
        "growth_basis": None if since is None else _basis(since),
        "reason": _no_year_figures(year),
    }


def _no_year_figures(year: YearMean) -> dict[str, str] | None:
    since = year.since_last
    reason = {} if year.units else {"index": NO_INDEX}
    if since is None:
        reason["growth"] = FIRST_YEAR
    elif since.reason:
        reason["growth"] = since.reason
    return reason or None


def _contributions(assessment: Assessment) -> dict[str, Any]:
    found = assessment.contributions
    return {
        code: {"points": points, "percent": percent}
        for code, points, percent in zip(
            assessment.hierarchy.roots, found.points, found.percent, strict=True
        )
    }


def _group(assessment: Assessment, group: Group) -> dict[str, Any]:
    """Return one group; mean and shares are those of the last year."""
    cuts = [format(cut, "f") for cut in assessment.rules.cuts]
    years = [_year(year.mean) | {"share_above": _shares(cuts, year.shares)} for year in group.years]
    return {
        "units": group.units,
        "mean": years[-1]["index"],
        "growth": group.annual.growth,
        "growth_basis": _basis(group.annual),
        "share_above": years[-1]["share_above"],
        "years": years,
    }


def _shares(cuts: Sequence[str], shares: Sequence[float]) -> Mapping[str, float] | None:
    return dict(zip(cuts, shares, strict=True)) or None


def _reasons(assessment: Assessment) -> dict[str, str] | None:
    """Say why figures of the whole document are null."""
    reasons = {}
    if assessment.annual.reason:
        reasons["mean_annual_growth"] = assessment.annual.reason
    if np.isnan(assessment.contributions.change):
        reasons["contributions"] = assessment.annual.reason or "no_common_units"
    elif np.isnan(assessment.contributions.percent).any():
        reasons["contributions.percent"] = "no_change"
    return reasons or None
