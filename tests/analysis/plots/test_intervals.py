"""Weights with intervals: what is given is printed, and a missing end is not a zero."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots.intervals import intervals_plot
from analysis.plots.saving import to_svg
from tests.analysis.plots.examples import CHINESE, ENGLISH, WEIGHTS, faults, intervals, texts


def test_the_rows_are_the_weights_and_ends_given() -> None:
    plot = intervals("en")
    assert plot.columns == ("item", "round", "weight", "lower end", "upper end")
    assert plot.rows[1] == (ENGLISH[0], "3", "14.375", "11.700", "17.050")
    assert "95% intervals" in plot.description
    assert "widest interval of round 3 is 6.36 wide" in plot.description
    assert "第 3 轮最宽的区间宽 6.36（信息消费供给）" in intervals("zh").description


def test_a_missing_end_or_weight_is_undefined() -> None:
    figures = {at: array.copy() for at, array in WEIGHTS.items()}
    figures[2][1, 0] = np.nan
    figures[3][:, 2] = np.nan
    plot = intervals_plot(figures, ENGLISH, language="en")
    assert plot.rows[0] == (ENGLISH[0], "2", "15.000", "undefined", "19.400")
    assert plot.rows[5][2:] == ("undefined",) * 3
    assert [one.get_text() for one in texts(plot)].count("undefined") == 1
    assert faults(plot) == []


def test_nothing_but_gaps_is_a_figure_all_the_same() -> None:
    plot = intervals_plot({1: np.full((3, 3), np.nan)}, CHINESE)
    assert all(row[2:] == ("无定义",) * 3 for row in plot.rows)
    assert faults(plot) == []


def test_one_item_and_sixty_are_legible() -> None:
    assert faults(intervals_plot({1: np.array([[0.5], [0.4], [0.6]])}, ["甲"])) == []
    weights = np.random.default_rng(1).dirichlet(np.ones(60), 2)
    rounds = {at + 1: np.array([row, row * 0.9, row * 1.1]) for at, row in enumerate(weights)}
    plot = intervals_plot(rounds, [f"指标 {at}" for at in range(60)])
    assert len(plot.rows) == 120


def test_the_level_printed_is_the_one_given_and_the_axis_begins_at_zero() -> None:
    plot = intervals_plot(WEIGHTS, ENGLISH, confidence=0.9, language="en")
    assert "90% interval" in [one.get_text() for one in texts(plot)]
    assert [axes.get_xlim()[0] for axes in plot.figure.axes] == [0, 0]


def test_inputs_are_not_touched() -> None:
    for array in WEIGHTS.values():
        array.flags.writeable = False
    assert to_svg(intervals("zh")) == to_svg(intervals("zh"))


@pytest.mark.parametrize(
    ("rounds", "message"),
    [
        ({}, "no rounds"),
        ({1: np.zeros((2, 3))}, r"shape \(2, 3\), expected \(3, 3\)"),
        ({1: np.array([[1, 1, 1], [1, 2, 1], [2, 1, 2]])}, "ends below its beginning"),
    ],
)
def test_what_are_no_intervals_is_refused(rounds, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        intervals_plot(rounds, CHINESE)
