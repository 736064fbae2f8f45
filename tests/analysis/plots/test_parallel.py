"""Parallel view: nobody's line can be told by its place, and no allocation is lost."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots.parallel import parallel_plot
from analysis.plots.saving import to_svg
from tests.analysis.panels import T1, T2
from tests.analysis.plots.examples import CHINESE, ENGLISH, POINTS, faults, parallel, texts


def test_equal_allocations_are_one_line_with_their_number() -> None:
    plot = parallel("en")
    assert plot.columns == ("allocation", *ENGLISH)
    assert ("of 3 experts", "15", "55", "30") in plot.rows
    assert plot.rows[-1] == ("mean", "14.375", "55.000", "30.625")
    assert len(plot.rows) == 7
    assert "8 experts over 3 items, 6 of them distinct" in plot.description


def test_the_order_of_experts_changes_no_byte_and_the_input_is_not_touched() -> None:
    drawn = set()
    for seed in range(3):
        answers = np.random.default_rng(seed).permutation(T2[0])
        answers.flags.writeable = False
        drawn.add(to_svg(parallel_plot(answers, CHINESE, POINTS)))
    assert len(drawn) == 1


def test_a_gap_interrupts_a_line_and_an_empty_row_is_left_out() -> None:
    answers = np.vstack([T2[0], np.full(3, np.nan)])
    answers[0, 1] = np.nan
    plot = parallel_plot(answers, CHINESE, POINTS)
    assert ("1 份", "20", "未作答", "30") in plot.rows
    assert "8 份答卷" in plot.description
    lines = [line.get_xdata() for axes in plot.figure.axes for line in axes.lines]
    assert any(np.array_equal(line, [20, np.nan, 30], equal_nan=True) for line in lines)


def test_an_item_without_answers_is_undefined() -> None:
    answers = T2[0].copy()
    answers[:, 1] = np.nan
    plot = parallel_plot(answers, ENGLISH, POINTS, language="en")
    assert plot.rows[-1][2] == "undefined"
    assert "undefined" in [one.get_text() for one in texts(plot)]
    assert faults(plot) == []
    nothing = parallel_plot(np.full((2, 3), np.nan), ENGLISH, POINTS, language="en")
    assert nothing.rows == (("mean", "undefined", "undefined", "undefined"),)


def test_zero_and_minus_zero_are_one_allocation() -> None:
    plot = parallel_plot(np.array([[0.0, 100.0], [-0.0, 100.0]]), ["a", "b"], POINTS)
    assert plot.rows[0] == ("2 份相同", "0", "100")


def test_one_item_and_sixty_are_legible() -> None:
    assert faults(parallel_plot(T1[0][:, :1], ["甲"], (1, 5))) == []
    answers = 100 * np.random.default_rng(1).dirichlet(np.ones(60), 20)
    plot = parallel_plot(answers, [f"指标 {at}" for at in range(60)], POINTS)
    assert len(plot.rows) == 21


@pytest.mark.parametrize(
    ("answers", "message"),
    [(T2[0][:, :2], "2 items, 3 names"), (T2[0][0], "matrix"), (T2[0] * 10, "off the scale")],
)
def test_what_are_no_answers_is_refused(answers, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parallel_plot(answers, CHINESE, POINTS)
