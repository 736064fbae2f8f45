"""Sums of squares: exact for whole numbers, centred for others, never in another order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numerics.squares import Answers, exact_sums, item_squares, look_at, row_blocks
from tests.analysis.panels import T1, panel

CELLS = st.sampled_from([1.0, 2.0, 0.3, 7.25, np.nan])
PANELS = arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 5)), elements=CELLS)


def test_a_look_finds_both_ends_and_the_gaps():
    found = look_at(panel("3 . 1\n2 5 4"))
    assert (found.low, found.high) == (1.0, 5.0)
    assert found.given.tolist() == [[True, False, True], [True, True, True]]
    assert look_at(T1[0]).given is None


def test_nothing_has_no_ends():
    for ratings in (np.empty((0, 3)), np.full((2, 2), np.nan)):
        assert np.isnan([look_at(ratings).low, look_at(ratings).high]).all()


@pytest.mark.parametrize("ratings", [np.arange(3.0), panel("1 2") * np.inf, np.array([[-np.inf]])])
def test_what_is_no_matrix_of_finite_values_is_refused(ratings):
    with pytest.raises(ValueError, match=r"matrix|infinite"):
        look_at(ratings)


@pytest.mark.parametrize(
    ("ratings", "exactly"),
    [(T1[0], True), (-T1[0], True), (T1[0] / 2, False), (T1[0] * 1e9, False), (T1[0] + 1e9, False)],
)
def test_only_whole_numbers_of_moderate_size_are_added_without_rounding(ratings, exactly):
    assert look_at(ratings).add_exactly() is exactly
    with_gap = ratings.copy()
    with_gap[0, 0] = np.nan
    assert look_at(with_gap).add_exactly() is exactly


@settings(max_examples=60, deadline=None)
@given(PANELS, st.sampled_from([1.0, 4.0, 1e7]), st.randoms(use_true_random=False))
def test_both_ways_give_mean_and_squares_and_no_order_changes_a_digit(ratings, factor, shuffler):
    ratings = ratings[:, ~np.isnan(ratings).all(axis=0)] * factor
    rows = list(range(len(ratings)))
    shuffler.shuffle(rows)
    base, means, squares = item_squares(look_at(ratings))
    for at, column in enumerate(ratings.T):
        answers = column[~np.isnan(column)]
        assert base + means[at] == pytest.approx(answers.mean())
        deviations = ((answers - answers.mean()) ** 2).sum()
        assert squares[at] == pytest.approx(deviations, rel=1e-9, abs=1e-12 * factor**2)
    again = item_squares(look_at(ratings[rows]))
    assert again.means.tobytes() == means.tobytes()
    assert again.squares.tobytes() == squares.tobytes()


@pytest.mark.parametrize(("rows", "columns"), [(0, 3), (1, 0), (7, 10_000), (40_000, 3)])
def test_blocks_cover_every_row_once(rows, columns):
    parts = list(row_blocks(rows, columns))
    assert [at for part in parts for at in range(part.start, part.stop)] == list(range(rows))
    assert all((part.stop - part.start) * columns <= max(columns, 1 << 14) for part in parts)


def test_exact_sums_pass_over_gaps_and_items_without_answers():
    answers = look_at(panel("3 . .\n1 2 ."))
    found, counts = exact_sums(answers), answers.counts()
    assert counts.tolist() == [2, 1, 0]
    assert found.sums.tolist() == [4.0, 2.0, 0.0]
    assert found.squares.tolist() == [10.0, 4.0, 0.0]
    assert found.deviations(np.maximum(counts, 1)).tolist() == [2.0, 0.0, 0.0]


@pytest.mark.parametrize("unit", [1.0, 1 / 3, 1e7])
def test_what_stands_in_a_gap_counts_for_nothing(unit):
    with_gaps = panel("3 . 1\n1 2 .\n5 4 2") * unit
    answers = look_at(with_gaps)
    filled = Answers(np.nan_to_num(with_gaps, nan=8.0), answers.given, answers.low, answers.high)
    base, means, squares = item_squares(filled)
    np.testing.assert_allclose(base + means, np.array([3, 3, 1.5]) * unit, rtol=1e-14)
    np.testing.assert_allclose(squares, np.array([8, 2, 0.5]) * unit**2, rtol=1e-14)
