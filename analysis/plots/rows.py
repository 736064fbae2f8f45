"""The form most figures share: items from the top down, one scale for all, figures at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.plots.lettering import UNDEFINED, number, places
from analysis.plots.sheet import MARGIN, Sheet, Words, break_lines, inches, leading, open_sheet
from analysis.plots.theme import (
    INK,
    INK_2,
    INK_3,
    MIDDLE,
    PAPER,
    RULE,
    SMALL,
    WIDTH,
    Mark,
    settings,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]

#: Diameter of a dot, points.
DOT = 5.0
#: Height of a band, inches.
BAND = 0.1
#: Heights in inches: one row, white between items, heads of columns, tick labels.
ROW = 0.19
BETWEEN = 0.09
HEADS = 0.24
_TICKS = 0.22
#: Axes higher than this have tick labels above too.
_TALL = 5.0
#: White between columns, and beside the plotting area so that marks at its edge stay clear.
_GAP = 0.14
_BESIDE = 0.12
#: A scale of at most this many steps is shown whole.
_RATING = 10
#: Longest line of an item's name.
_NAME = 1.7


@dataclass(frozen=True)
class Row:
    """One line of marks."""

    #: beside the item's name: the round; may be empty
    label: str
    #: cells of the columns at the right
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """An item with its rows."""

    #: of the item, cleaned
    name: str
    #: at least one, from the top down
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Axis:
    """The scale from left to right."""

    #: values at both ends; the first is below the second
    limits: tuple[float, float]
    #: where it is labelled
    ticks: tuple[float, ...]
    #: whether positive ticks get their sign
    signed: bool = False


@dataclass(frozen=True, eq=False)
class Chart:
    """Items and figures printed, the marks still to be drawn."""

    #: the page, for words
    sheet: Sheet
    #: x in the unit of the data, y in inches downwards
    axes: Axes
    #: y of the rows of each item
    middles: tuple[tuple[float, ...], ...]
    #: inches that one unit of the data takes
    per_unit: float
    #: left edge of the axes on the sheet, and its top
    corner: tuple[float, float]

    def draw_bands(
        self, low: Floats, high: Floats, y: Floats, mark: Mark, *, height: float = BAND
    ) -> None:
        """Draw ranges as bands.

        Parameters
        ----------
        low, high, y
            Ends and rows, each of shape (n,); a range with an undefined end is not drawn.
        mark
            How.
        height
            Inches.
        """
        known = np.isfinite(low) & np.isfinite(high)
        low, high, y = low[known], high[known], y[known]
        self.axes.barh(
            y,
            high - low,
            height=height,
            left=low,
            color=mark.wash,
            edgecolor=mark.colour,
            linewidth=0.6,
            clip_on=False,
            zorder=1,
        )

    def draw_medians(self, x: Floats, y: Floats, *, height: float = 0.14) -> None:
        """Draw values as short upright lines.

        Parameters
        ----------
        x, y
            Values and rows, each of shape (n,); what is undefined is not drawn.
        height
            Inches.
        """
        known = np.isfinite(x)
        at = y[known]
        ends = (x[known], at - height / 2, at + height / 2)
        self.axes.vlines(*ends, color=INK, linewidth=1.5, zorder=3, clip_on=False)

    def draw_dots(
        self, x: Floats, y: Floats, mark: Mark, *, size: float = DOT, edge: bool = True
    ) -> None:
        """Draw values as dots.

        Parameters
        ----------
        x, y
            Values and places, each of shape (n,); what is undefined is not drawn.
        mark
            How: filled or hollow.
        size
            Diameter in points.
        edge
            Whether filled dots have a white edge; not where they overlap.
        """
        self.axes.plot(
            x,
            y,
            linestyle="",
            marker="o",
            markersize=size,
            markerfacecolor=mark.colour if mark.filled else PAPER,
            markeredgecolor=PAPER if mark.filled else mark.colour,
            markeredgewidth=0.6 * edge if mark.filled else 1.1,
            clip_on=False,
            zorder=4,
        )

    def draw_spans(self, low: Floats, high: Floats, y: Floats, mark: Mark) -> None:
        """Draw ranges as lines with ends.

        Parameters
        ----------
        low, high, y
            Ends and rows, each of shape (n,); a range with an undefined end is not drawn.
        mark
            How.
        """
        known = np.isfinite(low) & np.isfinite(high)
        low, high, y = low[known], high[known], y[known]
        style: dict[str, Any] = {
            "color": mark.colour,
            "linewidth": 1.3,
            "clip_on": False,
            "zorder": 2,
        }
        self.axes.hlines(y, low, high, **style)
        for end in (low, high):
            self.axes.vlines(end, y - BAND / 2, y + BAND / 2, **style)

    def draw_scale_bar(self, length: float, text: str) -> None:
        """Draw a length to compare with above the right end of the axes.

        Parameters
        ----------
        length
            In the unit of the data.
        text
            What it is.
        """
        right, y = self.axes.get_xlim()[1], self.sheet.top + 0.1 - self.corner[1]
        self.axes.plot(
            [right - length, right], [y, y], color=INK_2, linewidth=1, marker="|", markersize=5,
            clip_on=False,
        )  # fmt: skip
        left, top = self.corner
        x = left + (right - length - self.axes.get_xlim()[0]) * self.per_unit
        self.sheet.write((x - 0.08, top + y), text, size=SMALL, colour=INK_2, align="right")

    def write_undefined(self, y: float) -> None:
        """Write that there is nothing to draw in a row.

        Parameters
        ----------
        y
            As in `middles`.
        """
        left, top = self.corner
        word = UNDEFINED[self.sheet.words.language]
        at = (left + 0.06, top + y)
        self.sheet.write(at, word, size=SMALL, colour=INK_3, covering=True)


@dataclass(frozen=True)
class _Layout:
    """Where things stand, inches."""

    #: lines of each item's name
    names: tuple[tuple[str, ...], ...]
    #: left edge of the labels of rows; left and right edge of the axes
    labels: float
    left: float
    right: float
    #: right edges of the columns of figures
    ends: tuple[float, ...]
    #: y of the rows of each item, from the top of the axes
    middles: tuple[tuple[float, ...], ...]
    #: of the axes
    height: float


def axis(low: float, high: float, *, signed: bool = False, most: int = 8) -> Axis:
    """Choose a scale that begins and ends on a tick.

    Parameters
    ----------
    low, high
        What must lie on it; where they are equal or undefined the scale is one unit wide.
    signed
        Whether positive ticks get their sign.
    most
        Steps between ticks at most.

    Returns
    -------
    Axis
        With ticks at multiples of 1, 2 or 5 times a power of ten.
    """
    from matplotlib.ticker import MaxNLocator

    if not low < high:
        low, high = (low, low + 1) if isfinite(low) else (0.0, 1.0)
    found = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(low, high)
    ticks = tuple(float(tick) + 0.0 for tick in found)
    return Axis((ticks[0], ticks[-1]), ticks, signed)


def axis_of_answers(scale: tuple[float, float], largest: float) -> Axis:
    """Choose the axis for answers on a scale.

    Parameters
    ----------
    scale
        Smallest and largest possible answer.
    largest
        Largest answer there is.

    Returns
    -------
    Axis
        The whole of a rating scale, each step a tick; of a longer one, such as 100 points, from its
        low end to the tick above the largest answer.
    """
    low, high = scale
    if high - low > _RATING:
        return axis(low, min(high, largest) if largest > low else high)
    if low != round(low) or high != round(high):
        return axis(low, high)
    steps = range(round(low), round(high) + 1)
    return Axis(scale, tuple(map(float, steps)))


def draw_rows(
    words: Words, blocks: Sequence[Block], heads: Sequence[str], scale: Axis, *, row: float = ROW
) -> Chart:
    """Print everything but the marks.

    Parameters
    ----------
    words
        Heading, caption, unit, language.
    blocks
        The items.
    heads
        Of the columns of figures.
    scale
        From left to right.
    row
        Height of a row, inches.

    Returns
    -------
    Chart
        High enough for all items. Marks are to be drawn inside `theme.settings`.
    """
    layout = _lay_out(blocks, heads, row, leading(MIDDLE, words.language))
    unit = leading(SMALL, words.language) if words.unit else 0.0
    texts = [text for block in blocks for text in (block.name, *(r.label for r in block.rows))]
    above = HEADS + (_TICKS if layout.height > _TALL else 0.0)
    sheet = open_sheet(words, above + layout.height + _TICKS + unit, texts)
    top = sheet.top + above
    box = (layout.left, top, layout.right, top + layout.height)
    with settings(sheet.choice.families):
        axes = sheet.area(box, scale.limits)
        for head, end in zip(heads, layout.ends, strict=True):
            sheet.write((end, sheet.top + 0.1), head, size=SMALL, colour=INK_3, align="right")
        for at, block in enumerate(blocks):
            _print_block(sheet, block, layout, at, top)
        chart = Chart(sheet, axes, layout.middles, _per_unit(box, scale), (layout.left, top))
        _print_axis(chart, scale, layout.height)
    return chart


def _lay_out(blocks: Sequence[Block], heads: Sequence[str], row: float, step: float) -> _Layout:
    names = tuple(tuple(break_lines(block.name, MIDDLE, _NAME)) for block in blocks)
    labels = MARGIN + max((inches(line, MIDDLE) for line in chain(*names)), default=0.0) + _GAP
    widest = max((inches(r.label, MIDDLE) for block in blocks for r in block.rows), default=0.0)
    left = labels + (widest + _GAP if widest else 0.0) + _BESIDE
    ends: list[float] = []
    end = WIDTH - MARGIN
    for column in range(len(heads) - 1, -1, -1):
        ends.insert(0, end)
        cells = (inches(r.figures[column], MIDDLE) for block in blocks for r in block.rows)
        end -= max(inches(heads[column], SMALL), max(cells, default=0.0)) + _GAP
    middles, height = [], BETWEEN / 2
    for block, lines in zip(blocks, names, strict=True):
        middles.append(_middles(len(block.rows), row, height, step * len(lines)))
        height += max(row * len(block.rows), step * len(lines)) + BETWEEN
    right = end - _BESIDE + (0.0 if heads else _GAP)
    return _Layout(names, labels, left, right, tuple(ends), tuple(middles), height - BETWEEN / 2)


def _middles(rows: int, row: float, start: float, name: float) -> tuple[float, ...]:
    """Place one row beside the middle of its item's name, several rows from its first line on."""
    first = start + (max(row, name) if rows == 1 else row) / 2
    return tuple(first + row * at for at in range(rows))


