"""Simulated panels and units: whole, seeded, plainly synthetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.simulation import (
    observed_moves,
    repeated_moves,
    simulated_allocations,
    simulated_units,
    to_allocations,
    to_ratings,
)


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


def test_a_move_is_taken_apart_into_a_pull_and_the_rest():
    centre = np.array([20.0, 50, 30])
    before = np.array([[40.0, 30, 30], [20, 50, 30], [30, 40, 30], [10, 60, 30]])
    after = np.array([[30.0, 40, 30], [25, 45, 30], [30, 40, 30], [0, 70, 30]])
    moves = observed_moves(before, after, centre, whole_rows=True)
    # Half way; from the centre, where there is no way; not at all; away by as much as the way.
    assert moves.pull[:, 0].tolist() == [0.5, 0.0, 0.0, -1.0]
    assert moves.changed.all(axis=1).tolist() == [True, True, False, True]
    assert moves.aside.tolist() == [[0, 0, 0], [5, -5, 0], [0, 0, 0], [0, 0, 0]]


def test_a_pull_beyond_the_centre_is_cut_and_the_rest_kept():
    moves = observed_moves(
        np.array([[3.0, 5, 1]]),
        np.array([[5.0, 5, np.nan]]),
        np.array([4.0, 4, 4]),
        whole_rows=False,
    )
    assert moves.pull.tolist() == [[1.0, 0.0, 0.0]]
    assert moves.aside.tolist() == [[1.0, 0.0, 0.0]]
    assert moves.changed.tolist() == [[True, False, False]]


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, (2, 5, 3), elements=st.integers(0, 9)),
    arrays(np.float64, 3, elements=st.integers(0, 9)),
    st.booleans(),
)
def test_a_move_repeated_by_its_own_expert_leads_where_it_led(rounds, centre, whole_rows):
    moves = observed_moves(rounds[0], rounds[1], centre, whole_rows=whole_rows)
    again = repeated_moves(rounds[0], centre, moves, np.arange(5)[None])
    assert again[0] == pytest.approx(rounds[1], abs=1e-9)
    assert (np.abs(moves.pull) <= 1).all()


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, (4, 3), elements=st.floats(-20, 120)).filter(
        lambda rows: (np.maximum(rows, 0).sum(axis=1) > 1).all()
    ),
    st.sampled_from([1, 2.5, 5]),
)
def test_points_are_brought_to_steps_that_add_up(points, step):
    found = to_allocations(points, step)
    assert (found >= 0).all()
    assert (found % step == 0).all()
    assert (found.sum(axis=1) == 100).all()


def test_allocations_on_the_step_stay():
    points = np.array([[15.0, 55, 30], [0, 100, 0]])
    assert np.array_equal(to_allocations(points, 5), points)


def test_ratings_between_two_steps_go_up_as_often_as_they_lie_high():
    random = np.random.default_rng(1)
    found = to_ratings(np.full(20_000, 3.25), (1.0, 5.0), 1.0, random)
    assert set(found.tolist()) == {3.0, 4.0}
    # Standard error 0.003.
    assert (found == 4).mean() == pytest.approx(0.25, abs=0.012)


def test_ratings_on_a_step_stay_and_others_are_cut_to_the_scale():
    random = np.random.default_rng(1)
    values = np.array([1.0, 5, 2.5, -3, 9, np.nan])
    found = to_ratings(values, (1.0, 5.0), 0.5, random)
    assert np.array_equal(found, [1, 5, 2.5, 1, 5, np.nan], equal_nan=True)


@pytest.mark.parametrize("step", [0, -5, 3, 0.7])
def test_steps_that_do_not_divide_the_points_are_refused(step):
    with pytest.raises(ValueError, match="does not divide"):
        to_allocations(np.array([[50.0, 50]]), step)
