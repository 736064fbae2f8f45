"""Rounding weights to a publishing step so that they still add up: exactly, or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analysis.decimals import terminating_string

#: Fractional parts of quotas are told apart to 2^-30, about 1e-9: finer differences are what floats
#: leave of equal quotas.
_PART_BITS = 30
#: Steps times items must stay below this, so that one whole number can order the quotas.
MOST_QUOTAS = 1 << (62 - _PART_BITS)


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
    seats = seats_of(step, total)
    if any(weight < 0 for weight in weights) or not any(weights):
        raise ValueError("weights must not be negative, and one must be above 0")
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


def seats_of(step: Fraction | int, total: Fraction | int = 100) -> int:
    """Return how many steps the total has.

    Parameters
    ----------
    step
        Size of one step, in units of `total`.
    total
        What rounded weights add up to.

    Returns
    -------
    int
        total / step, at least 1.

    Raises
    ------
    ValueError
        For a step that is not positive or does not divide the total.
    """
    if total <= 0 or step <= 0 or (Fraction(total) / Fraction(step)).denominator != 1:
        raise ValueError(f"a step of {step} does not divide {total}")
    return int(Fraction(total) / step)


def steps_of(
    weights: Sequence[Fraction] | NDArray[np.float64], step: Fraction | int
) -> NDArray[np.int64]:
    """Return how many steps of 100 each weight is rounded to, from fractions or from floats.

    Parameters
    ----------
    weights
        One weight an item: fractions, which are rounded exactly, or floats that sum to 1, in which
        `apportion` sees the ties. Not changed.
    step
        Publishing step in points of 100.

    Returns
    -------
    ndarray of int64, shape (n_items,)
        Whole steps that sum to 100 / step.

    Raises
    ------
    ValueError
        As `largest_remainder` and `apportion`.
    """
    if isinstance(weights, np.ndarray):
        return apportion(weights, seats_of(step))
    rounded = largest_remainder(weights, Fraction(step)).rounded
    return np.array([int(share / step) for share in rounded], np.int64)


def apportion(weights: NDArray[np.float64], steps: int) -> NDArray[np.int64]:
    """Share out steps by `largest_remainder` to many weight vectors at once.

    Quotas are taken to the nearest multiple of 2^-30 first, so that quotas which are equal but for
    rounding errors of floats are a tie here too, and a quota that is a whole number keeps it.

    Parameters
    ----------
    weights
        Shape (..., n_items), not negative, each vector summing to 1; no NaN. Not changed.
    steps
        Steps that each vector divides among its items: 20 for steps of 5 %.

    Returns
    -------
    ndarray of int64
        Same shape: whole steps, each vector summing to `steps`.

    Raises
    ------
    ValueError
        If weights are negative, missing or do not sum to 1, `steps` is not positive, or steps ·
        items not below `MOST_QUOTAS`, 2^32: quotas of so many steps cannot be told apart.
    """
    items = weights.shape[-1]
    if not ((weights >= 0).all() and (np.abs(weights.sum(axis=-1) - 1) < 1e-6).all()):
        raise ValueError("weights to share out must not be negative and sum to 1")
    if steps < 1 or steps * items >= MOST_QUOTAS:
        raise ValueError(f"{steps} steps for {items} items")
    keys = np.rint(weights * float(steps << _PART_BITS)).astype(np.int64)
    counts = keys >> _PART_BITS
    left = steps - counts.sum(axis=-1, keepdims=True)
    # One whole number orders by fractional part, then by weight, then by place.
    keys &= (1 << _PART_BITS) - 1
    keys <<= 63 - _PART_BITS
    keys += counts * items
    keys += np.arange(items - 1, -1, -1)
    last = np.take_along_axis(np.sort(keys, axis=-1), np.minimum(items - left, items - 1), axis=-1)
    counts += keys >= np.where(left > 0, last, np.iinfo(np.int64).max)
    return counts


def step_string(weight: Fraction, step: Fraction) -> str:
    """Write a multiple of the step with as many decimals as the step has.

    Parameters
    ----------
    weight
        A rounded weight, not negative.
    step
        The step, with a finite decimal form: 5 or 1/10.

    Returns
    -------
    str
        "15" for a step of 5, "14.0" for one of 0.1.
    """
    return terminating_string(weight, places=len(terminating_string(step).partition(".")[2]))
