"""Each expert left out in turn: printed figures, closed forms, and what is undefined."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis import exact
from analysis.concordance import coefficient
from analysis.exact import RULES
from analysis.influence import leave_one_out, leave_one_out_w
from analysis.rounding import largest_remainder
from tests.analysis.panels import T1, T2, panel

CASES = [(method, rule) for method, rules in RULES.items() for rule in rules]
POINTS = {"method": "constant_sum", "rule": "arithmetic_mean"}
PANELS = arrays(
    np.float64, st.tuples(st.integers(2, 7), st.integers(2, 6)), elements=st.integers(1, 5)
)


def test_the_largest_changes_of_the_last_round_are_the_printed_ones():
    # Computed for this project with plain NumPy.
    found = leave_one_out(T2[2], **POINTS, step=5)
    printed = [0.0893, 0.0893, 0.7143, 0.8036, 0.0893, 0.8036, 0.7143, 0.6250]
    np.testing.assert_allclose(found.max_change, printed, rtol=0, atol=5e-5)
    assert found.published_changes == (False,) * 8
    assert found.reasons == (None,) * 8


@pytest.mark.parametrize("values", T2)
def test_the_mean_moves_by_the_distance_to_the_expert_over_the_others(values):
    found = leave_one_out(values, **POINTS)
    expected = (found.weights - values / 100) / (len(values) - 1)
    np.testing.assert_allclose(found.without - found.weights, expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize(("method", "rule"), CASES)
@pytest.mark.parametrize("step", [5, 1])
def test_every_rule_is_the_exact_rule_on_the_others(method, rule, step):
    values = T1[0] if method != "constant_sum" else T2[0]
    rows = [[Fraction(int(cell)) for cell in row] for row in values]
    whole = exact.aggregate(rows, method=method, rule=rule).weights
    found = leave_one_out(values, method=method, rule=rule, step=step)
    for at in range(len(rows)):
        others = exact.aggregate(rows[:at] + rows[at + 1 :], method=method, rule=rule).weights
        np.testing.assert_allclose(found.without[at], [float(w) for w in others], atol=1e-13)
        change = max(abs(a - b) for a, b in zip(others, whole, strict=True))
        assert found.max_change[at] == pytest.approx(float(100 * change), abs=1e-11)
        changes = (
            largest_remainder(others, Fraction(step)).rounded
            != largest_remainder(whole, Fraction(step)).rounded
        )
        assert found.published_changes[at] is changes


def test_an_expert_who_decides_the_published_vector_is_found():
    # Without the fourth expert the mean is 18 1/3, 50, 31 2/3 and becomes 20, 50, 30.
    values = panel("20 50 30\n20 50 30\n15 50 35\n5 65 30")
    found = leave_one_out(values, **POINTS, step=5)
    assert found.published_changes == (False, False, False, True)
    assert found.records()[3] == {
        "max_change": pytest.approx(3.75),
        "published_changes": True,
        "reason": None,
    }


def test_the_published_vector_rests_on_exact_weights_where_the_caller_has_them():
    given = (Fraction(1, 5), Fraction(1, 2), Fraction(3, 10))
    found = leave_one_out(T2[2], **POINTS, step=5, weights=given)
    assert all(found.published_changes)


def test_an_expert_who_is_exactly_the_mean_changes_nothing():
    values = panel("10 20 70\n30 40 30\n20 30 50")
    assert leave_one_out(values, **POINTS).max_change.tolist()[2] == 0.0


def test_without_a_step_nothing_is_published():
    found = leave_one_out(T2[2], **POINTS)
    assert found.published_changes == (None,) * 8
    assert found.reasons == ({"published_changes": "no_step"},) * 8


def test_an_expert_who_takes_no_part_has_no_influence_to_speak_of():
    values = np.vstack([T2[2], np.full(3, np.nan)])[[8, 0, 1, 2, 3, 4, 5, 6, 7]]
    found = leave_one_out(values, **POINTS, step=5)
    assert np.isnan(found.max_change[0])
    assert found.published_changes[0] is None
    assert found.reasons[0] == {"max_change": "not_used", "published_changes": "not_used"}
    alone = leave_one_out(T2[2], **POINTS, step=5)
    np.testing.assert_array_equal(found.max_change[1:], alone.max_change)


@pytest.mark.parametrize(
    ("values", "method", "rule", "codes"),
    [
        ("50 50", "constant_sum", "arithmetic_mean", ["no_other_expert"]),
        ("50 50\n40 60\n30 70", "constant_sum", "trimmed_mean", ["fewer_than_3_experts"] * 3),
        ("3 4\n2 .\n1 .", "rating", "median", ["item_without_answers", None, None]),
        ("1 0 0\n1 0 0\n0 1 0", "constant_sum", "median", [None, None, None]),
        ("100 0\n0 100\n100 0", "constant_sum", "median", [None, None, None]),
        (". .\n. .", "rating", "median", ["no_answers"] * 2),
        ("50 50\n. .", "constant_sum", "trimmed_mean", ["fewer_than_3_experts"] * 2),
    ],
)
def test_what_is_undefined_without_an_expert_says_why(values, method, rule, codes):
    found = leave_one_out(panel(values), method=method, rule=rule, step=5)
    assert [None if reason is None else reason["max_change"] for reason in found.reasons] == codes
    undefined = [code is not None for code in codes]
    np.testing.assert_array_equal(np.isnan(found.max_change), undefined)
    assert [one is None for one in found.published_changes] == undefined


def test_a_step_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="a step of 7 does not divide 100"):
        leave_one_out(T2[0], **POINTS, step=7)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=20, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_the_order_of_experts_changes_no_digit(method, rule, values, shuffler):
    values.setflags(write=False)
    rows = list(range(len(values)))
    shuffler.shuffle(rows)
    found = leave_one_out(values, method=method, rule=rule, step=5)
    turned = leave_one_out(values[rows], method=method, rule=rule, step=5)
    np.testing.assert_array_equal(turned.max_change, found.max_change[rows])
    assert turned.published_changes == tuple(found.published_changes[at] for at in rows)
    assert turned.reasons == tuple(found.reasons[at] for at in rows)


# Kendall's W


def test_w_without_each_expert_and_the_agreement_with_the_rest_are_the_printed_ones():
    # Computed for this project with NumPy and SciPy; the idea is that of kendall.post in vegan.
    found = leave_one_out_w(T1[0])
    assert found.w == pytest.approx(0.713178, abs=5e-7)
    printed = [0.6712, 0.6922, 0.7788, 0.7530, 0.7318, 0.7493, 0.6712]
    np.testing.assert_allclose(found.w_without, printed, rtol=0, atol=5e-5)
    printed = [0.8132, 0.7508, 0.4984, 0.5706, 0.6299, 0.5759, 0.8132]
    np.testing.assert_allclose(found.mean_spearman, printed, rtol=0, atol=5e-5)
    assert found.reasons == (None,) * 7


@settings(max_examples=60, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_w_without_each_expert_is_w_of_the_others(ratings, shuffler):
    found = leave_one_out_w(ratings)
    assert found.w == coefficient(ratings)
    for at, w in enumerate(found.w_without.tolist()):
        expected = coefficient(np.delete(ratings, at, axis=0))
        assert (None if np.isnan(w) else w) == expected
    nulls = [
        {n for n in ("w_without", "mean_spearman") if np.isnan(getattr(found, n)[at])}
        for at in range(len(ratings))
    ]
    assert nulls == [set(reason or {}) for reason in found.reasons]
    rows = list(range(len(ratings)))
    shuffler.shuffle(rows)
    turned = leave_one_out_w(ratings[rows])
    np.testing.assert_array_equal(turned.w_without, found.w_without[rows])
    np.testing.assert_array_equal(turned.mean_spearman, found.mean_spearman[rows])


def test_the_agreement_with_the_rest_is_the_mean_of_spearmans_correlations():
    found = leave_one_out_w(T2[0])
    correlations = stats.spearmanr(T2[0].T).statistic
    expected = (correlations.sum(axis=1) - 1) / 7
    np.testing.assert_allclose(found.mean_spearman, expected, rtol=0, atol=1e-13)


def test_who_has_no_order_agrees_with_nobody_and_is_not_counted_for_the_others():
    ratings = np.vstack([T1[0], np.full(5, 3.0), [4, np.nan, 3, 2, 1]])
    found, alone = leave_one_out_w(ratings), leave_one_out_w(T1[0])
    assert found.experts_used == 8
    np.testing.assert_allclose(found.mean_spearman[:7], alone.mean_spearman, rtol=0, atol=1e-14)
    assert found.w_without[7] == alone.w
    assert found.reasons[7] == {"mean_spearman": "constant"}
    assert found.reasons[8] == {"w_without": "incomplete", "mean_spearman": "incomplete"}


@pytest.mark.parametrize(
    ("ratings", "w", "codes"),
    [
        ("1 2 3\n2 1 3", 0.75, {"w_without": "fewer_than_2_experts"}),
        ("1 2 3", None, {"w_without": "fewer_than_2_experts", "mean_spearman": "no_other_order"}),
        ("1\n2\n3", None, {"w_without": "fewer_than_2_items", "mean_spearman": "constant"}),
        ("2 2\n2 2\n1 1", None, {"w_without": "all_constant", "mean_spearman": "constant"}),
    ],
)
def test_too_little_to_compare_is_undefined(ratings, w, codes):
    found = leave_one_out_w(panel(ratings))
    assert found.w == w
    assert set(map(str, found.reasons)) == {str(codes)}


def test_ratings_must_be_a_matrix():
    with pytest.raises(ValueError, match="matrix"):
        leave_one_out_w(np.ones(3))
