"""Groups of equal values: counted and sorted alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numerics import runs
from analysis.numerics.runs import equal_runs

CELLS = st.one_of(st.just(np.nan), st.integers(-3, 3).map(float))
MATRICES = arrays(np.float64, st.tuples(st.integers(0, 5), st.integers(0, 8)), elements=CELLS)


def _expected(values, marks):
    for row, (cells, sides) in enumerate(zip(values, marks, strict=True)):
        for value in np.unique(cells[~np.isnan(cells)]):
            below = int((cells < value).sum())
            yield (
                row,
                float(value),
                below,
                int((cells == value).sum()),
                int(sides[cells == value].sum()),
            )


def _found(values, marks, **settings_):
    found = equal_runs(values, marks, **settings_)
    return [tuple(group) for group in zip(*(field.tolist() for field in found), strict=True)]


@settings(max_examples=60, deadline=None)
@given(MATRICES, st.integers(0, 2**32), st.sampled_from([1.0, 0.25, 1e9]))
def test_groups_are_those_of_plain_comparison(values, seed, unit):
    # Whole numbers are counted, quarters and wide ranges sorted.
    marks = np.random.default_rng(seed).random(values.shape) < 0.5
    values = values * unit
    values.flags.writeable = False
    assert _found(values, marks) == list(_expected(values, marks))


@pytest.mark.parametrize("unit", [1.0, 0.5])
def test_without_marks_none_is_marked(unit):
    found = equal_runs(unit * np.array([[2.0, 1, 2]]))
    assert found.value.tolist() == [unit, 2 * unit]
    assert (found.length.tolist(), found.marked.tolist()) == ([1, 2], [0, 0])


def test_a_matrix_of_many_blocks_keeps_its_rows(monkeypatch):
    values = np.random.default_rng(1).integers(0, 9, (50, 40)).astype(float)
    whole = _found(values, values > 4)
    monkeypatch.setattr(runs, "_BLOCK", 100)
    assert _found(values, values > 4) == whole


def test_neighbours_within_the_tie_are_one_group():
    values = np.array([[0.3 - 0.1, 0.2, 0.5]])
    assert equal_runs(values).length.tolist() == [1, 1, 1]
    assert equal_runs(values, tie=1e-12).length.tolist() == [2, 1]


def test_a_tie_wider_than_whole_numbers_joins_them():
    assert equal_runs(np.array([[1.0, 2, 5]]), tie=1.5).length.tolist() == [2, 1]


def test_minus_zero_is_zero():
    for values in ([[-0.0, 0.0]], [[-0.0, 0.0, 0.5]]):
        found = equal_runs(np.array(values))
        assert found.length[0] == 2
        assert not np.signbit(found.value[0])
