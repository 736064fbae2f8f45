"""Values by their place in resampled columns, with cuts of every width."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.numerics import order_statistics
from analysis.numerics.order_statistics import SortedColumns


@pytest.mark.parametrize("most_cells", [1, 200, 1 << 22])
@pytest.mark.parametrize("experts", [1, 2, 31, 32, 33, 64, 100])
def test_every_place_of_a_resample_is_found(experts, most_cells, monkeypatch):
    # From one cut a column (all is added up one by one) to one for each expert.
    monkeypatch.setattr(order_statistics, "_MOST_CELLS", most_cells)
    random = np.random.default_rng(experts)
    values = random.integers(0, 9, (experts, 3)).astype(float)
    columns = SortedColumns(values)
    picks = random.integers(0, experts, (5, experts))
    counts = np.array([np.bincount(row, minlength=experts) for row in picks], float)
    find = columns.of_counts(counts)
    expected = np.sort(values[picks], axis=1)
    for place in range(experts):
        np.testing.assert_array_equal(find(np.full((5, 1), place)), expected[:, place])


def test_places_may_differ_between_panels_and_items():
    values = np.array([[3.0, 30], [1, 10], [2, 20]])
    find = SortedColumns(values).of_counts(np.array([[1.0, 1, 1], [0, 3, 0]]))
    np.testing.assert_array_equal(find(np.array([[0, 2], [1, 1]])), [[1, 30], [1, 10]])


def test_missing_answers_stand_behind_all_others():
    columns = SortedColumns(np.array([[np.nan, 5.0], [2, np.nan], [1, 4]]))
    np.testing.assert_array_equal(columns.values, [[1, 4], [2, 5], [np.nan, np.nan]])
    find = columns.of_counts(np.array([[2.0, 1, 0]]))
    np.testing.assert_array_equal(find(np.array([[0, 1]])), [[2, 5]])
    np.testing.assert_array_equal(columns.without(0, 3)(np.zeros((3, 1), int))[:, 0], [1, 1, 2])


def test_the_values_given_are_not_changed():
    values = np.array([[2.0], [1.0]])
    values.setflags(write=False)
    assert SortedColumns(values).cells == 2
