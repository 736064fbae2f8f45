"""The answers to each item in one round: every answer a dot, with median and quartiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.dispersion import Dispersion, dispersion
from analysis.plots.lettering import DASH, UNDEFINED, clean, column, in_language, most_places
from analysis.plots.piles import piles
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Block, Chart, Row, axis_of_answers, draw_rows
from analysis.plots.sheet import wording
from analysis.plots.theme import BEFORE, NOW, POINT, Language, settings

Floats = NDArray[np.float64]

_ROW = 0.34
_DOT = 4.2

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "各项指标的答案分布",
        "heads": "作答数|中位数|四分位",
        "columns": "指标|作答数|下四分位|中位数|上四分位|各答案及其人数",
        "caption": "每个圆点为一份答案，相同和相近的答案上下并列；竖线为中位数，横条为中间一半答案"
        "（四分位范围，第 7 类分位数）。“—”表示无定义。",
        "what": "{experts} 位专家对 {items} 项指标的答案，以及各项的中位数和四分位。",
        "and": "、",
    },
    "en": {
        "title": "Distribution of the answers",
        "heads": "Answers|Median|Quartiles",
        "columns": "item|answers|lower quartile|median|upper quartile|values and how often",
        "caption": "Each dot is one answer; equal and close ones stand above each other. Upright "
        "line: median; band: middle half of the answers (quartiles of type 7). A dash stands for "
        "what is undefined.",
        "what": "Answers of {experts} experts to {items} items, with median and quartiles of each.",
        "and": ", ",
    },
}


def strips_plot(
    answers: Floats,
    items: Sequence[str],
    scale: tuple[float, float],
    *,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw all answers of one round as dots, with median and quartiles of each item.

    Parameters
    ----------
    answers
        Shape (n_experts, n_items), NaN = no answer. Their order is not drawn. Not changed.
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
        One row an item. Without answers an item is undefined, with one answer its quartiles are.
        Single answers are drawn whatever their number: whether they may be shown is the caller's
        care.

    Raises
    ------
    ValueError
        If `answers` is not a matrix with a column an item, or has values off the scale.
    """
    say = in_language(_TEXT, language)
    spread = dispersion(answers, scale)
    if len(spread.n) != len(items):
        raise ValueError(f"answers to {len(spread.n)} items, {len(items)} names")
    names = [clean(item) for item in items]
    most = most_places(scale[1] - scale[0])
    matrix = np.asarray(answers, np.float64)
    drawn = matrix[np.isfinite(matrix)]
    axis = axis_of_answers(scale, float(drawn.max(initial=-np.inf)))
    words = wording(language, labels, say["title"], say["caption"])
    blocks = _blocks(names, spread, most)
    chart = draw_rows(words, blocks, say["heads"].split("|"), axis, row=_ROW)
    with settings(chart.sheet.choice.families):
        _draw(chart, matrix, spread)
    what = say["what"].format(experts=len(matrix), items=len(names))
    columns = zip(
        names,
        map(str, spread.n.tolist()),
        *_quartiles(spread, most, UNDEFINED[language]),
        _values(matrix, most, say["and"], UNDEFINED[language]),
        strict=True,
    )
    return chart.sheet.finish(what, say["columns"].split("|"), list(columns))


def _quartiles(spread: Dispersion, most: int, nothing: str) -> list[list[str]]:
    """Print lower quartile, median and upper quartile with the same decimals."""
    arrays = np.array([spread.q1, spread.median, spread.q3])
    printed = column(arrays.flat, most, nothing=nothing)
    items = len(spread.n)
    return [printed[at * items : (at + 1) * items] for at in range(3)]


def _blocks(names: Sequence[str], spread: Dispersion, most: int) -> list[Block]:
    rows = zip(names, spread.n.tolist(), *_quartiles(spread, most, DASH), strict=True)
    return [
        Block(name, (Row("", (str(n), median, DASH if q1 == DASH else f"{q1}–{q3}")),))
        for name, n, q1, median, q3 in rows
    ]


def _values(matrix: Floats, most: int, separator: str, nothing: str) -> list[str]:
    """List the distinct answers to each item in ascending order, each with its number."""
    listed = []
    for answers in matrix.T:
        values, counts = np.unique(answers[np.isfinite(answers)] + 0.0, return_counts=True)
        printed = zip(column(values, most), counts.tolist(), strict=True)
        listed.append(separator.join(f"{value} ×{count}" for value, count in printed) or nothing)
    return listed


def _draw(chart: Chart, matrix: Floats, spread: Dispersion) -> None:
    ys = np.array(chart.middles).reshape(-1)
    chart.draw_bands(spread.q1, spread.q3, ys, BEFORE, height=_ROW - 0.06)
    chart.draw_medians(spread.median, ys, height=_ROW + 0.06)
    diameter = _DOT * POINT
    for answers, at in zip(matrix.T, ys, strict=True):
        spots = piles(answers, diameter / chart.per_unit, diameter)
        chart.draw_dots(spots.x, at + spots.y, NOW, size=_DOT, edge=spots.step == 1)
    for at in ys[spread.n == 0]:
        chart.write_undefined(float(at))
