"""What makes a pairwise matrix usable."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.elicitation.pairwise_matrix import (
    check_matrices,
    connected_parts,
    faults,
    redundant_comparisons,
)
from tests.analysis.elicitation.judgments import CITY, CITY_GAP, upper

GAP = np.nan


def changed(cells, matrix=CITY):
    result = matrix.copy()
    for cell, value in cells.items():
        result[cell] = value
    return result


def test_a_sound_matrix_has_no_faults_and_comes_back_as_it_is():
    for matrix in (CITY, CITY_GAP, np.ones((1, 1))):
        assert faults(matrix) == ()
        np.testing.assert_array_equal(check_matrices(matrix), matrix)


@pytest.mark.parametrize(
    ("cells", "place", "expected"),
    [
        ({(1, 1): 2.0}, (1, 1), "1 on the diagonal"),
        ({(1, 1): GAP}, (1, 1), "1 on the diagonal"),
        ({(0, 2): 0.0}, (0, 2), "a number above 0, from 1e-09 to 1e+09"),
        ({(0, 2): -3.0}, (0, 2), "a number above 0, from 1e-09 to 1e+09"),
        ({(0, 2): np.inf}, (0, 2), "a number above 0, from 1e-09 to 1e+09"),
        ({(2, 0): GAP}, (0, 2), "both cells of a pair or none; [2][0] is not compared"),
        # Other packages take a matrix that is not reciprocal without a word.
        ({(0, 2): 4.0}, (0, 2), "the inverse of [2][0], 1/0.333333, within 1 %"),
        ({(2, 0): 3.0}, (0, 2), "the inverse of [2][0], 1/3, within 1 %"),
    ],
)
def test_a_fault_names_its_cell_and_what_was_expected(cells, place, expected):
    found = faults(changed(cells))
    assert [(fault.cell, fault.expected) for fault in found] == [(place, expected)]
    with pytest.raises(ValueError, match="expected"):
        check_matrices(changed(cells))


def test_every_fault_is_named_in_reading_order():
    matrix = changed({(3, 3): 0.0, (0, 1): -1.0, (2, 4): 9.0})
    assert [fault.cell for fault in faults(matrix)] == [(0, 1), (2, 4), (3, 3)]


@pytest.mark.parametrize(("inverse", "sound"), [(0.33, True), (0.3367, False), (0.3296, False)])
def test_a_pair_is_reciprocal_within_one_percent(inverse, sound):
    matrix = np.array([[1, 3.0], [inverse, 1]])
    assert (faults(matrix) == ()) is sound


def test_judgments_beyond_the_scale_of_saaty_are_accepted():
    # Aggregated judgments are no whole numbers; one package refuses them.
    check_matrices(np.array([[1.0, 12.3456], [1 / 12.3456, 1.0]]))


def test_items_that_no_comparison_connects_are_named_by_parts():
    matrix = upper(". 3 . . 2 .")
    assert connected_parts(matrix) == ((0, 2), (1, 3))
    (fault,) = faults(matrix, ["A", "B", "C", "D"])
    assert fault.cell is None
    assert fault.found == "items that no comparison connects: A, C | B, D"
    assert faults(matrix)[0].found.endswith("0, 2 | 1, 3")
    with pytest.raises(ValueError, match="connect every item"):
        check_matrices(matrix)


def test_a_chain_connects_and_leaves_nothing_redundant():
    n = 20
    matrix = np.full((n, n), GAP)
    matrix[range(n), range(n)] = 1
    for i in range(n - 1):
        matrix[i, i + 1], matrix[i + 1, i] = 2.0, 0.5
    assert connected_parts(matrix) == (tuple(range(n)),)
    assert redundant_comparisons(check_matrices(matrix)) == 0
    matrix[8, 9] = matrix[9, 8] = GAP
    assert connected_parts(matrix) == (tuple(range(9)), tuple(range(9, n)))


def test_redundant_comparisons_are_counted_for_a_batch():
    found = redundant_comparisons(np.array([CITY, CITY_GAP]))
    np.testing.assert_array_equal(found, [6, 5])
    assert redundant_comparisons(np.ones((2, 2))) == 0
    assert redundant_comparisons(np.ones((1, 1))) == 0


def test_the_first_unusable_matrix_of_a_batch_is_named():
    batch = np.array([[CITY, CITY], [CITY, changed({(0, 4): 2.0})]])
    with pytest.raises(ValueError, match=r"matrix \(1, 1\), cell \(0, 4\): found 2, expected"):
        check_matrices(batch)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 0)])
def test_what_is_no_square_is_refused(shape):
    with pytest.raises(ValueError, match="square matrices"):
        check_matrices(np.ones(shape))


def test_no_matrices_are_no_fault():
    assert check_matrices(np.ones((0, 3, 3))).shape == (0, 3, 3)
