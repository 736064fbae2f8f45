"""The stopping rule: whether a group has converged, has settled apart, or needs another round.

The steps are taken in a fixed order and every condition is listed with its value, so that a reader
can follow the verdict to the numbers; what is printed without deciding says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.concordance import Concordance, kendall_w
from analysis.dispersion import Dispersion, dispersion
from analysis.matching import Answers, Matched, match
from analysis.stability import (
    HISTOGRAM_LIMIT,
    ON_LIMIT,
    Movement,
    enough_items,
    limits_of,
    movement,
    points,
)

PRESETS = ("recommended", "classic")
#: Share of answers within one tolerance of the median that an agreed constant-sum item needs.
WITHIN_TOLERANCE = 0.75
#: Largest CV of an agreed item.
CV_LIMIT = 0.25
#: Below this share of the scale's range a mean is too near zero for a CV to mean anything.
CV_FROM_MEAN = 0.1
#: Significance asked of W under `classic`, in groups of three or more.
P_LIMIT = 0.05
#: Largest IQR of an agreed rating by scale; on other scales a quarter of the range.
IQR_LIMITS = {(1.0, 5.0): 1.0, (1.0, 9.0): 2.0, (0.0, 100.0): 10.0}

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Value = float | Mapping[str, float | None] | None


@dataclass(frozen=True)
class Condition:
    """One condition of the rule, or a figure printed beside it."""

    #: what it is called in every document
    name: str
    #: the figure; item → figure where each item has its own; None where undefined
    value: Value
    #: what it is held against; None for a figure that is only printed
    limit: float | None
    #: whether it is met; a condition on items is met if ceil(0.8 k) of k items meet it, under
    #: `classic` every item; None where undefined or only printed
    holds: bool | None
    #: whether the rule asks for it; if not, it is printed beside
    decides: bool


@dataclass(frozen=True)
class Verdict:
    """Outcome of the stopping rule for one group."""

    #: `consensus_stable`, `stable_dissent`, `continue`, `round_limit` or `hold`
    verdict: str
    #: in the order in which the rule asks
    conditions: tuple[Condition, ...]
    #: None, or condition → code of why it has no value, or none for some item
    reason: dict[str, str] | None = None


@dataclass(frozen=True)
class _Rule:
    method: str
    limits: tuple[float, float]
    invited: int
    tolerance: float
    minimum: int
    response: float
    last: bool
    classic: bool


@dataclass(frozen=True, eq=False)
class _Round:
    """A round with everything that the conditions look at."""

    items: tuple[str, ...]
    answered: int
    #: points or ratings, shape (n_experts, n_items)
    values: Floats
    spread: Dispersion
    concordance: Concordance
    #: None in the first round
    moved: Movement | None


def decide(  # noqa: PLR0913 - the settings of one rule, all by name
    before: Answers | None,
    after: Answers,
    *,
    method: str,
    invited: int,
    scale: tuple[float, float] | None = None,
    tolerance: float = 5.0,
    minimum: int = 8,
    response: float = 0.7,
    last: bool = False,
    preset: str = "recommended",
    concordance: Concordance | None = None,
) -> Verdict:
    """Apply the stopping rule to one group.

    In this order. 1. `hold` if fewer than `response` of the invited answered, or, with a round to
    compare with, fewer than `minimum` answered both. 2. `continue` without a round to compare with.
    3. `recommended`: `consensus_stable` if the group is stable (see `movement`) and ceil(0.8 k) of
    its k items are agreed on, `stable_dissent` if it is only stable. An item is agreed on, for
    constant sum, if its IQR is at most t and at least 75 % of the answers lie within t of the
    median; for ratings, if its IQR is at most that of the scale and, where the mean exceeds 10 % of
    the range, its CV is at most 0.25. `classic`: `consensus_stable` if every item has a CV of at
    most 0.25 in size, or is 0 for all, and, in groups of three or more, p < 0.05 for W.
    4. `round_limit` if this was the last round, else `continue`.

    Parameters
    ----------
    before, after
        Answers of the last comparable round, None if there is none, and of this one; experts and
        items are matched by name. An expert has answered if the row is not wholly empty. Spread and
        W are those of everybody who answered this round, movement that of those who answered both.
    method
        `constant_sum` or `rating`.
    invited
        Experts invited to this round.
    scale
        Smallest and largest rating; needed for `rating`.
    tolerance
        t, in points of 100.
    minimum, response
        Least number of experts who answered both rounds, and least share of the invited.
    last
        Whether the plan has no further round.
    preset
        `recommended` or `classic`.
    concordance
        W of the answers of this round, where the caller has it; computed if not given.

    Returns
    -------
    Verdict
        With every condition, in the order of the rule.

    Raises
    ------
    ValueError
        If a setting is not one of these, more answered than were invited, the rounds have other
        items, or answers do not fit the method.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset {preset!r}, expected one of {', '.join(PRESETS)}")
    if not (0 < tolerance <= 100 and 0 < response <= 1 and minimum >= 0):
        raise ValueError("needed: tolerance above 0 to 100, response to 1, minimum from 0")
    limits = limits_of(method, scale)
    rule = _Rule(method, limits, invited, tolerance, minimum, response, last, preset == "classic")
    this = _look(before, after, rule, concordance)
    if invited < max(1, this.answered):
        raise ValueError(f"{this.answered} answered, but only {invited} were invited")
    return _verdict(this, rule)


