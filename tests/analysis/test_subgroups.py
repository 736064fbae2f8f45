"""Declared subgroups side by side, and that no figure gives a small one away."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.group_tests import kruskal_wallis, mann_whitney
from analysis.multiplicity import holm
from analysis.numerics import divisions
from analysis.subgroups import SubgroupComparison, compare_subgroups
from tests.analysis.panels import T1, T2

RATINGS = np.random.default_rng(7).integers(1, 6, (16, 4)).astype(float)
TWO = ["university"] * 6 + ["government"] * 10
THREE = ["university"] * 6 + ["government"] * 5 + ["industry"] * 5
FIGURES = ("statistic", "effect", "p", "p_holm", "weights", "distances")


def same(first: SubgroupComparison, second: SubgroupComparison) -> bool:
    pairs = (
        (getattr(first, field.name), getattr(second, field.name))
        for field in dataclasses.fields(first)
    )
    return all(
        np.array_equal(a, b, equal_nan=a.dtype.kind == "f") if isinstance(a, np.ndarray) else a == b
        for a, b in pairs
    )


def shows_nothing(found: SubgroupComparison) -> bool:
    arrays_empty = all(np.isnan(getattr(found, name)).all() for name in FIGURES)
    return arrays_empty and found.p_weights is None and found.detectable_effect is None


def test_two_subgroups_are_compared_by_u_in_alphabetical_order():
    found = compare_subgroups(RATINGS, TWO, method="rating")
    expected = mann_whitney(RATINGS, np.repeat([1, 0], [6, 10]))
    assert (found.subgroups, found.sizes) == (("government", "university"), (10, 6))
    assert found.test == "mann_whitney"
    assert np.array_equal(found.statistic, expected.statistic)
    assert np.array_equal(found.p, expected.p)
    assert np.array_equal(found.p_holm, holm(expected.p))
    assert found.reason is None


def test_three_subgroups_are_compared_by_h():
    found = compare_subgroups(RATINGS, THREE, method="rating", permutations=500)
    expected = kruskal_wallis(RATINGS, np.repeat([2, 0, 1], [6, 5, 5]), permutations=500)
    assert found.test == "kruskal_wallis"
    assert np.array_equal(found.statistic, expected.statistic)
    assert np.array_equal(found.p, expected.p)
    assert found.smallest_p is None
    assert found.p_weights_method == "monte_carlo"
    assert found.permutations == 500


def test_weights_stand_side_by_side_with_the_points_between_them():
    points = np.vstack([T2[0], T2[2]])
    found = compare_subgroups(points, ["first"] * 8 + ["third"] * 8, method="constant_sum")
    # The printed means of rounds 1 and 3: 16.875/53.75/29.375 and 14.375/55/30.625.
    assert found.weights[0] == pytest.approx([0.16875, 0.5375, 0.29375])
    assert found.weights[1] == pytest.approx([0.14375, 0.55, 0.30625])
    assert found.distances == pytest.approx(np.array([[0.0, 2.5], [2.5, 0.0]]))
    assert found.weight_sizes == (8, 8)
    assert (found.p_weights_method, found.permutations) == ("exact", math.comb(16, 8))


def test_constant_sums_are_compared_in_points_whatever_their_total():
    points = np.vstack([T2[0], T2[2]])
    labels = ["a"] * 8 + ["b"] * 8
    tenths = points * np.where(np.arange(16) % 2, 1.0, 0.1)[:, None]
    first, second = (compare_subgroups(v, labels, method="constant_sum") for v in (points, tenths))
    assert np.array_equal(first.statistic, second.statistic)
    assert np.array_equal(first.p, second.p)


def test_a_ranking_is_compared_with_its_headline_weights():
    ranks = np.tile([[1.0, 2, 3], [2, 1, 3]], (6, 1))
    found = compare_subgroups(ranks, ["a", "b"] * 6, method="ranking")
    # Rank-order centroid of three positions: 11/18, 5/18, 2/18.
    assert found.weights[0] == pytest.approx([11 / 18, 5 / 18, 2 / 18])
    assert found.weights[1] == pytest.approx([5 / 18, 11 / 18, 2 / 18])
    assert found.effect.tolist() == [-1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "labels",
    [
        ["a"] * 4 + ["b"] * 12,
        ["a"] * 12 + ["b"] * 4,
        ["a"] * 6 + ["b"] * 6 + ["c"] * 4,
        ["a"] * 6 + ["b"] * 9 + [None],
        ["a"] * 6 + ["b"] * 6 + [None] * 4,
    ],
)
def test_a_subgroup_or_a_rest_of_one_to_four_leaves_nothing_to_be_seen(labels):
    found = compare_subgroups(RATINGS, labels, method="rating")
    assert shows_nothing(found)
    assert found.test is None
    assert set(found.item_reason) == {"subgroup_too_small"}
    assert set(found.reason.values()) == {"subgroup_too_small"}
    assert sum(found.sizes) + found.undeclared == 16
    other = compare_subgroups(6 - RATINGS, labels, method="rating")
    assert same(found, other)


def test_four_against_four_is_not_compared_although_the_test_itself_would():
    labels = ["first"] * 4 + ["second"] * 4
    values = np.array([20.0, 10, 12, 30, 35, 25, 40, 28])[:, None]
    assert shows_nothing(compare_subgroups(values, labels, method="rating"))
    assert mann_whitney(values, np.repeat([0, 1], 4)).statistic[0] == 2.0


def test_five_who_declared_nothing_are_a_rest_that_may_be_shown():
    labels = ["a"] * 5 + ["b"] * 6 + [None] * 5
    found = compare_subgroups(RATINGS, labels, method="rating")
    assert (found.sizes, found.undeclared) == ((5, 6), 5)
    assert found.reason is None
    eleven = compare_subgroups(RATINGS[:11], labels[:11], method="rating")
    assert np.array_equal(found.p, eleven.p)


def test_an_expert_without_any_answer_does_not_make_a_subgroup_large_enough():
    values = RATINGS.copy()
    values[0] = np.nan
    labels = ["a"] * 5 + ["b"] * 11
    assert shows_nothing(compare_subgroups(values, labels, method="rating"))


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, 10, elements=st.integers(1, 5)))
def test_no_figure_depends_on_what_is_withheld_of_an_item(others):
    # Four of the first subgroup answered item 2: nothing at all may change with its answers, those
    # of the second subgroup among them, and the whole rows of the first one are too few as well.
    values = RATINGS.copy()
    values[[0, 1], 2] = np.nan
    changed = values.copy()
    changed[6:, 2] = others
    changed[2:6, 2] = others[:4]
    first = compare_subgroups(values, TWO, method="rating")
    assert first.item_reason == (None, None, "subgroup_too_small", None)
    assert first.reason["weights"] == "subgroup_too_small"
    assert first.n[2].tolist() == [10, 4]
    assert same(first, compare_subgroups(changed, TWO, method="rating"))


@pytest.mark.parametrize("method", ["constant_sum", "ranking"])
def test_half_a_row_of_an_allocation_or_a_ranking_does_not_count(method):
    values = np.argsort(np.random.default_rng(3).random((11, 3)), axis=1) + 1.0
    labels = ["a"] * 5 + ["b"] * 6
    assert not shows_nothing(compare_subgroups(values, labels, method=method))
    values[0, 1] = np.nan
    found = compare_subgroups(values, labels, method=method)
    assert shows_nothing(found)
    assert found.sizes == (4, 6)


def test_holm_counts_only_the_items_that_are_shown():
    values = RATINGS.copy()
    values[[0, 1], 2] = np.nan
    found = compare_subgroups(values, TWO, method="rating")
    shown = [0, 1, 3]
    assert np.array_equal(found.p_holm[shown], holm(found.p[shown]))
    assert np.isnan(found.p_holm[2])


def test_one_subgroup_is_no_comparison():
    for labels in (["a"] * 16, [None] * 16):
        found = compare_subgroups(RATINGS, labels, method="rating")
        assert shows_nothing(found)
        assert set(found.item_reason) == {"fewer_than_2_subgroups"}


def test_ratings_below_zero_have_tests_and_no_weights():
    found = compare_subgroups(RATINGS - 3, TWO, method="rating")
    assert found.reason["weights"] == "answers_below_0"
    assert not np.isnan(found.p).any()


def test_the_lack_of_power_is_told_as_a_limit():
    # By the normal approximation five against five would have to be apart completely; 50 + 50 show
    # an effect of 2.8016 · sqrt(101 / 7500) = 0.325.
    five = compare_subgroups(RATINGS[:10], ["a", "b"] * 5, method="rating")
    assert five.detectable_effect == 1.0
    assert five.smallest_p == 2 / 252
    assert five.limits == ("low_power",)
    many = np.random.default_rng(1).integers(1, 6, (100, 2)).astype(float)
    fifty = compare_subgroups(many, ["a", "b"] * 50, method="rating")
    assert fifty.detectable_effect == pytest.approx(0.325, abs=5e-4)
    assert fifty.limits == ()


def test_a_comparison_that_holm_can_never_let_through_says_so():
    wide = np.random.default_rng(1).integers(1, 6, (10, 7)).astype(float)
    assert "holm_out_of_reach" in compare_subgroups(wide, ["a", "b"] * 5, method="rating").limits


def test_records_hold_plain_values_and_a_code_for_every_gap():
    values = RATINGS.copy()
    values[[0, 1], 2] = np.nan
    values[:, 3] = 4
    records = compare_subgroups(values, TWO, method="rating").records()
    assert records[0]["n"] == {"government": 10, "university": 6}
    assert records[0]["reason"] is None
    assert records[0]["p_method"] == "exact"
    withheld = {"statistic", "effect", "p", "p_holm", "p_method"}
    assert all(records[2][name] is None for name in withheld)
    assert records[2]["reason"] == "subgroup_too_small"
    assert (records[3]["p"], records[3]["effect"], records[3]["reason"]) == (None, 0.0, "all_equal")


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, (16, 3), elements=st.sampled_from([1.0, 2, 3, 4, 5, np.nan])),
    st.permutations(range(16)),
    st.permutations(range(3)),
)
def test_experts_change_nothing_and_items_their_places(values, rows, columns):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(divisions, "EXACT_LABELS", 10**5)  # drawn, since all of them take long
        first, moved, turned = (
            compare_subgroups(cells, labels, method="rating", permutations=50)
            for cells, labels in (
                (values, THREE),
                (values[rows], [THREE[at] for at in rows]),
                (values[:, columns], THREE),
            )
        )
    assert same(first, moved)
    for name in ("statistic", "p", "p_holm", "n"):
        figures = getattr(first, name)
        assert np.array_equal(figures[columns], getattr(turned, name), equal_nan=figures.ndim < 2)
    assert turned.weights == pytest.approx(first.weights[:, columns], nan_ok=True)


def test_the_input_is_not_touched():
    values = RATINGS.copy()
    values.flags.writeable = False
    compare_subgroups(values, TWO, method="rating")
    assert np.array_equal(values, RATINGS)


@pytest.mark.parametrize(
    ("values", "labels", "method", "words"),
    [
        (RATINGS, TWO, "pairwise", "expected one of"),
        (RATINGS, TWO[:-1], "rating", "a subgroup for each expert"),
        (RATINGS[0], TWO, "rating", "matrix"),
        (-RATINGS, TWO, "constant_sum", "negative"),
    ],
)
def test_what_is_no_comparison_is_refused(values, labels, method, words):
    with pytest.raises(ValueError, match=words):
        compare_subgroups(values, labels, method=method)


def test_a_panel_of_seven_is_too_small_to_be_divided():
    assert shows_nothing(compare_subgroups(T1[0], ["a"] * 5 + ["b"] * 2, method="rating"))
