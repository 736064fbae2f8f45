"""Leave-one-out: each change is there, and one expert's dots are filled, by no name."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.plots import theme
from analysis.plots.influence import influence_plot
from analysis.plots.saving import to_svg
from tests.analysis.panels import T2
from tests.analysis.plots.examples import (
    CHINESE,
    ENGLISH,
    faults,
    influence,
    texts,
    without_each,
)

FULL = T2[2].mean(axis=0)
WITHOUT = without_each(T2[2])


def filled(plot) -> int:
    """Count the dots that are filled."""
    return sum(
        len(line.get_xdata())
        for axes in plot.figure.axes
        for line in axes.lines
        if line.get_markerfacecolor() == theme.NOW.colour
    )


def test_the_rows_are_the_changes_of_the_weights() -> None:
    plot = influence("en")
    assert plot.rows[0] == (
        *(ENGLISH[0], "14.375", "−0.804", "+0.625"),
        "−0.804 ×1, −0.089 ×5, +0.625 ×2",
    )
    assert plot.rows[1][4] == "−0.714 ×2, 0.000 ×4, +0.714 ×2"
    assert "at most 0.804 of weight" in plot.description


def test_the_dots_of_whoever_moves_most_are_filled_and_nobody_elses() -> None:
    alone = influence_plot(without_each(T2[0]), T2[0].mean(axis=0), CHINESE)
    assert filled(alone) == 3
    assert filled(influence("zh")) == 2 * 3  # two experts move 0.804 each


def test_the_order_of_experts_changes_no_byte_and_inputs_are_not_touched() -> None:
    turned = WITHOUT[::-1].copy()
    for array in (WITHOUT, turned, FULL):
        array.flags.writeable = False
    plots = [influence_plot(matrix, FULL, CHINESE) for matrix in (WITHOUT, turned)]
    assert to_svg(plots[0]) == to_svg(plots[1])


def test_an_undefined_weight_says_so() -> None:
    without = WITHOUT.copy()
    without[:, 1] = np.nan
    without[0] = np.nan
    plot = influence_plot(without, FULL, ENGLISH, language="en")
    assert plot.rows[1] == (ENGLISH[1], "55.000", "undefined", "undefined", "undefined")
    assert "each of 7 experts" in plot.description
    assert "of weight" not in plot.description
    assert [one.get_text() for one in texts(plot)].count("undefined") == 1
    assert faults(plot) == []


def test_nobody_stands_out_where_nothing_moves() -> None:
    plot = influence_plot(np.tile(FULL, (4, 1)), FULL, CHINESE)
    assert filled(plot) == 0
    assert plot.rows[0][2:] == ("0", "0", "0 ×4")


def test_one_item_and_sixty_are_legible() -> None:
    assert faults(influence_plot(np.ones((3, 1)), np.ones(1), ["甲"])) == []
    answers = np.random.default_rng(1).dirichlet(np.ones(60), 30)
    plot = influence_plot(
        without_each(answers), answers.mean(axis=0), [f"指标 {at}" for at in range(60)]
    )
    assert len(plot.rows) == 60


@pytest.mark.parametrize(("without", "full"), [(WITHOUT[:, :2], FULL), (WITHOUT, FULL[:2])])
def test_shapes_that_do_not_fit_are_refused(without, full) -> None:
    with pytest.raises(ValueError, match="weights of shapes"):
        influence_plot(without, full, CHINESE)
