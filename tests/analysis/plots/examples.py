"""One of every figure, and what is wrong with a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.concordance import kendall_w
from analysis.plots import theme
from analysis.plots.icicle import icicle_plot
from analysis.plots.influence import influence_plot
from analysis.plots.intervals import intervals_plot
from analysis.plots.movement import movement_plot
from analysis.plots.parallel import parallel_plot
from analysis.plots.permutation import permutation_plot, permuted_w
from analysis.plots.plot import Labels, Plot
from analysis.plots.strips import strips_plot
from analysis.plots.theme import Language
from analysis.tree import global_weights, local_weights
from analysis.treefile import read_tree
from tests.analysis.panels import T2, Floats
from tests.architecture.walls import ROOT

LANGUAGES: tuple[Language, ...] = ("zh", "en")
POINTS = (0.0, 100.0)
TREES = sorted((ROOT / "analysis" / "data" / "trees").glob("*.csv"))
CHINESE = ["信息消费需求", "信息消费供给", "信息消费环境"]
ENGLISH = [f"Information consumption {name}" for name in ("demand", "supply", "environment")]
#: Weights and made-up ends of their intervals, two rounds.
WEIGHTS = {
    2: np.array([[15.0, 54.375, 30.625], [11.1, 47.3, 26.2], [19.4, 60.2, 34.5]]),
    3: np.array([[14.375, 55.0, 30.625], [11.7, 51.84, 27.9], [17.05, 58.2, 33.3]]),
}


def names(language: Language) -> list[str]:
    """Return the names of the three items."""
    return CHINESE if language == "zh" else ENGLISH


def unit(language: Language) -> Labels:
    """Return the unit of the answers."""
    return Labels(unit="分" if language == "zh" else "points")


def without_each(answers: Floats) -> Floats:
    """Return the mean allocation without each expert."""
    return np.array([np.delete(answers, at, 0).mean(axis=0) for at in range(len(answers))])


def movement(language: Language) -> Plot:
    rounds = dict(enumerate(T2, start=1))
    return movement_plot(
        rounds, names(language), POINTS, tolerance=5, language=language, labels=unit(language)
    )


def strips(language: Language) -> Plot:
    return strips_plot(T2[0], names(language), POINTS, language=language, labels=unit(language))


def parallel(language: Language) -> Plot:
    return parallel_plot(T2[2], names(language), POINTS, language=language, labels=unit(language))


def intervals(language: Language) -> Plot:
    return intervals_plot(WEIGHTS, names(language), language=language, labels=unit(language))


def influence(language: Language) -> Plot:
    full = T2[2].mean(axis=0)
    return influence_plot(
        without_each(T2[2]), full, names(language), language=language, labels=unit(language)
    )


def permutation(language: Language) -> Plot:
    found = kendall_w(T2[0], permutations=999)
    drawn = permuted_w(T2[0], permutations=999)
    return permutation_plot(drawn, found.w, p=found.p_permutation, language=language)


def icicle(language: Language, path: str = str(TREES[-1])) -> Plot:
    tree = read_tree(path)
    codes = [node.code for node in tree.nodes]
    weights = global_weights(tree, local_weights(tree))
    return icicle_plot(
        [node.name_zh if language == "zh" else node.name_en for node in tree.nodes],
        [None if node.parent is None else codes.index(node.parent) for node in tree.nodes],
        np.array([float(weights[code]) for code in codes]),
        language=language,
    )


FIGURES: dict[str, Callable[[Language], Plot]] = {
    "movement": movement,
    "strips": strips,
    "parallel": parallel,
    "intervals": intervals,
    "influence": influence,
    "permutation": permutation,
    "icicle": icicle,
}


def texts(plot: Plot) -> list[Text]:
    """Return everything that is written in a figure."""
    found = plot.figure.findobj(Text)
    return [one for one in found if isinstance(one, Text) and one.get_text()]


def faults(plot: Plot) -> list[str]:
    """Say which words lie outside the page, on other words, or are too small to read."""
    return list(_faults(plot))


def _faults(plot: Plot) -> Iterator[str]:
    page = plot.figure.bbox
    with theme.settings(plot.families):
        renderer = plot.figure.canvas.get_renderer()  # type: ignore[attr-defined]  # Agg
        boxes = [(one.get_text(), _box(one, renderer)) for one in texts(plot)]
    for one in texts(plot):
        if float(one.get_fontsize()) < theme.SMALL:
            yield f"{one.get_text()} is too small"
    for text, box in boxes:
        if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1:
            yield f"{text} leaves the page"
    for (text, box), (other, beside) in combinations(boxes, 2):
        overlap = Bbox.intersection(box, beside)
        if overlap is not None and overlap.width > 0.5 and overlap.height > 0.5:
            yield f"{text} lies on {other}"


def _box(text: Text, renderer: object) -> Bbox:
    """Return the place of a line; the white above and below letters may be shared."""
    box = text.get_window_extent(renderer)  # type: ignore[arg-type]  # of Agg
    return Bbox.from_extents(box.x0, box.y0 + 2, box.x1, box.y1 - 2)
