from fractions import Fraction as Fr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.numerics.whole_numbers import (
    common_denominator,
    common_total,
    smallest_whole_row,
)

CELLS = st.fractions(0, 50, max_denominator=60)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3).filter(any), min_size=1, max_size=6)


def test_cells_of_one_table_are_multiplied_by_one_number():
    assert common_denominator([[Fr(1, 2), None], [Fr(1, 3), 2]]) == [[3, None], [2, 12]]
    assert common_denominator([[Fr(4), 6]]) == [[4, 6]]


def test_a_row_comes_to_its_smallest_whole_numbers():
    assert smallest_whole_row([Fr(15), Fr(55), Fr(30)]) == [3, 11, 6]
    assert smallest_whole_row([Fr(1, 2), Fr(1, 3)]) == [3, 2]


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_rows_keep_their_shares_and_have_one_total(rows):
    found = common_total(rows)
    (total,) = {sum(row) for row in found}
    for row, whole in zip(rows, found, strict=True):
        assert [Fr(cell, total) for cell in whole] == [cell / sum(row) for cell in row]
        assert all(isinstance(cell, int) for cell in whole)


@settings(max_examples=40, deadline=None)
@given(ROWS, st.fractions(Fr(1, 50), 50, max_denominator=50))
def test_what_a_row_is_measured_in_does_not_matter(rows, factor):
    assert common_total([[cell * factor for cell in row] for row in rows]) == common_total(rows)


@pytest.mark.parametrize("row", [[1, 2, 3], [Fr(1, 7), Fr(2, 7)]])
def test_nothing_is_changed_in_place(row):
    before = list(row)
    smallest_whole_row(row)
    common_total([row])
    assert row == before
