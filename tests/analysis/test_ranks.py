"""Mid-ranks and the permutation tests that count with them."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import rankdata, wilcoxon

from analysis.ranks import (
    arrangements,
    count_all_shuffles,
    count_drawn_shuffles,
    midranks,
    signed_rank_p,
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


@pytest.mark.parametrize(("rows", "columns"), [(3, 4), (40, 3), (60, 2)])
def test_the_drawn_share_comes_near_the_true_one(rows, columns):
    # Forty and sixty rows take the way of counting listed orders, three rows that of shuffling.
    values = np.random.default_rng(rows).integers(1, 4, (rows, columns)).astype(float)
    doubled = midranks(values).doubled
    found = _four_s(doubled.sum(axis=0))
    draws = 20_000
    share = count_drawn_shuffles(doubled, found, draws=draws, seed=1) / draws
    random = np.random.default_rng(99)
    again = random.permuted(np.tile(doubled, (draws, 1, 1)), axis=-1).sum(axis=1)
    plain = np.mean(((again - again.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) >= found - 0.5)
    assert abs(share - plain) < 5 * np.sqrt(0.5 / draws)


def test_the_drawn_count_depends_on_the_seed_and_not_on_the_order_of_rows():
    doubled = midranks(np.random.default_rng(5).integers(1, 6, (9, 6)).astype(float)).doubled
    found = _four_s(doubled.sum(axis=0))
    first = count_drawn_shuffles(doubled, found, draws=5_000, seed=1)
    turned = doubled[::-1, [3, 1, 0, 5, 4, 2]]
    assert count_drawn_shuffles(turned, found, draws=5_000, seed=1) == first
    assert count_drawn_shuffles(doubled, found, draws=5_000, seed=2) != first


@settings(max_examples=60, deadline=None)
@given(st.lists(SMALL, min_size=1, max_size=10))
def test_the_signed_rank_p_is_that_of_all_choices_of_signs(differences):
    moved = np.array([d for d in differences if d])
    found = signed_rank_p(np.array(differences))
    if not len(moved):
        assert found is None
        return
    ranks = rankdata(np.abs(moved))
    middle = ranks.sum() / 2
    far = abs(ranks[moved > 0].sum() - middle)
    sums = np.array([np.dot(signs, ranks) for signs in product((0, 1), repeat=len(ranks))])
    assert found == np.mean(np.abs(sums - middle) >= far - 1e-9)


@pytest.mark.parametrize("experts", [12, 30, 100, 300])
def test_without_ties_the_signed_rank_p_is_that_of_scipy(experts):
    differences = np.random.default_rng(experts).normal(0.1, 1, experts)
    expected = wilcoxon(differences, method="exact").pvalue
    assert signed_rank_p(differences) == pytest.approx(expected, rel=1e-10)


def test_many_tied_differences_come_near_the_normal_approximation():
    differences = np.random.default_rng(8).integers(-4, 5, 1_000).astype(float)
    expected = wilcoxon(differences, method="asymptotic", correction=True).pvalue
    assert signed_rank_p(differences) == pytest.approx(expected, rel=1e-3)


def test_one_sided_movement_of_few_experts_cannot_be_significant():
    assert signed_rank_p(np.ones(5)) == 0.0625
    assert signed_rank_p(np.ones(6)) == 0.03125


def test_a_p_too_small_for_a_float_is_not_zero():
    assert signed_rank_p(np.ones(2_000)) > 0


def test_float_noise_neither_moves_an_expert_nor_breaks_a_tie():
    # 0.3 - 0.1 and 0.2 differ as floats; 0.1 + 0.2 - 0.3 is no movement.
    differences = np.array([0.3 - 0.1, -0.2, 0.5, 0.1 + 0.2 - 0.3])
    assert signed_rank_p(differences, tie=1e-12) == 6 / 8
    assert signed_rank_p(differences) == 10 / 16
