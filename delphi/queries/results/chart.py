"""Dots and ranges across rounds: where everything stands in the two drawings of the chart.

The axis is shared by all items of a group: from 0 for points, the whole scale for ratings. Only
what may be shown is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from delphi.domain.disclosure import Viewer
from delphi.queries.figures import Figure
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.results.tables import MEAN_PLACES, quartile_places

CHART_CV_PLACES = 3
ROW = 26
#: Half the height of a band, of its median line.
BAND, MEDIAN = 6, 9
_LINE = 19
#: Below this end a scale is short.
_SHORT = 10
#: Room for a label of 15 px: a Han character is square, a Latin one about half as wide.
_HAN, _LATIN = 15.0, 8.3
#: Room for the labels at the left of the wide drawing.
_LABEL = 135


@dataclass(frozen=True)
class Spread:
    """One item in one round; figures are None where they are withheld."""

    round: int
    is_shown: bool
    mean: Figure
    median: Figure
    quartiles: Figure
    cv: Figure


@dataclass(frozen=True)
class Series:
    """One item across the rounds."""

    names: Names
    #: the names without what all items of the group begin with
    short: Names
    spreads: tuple[Spread, ...]


@dataclass(frozen=True)
class Mark:
    """One row of a drawing."""

    spread: Spread
    y: int
    is_now: bool
    band_x: float
    band_width: float
    median_x: float
    mean_x: float


@dataclass(frozen=True)
class Tick:
    """A line of the scale; `text` is empty where it would be too crowded."""

    x: float
    text: str


@dataclass(frozen=True)
class Block:
    """One item of a drawing: its label, line by line, and its rows."""

    lines: tuple[tuple[str, int], ...]
    marks: tuple[Mark, ...]
    top: int
    bottom: int


@dataclass(frozen=True)
class Drawing:
    """A drawing of one width."""

    width: int
    height: int
    blocks: tuple[Block, ...]
    ticks: tuple[Tick, ...]
    axis_y: int
    #: scale bar of the tolerance, where there is one
    bar_start: float
    bar_end: float
    bar_y: int


@dataclass(frozen=True)
class Chart:
    """Both drawings; the page chooses."""

    wide: Drawing
    narrow: Drawing
    #: None for ratings, which have none
    tolerance: int | None


def series_of(
    groups: Sequence[StoredGroup], names: Mapping[str, Names], viewer: Viewer
) -> tuple[Series, ...]:
    """Return every item with its figures in all rounds."""
    short = short_names(names)
    return tuple(
        Series(names[code], short[code], tuple(_spread(group, code, viewer) for group in groups))
        for code in names
    )


def _spread(group: StoredGroup, code: str, viewer: Viewer) -> Spread:
    shown = group.may_see(viewer)
    found = group.dispersion(code) if shown else {}

    def one(name: str, places: int) -> Figure:
        return Figure(name, found.get(name), places=places)

    places = quartile_places(group)
    quartiles = Figure("quartiles", found.get("q1"), places=places, high=found.get("q3"))
    return Spread(
        round=group.round,
        is_shown=shown,
        mean=one("mean", MEAN_PLACES),
        median=one("median", MEAN_PLACES),
        quartiles=quartiles,
        cv=one("cv", CHART_CV_PLACES),
    )


def short_names(names: Mapping[str, Names]) -> dict[str, Names]:
    """Return names without the beginning that all of them share.

    信息消费需求, 信息消费供给 → 需求, 供给; whole words in English. A name is left alone when
    nothing or only one character would remain of some.
    """
    zh = _rests([list(one.get("zh", "")) for one in names.values()], least=2, joint="")
    en = _rests([one.get("en", "").split() for one in names.values()], least=1, joint=" ")
    return {
        code: {"zh": zh[at], "en": en[at][:1].upper() + en[at][1:]} for at, code in enumerate(names)
    }


def _rests(parts: Sequence[list[str]], *, least: int, joint: str) -> list[str]:
    """Leave out the parts that all begin with, if they are at least so many."""
    common = 0
    while all(len(one) > common for one in parts) and len({one[common] for one in parts}) == 1:
        common += 1
    rests = [joint.join(one[common:]) for one in parts]
    if common < least or len(parts) < 2 or any(len(one) < 2 for one in rests):
        return [joint.join(one) for one in parts]
    return rests


def dot_and_range(
    series: Sequence[Series],
    labels: Sequence[tuple[str, str]],
    *,
    now: int,
    tolerance: int | None,
    scale: tuple[int, int] | None = None,
) -> Chart:
    """Lay out the chart.

    Parameters
    ----------
    series
        Items in the order of the tree.
    labels
        For each item its name and its short name in the language of the page.
    now
        The round in view; earlier ones are drawn in grey.
    tolerance
        t in points, drawn as a scale bar; None for ratings.
    scale
        Ends of the axis: those of the ratings. None for points, which end above what is drawn.
    """
    ends = scale or (0, _top(series, tolerance or 0))
    return Chart(
        _wide(series, labels, now, ends, tolerance or 0),
        _narrow(series, labels, now, ends, tolerance or 0),
        tolerance,
    )


def _top(series: Sequence[Series], tolerance: int) -> int:
    """Return the end of the axis: the next ten above everything drawn."""
    drawn = [
        Decimal(figure)
        for one in series
        for spread in one.spreads
        for figure in (spread.mean.value, spread.median.value, spread.quartiles.high)
        if figure is not None
    ]
    highest = max([*drawn, Decimal(2 * tolerance)])
    return min(100, 10 * ceil(highest / 10))


@dataclass(frozen=True)
class _Axis:
    start: float
    end: float
    #: smallest and largest value on it
    ends: tuple[int, int]

    def x(self, value: str | Decimal | int) -> float:
        return round(self.start + self.length(float(value) - self.ends[0]), 2)

    def length(self, size: float) -> float:
        return (self.end - self.start) * size / (self.ends[1] - self.ends[0])

    def ticks(self, labelled: int) -> tuple[Tick, ...]:
        """Return lines at tens, on a short scale at every value; some of the tens have no label."""
        low, high = self.ends
        step = 1 if high < _SHORT else 10
        return tuple(
            Tick(self.x(value), str(value) if step == 1 or value % labelled == 0 else "")
            for value in range(low, high + 1, step)
        )


def _wide(
    series: Sequence[Series],
    labels: Sequence[tuple[str, str]],
    now: int,
    ends: tuple[int, int],
    tolerance: int,
) -> Drawing:
    axis = _Axis(226, 742, ends)
    placed: list[tuple[list[str], int, tuple[Mark, ...]]] = []
    y, last = 40, 40
    for one, (name, short) in zip(series, labels, strict=True):
        lines = _wrapped(name if _width(name) <= _LABEL else short, _LABEL)
        marks = _marks(one, axis, y, now)
        placed.append((lines, y + 5, marks))
        last = y + max(ROW * (len(marks) - 1), _LINE * (len(lines) - 1))
        y = last + 56
    bottom = last + 22
    blocks = tuple(_block(lines, at, marks, 20, bottom) for lines, at, marks in placed)
    return Drawing(
        width=1024,
        height=bottom + 30,
        blocks=blocks,
        ticks=axis.ticks(10),
        axis_y=bottom + 18,
        bar_start=round(698 - axis.length(tolerance), 2),
        bar_end=698,
        bar_y=bottom - 12,
    )


def _narrow(
    series: Sequence[Series],
    labels: Sequence[tuple[str, str]],
    now: int,
    ends: tuple[int, int],
    tolerance: int,
) -> Drawing:
    axis = _Axis(62, 292, ends)
    blocks = []
    y, last = 32, 32
    for one, (name, _) in zip(series, labels, strict=True):
        lines = _wrapped(name, 350)
        first = y + _LINE * (len(lines) - 1) + 18
        marks = _marks(one, axis, first, now)
        last = first + ROW * (len(marks) - 1)
        blocks.append(_block(lines, y, marks, first - 10, last + 14))
        y = last + 54
    return Drawing(
        width=358,
        height=last + 60,
        blocks=tuple(blocks),
        ticks=axis.ticks(20),
        axis_y=last + 40,
        bar_start=round(307 - axis.length(tolerance), 2),
        bar_end=307,
        bar_y=last + 36,
    )


def _block(
    lines: Sequence[str], label_y: int, marks: tuple[Mark, ...], top: int, bottom: int
) -> Block:
    placed = tuple((text, label_y + _LINE * at) for at, text in enumerate(lines))
    return Block(placed, marks, top, bottom)


def _marks(series: Series, axis: _Axis, y: int, now: int) -> tuple[Mark, ...]:
    return tuple(
        _mark(spread, axis, y + ROW * at, spread.round == now)
        for at, spread in enumerate(series.spreads)
    )


def _mark(spread: Spread, axis: _Axis, y: int, is_now: bool) -> Mark:
    nothing = str(axis.ends[0])
    low, high = spread.quartiles.value or nothing, spread.quartiles.high or nothing
    return Mark(
        spread=spread,
        y=y,
        is_now=is_now,
        band_x=axis.x(low),
        band_width=round(axis.x(high) - axis.x(low), 2),
        median_x=axis.x(spread.median.value or nothing),
        mean_x=axis.x(spread.mean.value or nothing),
    )


def _width(text: str) -> float:
    return sum(_HAN if ord(character) > 0x2E7F else _LATIN for character in text)


def _wrapped(text: str, room: float) -> list[str]:
    """Break a label into lines: English between words, Chinese between characters."""
    pieces = text.split() if " " in text else list(text)
    joint = " " if " " in text else ""
    lines: list[str] = []
    for piece in pieces:
        longer = f"{lines[-1]}{joint}{piece}" if lines else piece
        if lines and _width(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(piece)
    return lines or [""]
