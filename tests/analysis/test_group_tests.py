"""Tests between groups: printed figures, enumeration by hand, and what must not change them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis import group_tests
from analysis.group_tests import kruskal_wallis, mann_whitney, weight_test
from analysis.numerics import divisions as division_module
from analysis.simplex import closure, total_variation
from tests.analysis.panels import T2

#: Made up for this project; U, p and H as by R's wilcox.test and kruskal.test.
FIRST, SECOND = [20.0, 10, 12, 30], [35.0, 25, 40, 28]
THREE = np.array([5.0, 5, 4, 4, 4, 3, 3, 4, 2])[:, None]
TWO_GROUPS, THREE_GROUPS = np.repeat([0, 1], 4), np.repeat([0, 1, 2], 3)
SMALL = arrays(
    np.float64, st.tuples(st.integers(4, 9), st.integers(1, 4)), elements=st.integers(1, 5)
)
GAPPED = arrays(
    np.float64,
    st.tuples(st.just(8), st.integers(1, 4)),
    elements=st.sampled_from([1.0, 2.0, 3.0, np.nan]),
)


def divided_by_hand(values, sizes):
    """Every division of the values into groups of these sizes, as tuples of lists."""
    places = range(len(values))
    for first in itertools.combinations(places, sizes[0]):
        rest = [at for at in places if at not in first]
        if len(sizes) == 2:
            yield [[values[at] for at in first], [values[at] for at in rest]]
        else:
            for later in divided_by_hand([values[at] for at in rest], sizes[1:]):
                yield [[values[at] for at in first], *later]


def u_by_hand(first, second):
    return sum((a > b) + (a == b) / 2 for a in first for b in second)


def test_u_its_effect_and_its_exact_p_are_the_printed_ones():
    found = mann_whitney(np.array(FIRST + SECOND)[:, None], TWO_GROUPS)
    assert found.statistic.tolist() == [2.0]
    assert found.effect.tolist() == [-0.75]
    assert found.p[0] == pytest.approx(8 / 70, rel=1e-12)
    assert found.p[0] == pytest.approx(0.114286, abs=5e-7)
    assert (found.p_method, found.reason) == (("exact",), (None,))


def test_h_of_two_groups_is_the_printed_one_and_has_the_p_of_u():
    found = kruskal_wallis(np.array(FIRST + SECOND)[:, None], TWO_GROUPS)
    assert found.statistic[0] == pytest.approx(3.0, abs=1e-12)
    assert found.p_asymptotic[0] == pytest.approx(0.0833, abs=5e-5)
    assert found.p[0] == pytest.approx(8 / 70, rel=1e-12)


def test_h_of_three_groups_with_ties_is_the_printed_one():
    found = kruskal_wallis(THREE, THREE_GROUPS)
    assert found.statistic[0] == pytest.approx(4.666667, abs=5e-7)
    assert found.p_asymptotic[0] == pytest.approx(0.096972, abs=5e-7)
    assert found.effect[0] == pytest.approx(4.666667 / 8, abs=1e-6)
    assert found.p_method == ("exact",)


def test_the_p_of_h_counts_every_division():
    observed = stats.kruskal(*THREE[:, 0].reshape(3, 3)).statistic
    all_h = [
        stats.kruskal(*groups).statistic
        for groups in divided_by_hand(THREE[:, 0].tolist(), (3, 3, 3))
    ]
    assert len(all_h) == 1680
    share = sum(h >= observed - 1e-9 for h in all_h) / len(all_h)
    assert kruskal_wallis(THREE, THREE_GROUPS).p[0] == pytest.approx(share, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(SMALL, st.integers(1, 3))
def test_the_p_of_u_counts_every_division_whatever_the_ties(values, size):
    found = mann_whitney(values, (np.arange(len(values)) >= size).astype(int))
    for item, column in enumerate(values.T.tolist()):
        sizes = (size, len(column) - size)
        middle = sizes[0] * sizes[1] / 2
        u = u_by_hand(column[:size], column[size:])
        away = [abs(u_by_hand(*g) - middle) for g in divided_by_hand(column, sizes)]
        share = sum(far >= abs(u - middle) for far in away) / len(away)
        assert found.statistic[item] == u
        assert found.effect[item] == pytest.approx(u / middle - 1, abs=1e-12)
        if found.reason[item] is None:
            assert found.p[item] == pytest.approx(share, rel=1e-12)
        else:
            assert found.reason[item] == "all_equal"
            assert np.isnan(found.p[item])


@pytest.mark.parametrize(("first", "second"), [(5, 5), (7, 13), (20, 25), (30, 30)])
def test_without_ties_the_p_of_u_is_that_of_scipy(first, second):
    values = np.random.default_rng(first).random(first + second)
    expected = stats.mannwhitneyu(values[:first], values[first:], method="exact")
    found = mann_whitney(values[:, None], np.repeat([0, 1], [first, second]))
    assert found.statistic[0] == expected.statistic
    assert found.p[0] == pytest.approx(expected.pvalue, rel=1e-10)


@settings(max_examples=30, deadline=None)
@given(SMALL)
def test_h_and_the_normal_p_are_those_of_scipy(values):
    groups = np.arange(len(values)) % 2
    by_u, by_h = mann_whitney(values, groups), kruskal_wallis(values, groups)
    for item, column in enumerate(values.T):
        sides = column[groups == 0], column[groups == 1]
        if by_h.reason[item] is None:
            assert by_h.statistic[item] == pytest.approx(stats.kruskal(*sides).statistic, abs=1e-9)
            assert by_h.p[item] == pytest.approx(by_u.p[item], rel=1e-9)
            p = stats.mannwhitneyu(*sides, method="asymptotic").pvalue
            assert by_u.p_asymptotic[item] == pytest.approx(p, rel=1e-9)


def test_in_large_panels_u_has_the_normal_p_and_it_is_near_the_exact_one(monkeypatch):
    values = np.random.default_rng(3).integers(1, 6, (60, 40)).astype(float)
    groups = np.arange(60) % 2
    values[::2] = np.minimum(values[::2] + np.linspace(0, 1.5, 40).round(), 5)
    exact = mann_whitney(values, groups)
    monkeypatch.setattr(group_tests, "EXACT_EXPERTS", 59)
    normal = mann_whitney(values, groups)
    assert set(exact.p_method) == {"exact"}
    assert set(normal.p_method) == {"normal"}
    close = exact.p < 0.1
    assert close.sum() > 15
    assert np.abs(exact.p - normal.p)[close].max() < 0.0025


def test_drawn_divisions_come_near_the_exact_p_and_never_reach_zero(monkeypatch):
    exact = kruskal_wallis(THREE, THREE_GROUPS).p[0]
    monkeypatch.setattr(division_module, "EXACT_LABELS", 0)
    drawn = kruskal_wallis(THREE, THREE_GROUPS, permutations=20_000)
    assert drawn.p_method == ("monte_carlo",)
    assert drawn.p[0] == pytest.approx(exact, abs=0.01)
    apart = kruskal_wallis(np.arange(30.0)[:, None], np.repeat([0, 1, 2], 10), permutations=99)
    assert apart.p[0] == 0.01


def test_h_of_a_very_large_panel_keeps_the_chi_square_p(monkeypatch):
    monkeypatch.setattr(group_tests, "MOST_LABELS", 100)
    values = np.random.default_rng(1).random((40, 2))
    found = kruskal_wallis(values, np.arange(40) % 3)
    assert found.p_method == ("chi2", "chi2")
    assert np.array_equal(found.p, found.p_asymptotic)


@pytest.mark.parametrize("test", [mann_whitney, kruskal_wallis])
def test_what_is_undefined_says_why(test):
    values = np.array([[3.0, np.nan], [3, np.nan], [3, 1], [3, 2]])
    found = test(values, np.array([0, 0, 1, 1]))
    assert found.reason == ("all_equal", "group_without_answers")
    assert np.isnan(found.p).all()
    assert found.p_method == (None, None)
    assert np.isnan(found.statistic[1])


def test_of_equal_answers_u_is_its_middle():
    found = mann_whitney(np.full((4, 1), 3.0), np.array([0, 0, 1, 1]))
    assert (found.statistic[0], found.effect[0]) == (2.0, 0.0)


@settings(max_examples=40, deadline=None)
@given(GAPPED)
def test_a_missing_answer_leaves_its_expert_out_of_that_item_only(values):
    groups = np.repeat([0, 1], 4)
    together = mann_whitney(values, groups)
    for item in range(values.shape[1]):
        there = ~np.isnan(values[:, item])
        assert together.n[item].tolist() == [there[:4].sum(), there[4:].sum()]
        if together.n[item].all():
            alone = mann_whitney(values[there, item][:, None], groups[there])
            assert np.array_equal(alone.p, together.p[[item]], equal_nan=True)
            assert alone.statistic[0] == together.statistic[item]


@settings(max_examples=30, deadline=None)
@given(GAPPED, st.permutations(range(8)))
def test_no_order_of_experts_changes_a_digit(values, order):
    groups = np.array([0, 1, 2, 0, 1, 2, 0, 1])
    for test in (kruskal_wallis, lambda v, g: mann_whitney(v, np.minimum(g, 1))):
        first, second = test(values, groups), test(values[order], groups[order])
        for name in ("n", "statistic", "effect", "p", "p_asymptotic"):
            assert np.array_equal(getattr(first, name), getattr(second, name), equal_nan=True)


def test_items_are_tested_each_by_itself_also_where_divisions_are_drawn(monkeypatch):
    monkeypatch.setattr(division_module, "EXACT_LABELS", 0)
    values = np.random.default_rng(5).integers(1, 6, (12, 5)).astype(float)
    groups, order = np.arange(12) % 3, [3, 0, 4, 2, 1]
    assert np.array_equal(
        kruskal_wallis(values, groups).p[order], kruskal_wallis(values[:, order], groups).p
    )


def test_only_the_order_of_answers_counts():
    values = np.random.default_rng(2).random((9, 3))
    first, second = (kruskal_wallis(v, THREE_GROUPS) for v in (values, np.exp(3 * values) - 7))
    assert np.array_equal(first.p, second.p)
    assert np.array_equal(first.statistic, second.statistic)


def test_experts_of_no_group_are_left_out():
    values = np.array([*FIRST, *SECOND, 99.0])[:, None]
    found = mann_whitney(values, np.array([*TWO_GROUPS, -1]))
    assert found.statistic.tolist() == [2.0]


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(4, 7), st.integers(2, 4)), elements=st.integers(1, 9))
)
def test_the_p_of_weights_counts_every_division(points):
    shares, groups = closure(points), (np.arange(len(points)) >= 2).astype(int)
    found = weight_test(shares, groups)
    observed = float(total_variation(shares[:2].mean(axis=0), shares[2:].mean(axis=0)))
    sizes = (2, len(points) - 2)
    apart = [
        float(total_variation(np.mean(first, axis=0), np.mean(second, axis=0)))
        for first, second in divided_by_hand(list(shares), sizes)
    ]
    assert found.p == sum(d >= observed - 1e-9 for d in apart) / len(apart)
    assert found.permutations == math.comb(len(points), 2)
    scale = 2 * sizes[0] * sizes[1] / len(points) ** 2
    assert found.statistic == pytest.approx(scale * observed, abs=1e-12)


def test_the_weights_of_the_first_panel_have_the_p_of_all_seventy_divisions():
    # Means 17.5/55/27.5 of E1-E4 and 16.25/52.5/31.25 of E5-E8 lie 3.75 points apart; 58 of the 70
    # divisions put them at least as far apart (counted in a plain loop over the points).
    found = weight_test(closure(T2[0]), TWO_GROUPS)
    assert found.statistic == pytest.approx(3.75 / 200, abs=1e-12)
    assert (found.p_method, found.permutations) == ("exact", 70)
    assert found.p == pytest.approx(58 / 70, rel=1e-12)


def test_weights_of_many_experts_are_divided_at_random_by_seed():
    shares = closure(np.random.default_rng(4).random((40, 5)))
    groups = np.arange(40) % 2
    first = weight_test(shares, groups, permutations=500, seed=3)
    assert (first.p_method, first.permutations) == ("monte_carlo", 500)
    assert weight_test(shares, groups, permutations=500, seed=3) == first
    assert weight_test(shares, groups, permutations=500, seed=4) != first
    order = np.random.default_rng(9).permutation(40)
    assert weight_test(shares[order], groups[order], permutations=500, seed=3) == first


def test_groups_that_share_nothing_lie_as_far_apart_as_can_be():
    shares = np.repeat(np.eye(2), 20, axis=0)
    found = weight_test(shares, np.repeat([0, 1], 20), permutations=999)
    assert found.statistic == pytest.approx(0.5)
    assert found.p == 1 / 1000


def test_the_input_is_not_touched():
    values, groups = THREE.copy(), THREE_GROUPS.copy()
    values.flags.writeable = groups.flags.writeable = False
    kruskal_wallis(values, groups)
    mann_whitney(values, np.minimum(groups, 1))
    weight_test(closure(np.hstack([values, values + 1])), groups)
    assert np.array_equal(values, THREE)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mann_whitney(THREE, THREE_GROUPS), "3 groups"),
        (lambda: mann_whitney(THREE, np.zeros(9, int)), "fewer than two groups"),
        (lambda: mann_whitney(THREE, np.zeros(8, int)), "a whole group number"),
        (lambda: kruskal_wallis(THREE, THREE_GROUPS, permutations=0), "at least one"),
        (lambda: weight_test(THREE, THREE_GROUPS, permutations=0), "at least one"),
        (lambda: weight_test(THREE, 2 * np.minimum(THREE_GROUPS, 1)), "without experts"),
    ],
)
def test_what_cannot_be_tested_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
