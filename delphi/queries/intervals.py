"""How sure the weights of a group are, read from what was stored with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

#: Other rounded vectors that the page lists.
LISTED = 3


@dataclass(frozen=True)
class ItemInterval:
    """Error and intervals of one weight, in percent; None where undefined."""

    standard_error: Fraction | None
    t_low: Fraction | None
    t_high: Fraction | None
    low: Fraction | None
    high: Fraction | None


@dataclass(frozen=True)
class OtherRounding:
    """Published weights that some of the resamples give instead, in percent."""

    weights: tuple[Fraction, ...]
    share: Fraction


@dataclass(frozen=True)
class Uncertainty:
    """What another panel of such experts might have given."""

    resamples: int
    seed: int
    #: in the order of the items
    items: tuple[ItemInterval, ...]
    #: percent of the resamples that round to what is published; None without a publishing step
    same_rounding: Fraction | None
    others: tuple[OtherRounding, ...]
    #: why there is no t-interval, and no bootstrap interval; None where there is one
    no_t: str | None
    no_bootstrap: str | None


def read_uncertainty(
    stored: Mapping[str, Any] | None, published: Sequence[Fraction]
) -> Uncertainty | None:
    """Read the stored uncertainty of a group; `published` are its rounded weights in percent."""
    if stored is None:
        return None
    reason = stored["reason"] or {}
    names = ("standard_error", "t_low", "t_high", "low", "high")
    columns = zip(*(stored[name] for name in names), strict=True)
    frequent = (
        OtherRounding(tuple(map(Fraction, one["rounded"])), 100 * Fraction(one["share"]))
        for one in stored["most_frequent"]
    )
    return Uncertainty(
        resamples=stored["resamples"],
        seed=stored["seed"],
        items=tuple(ItemInterval(*map(_percent, column)) for column in columns),
        same_rounding=_percent(stored["rounded_probability"]),
        others=tuple(one for one in frequent if one.weights != tuple(published))[:LISTED],
        no_t=reason.get("t_low"),
        no_bootstrap=reason.get("low"),
    )


def _percent(share: str | None) -> Fraction | None:
    return None if share is None else 100 * Fraction(share)
