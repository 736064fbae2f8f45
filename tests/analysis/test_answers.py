import numpy as np
import pytest

from analysis.answers import answer_matrix


@pytest.mark.parametrize(
    "given",
    [
        [[1, 2], [3, None]],
        ((1.0, 2.0), (3.0, np.nan)),
        np.array([[1, 2], [3, np.nan]], np.float32),
        np.ma.masked_invalid([[1, 2], [3, np.nan]]),
        np.ma.array([[1, 2], [3, 4]], mask=[[0, 0], [0, 1]]),
        np.asfortranarray([[1, 2], [3, np.nan]]),
    ],
)
def test_whatever_holds_numbers_comes_out_as_floats(given):
    found = answer_matrix(given)
    np.testing.assert_array_equal(found, [[1, 2], [3, np.nan]])
    assert found.dtype == np.float64


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([1, 2], "matrix"),
        ([[[1]]], "matrix"),
        ([["a", "b"]], "numbers"),
        ([[1, 2], [3]], "numbers"),
        ([[1, np.inf]], "inf"),
        ([[-np.inf, 1]], "-inf"),
        ([[1e101, 1]], "beyond"),
    ],
)
def test_whatever_is_no_panel_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        answer_matrix(given)


def test_negative_answers_are_refused_where_there_are_none():
    assert answer_matrix([[-1, 2]]).tolist() == [[-1, 2]]
    with pytest.raises(ValueError, match="negative answer: -1"):
        answer_matrix([[-1, 2]], negative=False)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_panel_is_a_panel(shape):
    assert answer_matrix(np.empty(shape)).shape == shape


def test_answers_are_left_as_they_are():
    given = np.ma.array([[1.0, 2.0]], mask=[[0, 1]])
    answer_matrix(given)
    assert given.data.tolist() == [[1.0, 2.0]]
