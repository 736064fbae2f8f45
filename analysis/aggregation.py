"""Many experts to one weight vector, vectorised: for resampling, alternatives and audits.

The rules of `analysis.exact` on float arrays. Every `combine` takes leading batch dimensions, so
that thousands of resampled panels are one call: shape (..., n_experts, n_items) gives
(..., n_items). What is undefined is NaN in all items of that panel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.elicitation.ranking import ranking_weights
from analysis.exact import RULES, ZERO, nobody_left
from analysis.simplex import closure

Floats = NDArray[np.float64]

DEFAULT_ZERO = float(ZERO)


@dataclass(frozen=True)
class Aggregate:
    """Weights of a panel with what they rest on."""

    #: shape (n_items,), shares summing to 1; NaN throughout when undefined
    weights: Floats
    #: number of experts whose answers went in
    experts_used: int
    #: None, or the code of why the weights are undefined, as in `analysis.exact.ExactAggregate`
    reason: str | None


def aggregate(values: Floats, *, method: str, rule: str, zero: float = DEFAULT_ZERO) -> Aggregate:
    """Turn the answers of one panel into one weight vector.

    Parameters
    ----------
    values
        Shape (n_experts, n_items): points, ratings or ranks, not negative; NaN = no answer. Not
        changed.
    method, rule, zero
        As in `analysis.exact.aggregate`; the same experts are left out.

    Returns
    -------
    Aggregate
        Undefined weights are NaN with a reason, never 0.

    Raises
    ------
    ValueError
        For a rule that is not one of the method, or a `zero` that leaves nothing.
    """
    rows = expert_rows(values, method=method, rule=rule)
    answered = ~np.isnan(rows)
    used = answered.any(axis=-1)
    if not used.any():
        codes = _left_out(np.asarray(values, np.float64), method)
        return Aggregate(np.full(rows.shape[-1], np.nan), 0, nobody_left(codes))
    weights = combine(rows[used], method=method, rule=rule, zero=zero)
    return Aggregate(weights, int(used.sum()), _reason(weights, answered, int(used.sum()), rule))


def _left_out(values: Floats, method: str) -> set[str]:
    empty = np.isnan(values)
    codes = set()
    if (~empty.any(axis=-1)).any() and method != "ranking":
        codes.add("all_zero")
    if (empty.any(axis=-1) & ~empty.all(axis=-1)).any():
        codes.add("incomplete")
    return codes


def _reason(weights: Floats, answered: NDArray[np.bool_], used: int, rule: str) -> str | None:
    if not np.isnan(weights).any():
        return None
    if rule == "trimmed_mean" and used < 3:
        return "fewer_than_3_experts"
    return "all_zero" if answered.any(axis=0).all() else "item_without_answers"


def expert_rows(values: Floats, *, method: str, rule: str) -> Floats:
    """Turn each expert's answers into the row that `combine` takes; NaN rows are left out.

    Constant sum: shares of the row's total. Ranking: positional weights. Rating: shares for
    `mean_of_normalised`, the answers themselves for `normalised_means` and `median`.

    Parameters
    ----------
    values
        Shape (..., n_experts, n_items), NaN = no answer.
    method, rule
        A method of `RULES` and one of its rules.

    Returns
    -------
    ndarray
        Same shape. Drop the rows that are NaN throughout before resampling.
    """
    if rule not in RULES.get(method, ()):
        raise ValueError(f"no rule {rule!r} for {method!r}")
    if method == "ranking":
        return ranking_weights(values, rule)
    if method == "rating" and rule != "mean_of_normalised":
        return np.array(values, np.float64)
    return closure(values)


def combine(rows: Floats, *, method: str, rule: str, zero: float = DEFAULT_ZERO) -> Floats:
    """Apply a rule to the rows of `expert_rows`.

    Parameters
    ----------
    rows
        Shape (..., n_experts, n_items) without experts that are left out.
    method, rule, zero
        As in `aggregate`.

    Returns
    -------
    ndarray
        Shape (..., n_items), each vector summing to 1, or NaN throughout where undefined.
    """
    if rule not in RULES.get(method, ()):
        raise ValueError(f"no rule {rule!r} for {method!r}")
    if rule == "geometric_mean":
        return geometric_mean(rows, zero=zero)
    rules: dict[str, Callable[[Floats], Floats]] = {
        "normalised_means": normalised_means,
        "median": median,
        "trimmed_mean": trimmed_mean,
        "l1": l1,
    }
    return rules.get(rule, arithmetic_mean)(rows)


def arithmetic_mean(rows: Floats) -> Floats:
    """Mean share of each item.

    Sums to 1 by itself, and the index with these weights is the mean of the indices with each
    expert's own, as long as the index is linear. One expert can pull it by exaggerating.
    """
    return closure(rows.mean(axis=-2))


def normalised_means(rows: Floats) -> Floats:
    """Mean of the available answers of each item, divided by the sum of these means.

    Uses every answer. The ratios depend on where the rating scale starts, and lenient experts
    count for more than strict ones.
    """
    answered = ~np.isnan(rows)
    counts = answered.sum(axis=-2)
    totals = np.where(answered, rows, 0.0).sum(axis=-2)
    return closure(_divide(totals, counts))


def _divide(totals: Floats, counts: NDArray[np.int_]) -> Floats:
    result = np.full(totals.shape, np.nan)
    np.divide(totals, counts, out=result, where=counts > 0)
    return result


def geometric_mean(rows: Floats, *, zero: float = DEFAULT_ZERO) -> Floats:
    """Geometric mean of each item's shares, closed to 1: the centre of compositional data.

    Keeps ratios: the weight of one item to another is the geometric mean of the experts' ratios.
    Small shares pull hard, so it reacts most to a single expert, and zeros have to be replaced: in
    a row with c zeros each becomes `zero` and the other shares are multiplied by 1 - c·zero. An
    item that is 0 for everybody keeps weight 0.

    Raises
    ------
    ValueError
        If `zero` is not positive or leaves nothing for the other items of a row.
    """
    counts = (rows != 0).any(axis=-2, keepdims=True)
    zeros = (rows == 0) & counts
    rest = 1.0 - zero * zeros.sum(axis=-1, keepdims=True)
    if zero <= 0 or (rest <= 0).any():
        raise ValueError(f"a zero replaced by {zero:g} leaves nothing for the other items")
    replaced = np.where(zeros, zero, np.where(counts, rows * rest, 1.0))
    means = np.log(replaced).mean(axis=-2)
    means = np.where(counts[..., 0, :], means, -np.inf)
    return closure(np.exp(means - means.max(axis=-1, keepdims=True)))


def median(rows: Floats) -> Floats:
    """Median of each item over the available answers, closed to 1.

    Robust: one expert moves it little. Closing afterwards makes it no optimum of anything.
    """
    counts = (~np.isnan(rows)).sum(axis=-2, keepdims=True)
    ordered = np.sort(rows, axis=-2)  # NaN goes last
    last = np.maximum(counts - 1, 0)
    lower = np.take_along_axis(ordered, last // 2, axis=-2)
    upper = np.take_along_axis(ordered, (last + 1) // 2, axis=-2)
    return closure(((lower + upper) / 2)[..., 0, :])


def trimmed_mean(rows: Floats) -> Floats:
    """Mean of each item without its lowest and its highest share, closed to 1.

    Half robust: an extreme answer is cut off, yet it still pushes the next one in. Undefined for
    fewer than 3 experts, and where nothing but zeros is left.
    """
    if rows.shape[-2] < 3:
        return np.full((*rows.shape[:-2], rows.shape[-1]), np.nan)
    return closure(np.sort(rows, axis=-2)[..., 1:-1, :].mean(axis=-2))


def l1(rows: Floats) -> Floats:
    """Shares that sum to 1 and lie nearest to all experts by the sum of absolute differences.

    The closed form of `analysis.exact.l1`, solved on the breakpoints of its piecewise linear sum
    and not by bisection. Robust; and an expert who wants the result near the own answer in this
    distance gains nothing by misreporting (Freeman et al. 2021).
    """
    edge = np.zeros((*rows.shape[:-2], 1, rows.shape[-1]))
    ladder = np.concatenate([edge, np.sort(rows, axis=-2), edge + 1.0], axis=-2)
    below = (ladder[..., :-1, :].sum(axis=-1) <= 1.0).sum(axis=-1) - 1
    rank = np.maximum(below, 0)[..., None, None]
    low = np.take_along_axis(ladder, rank, axis=-2)[..., 0, :]
    high = np.take_along_axis(ladder, rank + 1, axis=-2)[..., 0, :]
    return closure(np.clip(_water_level(low, high)[..., None], low, high))


def _water_level(low: Floats, high: Floats) -> Floats:
    """Return y such that the sum of clamp(y, low, high) is 1; the last axis runs over items."""
    points = np.concatenate([low, high], axis=-1)
    order = np.argsort(points, axis=-1, kind="stable")
    points = np.take_along_axis(points, order, axis=-1)
    slope = np.cumsum(np.where(order < low.shape[-1], 1, -1), axis=-1)
    rises = np.cumsum(slope[..., :-1] * np.diff(points, axis=-1), axis=-1)
    start = low.sum(axis=-1, keepdims=True)
    filled = np.concatenate([start, start + rises], axis=-1)
    at = np.maximum((filled <= 1.0).sum(axis=-1, keepdims=True) - 1, 0)
    missing = 1.0 - np.take_along_axis(filled, at, axis=-1)
    rising = np.take_along_axis(slope, at, axis=-1)
    step = np.where(rising > 0, missing / np.maximum(rising, 1), 0.0)
    return (np.take_along_axis(points, at, axis=-1) + step)[..., 0]
