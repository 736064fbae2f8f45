"""Movement between two rounds: did the answers, and with them the panel's weights, settle.

Only experts who answered both rounds are compared; an absence of significance is never read as
stability, so every judgement here is a size against a limit fixed beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.item_movement import item_movement
from analysis.numerics.ordering import sum_over_experts
from analysis.simplex import aitchison_distance

Floats = NDArray[np.float64]
METHODS = ("constant_sum", "rating")
#: Points that every constant-sum row is brought to.
TOTAL = 100.0
#: Largest histogram change of an item that counts as stable (Scheibe, Skutsch & Schofer 1975).
HISTOGRAM_LIMIT = 0.15
#: What a figure may exceed its limit by and still lie on it: floats of decimals are not exact.
ON_LIMIT = 1e-9


def enough_items(items: int) -> int:
    """Return ceil(0.8 k), the number of items that a condition on most of k items needs.

    Parameters
    ----------
    items
        k.

    Returns
    -------
    int
        Reckoned in whole numbers: 0.8 · 5 is 4 and not a little more.
    """
    return -(-4 * items // 5)


def points(values: Floats) -> Floats:
    """Bring constant-sum rows to 100 points.

    Parameters
    ----------
    values
        Shape (n_experts, n_items), not negative; a row of NaN abstains and stays NaN. Not changed.

    Returns
    -------
    ndarray
        Same shape, 0..100, each row adding up to 100 or NaN throughout.

    Raises
    ------
    ValueError
        If it is no matrix of finite numbers, or a row is partly empty, holds a negative value or
        adds up to 0.
    """
    values = answer_matrix(values)
    empty = np.isnan(values)
    if empty.any() and (empty.any(axis=1) != empty.all(axis=1)).any():
        raise ValueError("a constant-sum row is partly empty")
    if (values < 0).any():
        raise ValueError("a constant-sum row holds a negative value")
    whole = bool(((np.rint(values) == values) | empty).all())
    # Whole numbers add up exactly in any order; other totals must not depend on that of the items.
    totals = (values.sum(axis=-1) if whole else _ordered_sum(values))[:, None]
    if (totals == 0).any():
        raise ValueError("a constant-sum row adds up to 0")
    # Multiplied first: rows that add up to 100 come out as they went in, to the last digit.
    result = TOTAL * values
    result /= totals
    np.minimum(result, TOTAL, out=result)
    result += 0.0  # turns the -0.0 of a cell "-0" into 0.0
    return result


def _ordered_sum(values: Floats) -> Floats:
    """Add along the last axis, so that no digit depends on the order of what is added."""
    total: Floats = np.sort(np.ascontiguousarray(values), axis=-1).sum(axis=-1)
    return total


@dataclass(frozen=True, eq=False)
class Movement:
    """What moved between two rounds; NaN and None where undefined."""

    #: `constant_sum` or `rating`
    method: str
    #: t, in points of 100
    tolerance: float
    #: experts who answered both rounds
    experts: int
    #: of these, experts with a weight vector in both rounds; the figures on weights rest on them
    experts_with_weights: int
    #: per item, experts who answered it in both rounds
    pairs: NDArray[np.int64]
    #: per item, half the sum of absolute differences of the shares of each answer, 0..1
    histogram_change: Floats
    #: per item, CV after minus CV before
    cv_change: Floats
    #: per item, exact two-sided p of the signed-rank test
    wilcoxon_p: Floats
    #: per item, experts whose answer changed
    changed: NDArray[np.int64]
    #: per item, whether it counts as stable
    item_stable: tuple[bool | None, ...]
    #: panel weights as shares, shape (n_items,): the mean of the experts' weight vectors
    weights_before: Floats
    #: the same for the later round
    weights_after: Floats
    #: largest change of a panel weight, in points of 100
    weight_change_max: float | None
    #: half the sum of absolute changes of the panel weights, in points
    total_variation: float | None
    #: distance of the panel weights in log-ratios, from 0 up, without a unit
    aitchison_distance: float | None
    #: mean over experts of the total variation of the own weights, in points
    mean_own_move: float | None
    #: the median over experts
    median_own_move: float | None
    #: whether the group as a whole counts as stable
    stable: bool | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None = None

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item: its figures, `stable` and `reason`.

        Returns
        -------
        list of dict
            None where undefined, with `no_expert_in_both`, `nobody_changed` or `cv_undefined`.
        """
        names = ("pairs", "histogram_change", "cv_change", "wilcoxon_p", "changed")
        columns = [getattr(self, name).tolist() for name in names]
        return [_record(*row) for row in zip(*columns, self.item_stable, strict=True)]


