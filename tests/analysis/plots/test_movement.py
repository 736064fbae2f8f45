"""Movement between rounds: the figures of a known panel, gaps, and what must not matter."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots.movement import movement_plot
from analysis.plots.plot import Labels
from analysis.plots.saving import to_svg
from tests.analysis.panels import T1, T2
from tests.analysis.plots.examples import ENGLISH, POINTS, faults, movement, names, texts

ROUNDS = dict(enumerate(T2, start=1))


def test_the_rows_are_the_figures_of_the_panel() -> None:
    plot = movement("en")
    assert plot.columns == (
        *("item", "round", "answers", "mean", "lower quartile", "median", "upper quartile"),
        "change of mean",
    )
    supply = [row[1:] for row in plot.rows if row[0] == ENGLISH[1]]
    assert supply == [
        ("1", "8", "53.750", "43.75", "55.00", "61.25", "—"),
        ("2", "8", "54.375", "48.75", "55.00", "60.00", "+0.625"),
        ("3", "8", "55.000", "53.75", "55.00", "56.25", "+0.625"),
    ]
    assert "no mean moved by more than 0.625" in plot.description
    assert "tolerance 5 points" in [one.get_text() for one in texts(plot)]


def test_the_chinese_text_says_the_same() -> None:
    plot = movement("zh")
    assert plot.rows[0] == (
        *("信息消费需求", "1", "8", "16.875", "10.00", "17.50", "21.25"),
        "—",
    )
    assert "第 2 轮到第 3 轮，均值最多变动 0.625（信息消费需求、信息消费供给）。" in plot.text


def test_what_is_undefined_says_so_and_is_never_zero() -> None:
    before, after = T2[0].copy(), T2[1].copy()
    before[:, 1] = np.nan
    after[1:, 2] = np.nan
    plot = movement_plot({2: before, 4: after}, ENGLISH, POINTS, language="en")
    by_item = {(row[0], row[1]): row[2:] for row in plot.rows}
    undefined = "undefined"
    assert by_item[ENGLISH[1], "2"] == ("0", *[undefined] * 4, "—")
    assert by_item[ENGLISH[1], "4"][-1] == undefined
    assert by_item[ENGLISH[2], "4"] == ("1", "30.000", undefined, "30.00", undefined, "+0.625")
    assert [one.get_text() for one in texts(plot)].count(undefined) == 1
    assert faults(plot) == []


def test_nothing_but_gaps_is_a_figure_all_the_same() -> None:
    plot = movement_plot({1: np.full((4, 3), np.nan)}, names("zh"), POINTS)
    assert all(row[3:7] == ("无定义",) * 4 for row in plot.rows)
    assert faults(plot) == []


def test_one_item_and_sixty_in_three_rounds_are_legible() -> None:
    assert faults(movement_plot({1: T1[0][:, :1]}, ["甲"], (1, 5))) == []
    random = np.random.default_rng(1)
    rounds = {at: 100 * random.dirichlet(np.ones(60), 12) for at in (1, 2, 3)}
    many = [f"指标 {at}" + "很长的名称" * (at % 7) for at in range(60)]
    plot = movement_plot(rounds, many, POINTS)
    few = movement_plot({1: T2[0]}, names("zh"), POINTS)
    assert plot.figure.get_size_inches()[0] == few.figure.get_size_inches()[0]
    assert plot.figure.get_size_inches()[1] > 20
    assert len(plot.rows) == 180


def test_the_order_of_experts_changes_no_byte_and_inputs_are_not_touched() -> None:
    turned = {at: answers[::-1].copy() for at, answers in ROUNDS.items()}
    for answers in (*ROUNDS.values(), *turned.values()):
        answers.flags.writeable = False
    plots = [movement_plot(rounds, names("zh"), POINTS) for rounds in (ROUNDS, turned)]
    assert to_svg(plots[0]) == to_svg(plots[1])


def test_rounds_are_drawn_in_the_order_of_their_numbers() -> None:
    turned = dict(sorted(ROUNDS.items(), reverse=True))
    assert (
        movement_plot(turned, ENGLISH, POINTS).rows == movement_plot(ROUNDS, ENGLISH, POINTS).rows
    )


def test_heading_and_unit_are_those_given() -> None:
    plot = movement_plot(ROUNDS, ENGLISH, POINTS, labels=Labels("Second\nstudy", "%"))
    assert plot.title == "Second study"
    assert {"Second study", "%"} <= {one.get_text() for one in texts(plot)}


@pytest.mark.parametrize(
    ("rounds", "message"),
    [
        ({}, "no rounds"),
        ({1: T2[0][:, :2]}, "has not 3 columns"),
        ({1: T2[0][0]}, "matrix"),
        ({1: T2[0] * 10}, "off the scale"),
    ],
)
def test_what_is_no_round_is_refused(rounds, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        movement_plot(rounds, ENGLISH, POINTS)
