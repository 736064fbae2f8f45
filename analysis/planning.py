"""How many experts it takes: for intervals of weights, and of W, that are as narrow as wanted.

This is model output. It takes the spread seen in one panel for that of all experts who might be
asked, and the new ones for a random draw from the same circle. The spread of a small panel is
itself known badly: from eight experts the true standard deviation may well be two thirds or twice
the one seen, and the number of experts goes with its square.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import expert_rows
from analysis.answers import answer_matrix
from analysis.concordance import kendall_w
from analysis.exact import RULES
from analysis.numerics.ordering import sum_over_experts

Floats = NDArray[np.float64]
#: Panels above this size are not looked for.
MOST_EXPERTS = 1_000_000
#: What the plan for weights takes for granted.
WEIGHT_ASSUMPTIONS = (
    "spread_as_in_this_panel",
    "experts_drawn_independently",
    "weights_of_experts_normal",
    "arithmetic_mean",
)
#: What the plan for W takes for granted.
W_ASSUMPTIONS = (
    "spread_as_in_this_panel",
    "experts_drawn_independently",
    "standard_error_falls_with_root_of_experts",
    "w_stays_as_it_is",
)
_POINTS = 100.0
#: A half-width of W this small is what floats leave of none.
_NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class WeightPlan:
    """Experts needed for a wanted interval width of every weight; NaN where undefined."""

    #: always true: model output, to be labelled so wherever it is shown
    model: bool
    #: codes of what the model takes for granted
    assumptions: tuple[str, ...]
    #: width of the interval that is wanted, from end to end, in points of 100
    width: float
    #: confidence of the interval, 0..1
    confidence: float
    #: probability that the interval is that narrow; None: its expected width is meant
    assurance: float | None
    #: experts of this panel with a weight vector
    experts: int
    #: standard deviation of the weight between experts, in points, shape (n_items,)
    sd: Floats
    #: width of the t-interval in this panel, in points
    width_now: Floats
    #: experts needed for each weight, at least 2
    needed: Floats
    #: experts needed for all of them, the largest of `needed`
    needed_for_all: int | None
    #: position of the item that needs them
    worst_item: int | None
    #: None, or figure → `fewer_than_2_experts`, `scale_below_0`, `no_spread` or `too_many_experts`,
    #: the last two where it concerns every item or any of them
    reason: dict[str, str] | None


@dataclass(frozen=True)
class ConcordancePlan:
    """Experts needed for a wanted width of the jackknife-t interval of W."""

    #: always true: model output, to be labelled so wherever it is shown
    model: bool
    #: codes of what the model takes for granted
    assumptions: tuple[str, ...]
    #: width of the interval that is wanted, from end to end, 0..1
    width: float
    #: experts of this panel that W rests on
    experts: int
    #: W of this panel
    w: float | None
    #: jackknife standard error of W in this panel
    standard_error: float | None
    #: experts needed, at least 2
    needed: int | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


def interval_width(sd: Floats, experts: int | Floats, *, confidence: float = 0.95) -> Floats:
    """Return the width of the t-interval of a mean: 2 · t(m-1) · sd / sqrt(m).

    Parameters
    ----------
    sd
        Standard deviation between experts, shape (...).
    experts
        m, a number or shape (...) that broadcasts.
    confidence
        Of the interval, above 0 and below 1.

    Returns
    -------
    ndarray
        Shape (...), in the unit of `sd`, from end to end; NaN with fewer than two experts.

    Raises
    ------
    ValueError
        If `confidence` is not between 0 and 1.
    """
    from scipy import special  # loading it takes longer than any figure here

    _check_probability("confidence", confidence)
    if (np.asarray(sd, np.float64) < 0).any():
        raise ValueError("a standard deviation below 0")
    m = np.asarray(experts, np.float64)
    freedom = np.where(m > 1, m - 1, np.nan)
    t = special.stdtrit(freedom, (1 + confidence) / 2)
    result: Floats = 2 * t * np.asarray(sd, np.float64) / np.sqrt(np.where(m > 1, m, np.nan))
    return result


def experts_needed(
    sd: Floats, width: float, *, confidence: float = 0.95, assurance: float | None = None
) -> Floats:
    """Return the smallest panel whose t-interval of a mean is at most so wide.

    Without assurance: the smallest m with 2 · t(m-1) · sd / sqrt(m) ≤ width. Since the quantile
    itself depends on m this has no closed form; both fall with m, so it is found by halving. With
    assurance γ the SD that the panel will show is a random one, and sd is multiplied by
    sqrt(χ²(γ, m-1) / (m-1)): the interval is then narrow enough with probability γ, while without
    it that happens in hardly more than half of all panels.

    Parameters
    ----------
    sd
        Standard deviation between experts, shape (...), from 0 up; NaN = unknown.
    width
        Wanted width from end to end, above 0, in the unit of `sd`.
    confidence
        Of the interval, above 0 and below 1.
    assurance
        γ, above 0 and below 1; None for none.

    Returns
    -------
    ndarray
        Shape (...), whole numbers from 2 up; NaN where `sd` is, and where even `MOST_EXPERTS` are
        too few.

    Raises
    ------
    ValueError
        If `width` is not positive, or `confidence` or `assurance` not between 0 and 1.

    References
    ----------
    Kupper & Hafner 1989 (assurance).
    """
    if not width > 0:
        raise ValueError(f"a width of {width}, expected one above 0")
    if assurance is not None:
        _check_probability("assurance", assurance)
    spread = np.asarray(sd, np.float64)
    if (spread < 0).any():
        raise ValueError("a standard deviation below 0")
    low, high = np.full(spread.shape, 1.0), np.full(spread.shape, float(MOST_EXPERTS))
    out_of_reach = ~(_planned_width(spread, high, confidence, assurance) <= width)
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        enough = _planned_width(spread, np.maximum(middle, 2.0), confidence, assurance) <= width
        open_still = high - low > 1
        high = np.where(open_still & enough, middle, high)
        low = np.where(open_still & ~enough, middle, low)
    return np.where(out_of_reach, np.nan, high)


def plan_weights(
    values: Floats,
    *,
    method: str,
    width: float,
    confidence: float = 0.95,
    assurance: float | None = None,
) -> WeightPlan:
    """Plan a panel whose mean weights have intervals of at most a wanted width.

    Parameters
    ----------
    values
        Answers of a panel such as the one that is planned, shape (n_experts, n_items); NaN = no
        answer. Not changed.
    method
        `constant_sum`, `rating` or `ranking`; each expert's own weights are those of its headline
        rule.
    width
        Wanted width of the intervals from end to end, in points of 100.
    confidence
        Of the intervals, above 0 and below 1.
    assurance
        Probability that an interval is that narrow; None for its expected width.

    Returns
    -------
    WeightPlan
        `sd`, `width_now` and `needed` are undefined with fewer than two weight vectors and on a
        scale below 0; `needed` of an item that all weighted alike is undefined too: a panel
        without spread says nothing about how many experts would be needed.

    Raises
    ------
    ValueError
        For an unknown method, negative points or ranks, or settings out of range.

    References
    ----------
    Kupper & Hafner 1989 (assurance).
    """
    if method not in RULES:
        raise ValueError(f"method {method!r}, expected one of {', '.join(RULES)}")
    answers = answer_matrix(values, negative=method == "rating")
    below = bool((answers < 0).any())
    if below and method != "rating":
        raise ValueError("a negative value")
    rows = np.full((0, answers.shape[1]), np.nan)
    if not below:
        rows = expert_rows(answers, method=method, rule=RULES[method][0])
        rows = _POINTS * rows[~np.isnan(rows).any(axis=1)]
    sd = _standard_deviation(rows)
    planned = np.where(sd > 0, sd, np.nan)
    needed = experts_needed(planned, width, confidence=confidence, assurance=assurance)
    figures: dict[str, Any] = {"sd": sd, "needed": needed}
    figures["width_now"] = interval_width(sd, len(rows), confidence=confidence)
    reason = _reason(rows, sd, needed, below)
    if "needed_for_all" in reason:
        figures |= {"needed_for_all": None, "worst_item": None}
    else:
        worst = int(np.nanargmax(needed))
        figures |= {"needed_for_all": int(needed[worst]), "worst_item": worst}
    return WeightPlan(
        model=True,
        assumptions=WEIGHT_ASSUMPTIONS,
        width=width,
        confidence=confidence,
        assurance=assurance,
        experts=len(rows),
        reason=reason or None,
        **figures,
    )


def plan_concordance(ratings: Floats, *, width: float) -> ConcordancePlan:
    """Plan a panel whose 95 % jackknife-t interval of W is at most so wide.

    The standard error found in this panel is taken to fall with the root of the number of experts,
    and the t quantile to follow its degrees of freedom. W itself falls a little when experts are
    added to a panel that agrees no better, by about (1 - W)/m; that is left aside.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Not changed.
    width
        Wanted width from end to end, above 0.

    Returns
    -------
    ConcordancePlan
        Undefined where W or its interval is; `no_spread` where the interval has no width, and
        `interval_cut` where both its ends are cut to [0, 1] and it does not show its error.

    Raises
    ------
    ValueError
        If `ratings` is not a matrix or `width` is not positive.

    References
    ----------
    Tukey 1958 (jackknife).
    """
    found = kendall_w(ratings, permutations=1)
    m = found.experts_used
    error, code = _standard_error(found.w, found.w_low, found.w_high, m)
    if found.reason is not None and error is None:
        code = found.reason.get("w_low", code)
    spread = np.nan if error is None else error * sqrt(m)
    needed = float(experts_needed(np.array(spread), width))
    reason: dict[str, str] = {}
    if error is None:
        reason = dict.fromkeys(("standard_error", "needed"), code)
        reason |= {"w": found.reason["w"]} if found.reason and found.w is None else {}
    elif isnan(needed):
        reason = {"needed": "too_many_experts"}
    return ConcordancePlan(
        model=True,
        assumptions=W_ASSUMPTIONS,
        width=width,
        experts=m,
        w=found.w,
        standard_error=error,
        needed=None if isnan(needed) else int(needed),
        reason=reason or None,
    )


def _check_probability(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise ValueError(f"{name} {value}, expected one between 0 and 1")


def _planned_width(sd: Floats, m: Floats, confidence: float, assurance: float | None) -> Floats:
    if assurance is None:
        return interval_width(sd, m, confidence=confidence)
    from scipy import special  # loading it takes longer than any figure here

    larger = np.sqrt(special.chdtri(m - 1, 1 - assurance) / (m - 1))
    return interval_width(sd * larger, m, confidence=confidence)


def _standard_deviation(rows: Floats) -> Floats:
    """SD (n-1) of each column; exactly 0 where all are equal."""
    m, items = rows.shape
    if m < 2:
        return np.full(items, np.nan)
    above = rows - rows.min(axis=0)
    mean = sum_over_experts(above) / m
    result: Floats = np.sqrt(sum_over_experts((above - mean) ** 2) / (m - 1))
    return result


def _reason(rows: Floats, sd: Floats, needed: Floats, below: bool) -> dict[str, str]:
    if len(rows) < 2:
        code = "scale_below_0" if below else "fewer_than_2_experts"
        names = ("sd", "width_now", "needed", "needed_for_all", "worst_item")
        return dict.fromkeys(names, code)
    for_all = ("needed_for_all", "worst_item")
    if (np.isnan(needed) & (sd > 0)).any():
        return dict.fromkeys(("needed", *for_all), "too_many_experts")
    if not (sd > 0).any():
        return dict.fromkeys(("needed", *for_all), "no_spread")
    return {} if (sd > 0).all() else {"needed": "no_spread"}


def _standard_error(
    w: float | None, low: float | None, high: float | None, experts: int
) -> tuple[float | None, str]:
    """Read the error back from an interval, at an end that is not cut to [0, 1]."""
    if w is None or low is None or high is None:
        return None, "w_undefined"
    if low <= 0 and high >= 1:
        return None, "interval_cut"
    half = w - low if low > 0 else high - w
    if half <= _NOTHING:
        return None, "no_spread"
    return 2 * half / float(interval_width(np.array(sqrt(experts)), experts)), ""
