"""Axes and rows: ticks people can read, room for every name."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots.plot import USUAL
from analysis.plots.rows import Block, Row, axis, axis_of_answers, draw_rows
from analysis.plots.sheet import wording
from tests.analysis.plots.examples import faults


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 70, (0, 10, 20, 30, 40, 50, 60, 70)),
        (0, 0.31, (0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35)),
        (-0.85, 0.6, (-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6)),
        (0, 0, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (np.nan, np.nan, (0, 0.2, 0.4, 0.6, 0.8, 1)),
    ],
)
def test_ticks_are_round_and_enclose_the_data(low: float, high: float, ticks: tuple) -> None:
    found = axis(low, high)
    assert found.ticks == pytest.approx(ticks)
    assert found.limits == (found.ticks[0], found.ticks[-1])


@pytest.mark.parametrize(
    ("scale", "largest", "ticks"),
    [
        ((1, 5), 3, (1, 2, 3, 4, 5)),
        ((1, 9), 9, tuple(range(1, 10))),
        ((-3, 3), -np.inf, tuple(range(-3, 4))),
        ((0, 100), 64, (0, 10, 20, 30, 40, 50, 60, 70)),
        ((0, 100), -np.inf, (0, 20, 40, 60, 80, 100)),
        ((0, 1), 0.4, (0, 1)),
        ((0.5, 4.5), 3, (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5)),
    ],
)
def test_a_rating_scale_is_shown_whole_and_a_long_one_as_far_as_needed(
    scale, largest, ticks
) -> None:
    assert axis_of_answers(scale, largest).ticks == pytest.approx(ticks)


def test_every_name_has_room_however_long() -> None:
    names = ["名" * length for length in (1, 12, 40, 90)]
    blocks = [Block(name, (Row("第 1 轮", ("1.000", "2–3")),)) for name in names]
    words = wording("zh", USUAL, "题" * 80, "注" * 200)
    chart = draw_rows(words, blocks, ["均值", "四分位"], axis(0, 1))
    plot = chart.sheet.finish("", [], [])
    assert faults(plot) == []
    assert np.all(np.diff(np.ravel(chart.middles)) > 0)


def test_a_high_figure_has_its_ticks_at_both_ends() -> None:
    words = wording("en", USUAL, "", "")
    for items, ticks in ((3, 1), (60, 2)):
        chart = draw_rows(words, [Block("x", (Row("", ()),))] * items, [], axis(0, 7))
        written = [one.get_text() for one in chart.sheet.paper.texts]
        assert written.count("7") == ticks
        assert written.count("x") == items
