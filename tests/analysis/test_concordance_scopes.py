"""W scope by scope: which scopes are computed, how they are tested, and in which words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import concordance
from analysis.concordance import kendall_w
from analysis.concordance_scopes import concordance_scopes, smallest_attainable_p
from analysis.multiplicity import holm
from analysis.numerics.ranks import arrangements, count_all_shuffles, midranks
from tests.analysis.panels import T1, T2, panel

DRAWS = 500
FIGURES = ("concordance", "p", "p_holm", "smallest_p", "finding")
#: Three, two and one item under level 1; two under level 2 in a group of their own.
FORM = np.hstack([T1[0], T1[1][:, :3]])
GROUPS = ["a", "a", "a", "b", "b", "c", "d", "d"]
LEVELS = [1, 1, 1, 1, 1, 1, 2, 2]
PANELS = arrays(np.float64, st.tuples(st.integers(2, 5), st.just(8)), elements=st.integers(1, 3))


def scopes(ratings=FORM, method="rating", **options):
    return concordance_scopes(
        ratings, GROUPS, LEVELS, method=method, **{"permutations": DRAWS, **options}
    )


def test_each_group_is_the_panels_w_on_its_own_items():
    found = scopes()
    assert [scope.name for scope in found.groups] == ["a", "b", "c", "d"]
    for scope in found.groups:
        if len(scope.items) > 1:
            expected = kendall_w(FORM[:, scope.items], permutations=DRAWS)
            assert scope.concordance == expected
            assert scope.p == expected.p_permutation


def test_ratings_have_w_per_level_and_over_the_form_as_papers_print_it():
    found = scopes()
    assert [scope.name for scope in found.levels] == ["1", "2"]
    assert found.levels[0].concordance == kendall_w(FORM[:, :5], permutations=DRAWS)
    assert found.form.items == (0, 1, 2, 3, 4, 6, 7)
    assert found.form.concordance == kendall_w(FORM[:, found.form.items], permutations=DRAWS)
    assert found.form.reason == {"p_holm": "of_groups_only"}


@pytest.mark.parametrize("method", ["constant_sum", "ranking", "pairwise", "best_worst"])
def test_answers_given_inside_groups_have_no_w_per_level_or_form(method):
    found = scopes(method=method)
    for scope in (*found.levels, found.form):
        assert (scope.finding, scope.concordance, scope.p) == ("not_applicable", None, None)
        assert set(scope.reason.values()) == {"comparable_within_groups_only"}
    assert found.groups[0].concordance is not None


def test_a_group_of_one_has_no_figure_and_no_part_in_level_and_form():
    found = scopes()
    alone = found.groups[2]
    assert alone.reason == dict.fromkeys(FIGURES, "group_of_one")
    assert all(5 not in scope.items for scope in (*found.levels, found.form))


def test_a_form_of_groups_of_one_has_nothing_to_compare():
    found = concordance_scopes(np.ones((3, 2)), ["a", "b"], [1, 1], method="rating")
    assert (found.levels, found.tests, found.form.items) == ((), 0, ())
    assert found.form.reason["p"] == "fewer_than_2_items"


def test_a_group_of_two_shows_the_split():
    # Four against one: W = 0.36, and the split says it in words that need no statistics.
    ratings = panel("3 1\n3 1\n2 1\n5 4\n1 2")
    found = concordance_scopes(ratings, ["a", "a"], [1, 1], method="rating").groups[0]
    assert (found.split.experts, found.split.first) == (5, 0.8)
    assert (found.split.second, found.split.equal) == (pytest.approx(0.2), 0.0)
    assert found.concordance.w == pytest.approx(0.36)


def test_the_split_counts_equals_and_leaves_out_who_did_not_answer_both():
    ratings = panel("3 1\n2 2\n. 1\n1 2\n1 2")
    split = concordance_scopes(ratings, ["a", "a"], [1, 1], method="rating").groups[0].split
    assert (split.experts, split.first, split.second, split.equal) == (4, 0.25, 0.5, 0.25)


def test_rank_one_stands_above_rank_two():
    ratings = panel("1 2\n1 2\n2 1")
    split = concordance_scopes(ratings, ["a", "a"], [1, 1], method="ranking").groups[0].split
    assert (split.first, split.second) == (pytest.approx(2 / 3), pytest.approx(1 / 3))


def test_a_split_of_nobody_is_undefined():
    ratings = panel("1 .\n. 2")
    split = concordance_scopes(ratings, ["a", "a"], [1, 1], method="rating").groups[0].split
    assert (split.experts, split.first, split.second, split.equal) == (0, None, None, None)


def test_holm_runs_over_the_groups_that_have_a_p():
    found = scopes()
    assert found.tests == 3
    expected = holm([scope.p for scope in found.groups])
    for scope, p in zip(found.groups, expected, strict=True):
        assert scope.p_holm is None if math.isnan(p) else scope.p_holm == p


def test_the_adjusted_p_decides_on_the_word_of_a_group():
    # Alone p = 1/24 is significant; as one of two groups it is not, though it could have been.
    alone = panel("1 2 3 4\n1 2 3 4")
    found = concordance_scopes(alone, ["a"] * 4, [1] * 4, method="rating").groups[0]
    assert (found.p, found.finding) == (1 / 24, "significant")
    both = concordance_scopes(
        np.hstack([alone, alone]), ["a"] * 4 + ["b"] * 4, [1] * 8, method="rating"
    )
    assert [(scope.p_holm, scope.finding) for scope in both.groups] == [
        (2 / 24, "not_significant")
    ] * 2


@pytest.mark.parametrize(
    ("experts", "items", "smallest"),
    # The smallest attainable p of the exact test without ties, 1/(n!)^(m-1).
    [(2, 3, 0.167), (2, 4, 0.042), (3, 2, 0.25), (3, 3, 0.028), (5, 2, 0.0625)],
)
def test_a_panel_that_cannot_reach_significance_is_not_testable(experts, items, smallest):
    ratings = np.tile(np.arange(float(items)), (experts, 1))
    found = concordance_scopes(ratings, ["a"] * items, [1] * items, method="constant_sum").groups[0]
    assert found.concordance.w == 1.0
    assert found.p == pytest.approx(smallest, abs=5e-4)
    assert found.smallest_p == found.p == 1 / math.factorial(items) ** (experts - 1)
    assert found.finding == ("not_testable" if smallest > 0.05 else "significant")


def test_ties_can_leave_a_large_panel_without_a_test():
    # Only one of twenty experts put the items in any order: every shuffle has the same S.
    ratings = np.vstack([np.arange(5.0), np.full((19, 5), 3.0)])
    found = concordance_scopes(ratings, ["a"] * 5, [1] * 5, method="rating", permutations=DRAWS)
    assert found.groups[0].concordance.p_method == "monte_carlo"
    assert (found.groups[0].smallest_p, found.groups[0].finding) == (1.0, "not_testable")


def test_few_draws_cannot_reach_significance_either():
    found = concordance_scopes(T1[0], ["a"] * 5, [1] * 5, method="rating", permutations=9)
    assert (found.groups[0].smallest_p, found.groups[0].finding) == (0.1, "not_testable")


def test_a_panel_too_large_to_permute_is_judged_by_chi_square(monkeypatch):
    monkeypatch.setattr(concordance, "MOST_CELLS", 1)
    found = concordance_scopes(T1[0], ["a"] * 5, [1] * 5, method="rating").groups[0]
    assert found.p == found.concordance.p_chi2
    assert found.finding == "significant"


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 4), st.integers(2, 4)), elements=st.integers(1, 3))
)
def test_the_smallest_attainable_p_counts_all_arrangements(ratings):
    # All experts in one order as far as their ties let them: no arrangement has a larger S.
    ordered = np.sort(midranks(ratings).doubled, axis=1)
    deviations = ordered.sum(axis=0) - len(ratings) * (ratings.shape[1] + 1)
    total = arrangements(*ratings.shape, at_most=10**7)
    found = smallest_attainable_p(ratings)
    if found is None:
        assert not deviations.any()
    else:
        assert found == count_all_shuffles(ordered, int(deviations @ deviations)) / total
        assert kendall_w(ratings).p_permutation >= found


def test_a_smallest_p_exactly_on_the_limit_is_not_above_it():
    # 6!/(3!·3!) = 20 orders of one such row: 1/20.
    assert smallest_attainable_p(panel("1 1 1 2 2 2\n5 5 5 8 8 8")) == 0.05


def test_the_smallest_p_of_a_huge_panel_is_tiny_and_not_zero():
    assert 0 < smallest_attainable_p(np.tile(np.arange(30.0), (100, 1))) < 1e-300
    assert smallest_attainable_p(np.tile(np.arange(5.0), (8, 1))) == pytest.approx(120.0**-7)


@pytest.mark.parametrize("ratings", ["1 2 3", "1\n2", "2 2\n3 3", "1 .\n. 2"])
def test_nothing_is_attainable_where_w_is_undefined(ratings):
    assert smallest_attainable_p(panel(ratings)) is None


@settings(max_examples=30, deadline=None)
@given(PANELS)
def test_every_null_has_its_reason(ratings):
    found = scopes(ratings, permutations=20)
    for scope in (*found.groups, *found.levels, found.form):
        nulls = {name for name in FIGURES if getattr(scope, name) is None}
        assert nulls == set(scope.reason or {})
        assert (scope.split is not None) == (scope.kind == "group" and len(scope.items) == 2)


def test_a_group_without_w_says_why_and_takes_no_part_in_holm():
    ratings = FORM.copy()
    ratings[:, 3:5] = 2.0
    found = scopes(ratings)
    assert found.groups[1].reason == dict.fromkeys(FIGURES[1:], "all_constant")
    assert found.groups[1].concordance.w is None
    assert found.tests == 2


@settings(max_examples=20, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit(ratings, shuffler):
    rows = list(range(len(ratings)))
    shuffler.shuffle(rows)
    assert scopes(ratings[rows], permutations=20) == scopes(ratings, permutations=20)


def test_permuting_the_items_permutes_the_scopes():
    order = [7, 3, 5, 0, 4, 2, 6, 1]
    found = concordance_scopes(
        FORM[:, order],
        [GROUPS[at] for at in order],
        [LEVELS[at] for at in order],
        method="rating",
        permutations=DRAWS,
    )
    expected = {scope.name: scope for scope in scopes().groups}
    assert [scope.name for scope in found.groups] == ["d", "b", "c", "a"]
    for scope in found.groups:
        assert scope.concordance == expected[scope.name].concordance
        assert scope.p_holm == expected[scope.name].p_holm
    assert found.form.concordance == scopes().form.concordance


def test_the_input_is_not_touched():
    ratings = FORM.copy()
    ratings.flags.writeable = False
    scopes(ratings)
    assert np.array_equal(ratings, FORM)


@pytest.mark.parametrize(
    ("ratings", "groups", "method"),
    [(T2[0], ["a", "a"], "rating"), (T2[0], ["a"] * 3, "guess"), (T2[0][0], ["a"] * 3, "rating")],
)
def test_what_does_not_fit_together_is_refused(ratings, groups, method):
    with pytest.raises(ValueError, match=r"one group|unknown method|matrix"):
        concordance_scopes(ratings, groups, [1] * 3, method=method)
