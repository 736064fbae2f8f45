import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.simplex import (
    aitchison_distance,
    centred_log_ratio,
    closure,
    replace_zeros,
    share_totals,
    total_variation,
)
from tests.analysis.panels import T2

POSITIVE = arrays(np.float64, (4, 3), elements=st.floats(0.01, 100))


def test_closure_divide_each_row_by_its_total_and_leave_the_input_alone():
    points = np.array([[60.0, 40.0], [3.0, 1.0]])
    before = points.copy()
    np.testing.assert_array_equal(closure(points), [[0.6, 0.4], [0.75, 0.25]])
    np.testing.assert_array_equal(points, before)


@pytest.mark.parametrize("row", [[np.nan, np.nan], [60.0, np.nan], [0.0, 0.0]])
def test_a_row_without_shares_is_nan_throughout(row):
    result = closure(np.array([row, [1.0, 3.0]]))
    assert np.isnan(result[0]).all()
    np.testing.assert_array_equal(result[1], [0.25, 0.75])


def test_a_negative_zero_gives_a_share_of_zero():
    assert str(closure(np.array([[-0.0, 1.0]]))[0, 0]) == "0.0"


def test_distances_between_the_rounds_of_the_second_panel_are_the_printed_ones():
    # Made up for this project; the figures were computed apart from this code.
    means = [rows.mean(axis=0) for rows in T2]
    assert total_variation(means[0], means[1]) == pytest.approx(1.875, abs=1e-12)
    assert total_variation(means[1], means[2]) == pytest.approx(0.625, abs=1e-12)
    assert aitchison_distance(means[0], means[1]) == pytest.approx(0.119809, abs=5e-7)
    assert aitchison_distance(means[1], means[2]) == pytest.approx(0.040235, abs=5e-7)
    own = total_variation(T2[0], T2[1])
    assert own.mean() == pytest.approx(4.375)
    assert np.count_nonzero(own) == 7


def test_zeros_are_replaced_and_the_ratios_of_the_others_kept():
    rows = np.array([[0.0, 0.7, 0.3], [0.1, 0.6, 0.3]])
    found = replace_zeros(rows, 0.005)
    np.testing.assert_allclose(found[0], [0.005, 0.6965, 0.2985], rtol=1e-15)
    np.testing.assert_array_equal(found[1], rows[1])
    np.testing.assert_array_equal(rows[0], [0.0, 0.7, 0.3])


@pytest.mark.parametrize("zero", [0.0, -0.1, 0.5])
def test_a_replacement_that_leaves_nothing_is_refused(zero):
    with pytest.raises(ValueError, match="leaves nothing"):
        replace_zeros(np.array([[0.0, 0.0, 1.0]]), zero)


def test_a_zero_share_has_no_log_ratio():
    assert np.isnan(centred_log_ratio(np.array([0.0, 1.0]))).all()
    assert np.isnan(aitchison_distance(np.array([0.0, 1.0]), np.array([0.5, 0.5])))


@settings(max_examples=50, deadline=None)
@given(POSITIVE, POSITIVE, st.floats(0.1, 10))
def test_distances_are_distances(first, second, factor):
    one, other = closure(first), closure(second)
    for distance in (aitchison_distance, total_variation):
        found = distance(one, other)
        assert (found >= 0).all()
        np.testing.assert_array_equal(found, distance(other, one))
        np.testing.assert_array_equal(distance(one, one), 0.0)
    assert (total_variation(one, other) <= 1 + 1e-12).all()
    np.testing.assert_allclose(
        aitchison_distance(first * factor, second), aitchison_distance(first, second), atol=1e-9
    )
    np.testing.assert_allclose(centred_log_ratio(first).sum(axis=-1), 0, atol=1e-9)


def test_totals_that_cannot_be_divided_by_are_missing():
    rows = np.array([[1.0, 3.0], [0.0, 0.0], [np.nan, 1.0], [-1.0, 0.5], [np.inf, 1.0]])
    np.testing.assert_array_equal(share_totals(rows), [4.0] + [np.nan] * 4)
