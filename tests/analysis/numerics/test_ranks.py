"""Mid-ranks and the permutation tests that count with them."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata

from analysis.numerics import ranks as module
from analysis.numerics.ranks import (
    arrangements,
    count_all_shuffles,
    count_drawn_shuffles,
    midranks,
)

SMALL = st.integers(-4, 4).map(float)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 7)), elements=SMALL))
def test_doubled_midranks_are_twice_those_of_scipy(values):
    ranks = midranks(values)
    assert np.array_equal(ranks.doubled, 2 * rankdata(values, axis=1))
    counts = [np.unique(row, return_counts=True)[1] for row in values]
    assert ranks.ties.tolist() == [int((c**3 - c).sum()) for c in counts]


def test_a_matrix_larger_than_one_block_is_ranked_row_by_row():
    values = np.random.default_rng(3).integers(0, 50, (700, 300)).astype(float)
    assert np.array_equal(midranks(values).doubled, 2 * rankdata(values, axis=1))


def test_a_matrix_in_column_order_is_ranked_the_same():
    values = np.random.default_rng(4).integers(0, 5, (6, 9)).astype(float)
    assert np.array_equal(midranks(np.asfortranarray(values)).doubled, midranks(values).doubled)


def test_minus_zero_ties_with_zero():
    assert midranks(np.array([[0.0, -0.0, 1.0]])).doubled.tolist() == [[3, 3, 6]]


@pytest.mark.parametrize(
    ("rows", "columns", "total"),
    [
        (8, 3, 279_936),
        (9, 3, None),
        (20, 2, 524_288),
        (21, 2, None),
        (2, 9, 362_880),
        (2, 10, None),
    ],
)
def test_arrangements_are_told_up_to_the_limit(rows, columns, total):
    assert arrangements(rows, columns, at_most=10**6) == total


def test_arrangements_of_a_huge_panel_cost_nothing():
    assert arrangements(100_000, 5_000, at_most=10**6) is None


def _four_s(sums):
    return int(((np.asarray(sums) - np.mean(sums)) ** 2).sum().round())


@settings(max_examples=25, deadline=None)
@given(
    arrays(np.float64, st.sampled_from([(2, 2), (3, 3), (4, 3), (3, 4), (2, 5)]), elements=SMALL)
)
def test_the_exact_count_is_that_of_plain_enumeration(values):
    doubled = midranks(values).doubled
    found = _four_s(doubled.sum(axis=0))
    orders = list(permutations(range(doubled.shape[1])))
    expected = sum(
        _four_s(doubled[0] + sum(row[list(o)] for row, o in zip(doubled[1:], chosen, strict=True)))
        >= found
        for chosen in product(orders, repeat=len(doubled) - 1)
    )
    assert count_all_shuffles(doubled, found) == expected


@pytest.mark.parametrize(
    ("rows", "columns", "values"),
    [
        (3, 4, 4),
        (2, 9, 9),  # sorted random numbers
        (6, 12, 3),
        (12, 5, 3),  # lists of orders, several rows joined
        (30, 6, 5),
        (25, 8, 90),
        (800, 2, 3),  # how often each of few orders occurs
        (700, 3, 3),
    ],
)
def test_the_drawn_share_comes_near_the_true_one(rows, columns, values):
    random = np.random.default_rng(rows)
    doubled = midranks(random.integers(0, values, (rows, columns)).astype(float)).doubled
    draws = 6_000 if doubled.size > 1_000 else 20_000
    again = _plain_draws(doubled, draws)
    for found in np.quantile(again, [0.2, 0.5, 0.9]).astype(int).tolist():
        share = count_drawn_shuffles(doubled, found, draws=draws, seed=1) / draws
        assert abs(share - np.mean(again >= found)) < 5 * np.sqrt(0.5 / draws)


def _plain_draws(doubled, draws):
    """S of shuffled rows, by numpy's own shuffle."""
    random = np.random.default_rng(99)
    rows = [np.tile(row, (draws, 1)) for row in doubled]
    sums = sum(random.permuted(row, axis=1) for row in rows)
    return ((sums - sums.mean(axis=1, keepdims=True)) ** 2).sum(axis=1).round()


