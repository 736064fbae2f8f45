"""The optimum of the linear best-worst model in exact fractions, in closed form.

With all deviations at most 1 the largest total of the weights is sought; dividing by it gives the
weights, and 1 by it the smallest deviation xi. Let y be the weight of the worst item and x that of
the best. An item j between them fits where each of (x ± 1) / a_j and b_j y ± 1 leaves room for it:
p_j y - c_j <= x <= p_j y + c_j with p_j = a_j b_j and c_j = 1 + a_j; the two ends themselves need
the same with p = a_BW and c = 1. Every weight grows with x and y, and the largest x, the smallest
of p_j y + c_j, grows with y. So y is as large as it can be, the smallest (c_j + c_k) / (p_j - p_k),
x the largest that goes with it, and each other weight the smaller of (x + 1) / a_j and b_j y + 1:
one solution. Where all p_j are a_BW, nothing contradicts and the ratios themselves are the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analysis.numerics.whole_numbers import Number


def exact_weights(
    best_to_others: Sequence[Number],
    others_to_worst: Sequence[Number],
    *,
    best: int,
    worst: int,
) -> tuple[Fraction, ...]:
    """Return the optimal weights of the linear best-worst model as fractions.

    Minimises xi subject to |w_B - a_Bj w_j| <= xi and |w_j - a_jW w_W| <= xi for every item j, the
    weights not negative and summing to 1. The optimum is unique; no solver and no float is used,
    so the weights are the same to the last digit on every machine.

    Parameters
    ----------
    best_to_others, others_to_worst
        One comparison an item, whole numbers or fractions from 1 up, as for `best_worst`. None may
        be missing. Not changed.
    best, worst
        Positions of the two items, different ones.

    Returns
    -------
    tuple of Fraction
        Shares that sum to exactly 1, one an item.

    Raises
    ------
    ValueError
        If the comparisons are not as described.

    References
    ----------
    Rezaei 2016, Omega 64:126-130 (the model).
    """
    _check(best_to_others, others_to_worst, best, worst)
    between = [at for at in range(len(best_to_others)) if at not in (best, worst)]
    chains = [(best_to_others[worst], 1)] + [
        (best_to_others[at] * others_to_worst[at], 1 + best_to_others[at]) for at in between
    ]
    room, apart = _tightest(chains)
    if not apart:
        return _shares([Fraction(1) / times for times in best_to_others])
    # All weights times `apart`, so that whole comparisons need no fraction before the last step.
    x = min(product * room + slack * apart for product, slack in chains)
    weights = [Fraction(0)] * len(best_to_others)
    weights[best], weights[worst] = Fraction(x), Fraction(room)
    for at in between:
        above = others_to_worst[at] * room + apart
        below = x + apart
        is_lower = below < above * best_to_others[at]
        weights[at] = Fraction(below) / best_to_others[at] if is_lower else Fraction(above)
    return _shares(weights)


def _check(
    best_to_others: Sequence[Number], others_to_worst: Sequence[Number], best: int, worst: int
) -> None:
    count = len(best_to_others)
    if len(others_to_worst) != count or best == worst or not {best, worst} <= set(range(count)):
        raise ValueError("two vectors with one comparison an item and two of its items are needed")
    if min(*best_to_others, *others_to_worst) < 1:
        raise ValueError("comparisons must be numbers from 1 up")
    if best_to_others[best] != 1 or others_to_worst[worst] != 1:
        raise ValueError("an item compared with itself must be 1")
    if best_to_others[worst] != others_to_worst[best]:
        raise ValueError("best to worst must be the same in both vectors")


def _tightest(chains: Sequence[tuple[Number, Number]]) -> tuple[Number, Number]:
    """Return numerator and denominator of the smallest (c_j + c_k) / (p_j - p_k); 0, 0 if none."""
    room: Number = 0
    apart: Number = 0
    for product, slack in chains:
        for lower, other in chains:
            if product > lower and (
                not apart or (slack + other) * apart < room * (product - lower)
            ):
                room, apart = slack + other, product - lower
    return room, apart


def _shares(weights: Sequence[Fraction]) -> tuple[Fraction, ...]:
    total = sum(weights)
    return tuple(weight / total for weight in weights)
