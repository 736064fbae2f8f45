"""How the answers to each item moved from round to round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.dispersion import dispersion
from analysis.plots.lettering import DASH, UNDEFINED, clean, column, in_language, most_places
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Block, Chart, Row, axis_of_answers, draw_rows
from analysis.plots.sheet import wording
from analysis.plots.theme import BEFORE, INK_2, NOW, Language, settings

Floats = NDArray[np.float64]

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "各轮之间的变化",
        "round": "第 {} 轮",
        "heads": "均值|四分位|较上轮",
        "columns": "指标|轮次|作答数|均值|下四分位|中位数|上四分位|均值较上轮",
        "caption": "圆点为均值，竖线为中位数，横条为中间一半答案（四分位范围，第 7 类分位数）。"
        "实心深色为最近一轮，空心灰色为以前各轮；“—”表示无定义或没有上一轮。",
        "tolerance": "右上方的标尺为研究方案的容差。",
        "scale": "容差 {}",
        "what": "{rounds} 轮、{items} 项指标的均值、中位数和四分位。",
        "most": "第 {before} 轮到第 {after} 轮，均值最多变动 {change}（{items}）。",
        "and": "、",
    },
    "en": {
        "title": "Movement between rounds",
        "round": "Round {}",
        "heads": "Mean|Quartiles|Change",
        "columns": "item|round|answers|mean|lower quartile|median|upper quartile|change of mean",
        "caption": "Dot: mean; upright line: median; band: middle half of the answers (quartiles "
        "of type 7). Filled and dark: the latest round; hollow and grey: earlier ones. A dash "
        "stands for what is undefined or has no earlier round.",
        "tolerance": " The bar at the upper right is the tolerance of the protocol.",
        "scale": "tolerance {}",
        "what": "Mean, median and quartiles of each item; rounds: {rounds}, items: {items}.",
        "most": " From round {before} to round {after} no mean moved by more than {change} "
        "({items}).",
        "and": ", ",
    },
}


def movement_plot(
    rounds: Mapping[int, Floats],
    items: Sequence[str],
    scale: tuple[float, float],
    *,
    tolerance: float | None = None,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw mean, median and quartiles of each item in every round, and how the mean moved.

    Parameters
    ----------
    rounds
        Number of the round → its answers, shape (n_experts, n_items), NaN = no answer; drawn in the
        order of the numbers. Experts may differ from round to round. Not changed.
    items
        Names, in the order of the columns.
    scale
        Smallest and largest possible answer.
    tolerance
        Drawn as a bar to compare with, in the unit of the answers; None draws none.
    language
        `zh` or `en`.
    labels
        Heading and unit.

    Returns
    -------
    Plot
        One row an item and round. Without answers an item is undefined in that round, with one
        answer its quartiles are. No rule of disclosure is applied: quartiles of a few experts are
        the caller's care.

    Raises
    ------
    ValueError
        If there is no round, or one is not a matrix with a column an item, or has values off the
        scale.
    """
    say = in_language(_TEXT, language)
    figures = _figures(rounds, items, scale)
    caption = say["caption"] + ("" if tolerance is None else say["tolerance"])
    words = wording(language, labels, say["title"], caption)
    axis = axis_of_answers(scale, figures.largest)
    chart = draw_rows(words, _blocks(figures, say["round"]), say["heads"].split("|"), axis)
    with settings(chart.sheet.choice.families):
        _draw(chart, figures)
        if tolerance is not None:
            text = say["scale"].format(f"{tolerance:g}")
            chart.draw_scale_bar(tolerance, f"{text} {words.unit}".strip())
    rows = _rows(figures, UNDEFINED[language])
    return chart.sheet.finish(_description(figures, say), say["columns"].split("|"), rows)


@dataclass(frozen=True, eq=False)
class _Figures:
    """What is drawn: arrays of shape (n_items, n_rounds)."""

    rounds: tuple[int, ...]
    items: tuple[str, ...]
    n: NDArray[np.int64]
    mean: Floats
    q1: Floats
    median: Floats
    q3: Floats
    #: mean less that of the round before; NaN in the first
    change: Floats
    #: decimals at most
    most: int

    @property
    def largest(self) -> float:
        drawn = np.concatenate([self.mean, self.q3]).ravel()
        return float(drawn[np.isfinite(drawn)].max(initial=-np.inf))


