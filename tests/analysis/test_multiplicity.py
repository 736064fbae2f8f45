"""Holm's adjustment: a hand computation, undefined tests, and what it must keep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.multiplicity import holm

FAMILIES = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=8)


def test_each_step_is_multiplied_by_the_tests_still_standing():
    # The same figures as p.adjust(c(.01, .02, .03, .04, .05), "holm") of R.
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])


def test_the_order_given_is_kept_and_no_step_falls_below_the_one_before():
    # 3 x 0.01, then 2 x 0.04 = 0.08, then 0.041, which may not fall below 0.08.
    assert holm([0.041, 0.01, 0.04]) == pytest.approx([0.08, 0.03, 0.08])


def test_an_undefined_test_stays_undefined_and_does_not_count():
    adjusted = holm([None, 0.01, float("nan"), 0.04])
    assert np.isnan(adjusted[[0, 2]]).all()
    assert adjusted[[1, 3]] == pytest.approx([0.02, 0.04])


def test_nothing_adjusted_exceeds_one():
    assert holm([0.7, 0.9]).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("family", [[], [None], [None, None]])
def test_a_family_without_a_p_has_none(family):
    assert np.isnan(holm(family)).all()
    assert len(holm(family)) == len(family)


@pytest.mark.parametrize("family", [[-0.1], [1.5], [[0.1, 0.2]]])
def test_what_is_no_family_of_p_values_is_refused(family):
    with pytest.raises(ValueError, match="from 0 to 1"):
        holm(family)


@settings(max_examples=60, deadline=None)
@given(FAMILIES)
def test_it_lies_between_the_p_itself_and_bonferroni(family):
    adjusted = holm(family)
    tests = sum(p is not None for p in family)
    for p, found in zip(family, adjusted, strict=True):
        assert np.isnan(found) if p is None else p <= found <= min(1, tests * p)


@settings(max_examples=60, deadline=None)
@given(FAMILIES, st.randoms(use_true_random=False))
def test_permuting_the_tests_permutes_the_result(family, shuffler):
    order = list(range(len(family)))
    shuffler.shuffle(order)
    shuffled = holm([family[at] for at in order])
    assert shuffled.tobytes() == holm(family)[order].tobytes()


def test_the_input_is_not_touched():
    family = np.array([0.3, 0.1])
    family.flags.writeable = False
    holm(family)
    assert family.tolist() == [0.3, 0.1]
