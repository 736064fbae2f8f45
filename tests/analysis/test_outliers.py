"""Robust z and Grubbs' test: printed values and undefined cases."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis.outliers import grubbs, grubbs_critical, robust_z

#: Scores of ten experts for three indicators of a marine-economy index, as its paper prints them:
#: standardised with n-1. The farthest values are -2.3286, -2.3984 and -2.6913.
MARINE = np.array([1.1212, 1.1212, *[0.2587] * 5, -0.6037, -0.6037, -2.3286])


def test_critical_values_are_those_of_the_tables():
    # Grubbs 1969, table 1: one-sided 5 % for 3, 5, 10, 15, 20 and 30 values; the second is 1.6714.
    sizes = np.array([3, 5, 10, 15, 20, 30])
    printed = [1.153, 1.672, 2.176, 2.409, 2.557, 2.745]
    assert grubbs_critical(sizes, two_sided=False) == pytest.approx(printed, abs=1e-3)
    assert grubbs_critical(np.array([10]))[0] == pytest.approx(2.290, abs=5e-4)


def test_a_critical_value_is_never_out_of_reach():
    sizes = np.arange(3, 200)
    assert (grubbs_critical(sizes) < (sizes - 1) / np.sqrt(sizes)).all()
    assert (10 - 1) / np.sqrt(10) == pytest.approx(2.846, abs=5e-4)


def test_below_three_values_there_is_no_critical_value():
    assert np.isnan(grubbs_critical(np.array([0, 1, 2]))).all()


def test_the_farthest_of_the_printed_scores_is_flagged():
    found = grubbs(MARINE[:, None])
    assert found.g[0] == pytest.approx(2.3286, abs=1e-3)
    assert found.critical[0] == pytest.approx(2.290, abs=5e-4)
    assert np.flatnonzero(found.flagged[:, 0]).tolist() == [9]


def test_the_whole_scores_behind_the_printed_ones_give_the_same_g():
    # 0, 0, -1 five times, -2, -2, -4 standardise to the printed scores, divisor n-1.
    whole = np.array([0.0, 0, -1, -1, -1, -1, -1, -2, -2, -4])
    assert (whole - whole.mean()) / whole.std(ddof=1) == pytest.approx(MARINE, abs=6e-5)
    assert grubbs(whole[:, None]).g[0] == pytest.approx(2.3286, abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, (8, 3), elements=st.sampled_from([1.0, 2, 3, 9, np.nan])))
def test_g_is_the_largest_standardised_distance(values):
    found = grubbs(values)
    for item, column in enumerate(values.T):
        given_answers = column[~np.isnan(column)]
        if len(set(given_answers.tolist())) > 1 and len(given_answers) > 2:
            z = np.abs(stats.zscore(given_answers, ddof=1))
            assert found.g[item] == pytest.approx(z.max(), rel=1e-9)
            expected = z.max() > found.critical[item]
            assert found.flagged[:, item].any() == expected
        else:
            assert np.isnan(found.g[item])
            assert not found.flagged[:, item].any()


def test_about_one_normal_item_in_twenty_is_flagged():
    values = np.random.default_rng(1).normal(size=(12, 20_000))
    share = grubbs(values).flagged.any(axis=0).mean()
    # Standard error 0.0015.
    assert share == pytest.approx(0.05, abs=0.006)


def test_a_robust_z_is_the_distance_from_the_median_in_robust_deviations():
    # Median 3, distances 2 1 0 1 97, their median 1.
    z = robust_z(np.array([1.0, 2, 3, 4, 100]))
    assert z == pytest.approx(np.array([-2, -1, 0, 1, 97]) / 1.4826)


@pytest.mark.parametrize("values", [[], [1.0, 2.0], [1.0, np.nan, 2.0], [3.0, 3, 3, 3, 9]])
def test_without_spread_or_values_there_is_no_robust_z(values):
    assert np.isnan(robust_z(np.array(values))).all()


def test_a_missing_value_has_no_robust_z_and_leaves_the_others_theirs():
    z = robust_z(np.array([1.0, np.nan, 2, 4]))
    assert np.isnan(z[1])
    assert np.array_equal(z[[0, 2, 3]], robust_z(np.array([1.0, 2, 4])))


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float64, (7, 2), elements=st.integers(1, 9)),
    st.permutations(range(7)),
    st.floats(0.5, 20),
    st.floats(-50, 50),
)
def test_order_changes_no_digit_and_shift_and_stretch_change_nothing(values, order, by, shift):
    first, second = grubbs(values), grubbs(values[order])
    assert np.array_equal(first.g, second.g, equal_nan=True)
    assert np.array_equal(first.flagged[order], second.flagged)
    moved = grubbs(by * values + shift)
    assert moved.g == pytest.approx(first.g, rel=1e-6, nan_ok=True)
    z = robust_z(values[:, 0])
    assert robust_z(by * values[:, 0] + shift) == pytest.approx(z, rel=1e-6, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("level", [0.0, 1.0, -0.1])
def test_a_level_that_is_no_probability_is_refused(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        grubbs_critical(np.array([10]), level=level)


def test_a_row_alone_is_no_panel():
    with pytest.raises(ValueError, match="matrix"):
        grubbs(MARINE)
