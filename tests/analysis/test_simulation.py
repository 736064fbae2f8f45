"""Simulated panels and units: whole, seeded, plainly synthetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.simulation import simulated_allocations, simulated_units


@settings(max_examples=50, deadline=None)
@given(
    experts=st.integers(1, 40),
    rounds=st.integers(1, 4),
    centre=st.lists(st.floats(0.5, 60), min_size=2, max_size=7),
    step=st.sampled_from([1, 5]),
)
def test_every_simulated_answer_is_one_that_the_form_takes(experts, rounds, centre, step):
    drawn = simulated_allocations(experts, rounds, tuple(centre), step=step)
    assert drawn.shape == (rounds, experts, len(centre))
    assert (drawn >= 0).all()
    assert (drawn % step == 0).all()
    assert (drawn.sum(axis=2) == 100).all()


def test_the_same_seed_draws_the_same_panel_and_another_seed_another():
    first = simulated_allocations(20, 3, (15, 55, 30), seed=7)
    assert (first == simulated_allocations(20, 3, (15, 55, 30), seed=7)).all()
    assert (first != simulated_allocations(20, 3, (15, 55, 30), seed=8)).any()


def test_a_simulated_panel_converges_around_its_centre():
    drawn = simulated_allocations(400, 3, (15, 55, 30))
    spread = drawn.std(axis=1)
    assert (spread[2] < spread[0]).all()
    assert np.abs(drawn.mean(axis=1)[2] - (15, 55, 30)).max() < 3


@pytest.mark.parametrize(
    "arguments", [(0, 1, (1, 1)), (1, 0, (1, 1)), (1, 1, (0, 1)), (1, 1, (-1, 1))]
)
def test_an_impossible_panel_is_refused(arguments):
    with pytest.raises(ValueError, match="must be positive"):
        simulated_allocations(*arguments)


def test_a_step_that_does_not_divide_the_total_is_refused():
    with pytest.raises(ValueError, match="divides 100"):
        simulated_allocations(1, 1, (1, 1), step=3)


def test_simulated_units_have_percentages_below_100_and_positive_values():
    data = simulated_units(("ratio", "value", "score"), 26, 3)
    assert data.shape == (3, 26, 3)
    assert (data > 0).all()
    assert (data[:, :, [0, 2]] <= 100).all()


def test_simulated_values_grow_over_the_years():
    data = simulated_units(("value",) * 5, 200, 3)
    medians = np.median(data, axis=1)
    assert (medians[2] > medians[0]).all()
