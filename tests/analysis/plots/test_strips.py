"""Distribution strips: every answer is there, and the order of experts is not."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots.saving import to_svg
from analysis.plots.strips import strips_plot
from tests.analysis.panels import T1, T2
from tests.analysis.plots.examples import CHINESE, ENGLISH, POINTS, faults, strips, texts


def test_the_rows_are_the_figures_of_the_panel() -> None:
    assert strips("en").rows[0] == (
        *(ENGLISH[0], "8", "10.00", "17.50", "21.25"),
        "5 ×1, 10 ×2, 15 ×1, 20 ×2, 25 ×1, 30 ×1",
    )
    assert strips("zh").rows[2][1:] == ("8", "27.50", "30.00", "35.00", "20 ×2、30 ×3、35 ×3")


def test_every_answer_is_a_dot() -> None:
    plot = strips("zh")
    dots = [line.get_xdata() for axes in plot.figure.axes for line in axes.lines]
    assert sorted(np.concatenate(dots).tolist()) == sorted(T2[0].ravel().tolist())


def test_gaps_and_single_answers_say_what_is_undefined() -> None:
    answers = T2[0].copy()
    answers[:, 1] = np.nan
    answers[1:, 2] = np.nan
    plot = strips_plot(answers, ENGLISH, POINTS, language="en")
    undefined = "undefined"
    assert plot.rows[1][1:] == ("0", *[undefined] * 4)
    assert plot.rows[2][1:] == ("1", undefined, "30.00", undefined, "30 ×1")
    assert [one.get_text() for one in texts(plot)].count(undefined) == 1
    assert faults(plot) == []


def test_one_item_and_sixty_are_legible() -> None:
    assert faults(strips_plot(T1[0][:, :1], ["甲"], (1, 5))) == []
    answers = np.random.default_rng(1).integers(1, 10, (200, 60)).astype(float)
    plot = strips_plot(answers, [f"指标 {at}" for at in range(60)], (1, 9))
    assert len(plot.rows) == 60
    assert plot.figure.get_size_inches()[1] > 15


def test_the_order_of_experts_changes_no_byte_and_the_input_is_not_touched() -> None:
    answers, turned = T2[0].copy(), T2[0][::-1].copy()
    answers.flags.writeable = turned.flags.writeable = False
    plots = [strips_plot(matrix, CHINESE, POINTS) for matrix in (answers, turned)]
    assert to_svg(plots[0]) == to_svg(plots[1])


def test_shares_of_one_have_five_decimals() -> None:
    plot = strips_plot(T2[0] / 700, CHINESE, (0, 1))
    assert plot.rows[0][3] == "0.02500"


@pytest.mark.parametrize(
    ("answers", "message"),
    [(T2[0][:, :2], "2 items, 3 names"), (T2[0][0], "matrix"), (T2[0] * 10, "off the scale")],
)
def test_what_are_no_answers_is_refused(answers, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        strips_plot(answers, CHINESE, POINTS)
