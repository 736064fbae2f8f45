"""Weights with their intervals, round by round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.plots.lettering import DASH, UNDEFINED, clean, column, in_language, most_places
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Axis, Block, Chart, Row, axis, draw_rows
from analysis.plots.sheet import wording
from analysis.plots.theme import BEFORE, INK_2, NOW, Language, settings

Floats = NDArray[np.float64]

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "各轮的权重及其区间",
        "round": "第 {} 轮",
        "heads": "权重|{} 区间",
        "columns": "指标|轮次|权重|下限|上限",
        "caption": "圆点为权重，横线为 {} 区间。实心深色为最近一轮，空心灰色为以前各轮；"
        "“—”表示无定义。",
        "what": "{items} 项指标在 {rounds} 轮中的权重和 {level} 区间。",
        "widest": "第 {round} 轮最宽的区间宽 {width}（{items}）。",
        "and": "、",
    },
    "en": {
        "title": "Weights and their intervals",
        "round": "Round {}",
        "heads": "Weight|{} interval",
        "columns": "item|round|weight|lower end|upper end",
        "caption": "Dot: weight; line: {} interval. Filled and dark: the latest round; hollow and "
        "grey: earlier ones. A dash stands for what is undefined.",
        "what": "Weights with {level} intervals; rounds: {rounds}, items: {items}.",
        "widest": " The widest interval of round {round} is {width} wide ({items}).",
        "and": ", ",
    },
}


def intervals_plot(
    rounds: Mapping[int, Floats],
    items: Sequence[str],
    *,
    confidence: float = 0.95,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw the weights of every round with their intervals.

    Parameters
    ----------
    rounds
        Number of the round → array of shape (3, n_items): weights, lower ends and upper ends of
        their intervals, NaN = undefined; drawn in the order of the numbers. Not changed.
    items
        Names, in the order of the columns.
    confidence
        Level of the intervals, above 0 and below 1; it is printed, nothing is computed from it.
    language
        `zh` or `en`.
    labels
        Heading and unit.

    Returns
    -------
    Plot
        One row an item and round, the axis from 0. A weight without an interval is drawn alone.

    Raises
    ------
    ValueError
        If there is no round, one has another shape, or an interval ends below its beginning.
    """
    say = in_language(_TEXT, language)
    figures = _figures(rounds, len(items))
    names = [clean(item) for item in items]
    level = f"{confidence * 100:g}%"
    words = wording(language, labels, say["title"], say["caption"].format(level))
    most = most_places(float(np.nanmax(figures, initial=0)))
    numbers = sorted(rounds)
    labelled = [say["round"].format(at) for at in numbers]
    blocks = _blocks(names, labelled, _printed(figures, most, DASH))
    heads = say["heads"].format(level).split("|")
    chart = draw_rows(words, blocks, heads, _axis(figures))
    with settings(chart.sheet.choice.families):
        _draw(chart, figures)
    what = say["what"].format(items=len(names), rounds=len(numbers), level=level)
    what += _widest(figures, names, numbers[-1], say, most)
    rows = [
        (name, str(number), *cells)
        for name, of_item in zip(names, _printed(figures, most, UNDEFINED[language]), strict=True)
        for number, cells in zip(numbers, of_item, strict=True)
    ]
    return chart.sheet.finish(what, say["columns"].split("|"), rows)


def _figures(rounds: Mapping[int, Floats], items: int) -> Floats:
    """Put the rounds together, shape (n_items, n_rounds, 3)."""
    if not rounds:
        raise ValueError("no rounds")
    arrays = [np.asarray(rounds[at], np.float64) for at in sorted(rounds)]
    for array in arrays:
        if array.shape != (3, items):
            raise ValueError(f"a round of shape {array.shape}, expected (3, {items})")
        if (array[2] < array[1]).any():
            raise ValueError("an interval that ends below its beginning")
    return np.array(arrays).transpose(2, 0, 1)


def _axis(figures: Floats) -> Axis:
    known = figures[np.isfinite(figures)]
    return axis(float(known.min(initial=0)), float(known.max(initial=0)))


def _printed(figures: Floats, most: int, nothing: str) -> list[list[list[str]]]:
    """Print all figures with the same decimals, in the shape of the array."""
    items, rounds, _ = figures.shape
    cells = iter(column(figures.flat, most, nothing=nothing))
    return [[[next(cells) for _ in range(3)] for _ in range(rounds)] for _ in range(items)]


def _blocks(
    names: Sequence[str], labelled: Sequence[str], printed: Sequence[Sequence[Sequence[str]]]
) -> list[Block]:
    blocks = []
    for name, of_item in zip(names, printed, strict=True):
        rows = []
        for label, (weight, low, high) in zip(labelled, of_item, strict=True):
            span = DASH if DASH in (low, high) else f"{low}–{high}"
            rows.append(Row(label, (weight, span)))
        blocks.append(Block(name, tuple(rows)))
    return blocks


def _widest(
    figures: Floats, names: Sequence[str], last: int, say: dict[str, str], most: int
) -> str:
    widths = figures[:, -1, 2] - figures[:, -1, 1]
    if not np.isfinite(widths).any():
        return ""
    widest = np.nanmax(widths)
    found = np.flatnonzero(np.isclose(widths, widest, rtol=1e-9, atol=0)).tolist()
    listed = say["and"].join(names[at] for at in found)
    return say["widest"].format(round=last, width=column([widest], most)[0], items=listed)


def _draw(chart: Chart, figures: Floats) -> None:
    ys = np.array(chart.middles).reshape(figures.shape[:2])
    for at, round_ys in enumerate(ys.T):
        mark = NOW if at == figures.shape[1] - 1 else BEFORE
        weights, low, high = figures[:, at].T
        chart.draw_spans(low, high, round_ys, mark)
        chart.draw_dots(weights, round_ys, mark)
    for weights, at in zip(figures[:, :, 0], ys, strict=True):
        chart.axes.plot(weights, at, color=INK_2, linewidth=0.6, zorder=1)
    for y in ys[np.isnan(figures[:, :, 0])]:
        chart.write_undefined(float(y))
