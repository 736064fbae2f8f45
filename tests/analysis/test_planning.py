"""How many experts: against plain search, the formula for large panels, and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.concordance import kendall_w
from analysis.planning import (
    ConcordancePlan,
    WeightPlan,
    experts_needed,
    interval_width,
    plan_concordance,
    plan_weights,
)
from tests.analysis.panels import T1, T2, panel


def searched(sd, width, confidence=0.95, assurance=None):
    """Find the smallest m by trying one after the other, with scipy's distributions."""
    for m in range(2, 5_000):
        planned = sd
        if assurance is not None:
            planned *= math.sqrt(stats.chi2.ppf(assurance, m - 1) / (m - 1))
        if 2 * stats.t.ppf((1 + confidence) / 2, m - 1) * planned / math.sqrt(m) <= width:
            return m
    return None


def test_the_width_now_is_that_of_the_printed_t_intervals():
    # Third round: A 11.70-17.05, B 51.84-58.16, C 27.95-33.30; standard errors 1.132909, 1.336306.
    found = plan_weights(T2[2], method="constant_sum", width=5)
    assert found.width_now == pytest.approx(
        [17.05 - 11.70, 58.16 - 51.84, 33.30 - 27.95], abs=0.011
    )
    assert found.sd / math.sqrt(8) == pytest.approx([1.132909, 1.336306, 1.132909], abs=5e-7)


def test_the_plan_for_the_third_round_is_led_by_its_widest_weight():
    found = plan_weights(T2[2], method="constant_sum", width=5)
    assert found.needed.tolist() == [searched(sd, 5) for sd in found.sd.tolist()] == [9, 12, 9]
    assert (found.needed_for_all, found.worst_item, found.experts) == (12, 1, 8)
    assert found.reason is None


def test_a_plan_is_labelled_as_model_output_with_its_assumptions():
    plan = plan_weights(T2[2], method="constant_sum", width=5)
    assert plan.model is True
    assert "experts_drawn_independently" in plan.assumptions
    other = plan_concordance(T1[0], width=0.3)
    assert other.model is True
    assert "standard_error_falls_with_root_of_experts" in other.assumptions


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.05, 12),
    st.sampled_from([0.8, 0.95, 0.99]),
    st.sampled_from([None, 0.5, 0.8, 0.95]),
)
def test_no_smaller_panel_would_do(sd, confidence, assurance):
    found = experts_needed(np.array(sd), 2.0, confidence=confidence, assurance=assurance)
    assert found == searched(sd, 2.0, confidence, assurance)


def test_many_experts_come_near_the_formula_of_the_normal_distribution():
    sd, width = 100.0, 2.0
    normal = (2 * 1.959964 * sd / width) ** 2
    assert experts_needed(np.array(sd), width) == pytest.approx(normal, rel=1e-3)


def test_half_the_width_takes_about_four_times_the_experts():
    wide, narrow = (float(experts_needed(np.array(20.0), width)) for width in (4.0, 2.0))
    assert narrow / wide == pytest.approx(4.0, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 20), st.floats(0.5, 10), st.floats(0.1, 50))
def test_the_unit_does_not_matter(sd, width, unit):
    direct = experts_needed(np.array(sd), width)
    # A factor of floats may move a case that lies on the limit by one.
    assert abs(experts_needed(np.array(unit * sd), unit * width) - direct) <= 1


def test_assurance_is_what_simulated_panels_show():
    sd, width, wanted = 3.0, 3.5, 0.8
    m = int(experts_needed(np.array(sd), width, assurance=wanted))
    plain = int(experts_needed(np.array(sd), width))
    random = np.random.default_rng(1)

    def share(experts):
        seen = random.normal(0.0, sd, (40_000, experts)).std(axis=1, ddof=1)
        return float((interval_width(seen, experts) <= width).mean())

    # Standard error 0.002. Without assurance little more than half of the panels are narrow enough.
    assert share(m) >= wanted - 0.008
    assert share(m - 1) < wanted
    assert 0.45 < share(plain) < 0.7
    assert plain < m


def test_widths_are_twice_the_half_width_of_scipys_interval():
    values = np.array([3.0, 5, 9, 4])
    low, high = stats.t.interval(0.9, 3, values.mean(), stats.sem(values))
    width = interval_width(values.std(ddof=1), 4, confidence=0.9)
    assert width == pytest.approx(high - low)


def test_one_expert_has_no_interval():
    assert np.isnan(interval_width(np.array([1.0, 2.0]), 1)).all()


def test_what_is_unknown_or_out_of_reach_is_undefined():
    found = experts_needed(np.array([np.nan, 0.0, 1e6]), 1.0)
    assert np.isnan(found[[0, 2]]).all()
    assert found[1] == 2


def test_an_item_that_all_weighted_alike_says_nothing():
    found = plan_weights(panel("20 50 30\n20 40 40\n20 60 20"), method="constant_sum", width=10)
    assert found.sd[0] == 0.0
    assert np.isnan(found.needed[0])
    assert found.reason == {"needed": "no_spread"}
    assert found.worst_item in (1, 2)