def _record(pairs: int, histogram: float, cv: float, p: float, *rest: Any) -> dict[str, Any]:
    figures = {"histogram_change": histogram, "cv_change": cv, "wilcoxon_p": p}
    codes = {"cv_change": "cv_undefined", "wilcoxon_p": "nobody_changed"}
    reason = {
        name: codes[name] if pairs else "no_expert_in_both"
        for name, value in figures.items()
        if isnan(value)
    }
    changed, stable = rest
    if stable is None:
        reason["stable"] = "no_expert_in_both"
    known = {name: None if name in reason else value for name, value in figures.items()}
    return {"pairs": pairs, **known, "changed": changed, "stable": stable, "reason": reason or None}


def movement(
    before: Floats,
    after: Floats,
    *,
    method: str,
    scale: tuple[float, float] | None = None,
    tolerance: float = 5.0,
) -> Movement:
    """Compare two rounds of the same experts.

    Parameters
    ----------
    before, after
        Shape (n_experts, n_items), rows and columns matched; NaN = no answer. Experts without any
        answer in one of the rounds are left out. They are not changed.
    method
        `constant_sum`: rows are brought to 100 points, the panel weight is their mean; a row is
        complete or empty. `rating`: an item is compared over the experts who rated it in both
        rounds; a weight vector is a row divided by its sum and needs a complete row, not all zero,
        in both rounds, on a scale that does not go below zero.
    scale
        Smallest and largest rating; needed for `rating`.
    tolerance
        t, in points of 100.

    Returns
    -------
    Movement
        Stable is, for constant sum, an item whose weight changed by at most t/2, and the group if
        no weight changed by more and the median own move is at most t/2; for ratings, an item with
        a histogram change of at most 15 %, and the group if ceil(0.8 k) of k items are.

    Raises
    ------
    ValueError
        If shapes differ, values are off the scale, or constant-sum rows are unusable.

    References
    ----------
    Scheibe, Skutsch & Schofer 1975 (histogram change); Wilcoxon 1945; Aitchison 1986.
    """
    first, second = answer_matrix(before), answer_matrix(after)
    if first.shape != second.shape:
        raise ValueError("both rounds must have the same experts and items")
    limits = limits_of(method, scale)
    present = ~(np.isnan(first).all(axis=1) | np.isnan(second).all(axis=1))
    if not present.all():
        first, second = first[present], second[present]
    if method == "constant_sum":
        first, second = points(first), points(second)
    items = item_movement(first, second, limits)
    own, code = _own_weights(first, second, method, limits)
    panel = tuple(_column_means(vectors) for vectors in own)
    item_stable = _item_stable(method, items, np.abs(panel[1] - panel[0]), tolerance)
    figures = _weight_figures(own, panel)
    stable = _stable(method, item_stable, figures, tolerance)
    reason = dict.fromkeys((*figures, "weights_before", "weights_after"), code) if code else {}
    if figures["aitchison_distance"] is None and not code:
        reason["aitchison_distance"] = "weight_of_0"
    if stable is None:
        reason["stable"] = "no_expert_in_both"
    return Movement(
        method=method,
        tolerance=tolerance,
        experts=len(first),
        experts_with_weights=len(own[0]),
        weights_before=panel[0] / TOTAL,
        weights_after=panel[1] / TOTAL,
        item_stable=item_stable,
        stable=stable,
        reason=reason or None,
        **items,
        **figures,
    )


