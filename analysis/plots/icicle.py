"""The tree of weights: each indicator a box as high as its weight, beside the box of its parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.plots.branches import Branches, branches, spread
from analysis.plots.lettering import UNDEFINED, clean, column, in_language
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.sheet import MARGIN, Sheet, break_lines, inches, leading, open_sheet, wording
from analysis.plots.theme import (
    INK,
    INK_2,
    LEVELS,
    MIDDLE,
    NOTHING,
    RULE_STRONG,
    WIDTH,
    Language,
    settings,
)

Floats = NDArray[np.float64]

#: Inches: box of a leaf, lines from there to the names, longest name, white inside a box.
_LEAF, _LINES, _NAME, _INSIDE = 0.22, 0.36, 2.3, 0.07
#: White above and below names, together.
_AROUND = 0.03
#: A tree with inner boxes too low for their names is made higher, up to this many times.
_STRETCH = 2.0
_LOWEST = 1.2
#: Height beyond that of all labels, so that they stand near their boxes.
_SLACK = 1.3
_DECIMALS = 3

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "指标体系与组合权重",
        "columns": "指标|组合权重",
        "caption": "方框的高度为组合权重，右侧为末级指标。",
        "undefined": "斜线方框的权重无定义，其高度没有含义。",
        "unnamed": "有 {} 个方框太矮，写不下名称。",
        "what": "指标体系共 {nodes} 个指标，其中末级指标 {leaves} 个，图示各自的组合权重。",
    },
    "en": {
        "title": "Indicator tree and global weights",
        "columns": "indicator|global weight",
        "caption": "The height of a box is its global weight; at the right the leaf indicators.",
        "undefined": " Hatched boxes have no defined weight, and their height means nothing.",
        "unnamed": " Boxes too low for their names: {}.",
        "what": "Global weights of the indicator tree; indicators: {nodes}, of them leaves: "
        "{leaves}.",
    },
}


def icicle_plot(
    names: Sequence[str],
    parents: Sequence[int | None],
    weights: Floats,
    *,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw the global weights of an indicator tree.

    Parameters
    ----------
    names
        Of all indicators, each after its parent; siblings are drawn in this order.
    parents
        Position of each one's parent among the names; None for a root.
    weights
        Global weights, shape (n_indicators,), shares of 1; NaN = undefined. Not changed.
    language
        `zh` or `en`.
    labels
        Heading; weights are printed in percent.

    Returns
    -------
    Plot
        One row an indicator, named with its path, in pre-order. Where a group has an undefined
        weight the heights of its boxes mean nothing, and they are hatched.

    Raises
    ------
    ValueError
        If the lengths differ, there is no indicator, one stands before its parent, or the weights
        of a group are negative or do not sum to that of its parent (1 for the roots).
    """
    say = in_language(_TEXT, language)
    tree = branches([clean(name) for name in names], parents, weights)
    printed = _printed(tree, UNDEFINED[language])
    layout = _lay_out(tree, printed, leading(MIDDLE, language))
    caption = say["caption"] + (say["undefined"] if tree.hatched.any() else "")
    unnamed = sum(not lines for lines in layout.inner.values())
    caption += say["unnamed"].format(unnamed) if unnamed else ""
    sheet = open_sheet(wording(language, labels, say["title"], caption), layout.height, tree.names)
    with settings(sheet.choice.families):
        _draw_boxes(sheet, tree, layout)
        _draw_leaves(sheet, tree, layout, printed)
    what = say["what"].format(nodes=len(names), leaves=len(tree.leaves))
    rows = [(" / ".join(tree.path(at)), printed[at]) for at in tree.order]
    return sheet.finish(what, say["columns"].split("|"), rows)


def _printed(tree: Branches, undefined: str) -> list[str]:
    texts = column(tree.weights * 100, _DECIMALS, nothing="")
    return [f"{text}%" if text else undefined for text in texts]


@dataclass(frozen=True, eq=False)
class _Layout:
    """Sizes in inches."""

    #: of the whole tree
    height: float
    #: width of the box of an inner node
    inner_width: float
    #: inner node → lines printed in its box; none where it is too low
    inner: dict[int, list[str]]
    #: lines of the name of each leaf
    leaves: list[list[str]]
    #: left edge of the names of leaves
    names: float