@pytest.mark.parametrize(("rows", "columns"), [(2, 3), (3, 3), (2, 4), (2, 5)])
def test_every_order_is_drawn_equally_often(rows, columns):
    # Against the distribution of S over all arrangements, at each of its values.
    values = np.random.default_rng(rows * columns).integers(0, 3, (rows, columns)).astype(float)
    doubled, draws = midranks(values).doubled, 40_000
    total = arrangements(rows, columns, at_most=10**6)
    for found in range(0, 200, 7):
        share = count_drawn_shuffles(doubled, found, draws=draws, seed=2) / draws
        assert abs(share - count_all_shuffles(doubled, found) / total) < 5 * np.sqrt(0.25 / draws)


def test_rows_without_an_order_neither_cost_nor_change_anything():
    doubled = midranks(np.random.default_rng(6).integers(1, 6, (9, 7)).astype(float)).doubled
    flat = np.full((5, 7), 8)
    found = _four_s(doubled.sum(axis=0))
    alone = count_drawn_shuffles(doubled, found, draws=3_000, seed=1)
    assert count_drawn_shuffles(np.vstack([flat, doubled]), found, draws=3_000, seed=1) == alone
    assert count_drawn_shuffles(flat, 0, draws=50, seed=1) == 50


@pytest.mark.parametrize(("rows", "columns"), [(9, 6), (9, 11), (400, 2), (60, 4)])
def test_the_drawn_count_depends_on_the_seed_and_not_on_the_order_of_rows(rows, columns):
    random = np.random.default_rng(5)
    doubled = midranks(random.integers(1, 6, (rows, columns)).astype(float)).doubled
    found = int(np.median(_plain_draws(doubled, 200)))
    first = count_drawn_shuffles(doubled, found, draws=5_000, seed=1)
    turned = doubled[::-1][:, random.permutation(columns)]
    assert count_drawn_shuffles(turned, found, draws=5_000, seed=1) == first
    assert count_drawn_shuffles(doubled, found, draws=5_000, seed=2) != first


def test_a_panel_out_of_reach_is_counted_without_drawing(monkeypatch):
    random = np.random.default_rng(8)
    values = np.arange(9.0) + random.normal(scale=2.0, size=(120, 9)).round()
    doubled = midranks(values).doubled
    found = _four_s(doubled.sum(axis=0))
    with monkeypatch.context() as patched:
        patched.setattr(module, "_sorted_sums", None)
        assert count_drawn_shuffles(doubled, found, draws=2_000, seed=1) == 0
    monkeypatch.setattr(module, "_is_out_of_reach", lambda *_: False)
    assert count_drawn_shuffles(doubled, found, draws=2_000, seed=1) == 0


def test_a_panel_within_reach_is_drawn(monkeypatch):
    doubled = midranks(np.random.default_rng(9).integers(0, 9, (120, 9)).astype(float)).doubled
    found = _four_s(doubled.sum(axis=0))
    count = count_drawn_shuffles(doubled, found, draws=2_000, seed=1)
    monkeypatch.setattr(module, "_is_out_of_reach", lambda *_: False)
    assert count == count_drawn_shuffles(doubled, found, draws=2_000, seed=1) > 0


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.sampled_from([(12, 2), (6, 3), (7, 3), (4, 4)]), elements=SMALL),
    st.sampled_from([0.01, 0.1, 0.5, 1.0]),
)
def test_what_is_out_of_reach_has_at_most_that_chance(values, chance):
    # All arrangements are counted; so few draws make the least chance that is told this large.
    doubled = midranks(values).doubled
    moving = doubled[(doubled != doubled[:, :1]).any(axis=1)]
    total = arrangements(*doubled.shape, at_most=10**6)
    for found in np.linspace(1, _four_s(np.sort(doubled).sum(axis=0)), 8).astype(int).tolist():
        if module._is_out_of_reach(moving, found, module._OUT_OF_REACH / chance):
            assert count_all_shuffles(doubled, found) <= chance * total
