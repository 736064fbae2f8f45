import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from analysis.scoring.composition import Branch, build_hierarchy
from analysis.scoring.score import score_units

NAN = np.nan
TREE = build_hierarchy(
    [
        Branch("A", None, 15),
        Branch("B", None, 85),
        Branch("B1", "B", 1),
        Branch("B2", "B", 1),
    ]
)
UPPER = np.array([100.0, 50.0, 40.0])
LOWER = np.array([NAN, NAN, 10.0])
VALUES = np.array([[80.0, 100.0, 25.0], [120.0, 25.0, 45.0]])


def test_values_become_an_index_in_one_call():
    found = score_units(VALUES, TREE, upper=UPPER, lower=LOWER)
    assert_allclose(found.normalised, [[0.8, 2, 0.5], [1.2, 0.5, -1 / 6]])
    assert_allclose(found.composition.scores, [[1.25], [1 / 6]])
    assert_allclose(found.composition.index, [0.15 * 0.8 + 0.85 * 1.25, 0.18 + 0.85 / 6])


def test_the_capped_index_cuts_cells_before_they_are_composed():
    found = score_units(VALUES, TREE, upper=UPPER, lower=LOWER, capped=True)
    assert_allclose(found.composition.index, [0.12 + 0.85 * 0.75, 0.15 + 0.85 * 0.25])
    assert found.normalised.max() == 2


def test_a_column_too_many_is_refused():
    with pytest.raises(ValueError, match="expected one column for each of 3 leaves"):
        score_units(np.ones((2, 4)), TREE, upper=np.ones(4))


@settings(max_examples=50)
@given(
    st.lists(st.lists(st.floats(0.1, 1e3), min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 100), min_size=3, max_size=3),
)
def test_scaling_columns_with_their_thresholds_leaves_every_score(rows, factors):
    values, scale = np.array(rows), np.array(factors)
    plain = score_units(values, TREE, upper=UPPER, lower=LOWER).composition
    scaled = score_units(values * scale, TREE, upper=UPPER * scale, lower=LOWER * scale).composition
    assert_allclose(scaled.index, plain.index, rtol=1e-9, atol=1e-9)
    assert_allclose(scaled.scores, plain.scores, rtol=1e-9, atol=1e-9)


@settings(max_examples=30)
@given(st.lists(st.floats(0, 150), min_size=4, max_size=4))
def test_equal_weights_and_scores_of_100_give_the_plain_mean(row):
    tree = build_hierarchy(Branch(str(at), None, 1) for at in range(4))
    found = score_units(np.array([row]), tree, upper=np.full(4, 100.0))
    assert_allclose(100 * found.composition.index, [np.mean(row)], rtol=1e-12, atol=1e-12)


def test_the_inputs_are_not_changed():
    arrays = [VALUES.copy(), UPPER.copy(), LOWER.copy()]
    for array in arrays:
        array.setflags(write=False)
    score_units(arrays[0], TREE, upper=arrays[1], lower=arrays[2], capped=True)
    assert_array_equal(arrays[0], VALUES)
