"""The permutation distribution of W: drawn as the test draws, split at the observed W."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from analysis.concordance import coefficient, kendall_w
from analysis.plots.permutation import permutation_plot, permuted_w
from analysis.plots.saving import to_svg
from tests.analysis.panels import T1, T2, panel
from tests.analysis.plots.examples import faults, permutation, texts

SMALL = panel("1 2 2\n3 1 2\n1 2 3")


def every_w(ratings: np.ndarray) -> list[float]:
    """W of every arrangement of the answers of each expert."""
    orders = [list(itertools.permutations(row)) for row in ratings]
    found = [coefficient(np.array(rows)) for rows in itertools.product(*orders)]
    return [w for w in found if w is not None]


def test_drawn_values_have_the_distribution_of_all_arrangements() -> None:
    everything = np.array(every_w(SMALL))
    drawn = permuted_w(SMALL, permutations=20_000, seed=3)
    assert set(np.round(drawn, 9)) == set(np.round(everything, 9))
    for w in np.unique(np.round(everything, 9)):
        expected = np.isclose(everything, w).mean()
        assert np.isclose(drawn, w).mean() == pytest.approx(expected, abs=0.015)


def test_the_share_that_reaches_the_observed_w_is_the_p_of_the_test() -> None:
    ratings = panel("1 2 3 4\n2 1 3 4\n1 3 4 2\n4 1 2 3")
    found = kendall_w(ratings)
    assert found.w is not None
    drawn = permuted_w(ratings, permutations=20_000)
    assert (drawn >= found.w - 1e-12).mean() == pytest.approx(found.p_permutation, abs=0.015)


def test_draws_are_those_of_the_seed_whatever_the_order_of_experts_and_items() -> None:
    ratings = T1[0].copy()
    ratings.flags.writeable = False
    first = permuted_w(ratings, permutations=500, seed=5)
    turned = permuted_w(ratings[::-1, ::-1].copy(), permutations=500, seed=5)
    assert first.tolist() == turned.tolist()
    assert first.tolist() != permuted_w(ratings, permutations=500, seed=6).tolist()
    assert first.min() >= 0
    assert first.max() <= 1


def test_experts_with_a_gap_are_left_out() -> None:
    gap = np.vstack([T1[0], [5, np.nan, 1, 1, 1]])
    assert permuted_w(gap, permutations=50).tolist() == permuted_w(T1[0], permutations=50).tolist()


@pytest.mark.parametrize("ratings", [np.ones((4, 3)), T1[0][:1], T1[0][:, :1], np.zeros((0, 4))])
def test_without_a_w_there_are_no_arrangements(ratings) -> None:
    assert permuted_w(ratings).shape == (0,)


@pytest.mark.parametrize(("ratings", "count"), [(T1[0][0], 9), (T1[0], 0)])
def test_what_cannot_be_permuted_is_refused(ratings, count: int) -> None:
    with pytest.raises(ValueError, match="matrix"):
        permuted_w(ratings, permutations=count)


def test_few_values_are_drawn_one_by_one_with_their_counts() -> None:
    plot = permutation_plot(np.array([0, 0.25, 0.25, 0.75, 1]), 0.75, p=0.0312, language="en")
    assert plot.rows == (
        ("at least the observed 0.7500", "2", "40.00%"),
        ("0.00", "1", "20.00%"),
        ("0.25", "2", "40.00%"),
        ("0.75", "1", "20.00%"),
        ("1.00", "1", "20.00%"),
    )
    assert "Of 5 random arrangements 2" in plot.description
    assert "p = 0.031." in plot.description
    assert "W = 0.7500, p = 0.031" in [one.get_text() for one in texts(plot)]


def test_classes_hold_every_arrangement() -> None:
    drawn = permuted_w(T1[0], permutations=3_000)
    plot = permutation_plot(drawn, 0.35)
    reached = int((drawn >= 0.35).sum())
    assert sum(int(row[1]) for row in plot.rows[1:]) == 3_000
    assert plot.rows[0] == ("不低于观测值 0.3500", str(reached), f"{reached / 30:.2f}%")
    assert faults(plot) == []


def test_dark_bars_are_the_arrangements_at_least_as_far() -> None:
    drawn = np.array([0.1, 0.1, 0.5, 0.9])
    plot = permutation_plot(drawn, 0.5)
    bars = [patch.get_height() for axes in plot.figure.axes for patch in axes.patches]
    light, dark = np.array(bars[:3]), np.array(bars[3:])
    assert dark[0] == 0
    np.testing.assert_allclose(dark[1:], light[1:])
    np.testing.assert_allclose(light / light.sum(), [0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("drawn", "observed"),
    [(np.zeros(0), None), (np.zeros(0), 0.5), (np.array([0.5]), math.nan), (np.ones(2), None)],
)
def test_an_undefined_w_says_so(drawn, observed) -> None:
    plot = permutation_plot(drawn, observed, language="en")
    assert plot.rows == (("undefined", "—", "—"),)
    assert "W is undefined" in plot.text
    assert faults(plot) == []


@pytest.mark.parametrize("drawn", [[0.5] * 9, [0.0] * 9, [1.0] * 9, [0.013, 0.0131]])
@pytest.mark.parametrize("observed", [0.0, 0.02, 1.0])
def test_any_distribution_is_drawn(drawn: list[float], observed: float) -> None:
    assert faults(permutation_plot(np.array(drawn), observed, p=0.5)) == []


@pytest.mark.parametrize("drawn", [[0.5, math.nan], [1.5], [-0.1], [[0.5]]])
def test_what_is_no_w_is_refused(drawn) -> None:
    with pytest.raises(ValueError, match="each from 0 to 1"):
        permutation_plot(np.array(drawn), 0.5)


def test_a_figure_of_a_panel_names_its_w() -> None:
    found = kendall_w(T2[0], permutations=9).w
    assert found is not None
    assert f"{found:.4f}" in permutation("zh").description
    assert to_svg(permutation("zh")) == to_svg(permutation("zh"))
