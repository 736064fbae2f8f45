"""Rounding weights to a publishing step so that they still add up, in exact fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Rounding:
    """Published weights and what the rounding did to them."""

    #: multiples of the step in item order, summing to exactly the total
    rounded: tuple[Fraction, ...]
    #: largest distance of a rounded from its exact weight, on the scale of the total
    max_error: Fraction
    #: positions of weights above 0 that became 0
    zeroed: tuple[int, ...]
    #: positions of equal weights that were rounded differently, one tuple for each set of equals
    ties_split: tuple[tuple[int, ...], ...]


def largest_remainder(
    weights: Sequence[Fraction], step: Fraction, total: Fraction | int = 100
) -> Rounding:
    """Round weights to multiples of `step` that sum to `total` (Hamilton's method).

    With quotas q_j = w_j / sum(w) · total / step, every item gets floor(q_j) steps and the steps
    left over go to the largest fractional parts; among equal parts to the larger weight, then to
    the earlier item.

    Parameters
    ----------
    weights
        Not negative, of any positive sum; not changed.
    step
        Size of one step, in units of `total`; it must divide `total`.
    total
        What the rounded weights add up to.

    Returns
    -------
    Rounding
        A weight that became 0 and equals that were split are reported, not prevented: whoever
        publishes decides.

    Raises
    ------
    ValueError
        For a step that is not positive or does not divide the total, a negative weight, no weights,
        and weights that are all 0.
    """
    if step <= 0 or (Fraction(total) / step).denominator != 1:
        raise ValueError(f"a step of {step} does not divide {total}")
    if any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("weights must not be negative, and one must be above 0")
    seats = int(total / step)
    whole = sum(weights, Fraction(0))
    quotas = [weight * seats / whole for weight in weights]
    counts = [int(quota) for quota in quotas]
    first = sorted(range(len(quotas)), key=lambda at: (counts[at] - quotas[at], -quotas[at], at))
    for at in first[: seats - sum(counts)]:
        counts[at] += 1
    errors = [abs(count - quota) for count, quota in zip(counts, quotas, strict=True)]
    return Rounding(
        rounded=tuple(count * step for count in counts),
        max_error=max(errors) * step,
        zeroed=tuple(at for at, quota in enumerate(quotas) if quota and not counts[at]),
        ties_split=_ties_split(quotas, counts),
    )


def _ties_split(quotas: list[Fraction], counts: list[int]) -> tuple[tuple[int, ...], ...]:
    equals: dict[Fraction, list[int]] = {}
    for at, quota in enumerate(quotas):
        equals.setdefault(quota, []).append(at)
    return tuple(tuple(group) for group in equals.values() if len({counts[at] for at in group}) > 1)
