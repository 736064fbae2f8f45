"""Companions of the panel's figures with experts weighted, mostly by their authority coefficients.

They stand beside the unweighted figures and replace none of them. Weights of experts are relative:
only their ratios count, and experts of equal weight give the unweighted figures to the last digit.
An expert without a weight stays in the unweighted analysis and is left out here, and the number is
told. How much the weighting costs is told by the effective panel size, V1²/V2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation import (
    MEANS_OF_SHARES,
    aggregate,
    answered_rows,
    check_rule,
    combine,
    expert_rows,
    why_undefined,
)
from analysis.aggregation_rules import (
    DEFAULT_ZERO,
    geometric_closure,
    mean_of_shares,
    sum_of_logs,
)
from analysis.answers import answer_matrix
from analysis.dispersion import moments
from analysis.numerics.ordering import sum_over_experts
from analysis.numerics.squares import Answers, look_at
from analysis.numerics.weighted_sums import bits_of_parts, weighted_squares
from analysis.simplex import closure, share_totals

Floats = NDArray[np.float64]

#: Rules that have no weighted form here: dropping one lowest and one highest answer, and the ranks
#: of the strategy-proof rule, count heads.
WITHOUT_WEIGHTED_FORM = ("trimmed_mean", "l1")
#: A cumulated weight this near to half of the total, in shares of it, is half of it.
_HALF = 1e-9
#: A mean this much smaller than what was added is what floats leave of a zero.
_ZERO = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class WeightedDispersion:
    """Weighted figures of each item, arrays of shape (n_items,); NaN where undefined.

    Without a weighted answer everything but `n` is undefined, with one everything but mean and
    effective size.
    """

    #: weighted answers: given by experts with a weight above 0
    n: NDArray[np.int64]
    #: sum of c_i x_i / sum of c_i, in the unit of the answers
    mean: Floats
    #: standard deviation with reliability weights, in the unit of the answers, from 0 up
    sd: Floats
    #: sd / mean, with the sign of the mean; undefined at mean 0
    cv: Floats
    #: V1²/V2 of the experts who answered the item, 1..n
    effective_size: Floats
    #: experts who answered something and have no weight: in the unweighted figures only
    without_weight: int


@dataclass(frozen=True, eq=False)
class WeightedAggregate:
    """Weights of a panel, experts weighted, with what they rest on."""

    #: shape (n_items,), shares summing to 1; NaN throughout when undefined
    weights: Floats
    #: experts whose answers went in, each with a weight above 0
    experts_used: int
    #: experts whose answers go into the unweighted weights, but who have no weight
    without_weight: int
    #: experts whose answers go into the unweighted weights, but whose weight is 0
    weight_zero: int
    #: V1²/V2 of the experts used, 1..experts_used; NaN if there are none
    effective_size: float
    #: None, or why `weights` is undefined: a code of `analysis.aggregation.Aggregate`,
    #: `no_expert_weights`, `all_expert_weights_zero` or `no_weighted_form`
    reason: str | None


def effective_size(expert_weights: Floats) -> float:
    """Return how many experts of equal weight would give a mean as steady: V1²/V2.

    V1 is the sum of the weights, V2 that of their squares.

    Parameters
    ----------
    expert_weights
        Shape (n_experts,), not negative; NaN = no weight. Not changed.

    Returns
    -------
    float
        From 1 to the number of experts with a weight above 0, which it reaches when these are
        equal; NaN without one.

    Raises
    ------
    ValueError
        For a negative or infinite weight.

    References
    ----------
    Kish 1965 (effective sample size).
    """
    weights = np.asarray(expert_weights, np.float64)
    _check_weights(weights)
    return _effective(_relative(weights[weights > 0]))


def _check_weights(weights: Floats) -> None:
    if ((weights < 0) | np.isinf(weights)).any():
        raise ValueError("a weight of an expert must be a number not below 0")


def _relative(counting: Floats) -> Floats:
    """Weights above 0 in shares of the largest: equal weights are exactly 1."""
    return counting / counting.max() if counting.size else counting


def _effective(relative: Floats) -> float:
    v1, v2 = _totals(relative)
    return v1**2 / v2 if v2 else np.nan


def _totals(relative: Floats) -> tuple[float, float]:
    """V1 and V2, in ascending order: in whatever order the experts stand."""
    ascending = np.sort(relative)
    return float(ascending.sum()), float(np.square(ascending).sum())


def weighted_dispersion(values: Floats, expert_weights: Floats) -> WeightedDispersion:
    """Describe the answers to each item with experts weighted.

    mean_w = sum c_i x_i / V1, sd = sqrt( sum c_i (x_i - mean_w)² / (V1 - V2/V1) ), with V1 the sum
    of the weights c_i and V2 that of their squares, over the experts who answered the item. The
    divisor is that of reliability weights: it does not depend on their unit, and is n-1 times the
    common weight when they are equal.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.
    expert_weights
        Shape (n_experts,), for example Cr, not negative; NaN = no weight. Not changed.

    Returns
    -------
    WeightedDispersion
        With equal weights the figures of `analysis.dispersion` of these experts to the last digit.

    Raises
    ------
    ValueError
        If shapes do not fit, for an infinite answer, or for a negative or infinite weight.

    References
    ----------
    Galassi et al., GNU Scientific Library Reference Manual (weighted samples).
    """
    matrix = answer_matrix(values)
    known = _fitting(matrix, expert_weights)
    given = _gave_answers(matrix)
    without = int(np.count_nonzero(given & np.isnan(known)))
    counting = given & (known > 0)
    relative = _relative(known[counting])
    answers = look_at(matrix if counting.all() else matrix[counting])
    if (relative == 1).all():  # the same figures need the same steps
        plain = moments(answers)
        size = np.where(plain.n > 0, plain.n, np.nan)
        return WeightedDispersion(*plain, plain.cv, size, without)
    mean, sd, size = _figures(answers, relative)
    return WeightedDispersion(answers.counts(), mean, sd, _quotient(sd, mean), size, without)


def _gave_answers(answers: Floats) -> NDArray[np.bool_]:
    """Tell which rows hold an answer; looks through those only that begin with a gap."""
    given = np.asarray(~np.isnan(answers[:, :1]).all(axis=1))
    if not given.all():
        given[~given] = (~np.isnan(answers[~given])).any(axis=1)
    return given


def _fitting(answers: Floats, expert_weights: Floats) -> Floats:
    """Weights of experts as floats, checked against the answers."""
    weights = np.asarray(expert_weights, np.float64)
    if weights.shape != (len(answers),):
        raise ValueError(f"weights of shape {weights.shape} for {len(answers)} experts")
    _check_weights(weights)
    return weights


def _figures(answers: Answers, relative: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, SD and effective size; equal answers have an SD of exactly 0."""
    n = answers.counts()
    v1, v2 = _weights_heard(answers, relative)
    bits = bits_of_parts(answers)
    if bits is None:
        mean, squares = _means_and_squares(answers, relative, v1)
    else:
        mean, squares = weighted_squares(answers, relative, bits)
    sd = np.sqrt(squares / np.where(n > 1, v1 - v2 / v1, np.nan))
    return mean, sd, v1**2 / v2


