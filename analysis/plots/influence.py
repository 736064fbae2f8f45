"""What each expert does to the weights: every weight once more without each of them in turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.plots.lettering import DASH, UNDEFINED, clean, column, in_language, most_places
from analysis.plots.piles import piles
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Block, Chart, Row, axis, draw_rows
from analysis.plots.sheet import wording
from analysis.plots.theme import BEFORE, NOW, POINT, RULE_STRONG, Language, settings
from analysis.simplex import total_variation

Floats = NDArray[np.float64]

_ROW = 0.3
_DOT = 4.2

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "逐一去掉每位专家后的权重变化",
        "heads": "权重|最低|最高",
        "columns": "指标|权重|最低变化|最高变化|各变化及其次数",
        "caption": "每个圆点为去掉一位专家后权重的变化，不具名；实心圆点为移动权重最多的专家。"
        "相同和相近的变化上下并列；“—”表示无定义。",
        "what": "逐一去掉 {experts} 位专家后，{items} 项指标权重的变化。",
        "most": "去掉一位专家最多移动 {moved} 的权重。",
        "and": "、",
    },
    "en": {
        "title": "Weights without each expert in turn",
        "heads": "Weight|Lowest|Highest",
        "columns": "item|weight|lowest change|highest change|changes and how often",
        "caption": "Each dot is the change of a weight when one expert is left out, without names; "
        "filled: whoever moves most weight. Equal and close changes stand above each other; a dash "
        "stands for what is undefined.",
        "what": "Changes of the weights of {items} items when each of {experts} experts is left "
        "out in turn.",
        "most": " Leaving one expert out moves at most {moved} of weight.",
        "and": ", ",
    },
}


def influence_plot(
    without: Floats,
    full: Floats,
    items: Sequence[str],
    *,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw how each weight changes when each expert is left out in turn.

    Parameters
    ----------
    without
        Shape (n_experts, n_items): the weights without that expert, as `influence.leave_one_out`
        gives them; NaN = undefined, a row of them an expert who did not take part. Which row is
        whose is not drawn. Not changed.
    full
        Shape (n_items,): the weights of the whole panel, in the same unit.
    items
        Names, in the order of the columns.
    language
        `zh` or `en`.
    labels
        Heading and unit.

    Returns
    -------
    Plot
        One row an item. Filled are the dots of whoever moves most weight, half the sum of absolute
        changes over all items. With a few experts the changes tell the answers: whether they may be
        shown is the caller's care.

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    say = in_language(_TEXT, language)
    weights, others = np.asarray(full, np.float64), np.asarray(without, np.float64)
    if weights.shape != (len(items),) or others.shape[1:] != weights.shape:
        raise ValueError(f"weights of shapes {others.shape} and {weights.shape}")
    changes = others - weights
    moved = total_variation(others, weights)
    names = [clean(item) for item in items]
    most = most_places(float(np.nansum(weights)))
    words = wording(language, labels, say["title"], say["caption"])
    cells = zip(*_columns(weights, changes, most, DASH), strict=True)
    blocks = [Block(name, (Row("", of_item),)) for name, of_item in zip(names, cells, strict=True)]
    known = changes[np.isfinite(changes)]
    scale = axis(float(known.min(initial=0)), float(known.max(initial=0)), signed=True)
    chart = draw_rows(words, blocks, say["heads"].split("|"), scale, row=_ROW)
    with settings(chart.sheet.choice.families):
        _draw(chart, changes, moved)
    rows = zip(
        names,
        *_columns(weights, changes, most, UNDEFINED[language]),
        _listed(changes, most, say["and"], UNDEFINED[language]),
        strict=True,
    )
    experts = int(np.isfinite(changes).any(axis=1).sum())
    what = say["what"].format(experts=experts, items=len(names)) + _most(moved, say, most)
    return chart.sheet.finish(what, say["columns"].split("|"), list(rows))


def _columns(weights: Floats, changes: Floats, most: int, nothing: str) -> list[list[str]]:
    """Print the weight of each item, its lowest and its highest change."""
    known = np.isfinite(changes)
    some = known.any(axis=0)
    low = np.where(some, np.where(known, changes, np.inf).min(axis=0, initial=np.inf), np.nan)
    high = np.where(some, np.where(known, changes, -np.inf).max(axis=0, initial=-np.inf), np.nan)
    both = column([*low, *high], most, nothing=nothing, signed=True)
    return [column(weights, most, nothing=nothing), both[: len(low)], both[len(low) :]]


def _listed(changes: Floats, most: int, separator: str, nothing: str) -> list[str]:
    """List the distinct changes of each weight as printed, in ascending order, with how often."""
    listed = []
    for of_item in changes.T:
        printed = column(np.sort(of_item[np.isfinite(of_item)]), most, signed=True)
        counts = {text: printed.count(text) for text in dict.fromkeys(printed)}
        listed.append(separator.join(f"{text} ×{n}" for text, n in counts.items()) or nothing)
    return listed


def _most(moved: Floats, say: dict[str, str], most: int) -> str:
    known = moved[np.isfinite(moved)]
    return say["most"].format(moved=column([known.max()], most)[0]) if known.size else ""


def _draw(chart: Chart, changes: Floats, moved: Floats) -> None:
    ys = np.array(chart.middles).reshape(-1)
    chart.axes.axvline(0, color=RULE_STRONG, linewidth=0.8, zorder=1)
    known = moved[np.isfinite(moved)]
    largest = np.isclose(moved, known.max(initial=0), rtol=1e-9, atol=0) & (moved > 0)
    diameter = _DOT * POINT
    # Among equal changes the chosen come first, whatever the order of the experts.
    first = np.argsort(~largest, kind="stable")
    largest = largest[first]
    for of_item, y in zip(changes[first].T, ys, strict=True):
        spots = piles(of_item, diameter / chart.per_unit, diameter)
        chart.draw_dots(spots.x, y + spots.y, BEFORE, size=_DOT)
        chosen = largest[spots.order]
        chart.draw_dots(spots.x[chosen], (y + spots.y)[chosen], NOW, size=_DOT, edge=False)
        if not len(spots.x):
            chart.write_undefined(float(y))
