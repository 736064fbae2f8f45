"""The rules that turn many experts' shares into one vector, with what each keeps and gives up.

Each takes leading batch dimensions: shape (..., n_experts, n_items) gives (..., n_items). The order
of experts changes no digit. `analysis.aggregation` chooses among them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analysis.exact import ZERO
from analysis.numerics.ordering import sum_over_experts
from analysis.simplex import closure, replace_zeros

Floats = NDArray[np.float64]

#: What the geometric mean puts in the place of a zero, as a share of 1: half a point of 100.
DEFAULT_ZERO = float(ZERO)


def arithmetic_mean(rows: Floats) -> Floats:
    """Return the mean share of each item: w_j = (1/m) sum of x_ij over the experts.

    * Sum: 1 by itself; closing takes off rounding only.
    * Meaning: the linear index with these weights is the mean of the indices with each expert's
      own weights. No other rule here has this.
    * Ratios: not kept. The ratio of two weights is not the mean of the experts' ratios.
    * Robust: no. One expert moves a weight by up to 1/m.
    * Manipulable: yes. Who wants a weight higher than the mean gains by exaggerating.
    * Zeros: a share like any other.

    Parameters
    ----------
    rows
        Shares of shape (..., n_experts, n_items), each row summing to 1. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1; NaN throughout where a row is NaN.

    References
    ----------
    Stone 1961 (linear opinion pool).
    """
    if np.isnan(rows[..., :1]).any():  # a row is missing throughout or not at all
        return closure(sum_over_experts(rows))
    return closure(sum_over_experts(rows, largest=1.0))


def mean_of_shares(answers: Floats, totals: Floats, factors: Floats | None = None) -> Floats:
    """Return the `arithmetic_mean` of the shares of answers, without holding all shares at once.

    Parameters
    ----------
    answers
        Shape (n_experts, n_items). Not changed.
    totals
        Shape (n_experts,), from `analysis.simplex.share_totals`, none of them NaN. Not changed.
    factors
        Shape (n_experts,), not negative, one above 0: what each expert's shares count for; equally
        much if not given. Not changed.

    Returns
    -------
    ndarray, shape (n_items,)
        Shares summing to 1; without factors to the last digit those of the rule.
    """
    if factors is None:
        return closure(
            sum_over_experts(
                answers, largest=1.0, of=lambda part: answers[part] / totals[part, None]
            )
        )
    scale = (factors / factors.max() / totals)[:, None]
    return closure(
        sum_over_experts(answers, largest=1.0, of=lambda part: answers[part] * scale[part])
    )


def normalised_means(rows: Floats) -> Floats:
    """Return the mean of the available ratings of each item, divided by the sum of these means.

    * Sum: 1 by closing.
    * Ratios: depend on where the scale starts: 1 to 5 recoded as 0 to 4 gives other weights, and
      no weight can exceed another by more than the ratio of the scale's ends. Not ratio judgements.
    * Robust: no; lenient experts, who rate everything high, count for more than strict ones.
    * Manipulable: yes, within the scale.
    * Zeros: a rating like any other. Missing: the item's mean is over who rated it, so that items
      may rest on different experts.

    Parameters
    ----------
    rows
        Ratings of shape (..., n_experts, n_items), not negative; NaN = no answer. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1; NaN throughout where an item has no answer or all
        means are 0.
    """
    missing = np.isnan(rows)
    if not missing.any():
        return closure(sum_over_experts(rows))
    counts = (~missing).sum(axis=-2)
    totals = sum_over_experts(np.where(missing, 0.0, rows))
    return closure(totals / np.where(counts > 0, counts, np.nan))


def geometric_mean(rows: Floats, *, zero: float = DEFAULT_ZERO) -> Floats:
    """Return the closed geometric mean: w_j proportional to the m-th root of the product of x_ij.

    * Sum: 1 by closing.
    * Ratios: kept. The ratio of two weights is the geometric mean of the experts' ratios, and
      leaving an item out does not change the ratios of the others: the centre of compositions.
    * Robust: no, the least of all: it works on ratios, so that one very small share pulls hard.
    * Manipulable: yes, most by putting a rival item near 0.
    * Zeros: have no logarithm. In a row with c zeros each becomes `zero` and the other shares are
      multiplied by 1 - c·zero; the result depends on that choice. An item that is 0 for everybody
      keeps weight 0 and takes no part in this.

    Parameters
    ----------
    rows
        Shares of shape (..., n_experts, n_items), each row summing to 1. Not changed.
    zero
        The replacement of a zero, a share of 1.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1; NaN throughout where a row is NaN.

    Raises
    ------
    ValueError
        If `zero` is not positive or leaves nothing for the other items of a row.

    References
    ----------
    Aitchison 1986; Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn 2003 (zeros).
    """
    return geometric_closure(sum_of_logs(rows, zero) / rows.shape[-2])


def sum_of_logs(rows: Floats, zero: float, factors: Floats | None = None) -> Floats:
    """Add the logarithms of shares over experts, zeros replaced as `geometric_mean` says.

    Parameters
    ----------
    rows
        Shares of shape (..., n_experts, n_items). Not changed.
    zero
        The replacement of a zero, a share of 1.
    factors
        Shape (n_experts,), not negative: what each expert's logarithms are multiplied by; 1 if not
        given. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items); NaN for an item that is 0 for every expert of its panel.

    Raises
    ------
    ValueError
        If `zero` is not positive or leaves nothing for the other items of a row.
    """
    smallest = float(rows.min(initial=1.0))
    if zero > 0 and smallest > 0:
        return sum_over_experts(
            rows, factors, largest=-math.log(smallest), of=lambda part: np.log(rows[..., part, :])
        )
    nowhere = ~(rows != 0).any(axis=-2, keepdims=True)
    logs = np.log(replace_zeros(np.where(nowhere, np.nan, rows), zero))
    return sum_over_experts(logs, factors)


def geometric_closure(mean_logs: Floats) -> Floats:
    """Turn mean logarithms back into shares.

    Parameters
    ----------
    mean_logs
        Shape (..., n_items); NaN for an item that is 0 for everybody. Not changed.

    Returns
    -------
    ndarray
        Same shape, shares summing to 1; such an item has weight 0. NaN throughout if all have.
    """
    logs = np.where(np.isnan(mean_logs), -np.inf, mean_logs)
    # Taking off the largest keeps the exponential in range; the factor goes in the closure.
    with np.errstate(invalid="ignore"):  # nothing but -inf: undefined, NaN
        relative = logs - logs.max(axis=-1, keepdims=True, initial=-np.inf)
    return closure(np.exp(relative))


def median(rows: Floats) -> Floats:
    """Return the median of each item over the available answers, divided by their sum.

    * Sum: 1 by closing only; medians themselves may add up to more or less. Closing moves weights
      that nobody disputed, so the result is not the optimum of any distance.
    * Ratios: not kept.
    * Robust: yes. Up to half of the experts cannot move an item's median beyond the others'
      answers; through the closure they still move its weight a little.
    * Manipulable: hardly before closing (no gain for single-peaked wishes), possible through it.
    * Zeros: an answer like any other. An item that more than half put at 0 gets weight 0.

    Parameters
    ----------
    rows
        Shares or ratings of shape (..., n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1; NaN throughout where an item has no answer or all
        medians are 0.
    """
    last = rows.shape[-2] - 1
    if rows.size and not np.isnan(rows.max()):
        middle = sorted({last // 2, (last + 1) // 2})
        parts = np.partition(rows, middle, axis=-2)
        return closure((parts[..., middle[0], :] + parts[..., middle[-1], :]) / 2)
    ordered = np.sort(rows, axis=-2)  # NaN goes last
    last_given = np.maximum((~np.isnan(rows)).sum(axis=-2, keepdims=True) - 1, 0)
    lower = np.take_along_axis(ordered, last_given // 2, axis=-2)
    upper = np.take_along_axis(ordered, (last_given + 1) // 2, axis=-2)
    return closure(((lower + upper) / 2)[..., 0, :])


def trimmed_mean(rows: Floats) -> Floats:
    """Return the mean of each item without its lowest and its highest share, divided by their sum.

    * Sum: 1 by closing only.
    * Ratios: not kept.
    * Robust: against one expert an item; two of one mind have their way. Different experts are cut
      off for different items, so no expert's vector is kept or dropped as a whole.
    * Manipulable: yes. An extreme answer is cut off, yet it pushes the next one in; trimming
      invites polarised answers.
    * Zeros: a share like any other; one of them is cut off.

    Parameters
    ----------
    rows
        Shares of shape (..., n_experts, n_items), each row summing to 1. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1; NaN throughout for fewer than 3 experts, and
        where nothing but zeros is left.

    References
    ----------
    Louis, Núñez & Xefteris 2023 (incentives).
    """
    if rows.shape[-2] < 3:
        return np.full((*rows.shape[:-2], rows.shape[-1]), np.nan)
    return closure(np.sort(rows, axis=-2)[..., 1:-1, :].mean(axis=-2))


def l1(rows: Floats) -> Floats:
    """Return the shares that lie nearest to all experts by the sum of absolute differences.

    w minimises the sum over i and j of |x_ij - w_j| among vectors that sum to 1. Each item's shares
    are sorted with 0 in front and 1 behind; with r the largest rank at which the values v_j(r) sum
    to at most 1, w_j = clamp(y, v_j(r), v_j(r+1)) with the one y that makes the sum 1. It is solved
    on the breakpoints of that piecewise linear sum, not by bisection.

    * Sum: 1 by construction, without a closure that would spoil the optimum.
    * Ratios: not kept.
    * Robust: yes, like the median.
    * Manipulable: no. Who wants the result near the own answer in this very distance gains nothing
      by misreporting. (In another distance it may still pay.)
    * Zeros: a share like any other. An item that more than half put at 0 may get weight 0.

    Parameters
    ----------
    rows
        Shares of shape (..., n_experts, n_items), each row summing to 1. Not changed.

    Returns
    -------
    ndarray
        Shape (..., n_items), shares summing to 1.

    References
    ----------
    Freeman, Pennock, Peters & Wortman Vaughan 2021 (moving phantoms).
    """
    ordered = np.sort(rows, axis=-2)
    rank = (ordered.sum(axis=-1) <= 1.0).sum(axis=-1)[..., None, None]
    last = rows.shape[-2] - 1
    below = np.take_along_axis(ordered, np.maximum(rank - 1, 0), axis=-2)
    above = np.take_along_axis(ordered, np.minimum(rank, last), axis=-2)
    low = np.where(rank > 0, below, 0.0)[..., 0, :]
    high = np.where(rank <= last, above, 1.0)[..., 0, :]
    return fill_between(low, high)


def fill_between(low: Floats, high: Floats) -> Floats:
    """Return clamp(y, low, high) with the one y that makes the sum 1: the last step of `l1`.

    Parameters
    ----------
    low, high
        Bounds of each item, shape (..., n_items); the sum of `low` is at most 1, that of `high` at
        least 1. Not changed.

    Returns
    -------
    ndarray
        Same shape, shares summing to 1.
    """
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
