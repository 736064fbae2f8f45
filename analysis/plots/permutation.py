"""The W that chance would give, drawn beside the W found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.ranks import midranks
from analysis.plots.lettering import (
    DASH,
    UNDEFINED,
    column,
    in_language,
    number,
    places,
    significant,
)
from analysis.plots.plot import USUAL, Labels, Plot
from analysis.plots.rows import Axis, axis
from analysis.plots.sheet import MARGIN, Sheet, Words, inches, leading, open_sheet, wording
from analysis.plots.theme import (
    BEFORE,
    INK,
    INK_3,
    NOW,
    RULE,
    RULE_STRONG,
    SMALL,
    WIDTH,
    Language,
    settings,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Up to this many distinct values each is drawn by itself, else they are counted in classes.
_SEPARATE = 40
_CLASSES = 25
#: Ranks shuffled at once, eight bytes each.
_SHUFFLED = 4_000_000
#: W is a quotient of whole numbers; floats of equal ones differ by less.
_EQUAL = 1e-12
#: Decimals to which values of W are told apart.
_DIGITS = 12
_HEIGHT, _LABEL, _TICKS = 1.9, 0.3, 0.22
#: Widest bar of a single value, as a share of the axis.
_WIDEST = 0.02
_DECIMALS = 4
_SMALL: Final[dict[str, Any]] = {"size": SMALL, "colour": INK_3}

_TEXT: Final[dict[Language, dict[str, str]]] = {
    "zh": {
        "title": "协调系数 W 与随机排列的比较",
        "columns": "W|次数|占比",
        "caption": "浅色为随机打乱各位专家的秩后得到的 W，纵轴为占比；深色竖线为观测值，"
        "深色的柱不低于观测值。",
        "what": "随机打乱 {drawn} 次，其中 {reached} 次的 W 不低于观测值 {observed}。",
        "p": "置换检验 p = {}。",
        "here": "W = {}",
        "here with p": "W = {}，p = {}",
        "reached": "不低于观测值 {}",
        "undefined": "W 无定义，没有可比较的排列。",
    },
    "en": {
        "title": "W beside random arrangements",
        "columns": "W|arrangements|share",
        "caption": "Light: W after the ranks of every expert are shuffled, with its share on the "
        "vertical axis. Dark line: W as observed; dark bars: at least that.",
        "what": "Of {drawn} random arrangements {reached} have a W of at least the observed "
        "{observed}.",
        "p": " Permutation test: p = {}.",
        "here": "W = {}",
        "here with p": "W = {}, p = {}",
        "reached": "at least the observed {}",
        "undefined": "W is undefined, there are no arrangements to compare it with.",
    },
}


def permuted_w(ratings: Floats, *, permutations: int = 9_999, seed: int = 1) -> Floats:
    """Draw the tie-corrected W of random arrangements: each expert's ranks shuffled over the items.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer. Experts with a missing answer are left out, as
        `concordance.kendall_w` does. Not changed.
    permutations
        How many to draw. Each costs one shuffled cell an expert and item: large panels need few, as
        their W hardly varies.
    seed
        Seed of the draws.

    Returns
    -------
    ndarray, shape (permutations,)
        In [0, 1], the same for every order of experts and items; shape (0,) where W is undefined:
        fewer than two complete experts or items, or all experts constant.

    Raises
    ------
    ValueError
        If `ratings` is not a matrix or `permutations` is not positive.

    References
    ----------
    Legendre 2005.
    """
    values = np.asarray(ratings, np.float64)
    if values.ndim != 2 or permutations < 1:
        raise ValueError("ratings must be a matrix, and at least one permutation be drawn")
    doubled, ties = midranks(values[~np.isnan(values).any(axis=1)])
    m, n = doubled.shape
    largest = m**2 * (n**3 - n) - m * int(ties.sum())
    if m < 2 or n < 2 or not largest:
        return np.zeros(0)
    patterns = np.sort(doubled, axis=1)
    patterns = patterns[np.lexsort(patterns.T)]
    random = np.random.default_rng(seed)
    drawn = np.empty(permutations)
    step = max(1, _SHUFFLED // doubled.size)
    for start in range(0, permutations, step):
        part = drawn[start : start + step]
        cells = np.tile(patterns, (len(part), 1, 1))
        sums: Ints = random.permuted(cells, axis=-1, out=cells).sum(axis=1) - m * (n + 1)
        part[:] = 3 * np.einsum("ij,ij->i", sums, sums) / largest
    return drawn


def permutation_plot(
    drawn: Floats,
    observed: float | None,
    *,
    p: float | None = None,
    language: Language = "zh",
    labels: Labels = USUAL,
) -> Plot:
    """Draw the distribution of W under random arrangements, and where the observed W lies in it.

    Parameters
    ----------
    drawn
        W of each arrangement, shape (n,), as `permuted_w` draws them. Not changed.
    observed
        W of the panel; None or NaN = undefined.
    p
        Of the permutation test, as `concordance.kendall_w` gives it. It is printed and not computed
        here, as the test may enumerate all arrangements or draw others.
    language
        `zh` or `en`.
    labels
        Heading; the axis has no unit.

    Returns
    -------
    Plot
        Each value of W by itself if there are few, else classes of equal width, a class holding its
        lower end. Without arrangements or observed W the figure says that it is undefined.

    Raises
    ------
    ValueError
        If an arrangement has an undefined W or one outside [0, 1].
    """
    say = in_language(_TEXT, language)
    values = np.asarray(drawn, np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1 + _EQUAL)).all():
        raise ValueError("drawn must be a vector of W, each from 0 to 1")
    words = wording(language, Labels(labels.title, "W"), say["title"], say["caption"])
    found = np.nan if observed is None else float(observed)
    if not values.size or np.isnan(found):
        return _undefined(words)
    sheet = open_sheet(words, _LABEL + _HEIGHT + _TICKS + leading(SMALL, language), [])
    classes = _classes(values, found)
    with settings(sheet.choice.families):
        _draw(sheet, classes, found, p)
    reached, printed = int(classes.reached.sum()), number(found, _DECIMALS)
    what = say["what"].format(drawn=values.size, reached=reached, observed=printed)
    what += "" if p is None else say["p"].format(significant(p))
    first = (say["reached"].format(printed), str(reached), _percent(reached / values.size))
    return sheet.finish(what, say["columns"].split("|"), [first, *_rows(classes)])


def _undefined(words: Words) -> Plot:
    say, undefined = _TEXT[words.language], UNDEFINED[words.language]
    sheet = open_sheet(replace(words, caption=""), _LABEL, [])
    with settings(sheet.choice.families):
        where = (MARGIN, sheet.top + _LABEL / 2)
        sheet.write(where, say["undefined"], colour=INK_3)
    return sheet.finish(say["undefined"], say["columns"].split("|"), [(undefined, DASH, DASH)])


@dataclass(frozen=True, eq=False)
class _Classes:
    """Arrangements by their W, each array of shape (n_classes,)."""

    #: ends of each class; the same where it is one value
    low: Floats
    high: Floats
    counts: Ints
    #: of these, arrangements whose W is at least the observed one
    reached: Ints

    @property
    def shares(self) -> Floats:
        result: Floats = self.counts / self.counts.sum()
        return result


def _classes(values: Floats, observed: float) -> _Classes:
    reached = values >= observed - _EQUAL
    distinct, of_value = np.unique(np.round(values, _DIGITS), return_inverse=True)
    if len(distinct) <= _SEPARATE:
        counts = np.bincount(of_value, minlength=len(distinct))
        above = np.bincount(of_value[reached], minlength=len(distinct))
        return _Classes(distinct, distinct, counts, above)
    edges = np.array(axis(0.0, float(values.max()), most=_CLASSES).ticks)
    counts, above = (np.histogram(some, edges)[0] for some in (values, values[reached]))
    return _Classes(edges[:-1], edges[1:], counts, above)


def _rows(classes: _Classes) -> list[tuple[str, str, str]]:
    """Print the classes that have an arrangement."""
    held = classes.counts > 0
    ends = [column(edge, _DECIMALS) for edge in (classes.low, classes.high)]
    spans = [low if low == high else f"{low}–{high}" for low, high in zip(*ends, strict=True)]
    shares = [_percent(share) for share in classes.shares]
    rows = zip(spans, map(str, classes.counts.tolist()), shares, strict=True)
    return [row for row, one in zip(rows, held.tolist(), strict=True) if one]


def _percent(share: float) -> str:
    return number(share * 100, 2) + "%"


def _draw(sheet: Sheet, classes: _Classes, observed: float, p: float | None) -> None:
    across = axis(0.0, max(observed, float(classes.high[-1])))
    up = axis(0.0, float(classes.shares.max()) * 100, most=4)
    left = MARGIN + max(inches(_tick(up, at), SMALL) for at in up.ticks) + 0.16
    top, bottom = sheet.top + _LABEL, sheet.top + _LABEL + _HEIGHT
    box = (left, top, WIDTH - 2 * MARGIN, bottom)
    axes = sheet.area(box, across.limits)
    per_percent = _HEIGHT / up.limits[1]
    for at in up.ticks:
        sheet.write(
            (left - 0.14, bottom - at * per_percent), _tick(up, at), **_SMALL, align="right"
        )
    levels = [_HEIGHT - at * per_percent for at in up.ticks]
    axes.hlines(levels, *across.limits, color=RULE, linewidth=0.6, zorder=0)
    _draw_bars(axes, classes, per_percent, across)
    axes.hlines(_HEIGHT, *across.limits, color=RULE_STRONG, linewidth=0.8, zorder=3, clip_on=False)
    axes.vlines(observed, -0.06, _HEIGHT, color=NOW.colour, linewidth=1.6, zorder=4, clip_on=False)
    per_unit = (box[2] - left) / (across.limits[1] - across.limits[0])
    for at in across.ticks:
        text = number(at, places(across.ticks, 6))
        sheet.write((left + at * per_unit, bottom + _TICKS / 2), text, **_SMALL, align="center")
    unit = (left, bottom + _TICKS + leading(SMALL, sheet.words.language) / 2)
    sheet.write(unit, sheet.words.unit, **_SMALL)
    say = _TEXT[sheet.words.language]["here" if p is None else "here with p"]
    text = say.format(number(observed, _DECIMALS), significant(p))
    far = observed > across.limits[1] / 2
    where = (left + observed * per_unit + (0.04 if far else -0.04), top - 0.14)
    sheet.write(where, text, colour=INK, align="right" if far else "left")


def _tick(up: Axis, at: float) -> str:
    return number(at, places(up.ticks, 6)) + "%"


def _draw_bars(axes: Axes, classes: _Classes, per_percent: float, across: Axis) -> None:
    """Draw the classes from the bottom up; what is at least the observed W is dark."""
    widths = classes.high - classes.low
    if not widths.any():
        gaps = np.diff(classes.low, prepend=-across.limits[1])
        widths = np.full(len(gaps), min(0.6 * gaps.min(), _WIDEST * across.limits[1]))
    middles = (classes.low + classes.high) / 2
    scale = 100 * per_percent / classes.counts.sum()
    for counts, mark in ((classes.counts, BEFORE), (classes.reached, NOW)):
        axes.bar(
            middles,
            -counts * scale,
            widths,
            bottom=_HEIGHT,
            color=mark.wash if mark is BEFORE else mark.colour,
            edgecolor=mark.colour,
            linewidth=0.5 * (counts > 0),
            clip_on=False,
            zorder=2,
        )