def _look(before: Answers | None, after: Answers, rule: _Rule, w: Concordance | None) -> _Round:
    matched = None if before is None else match(before, after)
    values = points(after.values) if rule.method == "constant_sum" else after.values
    return _Round(
        items=after.items,
        answered=int((~np.isnan(after.values)).any(axis=1).sum()),
        values=values,
        spread=dispersion(values, rule.limits),
        concordance=kendall_w(after.values) if w is None else w,
        moved=None if matched is None else _moved(matched, rule),
    )


def _moved(matched: Matched, rule: _Rule) -> Movement:
    return movement(
        matched.before,
        matched.after,
        method=rule.method,
        scale=rule.limits,
        tolerance=rule.tolerance,
    )


def _verdict(this: _Round, rule: _Rule) -> Verdict:
    attendance = _attendance(this, rule)
    movements = _movements(this, rule)
    agreement, agreed = _agreement(this, rule)
    order = _order(this, rule)
    earlier = _flag("earlier_round", this.moved is not None)
    last = _flag("last_round", rule.last)
    conditions = (*attendance, earlier, *movements, *agreement, *order, last)
    if any(condition.holds is False for condition in attendance):
        verdict = "hold"
    elif this.moved is None:
        verdict = "continue"
    else:
        tested = all(condition.holds for condition in order if condition.decides)
        verdict = _settled(rule, this.moved.stable is True, agreed and tested)
    return Verdict(verdict, conditions, _reason(this, conditions))


def _settled(rule: _Rule, stable: bool, agreed: bool) -> str:
    """Take steps 3 and 4 of the rule."""
    if agreed and (stable or rule.classic):
        return "consensus_stable"
    if stable and not rule.classic:
        return "stable_dissent"
    return "round_limit" if rule.last else "continue"


def _reason(this: _Round, conditions: tuple[Condition, ...]) -> dict[str, str] | None:
    codes = dict(this.concordance.reason or {})
    if this.moved is not None:
        codes |= this.moved.reason or {}
    reason = {}
    for name, value in ((condition.name, condition.value) for condition in conditions):
        if value is None:
            reason[name] = codes.get(name, "no_earlier_round")
        elif isinstance(value, Mapping) and None in value.values():
            reason[name] = "some_items_undefined"
    return reason or None


def _flag(name: str, holds: bool) -> Condition:
    return Condition(name, holds, None, holds, True)


def _printed(name: str, value: Value) -> Condition:
    return Condition(name, value, None, None, False)


def _at_most(name: str, value: float | None, limit: float) -> Condition:
    return Condition(name, value, limit, None if value is None else value <= limit + ON_LIMIT, True)


def _attendance(this: _Round, rule: _Rule) -> tuple[Condition, Condition]:
    response = this.answered / rule.invited
    both = None if this.moved is None else this.moved.experts
    return (
        Condition("response", response, rule.response, response >= rule.response, True),
        Condition(
            "experts_both", both, rule.minimum, None if both is None else both >= rule.minimum, True
        ),
    )


def _movements(this: _Round, rule: _Rule) -> list[Condition]:
    moved = this.moved
    own = {
        name: None if moved is None else getattr(moved, name)
        for name in ("weight_change_max", "median_own_move", "mean_own_move")
    }
    result = [_printed(name, value) for name, value in own.items()]
    if rule.method == "rating":
        return [_histogram_change(this, rule), *result]
    if not rule.classic:
        for at, name in enumerate(("weight_change_max", "median_own_move")):
            result[at] = _at_most(name, own[name], rule.tolerance / 2)
    return result


def _histogram_change(this: _Round, rule: _Rule) -> Condition:
    value = None if this.moved is None else _by_item(this, this.moved.histogram_change)
    if rule.classic:
        return _printed("histogram_change", value)
    holds = None if this.moved is None else this.moved.stable
    return Condition("histogram_change", value, HISTOGRAM_LIMIT, holds, True)


