"""Rounding to a publishing step, step by step, so that a reader can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.rounding import largest_remainder


@dataclass(frozen=True)
class RoundingRow:
    """One item: what it is due, what it gets at once, what is left, what is added."""

    code: str
    exact: Fraction
    quota: Fraction
    floor: int
    remainder: Fraction
    extra: int
    published: Fraction


@dataclass(frozen=True)
class RoundingTable:
    """Largest remainder in its steps, in percent."""

    step: Fraction
    rows: tuple[RoundingRow, ...]
    #: codes of weights above 0 that became 0
    zeroed: tuple[str, ...]
    #: equal weights that were rounded differently
    split: tuple[tuple[str, ...], ...]

    @property
    def published(self) -> tuple[Fraction, ...]:
        """The rounded percentages."""
        return tuple(row.published for row in self.rows)

    @property
    def extras(self) -> int:
        """How many steps were left to hand out."""
        return sum(row.extra for row in self.rows)

    @property
    def floors(self) -> int:
        """How many steps were handed out at once."""
        return sum(row.floor for row in self.rows)

    @property
    def quotas(self) -> Fraction:
        """How many steps there are."""
        return sum((row.quota for row in self.rows), Fraction(0))

    @property
    def harms(self) -> bool:
        """Whether the step makes a weight 0 or splits equals."""
        return bool(self.zeroed or self.split)


def rounding_table(
    percents: Sequence[Fraction], step: Fraction, codes: Sequence[str]
) -> RoundingTable:
    """Round percentages that sum to 100, and keep every step of the way."""
    found = largest_remainder(percents, step)
    return RoundingTable(
        step=step,
        rows=tuple(
            _row(code, percent, step, published)
            for code, percent, published in zip(codes, percents, found.rounded, strict=True)
        ),
        zeroed=tuple(codes[at] for at in found.zeroed),
        split=tuple(tuple(codes[at] for at in tie) for tie in found.ties_split),
    )


def _row(code: str, percent: Fraction, step: Fraction, published: Fraction) -> RoundingRow:
    quota = percent / step
    floor = int(quota)
    return RoundingRow(
        code=code,
        exact=percent,
        quota=quota,
        floor=floor,
        remainder=quota - floor,
        extra=int(published / step) - floor,
        published=published,
    )