def _figures(
    rounds: Mapping[int, Floats], items: Sequence[str], scale: tuple[float, float]
) -> _Figures:
    if not rounds:
        raise ValueError("no rounds")
    numbers = sorted(rounds)
    spreads = [dispersion(rounds[at], scale) for at in numbers]
    if any(len(spread.n) != len(items) for spread in spreads):
        raise ValueError(f"a round that has not {len(items)} columns")
    mean = np.array([spread.mean for spread in spreads]).T
    return _Figures(
        rounds=tuple(numbers),
        items=tuple(clean(item) for item in items),
        n=np.array([spread.n for spread in spreads]).T,
        mean=mean,
        q1=np.array([spread.q1 for spread in spreads]).T,
        median=np.array([spread.median for spread in spreads]).T,
        q3=np.array([spread.q3 for spread in spreads]).T,
        change=np.diff(mean, axis=1, prepend=np.nan),
        most=most_places(scale[1] - scale[0]),
    )


def _blocks(figures: _Figures, label: str) -> list[Block]:
    means = column(figures.mean.flat, figures.most)
    low, high, _ = _quartiles(figures, DASH)
    changes = column(figures.change.flat, figures.most, signed=True)
    spans = [DASH if q1 == DASH else f"{q1}–{q3}" for q1, q3 in zip(low, high, strict=True)]
    cells = list(zip(means, spans, changes, strict=True))
    count = len(figures.rounds)
    labels = [label.format(at) for at in figures.rounds]
    return [
        Block(name, tuple(map(Row, labels, cells[at * count : (at + 1) * count])))
        for at, name in enumerate(figures.items)
    ]


def _quartiles(figures: _Figures, nothing: str) -> tuple[list[str], ...]:
    """Print lower quartile, upper quartile and median with the same decimals."""
    arrays = (figures.q1, figures.q3, figures.median)
    printed = column(np.array(arrays).flat, figures.most, nothing=nothing)
    size = figures.n.size
    return tuple(printed[at * size : (at + 1) * size] for at in range(3))


def _rows(figures: _Figures, undefined: str) -> list[tuple[str, ...]]:
    count = len(figures.rounds)
    means = column(figures.mean.flat, figures.most, nothing=undefined)
    q1, q3, median = _quartiles(figures, undefined)
    changes = column(figures.change.flat, figures.most, nothing=undefined, signed=True)
    changes[::count] = [DASH] * len(figures.items)
    names = np.repeat(figures.items, count).tolist()
    numbers = [str(at) for at in figures.rounds] * len(figures.items)
    answers = [str(n) for n in figures.n.flat]
    return list(zip(names, numbers, answers, means, q1, median, q3, changes, strict=True))


def _description(figures: _Figures, say: dict[str, str]) -> str:
    what = say["what"].format(rounds=len(figures.rounds), items=len(figures.items))
    last = np.abs(figures.change[:, -1])
    if len(figures.rounds) < 2 or not np.isfinite(last).any():
        return what
    largest = np.nanmax(last)
    found = np.flatnonzero(np.isclose(last, largest, rtol=1e-9, atol=0)).tolist()
    return what + say["most"].format(
        before=figures.rounds[-2],
        after=figures.rounds[-1],
        items=say["and"].join(figures.items[at] for at in found),
        change=column([largest], figures.most)[0],
    )


def _draw(chart: Chart, figures: _Figures) -> None:
    ys = np.array(chart.middles).reshape(figures.n.shape)
    for means, at in zip(figures.mean, ys, strict=True):
        chart.axes.plot(means, at, color=INK_2, linewidth=0.6, zorder=2)
    for round_at in range(len(figures.rounds)):
        mark = NOW if round_at == len(figures.rounds) - 1 else BEFORE
        part = (slice(None), round_at)
        chart.draw_bands(figures.q1[part], figures.q3[part], ys[part], mark)
        chart.draw_medians(figures.median[part], ys[part])
        chart.draw_dots(figures.mean[part], ys[part], mark)
    for y in ys[figures.n == 0]:
        chart.write_undefined(float(y))