def _lay_out(tree: Branches, printed: Sequence[str], step: float) -> _Layout:
    leaves = [break_lines(tree.names[at], MIDDLE, _NAME) for at in tree.leaves]
    names = max(inches(line, MIDDLE) for lines in leaves for line in lines)
    figures = max(inches(printed[at], MIDDLE) for at in tree.leaves)
    left = WIDTH - MARGIN - figures - 2 * _INSIDE - names
    depth = max(tree.levels)
    width = (left - _LINES - _LEAF - MARGIN) / max(depth, 1)
    inner = {at: _fitting(tree, at, printed, width) for at in tree.order if tree.children[at]}
    wanted = max((_needed(tree, at, forms[0], step) for at, forms in inner.items()), default=0.0)
    labels = sum(step * len(lines) + _AROUND for lines in leaves)
    lowest = max(_SLACK * labels, _LOWEST)
    height = max(lowest, min(wanted, _STRETCH * lowest))
    chosen = {
        at: next((form for form in forms if _needed(tree, at, form, step) <= height), [])
        for at, forms in inner.items()
    }
    return _Layout(height, width, chosen, leaves, left)


def _fitting(tree: Branches, at: int, printed: Sequence[str], width: float) -> list[list[str]]:
    """Return what may be printed in a box, the best first: name and weight, or the name alone."""
    room = width - 2 * _INSIDE
    name = break_lines(tree.names[at], MIDDLE, room)
    both = f"{name[-1]}  {printed[at]}"
    if inches(both, MIDDLE) <= room:
        return [[*name[:-1], both], name]
    return [[*name, printed[at]], name]


def _needed(tree: Branches, at: int, lines: Sequence[str], step: float) -> float:
    """Return the height of the whole tree at which these lines fit into a box."""
    share = float(np.diff(tree.edges[at])[0])
    return (step * len(lines) + _AROUND) / share if share > 0 else float("inf")


def _draw_boxes(sheet: Sheet, tree: Branches, layout: _Layout) -> None:
    """Draw all boxes; that of a leaf reaches to the column of the leaves."""
    from matplotlib.patches import Rectangle

    right = layout.names - _LINES
    axes = sheet.area((0.0, sheet.top, WIDTH, sheet.top + layout.height), (0.0, WIDTH))
    step = leading(MIDDLE, sheet.words.language)
    for at in tree.order:
        top, bottom = tree.edges[at] * layout.height
        left = MARGIN + tree.levels[at] * layout.inner_width
        wide = layout.inner_width if tree.children[at] else right - left
        hatched = bool(tree.hatched[at])
        box = Rectangle(
            (left, top),
            wide,
            bottom - top,
            facecolor=NOTHING.wash if hatched else LEVELS[min(tree.levels[at], len(LEVELS) - 1)],
            edgecolor=RULE_STRONG,
            hatch=NOTHING.hatch if hatched else None,
            linewidth=0.5,
            clip_on=False,
        )
        axes.add_patch(box)
        lines = layout.inner.get(at, [])
        first = sheet.top + (top + bottom) / 2 - step * (len(lines) - 1) / 2
        for line, text in enumerate(lines):
            place = (left + _INSIDE, first + line * step)
            sheet.write(place, text, colour=INK, covering=hatched)


def _draw_leaves(sheet: Sheet, tree: Branches, layout: _Layout, printed: Sequence[str]) -> None:
    step = leading(MIDDLE, sheet.words.language)
    heights = np.array([step * len(lines) + _AROUND for lines in layout.leaves])
    middles = tree.edges[tree.leaves].mean(axis=1) * layout.height
    places = spread(middles, heights, layout.height)
    right = layout.names - _LINES
    for at, lines, y, label in zip(tree.leaves, layout.leaves, middles, places, strict=True):
        xs = (right, right + 0.08, layout.names - 0.1, layout.names - 0.04)
        ys = sheet.top + np.array([y, y, label, label])
        sheet.paper.plot(xs, ys, color=RULE_STRONG, linewidth=0.5)
        above = label + sheet.top - step * len(lines) / 2
        sheet.write_lines((layout.names, above), lines, size=MIDDLE)
        where = (WIDTH - MARGIN, sheet.top + label)
        sheet.write(where, printed[at], colour=INK_2, align="right")
