"""Drawings of the questionnaire as numbers: the feedback strip and the bar of what is left.

All strips of a question share one scale, so that rows can be compared. Everything drawn also stands
beside the drawing in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from delphi.domain.protocol import TOTAL

_LEFT = 12.0
_WIDTH = 336.0
#: Widths on the bar below which a gap between two segments would hide them.
_GAP = 0.3
#: Scales of at most so many steps are ticked at each; longer ones at quarters or every second step.
_MOST_TICKS = 6
_QUARTERS = 4
Ends = tuple[int, int]


@dataclass(frozen=True)
class Strip:
    """Places on a strip of 360 × 48; None where there is no such figure."""

    #: place and number of each line of the scale
    ticks: tuple[tuple[str, int], ...]
    #: left end and width of the middle half
    band: tuple[str, str] | None
    median: str | None
    last: str | None
    now: str | None
    #: the present answer stands higher where it would touch the circle of the last one
    now_y: str

    @property
    def mark(self) -> str:
        """The mark of the present answer as a path; empty without one."""
        return "" if self.now is None else f"M{self.now} {self.now_y}l-6-11h12z"


@dataclass(frozen=True)
class Remainder:
    """What is left of the points of one question."""

    #: empty, left, exact or over
    state: str
    #: points still to give; negative: too many
    left: int
    given: int
    #: start and width of each answer on a bar of 100
    segments: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    #: start and width of what is too much
    over: tuple[str, str] | None


def place(number: float, ends: Ends) -> str:
    """Return the horizontal place of a number on a scale."""
    return f"{_LEFT + _span(number - ends[0], ends):.1f}"


def _span(length: float, ends: Ends) -> float:
    return length * _WIDTH / (ends[1] - ends[0])


def ticks(ends: Ends) -> tuple[int, ...]:
    """Return the numbers that a scale is labelled with."""
    low, high = ends
    steps = high - low
    if steps < _MOST_TICKS:
        every = 1
    elif steps % _QUARTERS == 0:
        every = steps // _QUARTERS
    else:
        every = 2
    return tuple(range(low, high + 1, every))


def strip(
    ends: Ends,
    *,
    median: str | None,
    low: str | None,
    high: str | None,
    last: float | None,
    now: float | None,
) -> Strip:
    """Return the drawing of one row on a scale."""
    band = None
    if low is not None and high is not None:
        start, length = float(low), float(high) - float(low)
        band = (place(start, ends), f"{_span(length, ends):.1f}")
    is_on = now is not None and ends[0] <= now <= ends[1]
    return Strip(
        ticks=tuple((place(one, ends), one) for one in ticks(ends)),
        band=band,
        median=None if median is None else place(float(median), ends),
        last=None if last is None else place(last, ends),
        now=place(now, ends) if is_on and now is not None else None,
        now_y="18.5" if now == last else "19.5",
    )


def remainder_bar(points: Sequence[int], left: int) -> Remainder:
    """Return the bar under a question.

    Parameters
    ----------
    points
        What the readable fields hold, in the order of the rows.
    left
        Points still to give; negative when there are too many.
    """
    given = sum(points)
    scale = 100.0 / max(TOTAL, given)
    segments: list[tuple[str, str]] = []
    gaps: list[str] = []
    at = 0.0
    for width in (one * scale for one in points if one > 0):
        if segments:
            gaps.append(f"{at - _GAP / 2:.2f}")
        segments.append((f"{at:.2f}", f"{width:.2f}"))
        at += width
    over = None
    if left < 0:
        start = TOTAL * scale
        over = (f"{start:.2f}", f"{100.0 - start:.2f}")
    return Remainder(_state(given, left), left, given, tuple(segments), tuple(gaps), over)


def _state(given: int, left: int) -> str:
    if left == 0:
        return "exact"
    if left < 0:
        return "over"
    return "left" if given else "empty"