@pytest.mark.parametrize(
    ("values", "method", "code"),
    [
        (panel("20 80"), "constant_sum", "fewer_than_2_experts"),
        (panel("1 .\n. 2"), "rating", "fewer_than_2_experts"),
        (panel("-1 2\n1 2"), "rating", "scale_below_0"),
        (panel("20 80\n20 80"), "constant_sum", "no_spread"),
    ],
)
def test_a_plan_that_nothing_can_rest_on_says_why(values, method, code):
    found = plan_weights(values, method=method, width=5)
    assert (found.needed_for_all, found.worst_item) == (None, None)
    assert np.isnan(found.needed).all()
    assert set(found.reason.values()) == {code}


def test_more_than_a_million_experts_are_not_looked_for():
    found = plan_weights(T2[0], method="constant_sum", width=1e-3)
    assert found.needed_for_all is None
    assert set(found.reason.values()) == {"too_many_experts"}
    assert plan_concordance(T1[0], width=1e-5).reason == {"needed": "too_many_experts"}


def test_ratings_are_planned_on_the_weights_of_each_expert():
    shares = 100 * T1[0] / T1[0].sum(axis=1, keepdims=True)
    found = plan_weights(T1[0], method="rating", width=2)
    assert found.sd == pytest.approx(shares.std(axis=0, ddof=1))


def test_the_error_of_w_is_read_back_from_its_interval():
    w = kendall_w(T1[0], permutations=1)
    found = plan_concordance(T1[0], width=0.3)
    t = stats.t.ppf(0.975, 6)
    assert found.standard_error == pytest.approx((w.w_high - w.w_low) / 2 / t, rel=1e-12)
    spread = found.standard_error * math.sqrt(7)
    assert found.needed == searched(spread, 0.3) == 15
    assert found.w == w.w


def test_the_error_of_w_is_read_from_the_end_that_is_not_cut():
    cut = next(
        values
        for seed in range(200)
        for values in [np.random.default_rng(seed).integers(1, 4, (5, 4)).astype(float)]
        if (found := kendall_w(values, permutations=1)).w_low == 0.0 and found.w_high < 1.0
    )
    w = kendall_w(cut, permutations=1)
    error = (w.w_high - w.w) / stats.t.ppf(0.975, 4)
    assert plan_concordance(cut, width=0.5).standard_error == pytest.approx(error)


def test_four_times_the_experts_have_about_half_the_error_of_w():
    # Ratings around one order; the mean error over 40 panels of 15 and of 60.
    random, order = np.random.default_rng(2), np.arange(8.0)

    def error(experts):
        panels = order + random.normal(0, 4, (40, experts, 8))
        return np.mean([plan_concordance(values, width=1).standard_error for values in panels])

    assert error(15) / error(60) == pytest.approx(2.0, rel=0.15)


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (panel("1 2 3"), "fewer_than_2_experts"),
        (panel("1 2 3\n3 1 2"), "fewer_than_3_experts"),
        (panel("1 2 3\n1 2 3\n1 2 3"), "no_spread"),
        (panel("1 1\n1 1\n1 1"), "all_constant"),
    ],
)
def test_a_plan_for_w_without_an_interval_says_why(ratings, code):
    found = plan_concordance(ratings, width=0.2)
    assert (found.standard_error, found.needed) == (None, None)
    assert found.reason["needed"] == code
    assert ("w" in found.reason) == (found.w is None)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(8)), st.permutations(range(3)))
def test_experts_change_no_digit_and_items_their_places(rows, columns):
    first = plan_weights(T2[0], method="constant_sum", width=5)
    second = plan_weights(T2[0][rows][:, columns], method="constant_sum", width=5)
    assert np.array_equal(first.sd[columns], second.sd)
    assert np.array_equal(first.needed[columns], second.needed)
    assert second.needed_for_all == first.needed_for_all


def test_the_input_is_not_touched():
    values = T2[0].copy()
    values.flags.writeable = False
    plans = plan_weights(values, method="constant_sum", width=5), plan_concordance(values, width=1)
    assert isinstance(plans[0], WeightPlan)
    assert isinstance(plans[1], ConcordancePlan)
    assert np.array_equal(values, T2[0])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: experts_needed(np.array(1.0), 0.0), "above 0"),
        (lambda: experts_needed(np.array(1.0), math.nan), "above 0"),
        (lambda: experts_needed(np.array(1.0), 1.0, confidence=1.0), "confidence"),
        (lambda: experts_needed(np.array(1.0), 1.0, assurance=0.0), "assurance"),
        (lambda: interval_width(np.array(1.0), 5, confidence=95), "confidence"),
        (lambda: plan_weights(T2[0], method="pairwise", width=5), "expected one of"),
        (lambda: plan_weights(-T2[0], method="constant_sum", width=5), "negative"),
        (lambda: plan_concordance(T1[0], width=0), "above 0"),
    ],
)
def test_a_plan_that_is_none_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