def _means_and_squares(answers: Answers, relative: Floats, v1: Floats) -> tuple[Floats, Floats]:
    """Mean and sum of squared deviations of any answers, reckoned from the smallest."""
    values, gaps = answers.values, answers.given is not None
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)  # pass over NaN
    span = float(np.max(high - low, initial=0.0, where=v1 > 0))

    def above(part: slice) -> Floats:
        distance = values[part] - low
        return np.where(np.isnan(distance), 0.0, distance) if gaps else distance

    mean_above = sum_over_experts(values, relative, largest=span, of=above) / v1

    def squares(part: slice) -> Floats:
        away = values[part] - low
        away -= mean_above
        away *= away
        return np.where(np.isnan(away), 0.0, away) if gaps else away

    # Twice as large as it can be: the mean is rounded.
    sums = sum_over_experts(values, relative, largest=2 * span**2, of=squares)
    mean = low + mean_above
    mean[np.abs(mean) <= _ZERO * np.abs(low)] = 0.0
    return mean, sums


def _weights_heard(answers: Answers, relative: Floats) -> tuple[Floats, Floats]:
    """V1 and V2 of the experts who answered each item; NaN where there is none."""
    given = answers.given
    if given is None:
        v1, v2 = (np.full(answers.values.shape[1], total) for total in _totals(relative))
        return v1, v2

    def present(part: slice) -> Floats:
        return given[part].astype(np.float64)

    v1, v2 = (
        sum_over_experts(answers.values, weights, largest=1.0, of=present)
        for weights in (relative, relative**2)
    )
    v1[v1 == 0] = v2[v2 == 0] = np.nan
    return v1, v2


def _quotient(sd: Floats, mean: Floats) -> Floats:
    return np.asarray(sd / np.where(mean != 0, mean, np.nan))


