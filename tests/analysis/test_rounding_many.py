"""Rounding of many weight vectors at once is the exact rounding of each."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rounding import (
    MOST_QUOTAS,
    apportion,
    largest_remainder,
    seats_of,
    step_string,
    steps_of,
)

#: Sums of such points tie often, and their shares have no finite binary form.
POINTS = st.lists(st.integers(0, 60), min_size=1, max_size=7).filter(any)


def exactly(points, steps):
    rounded = largest_remainder([Fraction(one) for one in points], Fraction(1), steps).rounded
    return [int(share) for share in rounded]


@settings(max_examples=60, deadline=None)
@given(POINTS, st.sampled_from([1, 3, 10, 20, 100, 1000, 10_000]))
def test_each_vector_is_rounded_as_by_exact_fractions(points, steps):
    shares = np.array(points, float) / sum(points)
    shares.setflags(write=False)
    found = apportion(shares, steps)
    assert found.tolist() == exactly(points, steps)
    assert found.sum() == steps


def test_ties_fall_the_same_way_whatever_floats_leave_of_them():
    # 12.5, 55 and 32.5 at a step of 5 are 2.5, 11 and 6.5 steps: the larger weight gets the one.
    tie = np.array([0.125, 0.55, 0.325])
    for noise in np.random.default_rng(1).uniform(-3e-16, 3e-16, (200, 3)):
        assert apportion(tie + noise, 20).tolist() == [2, 11, 7]
    equal = np.full(3, 1 / 3)
    for noise in np.random.default_rng(2).uniform(-3e-16, 3e-16, (200, 3)):
        assert apportion(equal + noise, 100).tolist() == [34, 33, 33]


def test_a_whole_quota_stays_what_it_is_when_floats_fall_short_of_it():
    short = np.array([0.15 - 1e-15, 0.55, 0.3 + 1e-15])
    assert apportion(short, 20).tolist() == [3, 11, 6]


def test_more_than_rounding_errors_decide():
    assert apportion(np.array([0.125 + 1e-9, 0.55, 0.325 - 1e-9]), 20).tolist() == [3, 11, 6]


def test_vectors_of_a_batch_do_not_meet():
    weights = np.random.default_rng(3).dirichlet(np.ones(5), (4, 6))
    found = apportion(weights, 20)
    assert found.shape == weights.shape
    one_by_one = [[apportion(one, 20) for one in row] for row in weights]
    np.testing.assert_array_equal(found, one_by_one)
    assert apportion(np.empty((0, 5)), 20).shape == (0, 5)


@pytest.mark.parametrize(("steps", "items"), [(0, 3), (MOST_QUOTAS // 4, 4)])
def test_quotas_that_cannot_be_told_apart_are_refused(steps, items):
    with pytest.raises(ValueError, match=f"{steps} steps for {items} items"):
        apportion(np.full(items, 1 / items), steps)


def test_as_many_steps_as_are_allowed_are_shared_out():
    found = apportion(np.array([0.25, 0.5, 0.25, 0.0]), MOST_QUOTAS // 4 - 1)
    assert found.sum() == MOST_QUOTAS // 4 - 1
    assert (found >= 0).all()


def test_steps_are_the_same_from_fractions_and_from_floats():
    weights = [Fraction(23, 160), Fraction(11, 20), Fraction(49, 160)]
    for step in (5, 1, Fraction(1, 10)):
        exact = steps_of(weights, step)
        np.testing.assert_array_equal(steps_of(np.array([float(w) for w in weights]), step), exact)
        assert exact.sum() == seats_of(step)


@pytest.mark.parametrize("step", [0, -5, 7, Fraction(1, 3) * 7])
def test_a_step_must_divide_the_total(step):
    with pytest.raises(ValueError, match="does not divide 100"):
        seats_of(step)


def test_a_multiple_is_written_with_the_decimals_of_its_step():
    assert step_string(Fraction(15), Fraction(5)) == "15"
    assert step_string(Fraction(14), Fraction(1, 10)) == "14.0"
    assert step_string(Fraction(5, 2), Fraction(5, 2)) == "2.5"