def _by_item(this: _Round, figures: Floats) -> dict[str, float | None]:
    pairs = zip(this.items, figures.tolist(), strict=True)
    return {item: None if isnan(figure) else figure for item, figure in pairs}


class _ItemTest(NamedTuple):
    """A figure of each item with its limit."""

    name: str
    figures: Floats
    limit: float
    #: which items meet it
    met: Flags
    decides: bool


def _item_tests(values: Floats, spread: Dispersion, rule: _Rule) -> list[_ItemTest]:
    iqr, sums = spread.iqr, rule.method == "constant_sum"
    limit = _iqr_limit(rule)
    tests = [_ItemTest("iqr", iqr, limit, iqr <= limit + ON_LIMIT, not rule.classic)]
    if sums:
        share = _within_tolerance(values, spread, rule.tolerance)
        met = share >= WITHIN_TOLERANCE
        tests.append(_ItemTest("within_tolerance", share, WITHIN_TOLERANCE, met, not rule.classic))
    cv_decides = rule.classic or not sums
    tests.append(_ItemTest("cv", spread.cv, CV_LIMIT, _cv_met(spread, rule), cv_decides))
    return tests


def _meet_all(tests: list[_ItemTest]) -> Flags:
    # The same items must meet all of them: each may hold for enough items, and the whole not.
    met: Flags = np.logical_and.reduce([test.met for test in tests if test.decides])
    return met


def agreed_items(
    values: Floats,
    *,
    method: str,
    scale: tuple[float, float] | None = None,
    tolerance: float = 5.0,
    preset: str = "recommended",
) -> Flags:
    """Tell which items the stopping rule counts as agreed on.

    Parameters
    ----------
    values
        Points of 100 or ratings, shape (n_experts, n_items); NaN = no answer. Not changed.
    method, scale, tolerance, preset
        As in `decide`.

    Returns
    -------
    ndarray of bool
        Shape (n_items,): whether the item meets every condition on spread that decides.

    Raises
    ------
    ValueError
        If a value is off the scale, or a setting is not one of these.
    """
    if preset not in PRESETS:
        raise ValueError(f"preset {preset!r}, expected one of {', '.join(PRESETS)}")
    limits = limits_of(method, scale)
    rule = _Rule(method, limits, 1, tolerance, 0, 0.0, False, preset == "classic")
    return _meet_all(_item_tests(values, dispersion(values, limits), rule))


def _agreement(this: _Round, rule: _Rule) -> tuple[list[Condition], bool]:
    """Conditions on the spread of each item, and whether the panel agrees."""
    tests = _item_tests(this.values, this.spread, rule)
    needed = len(this.items) if rule.classic else enough_items(len(this.items))
    conditions = [
        Condition(test.name, _by_item(this, test.figures), test.limit, holds, True)
        if test.decides
        else _printed(test.name, _by_item(this, test.figures))
        for test, holds in ((test, bool(test.met.sum() >= needed)) for test in tests)
    ]
    count = int(_meet_all(tests).sum())
    agreed = count >= needed
    return [*conditions, Condition("items_agreed", count, needed, agreed, True)], agreed


def _iqr_limit(rule: _Rule) -> float:
    if rule.method == "constant_sum":
        return rule.tolerance
    low, high = rule.limits
    return IQR_LIMITS.get((low, high), (high - low) / 4)


def _cv_met(spread: Dispersion, rule: _Rule) -> Flags:
    small = np.abs(spread.cv) <= CV_LIMIT + ON_LIMIT
    if rule.classic:
        met: Flags = small | ((spread.sd == 0) & (spread.mean == 0))
    else:
        low, high = rule.limits
        met = small | (spread.mean <= CV_FROM_MEAN * (high - low) + ON_LIMIT)
    return met


def _within_tolerance(values: Floats, spread: Dispersion, tolerance: float) -> Floats:
    near = np.abs(values - spread.median) <= tolerance + ON_LIMIT
    share = np.full(len(spread.n), np.nan)
    np.divide(near.sum(axis=0), spread.n, out=share, where=spread.n > 0)
    return share


def _order(this: _Round, rule: _Rule) -> list[Condition]:
    """W and its p; a panel too large to permute is judged by chi-square, which is exact enough."""
    found = this.concordance
    name = "p_chi2" if found.p_method == "chi2" else "p_permutation"
    p = found.p_chi2 if name == "p_chi2" else found.p_permutation
    if rule.classic and len(this.items) > 2:
        tested = Condition(name, p, P_LIMIT, None if p is None else p < P_LIMIT, True)
    else:
        tested = _printed(name, p)
    return [_printed("w", found.w), tested]
