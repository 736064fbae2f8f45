"""Dots of one row: none is lost, and equal ones stand clear of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.plots.piles import piles

VALUES = st.lists(st.one_of(st.integers(0, 9).map(float), st.just(np.nan)), max_size=30)


def test_equal_values_stand_about_the_middle() -> None:
    found = piles(np.array([3.0, 1.0, 3.0, np.nan, 3.0]), 0.5, 2.0)
    assert found.x.tolist() == [1, 3, 3, 3]
    assert found.y.tolist() == [0, -2, 0, 2]
    assert found.order.tolist() == [1, 0, 2, 4]
    assert found.step == 1


def test_values_closer_than_a_dot_share_a_pile_and_keep_their_place() -> None:
    found = piles(np.array([1.0, 1.4, 1.5, 2.0]), 0.5, 1.0)
    assert found.x.tolist() == [1, 1.4, 1.5, 2]
    assert found.y.tolist() == [-0.5, 0.5, 0, 0] or found.y.tolist() == [-0.5, 0.5, -0.5, 0.5]


def test_high_piles_are_pressed_together_in_proportion() -> None:
    found = piles(np.array([1.0] * 10 + [2.0] * 2), 0.5, 1.0)
    # Five diameters with the halves of the first and the last dot.
    assert found.step == pytest.approx(4 / 9)
    assert np.ptp(found.y[:10]) == pytest.approx(4)
    assert np.ptp(found.y[10:]) == pytest.approx(4 / 9)


def test_a_row_without_values_has_no_dots() -> None:
    found = piles(np.array([np.nan]), 1, 1)
    assert (found.x.size, found.y.size, found.order.size) == (0, 0, 0)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.randoms(use_true_random=False))
def test_no_dot_is_lost_and_the_order_of_experts_does_not_matter(values, random) -> None:
    array = np.array(values, np.float64)
    array.flags.writeable = False
    found = piles(array, 0.9, 1.0)
    assert found.x.tolist() == sorted(array[~np.isnan(array)].tolist())
    assert abs(found.y).max(initial=0) <= 2 + 1e-12
    assert len(set(zip(found.x.tolist(), found.y.tolist(), strict=True))) == found.x.size
    other = piles(np.array(random.sample(values, len(values)), np.float64), 0.9, 1.0)
    assert (other.x.tolist(), other.y.tolist()) == (found.x.tolist(), found.y.tolist())
    assert array[found.order].tolist() == found.x.tolist()


def test_the_middle_of_a_pile_is_its_row() -> None:
    assert piles(np.array([5.0] * 4), 1, 1).y.sum() == pytest.approx(0)
