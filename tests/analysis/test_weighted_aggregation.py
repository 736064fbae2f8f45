"""Experts weighted by authority: known figures, and equal weights are no weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.aggregation import RULES, aggregate
from analysis.dispersion import dispersion
from analysis.weighted_aggregation import (
    WITHOUT_WEIGHTED_FORM,
    aggregate_weighted,
    effective_size,
    weighted_dispersion,
)
from tests.analysis.panels import T1, T2, panel

#: Authority coefficients of the seven experts of the first panel (see test_authority).
CR = np.array([1.0, 0.85, 0.85, 1.0, 0.7, 0.6, 0.85])
CASES = [
    (method, rule)
    for method, rules in RULES.items()
    for rule in rules
    if rule not in WITHOUT_WEIGHTED_FORM
]
ANSWERS = arrays(
    np.float64,
    st.tuples(st.integers(1, 7), st.integers(1, 4)),
    elements=st.one_of(st.integers(0, 9), st.just(np.nan)),
)


def weights_for(values):
    return arrays(
        np.float64, len(values), elements=st.one_of(st.floats(0.1, 1), st.sampled_from([0, np.nan]))
    )


# The first panel is made up for this project; these figures were computed apart from this code.


def test_the_figures_of_the_first_panel_are_the_known_ones():
    found = weighted_dispersion(T1[0], CR)
    for name, expected in {
        "mean": [4.735043, 4.162393, 2.880342, 3.854701, 2.247863],
        "sd": [0.477718, 0.632266, 0.723916, 0.697171, 0.747649],
        "cv": [0.100890, 0.151900, 0.251330, 0.180862, 0.332604],
    }.items():
        np.testing.assert_allclose(getattr(found, name), expected, rtol=0, atol=5e-7)
    np.testing.assert_allclose(found.effective_size, [6.8206] * 5, rtol=0, atol=5e-5)
    assert found.without_weight == 0


def test_the_weighted_weights_of_the_first_panel_are_the_known_ones():
    found = aggregate_weighted(T1[0], CR, method="rating", rule="normalised_means")
    expected = [0.264818, 0.232792, 0.161090, 0.215583, 0.125717]
    np.testing.assert_allclose(found.weights, expected, rtol=0, atol=5e-7)
    assert found.effective_size == pytest.approx(6.8206, abs=5e-5)
    assert (found.experts_used, found.without_weight, found.reason) == (7, 0, None)


def test_the_effective_size_of_equal_weights_is_their_number_and_one_voice_counts_once():
    assert effective_size(np.full(7, 0.3)) == 7
    assert effective_size(np.array([1.0, 0.0, np.nan, 1.0])) == 2
    assert effective_size(np.array([1.0, 1e-9])) == pytest.approx(1)
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert np.isnan(effective_size(np.array([np.nan, 0.0])))


@pytest.mark.parametrize("common", [1.0, 0.7, 1 / 3])
@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=25, deadline=None)
@given(values=ANSWERS)
def test_equal_weights_give_the_unweighted_vector_to_the_last_digit(method, rule, common, values):
    plain = aggregate(values, method=method, rule=rule)
    found = aggregate_weighted(values, np.full(len(values), common), method=method, rule=rule)
    np.testing.assert_array_equal(found.weights, plain.weights)
    assert (found.experts_used, found.reason) == (plain.experts_used, plain.reason)


@pytest.mark.parametrize("common", [1.0, 0.7])
@settings(max_examples=40, deadline=None)
@given(values=ANSWERS)
def test_equal_weights_give_the_unweighted_spread_to_the_last_digit(common, values):
    plain = dispersion(values, (0, 9))
    found = weighted_dispersion(values, np.full(len(values), common))
    for name in ("n", "mean", "sd", "cv"):
        np.testing.assert_array_equal(getattr(found, name), getattr(plain, name))


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whole_weights_repeat_an_expert(method, rule, data):
    values = data.draw(ANSWERS)
    times = data.draw(arrays(np.int64, len(values), elements=st.integers(1, 3)))
    found = aggregate_weighted(values, times.astype(float), method=method, rule=rule)
    repeated = aggregate(np.repeat(values, times, axis=0), method=method, rule=rule)
    np.testing.assert_allclose(found.weights, repeated.weights, rtol=0, atol=1e-12)
    assert found.reason == repeated.reason


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_no_order_of_experts_changes_a_digit_and_the_unit_of_weights_means_nothing(data):
    values = data.draw(ANSWERS)
    weights = data.draw(weights_for(values))
    values.flags.writeable = weights.flags.writeable = False
    order = data.draw(st.permutations(range(len(values))))
    spread = weighted_dispersion(values, weights)
    turned = weighted_dispersion(values[order], weights[order])
    for name in ("n", "mean", "sd", "cv", "effective_size"):
        np.testing.assert_array_equal(getattr(turned, name), getattr(spread, name))
    for method, rule in CASES:
        found = aggregate_weighted(values, weights, method=method, rule=rule)
        turned = aggregate_weighted(values[order], weights[order], method=method, rule=rule)
        np.testing.assert_array_equal(turned.weights, found.weights)
        scaled = aggregate_weighted(values, weights * 8, method=method, rule=rule)
        np.testing.assert_array_equal(scaled.weights, found.weights)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_weights_sum_to_one_and_every_undefined_vector_has_its_reason(data):
    values = data.draw(ANSWERS)
    weights = data.draw(weights_for(values))
    for method, rule in CASES:
        found = aggregate_weighted(values, weights, method=method, rule=rule)
        assert np.isnan(found.weights).all() == (found.reason is not None)
        if found.reason is None:
            assert found.weights.min() >= 0
            assert found.weights.sum() == pytest.approx(1, abs=1e-14)
            assert 1 - 1e-12 <= found.effective_size <= found.experts_used + 1e-12


@pytest.mark.parametrize(("method", "rule"), CASES)
def test_an_expert_of_weight_0_or_without_one_counts_as_absent(method, rule):
    values = T2[0] if method != "ranking" else np.tile([1.0, 2, 3], (8, 1))
    weights = np.array([1, 0.8, 0.6, 1, 0.7, 0.9, 0, np.nan])
    found = aggregate_weighted(values, weights, method=method, rule=rule)
    absent = aggregate_weighted(values[:6], weights[:6], method=method, rule=rule)
    np.testing.assert_array_equal(found.weights, absent.weights)
    assert (found.experts_used, found.weight_zero, found.without_weight) == (6, 1, 1)


def test_who_has_no_weight_and_no_answer_is_not_counted():
    values = panel("1 2\n3 4\n. .")
    found = weighted_dispersion(values, np.array([1, np.nan, np.nan]))
    assert found.without_weight == 1
    assert (found.n.tolist(), found.mean.tolist()) == ([1, 1], [1.0, 2.0])
    assert np.isnan(found.sd).all()
    assert found.effective_size.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("weights", "reason"),
    [
        ([0.0, 0.0], "all_expert_weights_zero"),
        ([np.nan, np.nan], "no_expert_weights"),
        ([0.0, np.nan], "all_expert_weights_zero"),
    ],
)
def test_without_any_weight_above_0_nothing_is_defined(weights, reason):
    found = aggregate_weighted(
        panel("60 40\n50 50"), np.array(weights), method="constant_sum", rule="arithmetic_mean"
    )
    assert np.isnan(found.weights).all()
    assert np.isnan(found.effective_size)
    assert (found.experts_used, found.reason) == (0, reason)
    spread = weighted_dispersion(panel("60 40\n50 50"), np.array(weights))
    assert np.isnan([spread.mean, spread.sd, spread.cv, spread.effective_size]).all()


@pytest.mark.parametrize(
    ("values", "reason"), [(". .\n. .", "no_answers"), ("0 0\n. .", "all_zero")]
)
def test_a_panel_without_usable_answers_says_so_as_without_weights(values, reason):
    found = aggregate_weighted(
        panel(values), np.array([1, 0.5]), method="constant_sum", rule="median"
    )
    assert found.reason == reason


@pytest.mark.parametrize("rule", WITHOUT_WEIGHTED_FORM)
def test_rules_that_count_heads_have_no_weighted_form(rule):
    found = aggregate_weighted(T2[0], np.ones(8), method="constant_sum", rule=rule)
    assert np.isnan(found.weights).all()
    assert (found.experts_used, found.reason) == (0, "no_weighted_form")


def test_the_weighted_median_is_where_half_of_the_weight_is_reached():
    values = panel("1 1\n2 1\n3 1\n4 1")
    heavy = aggregate_weighted(
        values, np.array([1, 1, 1, 3.0]), method="rating", rule="median"
    ).weights
    np.testing.assert_allclose(heavy, [3.5 / 4.5, 1 / 4.5])
    # 0.1 + 0.2 is half of the weight although not to the last digit of its floats.
    tied = aggregate_weighted(
        values[:3], np.array([0.1, 0.2, 0.3]), method="rating", rule="median"
    ).weights
    np.testing.assert_allclose(tied, [2.5 / 3.5, 1 / 3.5])


def test_equal_answers_have_no_spread_and_a_mean_of_0_no_cv():
    found = weighted_dispersion(panel("0.1 -1\n0.1 0\n0.1 1"), np.array([0.7, 0.9, 0.7]))
    assert found.sd[0] == 0
    assert (found.cv[0], found.mean[1]) == (0, 0)
    assert np.isnan(found.cv[1])


def test_an_item_that_only_unweighted_experts_answered_is_undefined():
    found = aggregate_weighted(
        panel("3 4\n. 2"), np.array([np.nan, 1]), method="rating", rule="normalised_means"
    )
    assert found.reason == "item_without_answers"


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], "shape"),
        ([[1.0], [1.0]], "shape"),
        ([1.0, -0.1], "not below 0"),
        ([1, np.inf], "not below 0"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights, message):
    for call in (
        lambda: weighted_dispersion(np.ones((2, 2)), np.array(weights)),
        lambda: aggregate_weighted(
            np.ones((2, 2)), np.array(weights), method="constant_sum", rule="median"
        ),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_answers_are_a_matrix_and_rules_those_of_the_method():
    with pytest.raises(ValueError, match="matrix"):
        weighted_dispersion(np.ones(3), np.ones(3))
    with pytest.raises(ValueError, match="no rule 'l1' for 'rating'"):
        aggregate_weighted(np.ones((2, 2)), np.ones(2), method="rating", rule="l1")


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_a_panel_without_experts_or_items_gives_nothing(shape):
    values, weights = np.ones(shape), np.linspace(0.5, 1, shape[0])
    assert weighted_dispersion(values, weights).mean.shape == (shape[1],)
    assert np.isnan(weighted_dispersion(values, weights).mean).all()
    found = aggregate_weighted(values, weights, method="constant_sum", rule="arithmetic_mean")
    assert (found.experts_used, found.reason) == (0, "no_answers")
