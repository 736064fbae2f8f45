"""Wilcoxon's signed-rank test: exact with ties, whichever way it is reckoned."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from analysis.numerics import signed_rank
from analysis.numerics.lattice import upper_tail
from analysis.numerics.signed_rank import signed_rank_p, signed_rank_p_values

SMALL = st.integers(-4, 4).map(float)


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


def _slow_p(differences):
    """Add one expert after the other, in whole numbers of any length."""
    moved = differences[differences != 0]
    doubled = (2 * rankdata(np.abs(moved))).astype(int).tolist()
    width = sum(doubled) + 1
    # The count of each sum is a digit of one long number: adding an expert is a shift and a sum.
    bits = len(doubled) + 1
    counts = 1
    for rank in doubled:
        counts += counts << rank * bits
    observed = sum(rank for rank, d in zip(doubled, moved.tolist(), strict=True) if d > 0)
    limit = min(observed, width - 1 - observed)
    # Digits in base b add up to the number modulo b - 1.
    tail = (counts & ((1 << (limit + 1) * bits) - 1)) % ((1 << bits) - 1)
    return float(min(Fraction(1), Fraction(2 * tail, 1 << len(doubled))))


def _panels(experts):
    random = np.random.default_rng(experts)
    yield random.normal(0.05, 1, experts)
    yield random.normal(0.6, 1, experts)
    yield random.integers(-5, 7, experts).astype(float)
    yield np.round(random.normal(0.2, 1, experts), 1)
    yield random.choice([-2.0, -1, 1, 2], experts, p=[0.02, 0.47, 0.48, 0.03])
    yield np.append(random.integers(-3, 4, experts - 3), [40.0, 55, -70])


@pytest.mark.parametrize("experts", [3, 8, 15, 40, 110, 200])
def test_the_p_is_that_of_slow_whole_numbers(experts):
    for differences in _panels(experts):
        expected = _slow_p(differences)
        assert signed_rank_p(differences) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("experts", [110, 200, 260])
def test_adding_up_and_the_transform_agree(experts, monkeypatch):
    panels = np.column_stack(list(_panels(experts)))
    monkeypatch.setattr(signed_rank, "_ADDITIONS", float("inf"))
    added = signed_rank_p_values(panels)
    tried = []

    def transform(*groups, at_most):
        tried.append(upper_tail(*groups))
        return tried[-1]

    monkeypatch.setattr(signed_rank, "_ADDITIONS", 0)
    monkeypatch.setattr(signed_rank, "upper_tail", transform)
    assert signed_rank_p_values(panels) == pytest.approx(added, rel=1e-11)
    assert sum(tail is not None for tail in tried) >= 4


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.4, 1.0])
def test_the_transform_keeps_twelve_digits_of_a_tiny_p(shift):
    differences = np.random.default_rng(3).normal(shift, 1, 900)
    expected = wilcoxon(differences, method="exact").pvalue
    if expected > 1e-250:
        assert signed_rank_p(differences) == pytest.approx(expected, rel=1e-9)
    assert signed_rank_p(differences) > 0


def test_ten_thousand_experts_are_no_obstacle():
    # Near the middle the normal approximation is good to 1/n; in the tail it is not.
    differences = np.random.default_rng(8).normal(0.0, 1, (10_000, 1))
    expected = wilcoxon(differences[:, 0], method="asymptotic", correction=True).pvalue
    assert 0.1 < expected < 0.9
    assert signed_rank_p_values(differences)[0] == pytest.approx(expected, rel=2e-4)


def test_the_transform_takes_every_node_where_none_is_nothing_and_says_when_that_is_too_much():
    values, counts = np.arange(1, 11), np.ones(10, int)
    assert upper_tail(values, counts, 11) == pytest.approx(_slow_tail(values, 33), rel=1e-12)
    assert upper_tail(values, counts, 11, at_most=300) is None


def test_the_transform_of_a_tail_below_every_float_is_zero():
    assert upper_tail(np.array([1]), np.array([2_000]), 2_000) == 0.0


def _slow_tail(values, start):
    sums = [
        sum(v for v, s in zip(values, signs, strict=True) if s)
        for signs in product((0, 1), repeat=len(values))
    ]
    return sum(total >= start for total in sums) / len(sums)


def test_an_even_split_of_the_ranks_is_no_evidence_at_all():
    assert signed_rank_p(np.array([1.0, -1.0])) == 1.0
    assert signed_rank_p(np.array([3.0, -1.0, -2.0])) == 1.0


def test_items_are_tested_each_over_its_own_pairs():
    differences = np.array([[1.0, np.nan, 0.0], [1.0, -2.0, 0.0], [2.0, -3.0, np.nan]])
    found = signed_rank_p_values(differences)
    assert found[:2].tolist() == [0.25, 0.5]
    assert np.isnan(found[2])


def test_a_panel_without_experts_or_items_has_no_p():
    assert np.isnan(signed_rank_p_values(np.empty((0, 2)))).all()
    assert signed_rank_p_values(np.empty((3, 0))).shape == (0,)
    assert signed_rank_p(np.empty(0)) is None


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(150)), st.integers(0, 5))
def test_no_order_of_experts_changes_a_digit(order, seed):
    random = np.random.default_rng(seed)
    differences = np.column_stack([random.normal(0.1, 1, 150), random.integers(-9, 10, 150)])
    differences.flags.writeable = False
    plain = signed_rank_p_values(differences)
    assert signed_rank_p_values(differences[order]).tolist() == plain.tolist()
    assert signed_rank_p_values(differences[order][:, ::-1]).tolist() == plain[::-1].tolist()
    assert signed_rank_p_values(-differences).tolist() == plain.tolist()