def aggregate_weighted(
    values: Floats,
    expert_weights: Floats,
    *,
    method: str,
    rule: str,
    zero: float = DEFAULT_ZERO,
) -> WeightedAggregate:
    """Turn the answers of a panel into one weight vector, experts weighted by c_i.

    Means of shares and of ratings become sum c_i x_i / sum c_i, the geometric mean the same on
    logarithms, the median the weighted one: the middle of the answers at which the cumulated weight
    reaches and exceeds one half. Trimming and the l1 rule count experts and have no weighted form.

    Parameters
    ----------
    values
        Shape (n_experts, n_items), as for `analysis.aggregation.aggregate`. Not changed.
    expert_weights
        Shape (n_experts,), for example Cr, not negative; NaN = no weight. Not changed.
    method, rule, zero
        As for `analysis.aggregation.aggregate`.

    Returns
    -------
    WeightedAggregate
        With equal weights the unweighted vector of these experts to the last digit. An expert of
        weight 0 counts for nothing, as if absent.

    Raises
    ------
    ValueError
        If shapes do not fit, for a negative or infinite weight of an expert, a rule that is not one
        of the method, or a `zero` that leaves nothing.
    """
    answers = answer_matrix(values, negative=False)
    known = _fitting(answers, expert_weights)
    rows, answered = _rows(answers, method, rule)
    used = answered & (known > 0) & (rule not in WITHOUT_WEIGHTED_FORM)
    relative = _relative(known[used])
    if relative.size:
        rows = rows if used.all() else rows[used]
        weights = _combine(rows, relative, method, rule, zero)
        reason = why_undefined(weights, rows, rule)
    else:
        weights = np.full(rows.shape[-1], np.nan)
        reason = _why_nobody(answers, known[answered], method, rule)
    return WeightedAggregate(
        weights=weights,
        experts_used=int(np.count_nonzero(used)),
        without_weight=int(np.count_nonzero(answered & np.isnan(known))),
        weight_zero=int(np.count_nonzero(answered & (known == 0))),
        effective_size=_effective(relative),
        reason=reason,
    )


def _rows(answers: Floats, method: str, rule: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Rows of `expert_rows` and who takes part; shares of which the mean is taken are not held."""
    check_rule(method, rule)
    if rule in MEANS_OF_SHARES:
        return answers, ~np.isnan(share_totals(answers))
    rows = expert_rows(answers, method=method, rule=rule)
    return rows, answered_rows(rows, method=method, rule=rule)


def _why_nobody(answers: Floats, known: Floats, method: str, rule: str) -> str | None:
    """Name why nobody is left; `known` are the weights of the experts who answered."""
    if rule in WITHOUT_WEIGHTED_FORM:
        return "no_weighted_form"
    if not known.size:
        return aggregate(answers, method=method, rule=rule).reason
    return "no_expert_weights" if np.isnan(known).all() else "all_expert_weights_zero"


def _combine(rows: Floats, relative: Floats, method: str, rule: str, zero: float) -> Floats:
    equal = bool((relative == 1).all())
    if rule in MEANS_OF_SHARES:
        return mean_of_shares(rows, share_totals(rows), None if equal else relative)
    if equal:
        return combine(rows, method=method, rule=rule, zero=zero)
    if rule == "median":
        return closure(_weighted_medians(rows, relative))
    if rule == "geometric_mean":
        return geometric_closure(sum_of_logs(rows, zero, relative) / _totals(relative)[0])
    missing = np.isnan(rows)
    if not missing.any():
        return closure(sum_over_experts(rows, relative))
    heard = sum_over_experts((~missing).astype(np.float64), relative)
    totals = sum_over_experts(np.where(missing, 0.0, rows), relative)
    return closure(totals / np.where(heard > 0, heard, np.nan))


def _weighted_medians(rows: Floats, relative: Floats) -> Floats:
    """Middle of the answers at which the cumulated weight reaches and exceeds one half."""
    order = np.argsort(rows, axis=0, kind="stable")  # NaN goes last
    ordered = np.take_along_axis(rows, order, axis=0)
    weights = np.where(np.isnan(ordered), 0.0, relative[order])
    reached = np.cumsum(weights, axis=0)
    half = reached[-1] / 2
    slack = _HALF * reached[-1]
    lower = (reached < half - slack).sum(axis=0)
    upper = np.minimum((reached <= half + slack).sum(axis=0), len(rows) - 1)
    ends = np.take_along_axis(ordered, np.stack([lower, upper]), axis=0)
    return np.asarray(ends.mean(axis=0))