def limits_of(method: str, scale: tuple[float, float] | None) -> tuple[float, float]:
    """Return smallest and largest value of an answer: points of 100, or the scale of the ratings.

    Parameters
    ----------
    method
        `constant_sum` or `rating`.
    scale
        Smallest and largest rating; needed for `rating` only.

    Returns
    -------
    tuple of two floats
        In points for `constant_sum`.

    Raises
    ------
    ValueError
        If the method is another, or ratings come without a scale.
    """
    if method not in METHODS:
        raise ValueError(f"method {method!r}, expected one of {', '.join(METHODS)}")
    if method == "constant_sum":
        return 0.0, TOTAL
    if scale is None:
        raise ValueError("ratings need their scale")
    return scale


def _own_weights(
    first: Floats, second: Floats, method: str, limits: tuple[float, float]
) -> tuple[tuple[Floats, Floats], str | None]:
    """Weight vectors in points of the experts who have one in both rounds; else a code of why."""
    if method == "rating":
        usable = np.full(len(first), limits[0] >= 0)
        for values in (first, second):
            usable &= ~np.isnan(values).any(axis=1) & values.any(axis=1)
        if not usable.all():
            first, second = first[usable], second[usable]
        first, second = points(first), points(second)
    if len(first):
        return (first, second), None
    if method == "constant_sum":
        return (first, second), "no_expert_in_both"
    return (first, second), "scale_below_0" if limits[0] < 0 else "no_complete_expert_in_both"


def _column_means(vectors: Floats) -> Floats:
    if not len(vectors):
        return np.full(vectors.shape[1], np.nan)
    return sum_over_experts(vectors) / len(vectors)


_ON_WEIGHTS = (
    *("weight_change_max", "total_variation", "aitchison_distance"),
    *("mean_own_move", "median_own_move"),
)


def _weight_figures(own: tuple[Floats, Floats], panel: tuple[Floats, ...]) -> dict[str, Any]:
    if not len(own[0]):
        return dict.fromkeys(_ON_WEIGHTS)
    change = np.abs(panel[1] - panel[0])
    # One expert a column: the sum is over items, and must not depend on their order.
    moves = sum_over_experts(np.abs(own[1].T - own[0].T)) / 2
    return {
        "weight_change_max": float(change.max()),
        "total_variation": float(_ordered_sum(change)) / 2,
        "aitchison_distance": _log_ratio_distance(*panel),
        "mean_own_move": float(_ordered_sum(moves)) / len(moves),
        "median_own_move": float(np.median(moves)),
    }


def _log_ratio_distance(before: Floats, after: Floats) -> float | None:
    # Sorted, because the distance adds over items.
    order = np.lexsort((after, before))
    distance = float(aitchison_distance(before[order], after[order]))
    return None if isnan(distance) else distance


def _item_stable(
    method: str, items: dict[str, Any], change: Floats, tolerance: float
) -> tuple[bool | None, ...]:
    figures, limit = change, tolerance / 2
    if method == "rating":
        figures, limit = items["histogram_change"], HISTOGRAM_LIMIT
    return tuple(None if isnan(x) else x <= limit + ON_LIMIT for x in figures.tolist())


def _stable(
    method: str,
    item_stable: tuple[bool | None, ...],
    figures: dict[str, Any],
    tolerance: float,
) -> bool | None:
    if all(stable is None for stable in item_stable):
        return None
    if method == "rating":
        return item_stable.count(True) >= enough_items(len(item_stable))
    largest, middle = figures["weight_change_max"], figures["median_own_move"]
    if largest is None or middle is None:
        return None
    return bool(max(largest, middle) <= tolerance / 2 + ON_LIMIT)
