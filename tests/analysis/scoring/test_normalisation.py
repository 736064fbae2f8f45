import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from analysis.scoring.normalisation import cap, capped_cells, normalise

NAN = np.nan
BENEFIT = np.array([NAN])


def test_a_benefit_value_at_the_threshold_is_1():
    assert_array_equal(normalise(np.array([[50.0], [100]]), np.array([50.0]), BENEFIT), [[1], [2]])


def test_nothing_is_capped_by_itself():
    values = np.array([[120.0]])
    assert_allclose(100 * normalise(values, np.array([86.6826]), BENEFIT), [[138.436]], rtol=1e-5)


def test_a_cost_value_runs_from_1_at_the_lower_bound_to_0_at_the_threshold():
    values = np.array([[10.0], [25], [40], [45]])
    scores = normalise(values, np.array([40.0]), np.array([10.0]))
    assert_allclose(100 * scores[:, 0], [100, 50, 0, -100 / 6], atol=1e-12)
    assert_array_equal(cap(scores, np.array([10.0]))[:, 0], [1, 0.5, 0, 0])


def test_a_cost_value_better_than_the_lower_bound_is_capped_at_1():
    scores = normalise(np.array([[4.0]]), np.array([40.0]), np.array([10.0]))
    assert scores[0, 0] == 1.2
    assert cap(scores, np.array([10.0]))[0, 0] == 1


def test_benefit_and_cost_stand_side_by_side():
    scores = normalise(np.array([[50.0, 25.0]]), np.array([100.0, 40.0]), np.array([NAN, 10.0]))
    assert_array_equal(scores, [[0.5, 0.5]])


def test_thresholds_may_differ_by_row():
    values = np.array([[50.0], [55.0]])
    moving = normalise(values, np.array([[80.0], [95.0]]), BENEFIT)
    assert_allclose(100 * moving[:, 0], [62.5, 57.894736842], rtol=1e-9)
    assert_allclose(100 * normalise(values, np.array([80.0]), BENEFIT)[:, 0], [62.5, 68.75])


def test_a_negative_benefit_value_is_not_raised_to_0_by_the_cap():
    assert_array_equal(cap(np.array([[-0.5, 2.0]]), np.array([NAN, NAN])), [[-0.5, 1.0]])


def test_missing_cells_stay_missing_and_are_not_counted_as_capped():
    scores = normalise(np.array([[NAN, 300.0]]), np.array([100.0, 100.0]), np.array([NAN, NAN]))
    assert_array_equal(cap(scores, np.array([NAN, NAN])), [[NAN, 1]])
    assert_array_equal(capped_cells(scores), [[False, True]])


def test_a_cell_exactly_at_the_threshold_is_not_a_capped_cell():
    assert not capped_cells(np.array([[1.0]])).any()


@settings(max_examples=50)
@given(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6), st.floats(1e-3, 1e3))
def test_scaling_a_column_and_its_threshold_leaves_the_score(value, threshold, factor):
    plain = normalise(np.array([[value]]), np.array([threshold]), BENEFIT)
    scaled = normalise(np.array([[factor * value]]), np.array([factor * threshold]), BENEFIT)
    assert_allclose(scaled, plain, rtol=1e-12)


def test_the_inputs_are_not_changed():
    arrays = [np.array([[5.0, 20.0]]), np.array([10.0, 40.0]), np.array([NAN, 10.0])]
    before = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    scores = normalise(*arrays)
    scores.setflags(write=False)
    cap(scores, arrays[2])
    for array, old in zip(arrays, before, strict=True):
        assert_array_equal(array, old)
