"""Whole allocations side by side: one line an expert, through all items, without names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.dispersion import dispersion
from analysis.numerics.ordering import expert_order
from analysis.plots.lettering import DASH, UNDEFINED, clean, column, in_language, most_places
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Block, Chart, Row, axis_of_answers, draw_rows
from analysis.plots.sheet import wording
from analysis.plots.theme import BEFORE, NOW, RULE, Language, settings

Floats = NDArray[np.float64]

#: Height of a row: steep lines are easier to follow than flat ones.
_ROW, _ROW_OF_FEW, _FEW = 0.4, 0.6, 10
_POINT = 2.4

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "各位专家的分配",
        "heads": "均值",
        "allocation": "答卷",
        "experts": "{} 份相同",
        "one": "1 份",
        "mean": "均值",
        "no answer": "未作答",
        "caption": "每条细线为一份答卷，完全相同的答卷合为一条较粗的线，不具名，次序与专家无关；"
        "粗线和圆点为均值。缺答处线条断开；“—”表示无定义。",
        "what": "{experts} 份答卷对 {items} 项指标的分配，其中各不相同的有 {distinct} 种。",
    },
    "en": {
        "title": "Allocations of the experts",
        "heads": "Mean",
        "allocation": "allocation",
        "experts": "of {} experts",
        "one": "of 1 expert",
        "mean": "mean",
        "no answer": "no answer",
        "caption": "Each thin line is one allocation, wider where several are equal; no names, in "
        "an order that has nothing to do with the experts. Thick line and dots: mean. A line is "
        "interrupted where there is no answer; a dash stands for what is undefined.",
        "what": "Allocations of {experts} experts over {items} items, {distinct} of them distinct.",
    },
}


def parallel_plot(
    answers: Floats,
    items: Sequence[str],
    scale: tuple[float, float],
    *,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw every allocation as a line through the items, and the mean of the panel.

    Parameters
    ----------
    answers
        Shape (n_experts, n_items), NaN = no answer. Lines and rows of the table are in an order
        that follows from the answers alone. Not changed.
    items
        Names, in the order of the columns.
    scale
        Smallest and largest possible answer.
    language
        `zh` or `en`.
    labels
        Heading and unit.

    Returns
    -------
    Plot
        One row a distinct allocation, with the number of experts who gave it, and one of means.
        A row without any answer is left out. Whole allocations may be known by their pattern:
        whether they may be shown is the caller's care.

    Raises
    ------
    ValueError
        If `answers` is not a matrix with a column an item, or has values off the scale.
    """
    say = in_language(_TEXT, language)
    mean = dispersion(answers, scale).mean
    if len(mean) != len(items):
        raise ValueError(f"answers to {len(mean)} items, {len(items)} names")
    lines, counts = _distinct(np.asarray(answers, np.float64))
    names = [clean(item) for item in items]
    most = most_places(scale[1] - scale[0])
    axis = axis_of_answers(scale, float(lines[np.isfinite(lines)].max(initial=-np.inf)))
    words = wording(language, labels, say["title"], say["caption"])
    cells = column(mean, most, nothing=DASH)
    blocks = [Block(name, (Row("", (cell,)),)) for name, cell in zip(names, cells, strict=True)]
    row = _ROW_OF_FEW if len(names) <= _FEW else _ROW
    chart = draw_rows(words, blocks, [say["heads"]], axis, row=row)
    with settings(chart.sheet.choice.families):
        _draw(chart, lines, counts, mean)
    what = say["what"].format(experts=counts.sum(), items=len(names), distinct=len(counts))
    rows = _rows(lines, counts, mean, most, language)
    return chart.sheet.finish(what, [say["allocation"], *names], rows)


def _distinct(answers: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the distinct rows with an answer, in an order of their own, and how often each is."""
    answers = answers[np.isfinite(answers).any(axis=1)] + 0.0
    ordered = answers[expert_order(answers)]
    filled = np.where(np.isnan(ordered), np.inf, ordered)
    new = np.ones(len(ordered), np.bool_)
    new[1:] = (filled[1:] != filled[:-1]).any(axis=1)
    starts = np.flatnonzero(new)
    return ordered[starts], np.diff(starts, append=len(ordered))


def _rows(
    lines: Floats, counts: NDArray[np.int64], mean: Floats, most: int, language: Language
) -> list[tuple[str, ...]]:
    say = _TEXT[language]
    who = [say["one"] if n == 1 else say["experts"].format(n) for n in counts.tolist()]
    columns = [column(values, most, nothing=say["no answer"]) for values in lines.T]
    means = column(mean, most, nothing=UNDEFINED[language])
    return [*zip(who, *columns, strict=True), (say["mean"], *means)]


def _draw(chart: Chart, lines: Floats, counts: NDArray[np.int64], mean: Floats) -> None:
    ys = np.array(chart.middles).reshape(-1)
    low, high = chart.axes.get_xlim()
    chart.axes.hlines(ys, low, high, color=RULE, linewidth=0.6, zorder=0)
    for line, count in zip(lines, counts.tolist(), strict=True):
        chart.axes.plot(
            line,
            ys,
            color=BEFORE.colour,
            linewidth=0.7 * count**0.5,
            marker="o",
            markersize=_POINT,
            solid_capstyle="round",
            clip_on=False,
            zorder=2,
        )
    chart.axes.plot(mean, ys, color=NOW.colour, linewidth=2, clip_on=False, zorder=3)
    chart.draw_dots(mean, ys, NOW)
    for at in ys[np.isnan(mean)]:
        chart.write_undefined(float(at))