def _per_unit(box: tuple[float, float, float, float], scale: Axis) -> float:
    return (box[2] - box[0]) / (scale.limits[1] - scale.limits[0])


def _print_block(sheet: Sheet, block: Block, layout: _Layout, at: int, top: float) -> None:
    lines, middles = layout.names[at], layout.middles[at]
    step = leading(MIDDLE, sheet.words.language)
    above = step * (len(lines) if len(middles) == 1 else 1) / 2
    sheet.write_lines((MARGIN, top + middles[0] - above), lines, size=MIDDLE)
    for line, y in zip(block.rows, middles, strict=True):
        sheet.write((layout.labels, top + y), line.label, colour=INK_2)
        for cell, end in zip(line.figures, layout.ends, strict=True):
            sheet.write((end, top + y), cell, align="right")


def _print_axis(chart: Chart, scale: Axis, height: float) -> None:
    sheet, (left, top) = chart.sheet, chart.corner
    chart.axes.vlines(scale.ticks, 0, height, color=RULE, linewidth=0.6, zorder=0)
    decimals = places(scale.ticks, 6)
    rows = [top + height + _TICKS / 2, *([top - _TICKS / 2] if height > _TALL else [])]
    for y in rows:
        for tick in scale.ticks:
            text = number(tick, decimals, signed=scale.signed)
            x = left + (tick - scale.limits[0]) * chart.per_unit
            sheet.write((x, y), text, size=SMALL, colour=INK_3, align="center")
    if sheet.words.unit:
        y = top + height + _TICKS + leading(SMALL, sheet.words.language) / 2
        sheet.write((left, y), sheet.words.unit, size=SMALL, colour=INK_3)
