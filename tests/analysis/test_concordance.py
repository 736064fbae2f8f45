"""Kendall's W: printed figures, undefined cases, and what must not change it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis import concordance
from analysis.concordance import coefficient, kendall_w
from tests.analysis.panels import SHROUT_FLEISS, SIEGEL_CASTELLAN, T1, T2, panel

DRAWS = 2_000
FIGURES = [
    *("w", "w_uncorrected", "w_without_constant", "w_low", "w_high", "chi2", "p_chi2"),
    *("f", "nu1", "nu2", "p_f", "p_permutation", "p_method", "permutations", "mean_spearman"),
]
PANELS = arrays(
    np.float64, st.tuples(st.integers(2, 7), st.integers(2, 6)), elements=st.integers(1, 5)
)


@pytest.mark.parametrize(
    ("ratings", "s", "ties", "w", "uncorrected"),
    [
        (T1[0], 322.0, 66, 0.713178, 0.657143),
        (T1[1], 426.5, 72, 0.952009, 0.870408),
        (T2[0], 120.5, 6, 0.971774, 0.941406),
        (T2[1], 128.0, 0, 1.0, 1.0),
        (T2[2], 128.0, 0, 1.0, 1.0),
        (panel("1 2 3 4\n2 1 3 4\n1 2 4 3"), 37.0, 0, 0.822222, 0.822222),
        (panel("3 2 1\n3 1 2\n3 2 1\n2 3 1"), 18.0, 0, 0.5625, 0.5625),
        (panel("5 4 4 2\n5 5 3 2\n4 5 3 3"), 33.5, 18, 0.827160, 0.744444),
    ],
)
def test_s_ties_and_both_coefficients_are_the_printed_ones(ratings, s, ties, w, uncorrected):
    found = kendall_w(ratings, permutations=DRAWS)
    assert (found.s, found.ties) == (s, ties)
    assert found.w == pytest.approx(w, abs=5e-7)
    assert found.w_uncorrected == pytest.approx(uncorrected, abs=5e-7)
    assert found.w_without_constant == found.w
    assert coefficient(ratings) == found.w


@pytest.mark.parametrize(
    ("ratings", "w", "chi2", "df", "p", "p_f"),
    [
        (T1[0], 0.713178, 19.968992, 4, 5.065e-4, 6.2095e-6),
        (T1[1], 0.952009, 26.65625, 4, 2.33e-5, None),
        (T2[0], 0.971774, 15.548387, 2, 4.2045e-4, None),
        (panel("1 2 3 4\n2 1 3 4\n1 2 4 3"), 0.822222, 7.4, 3, 0.060184, 0.02241),
        (panel("3 2 1\n3 1 2\n3 2 1\n2 3 1"), 0.5625, 4.5, 2, 0.1054, 0.1094),
        (panel("5 4 4 2\n5 5 3 2\n4 5 3 3"), 0.827160, 7.444444, 3, 0.0590, 0.02100),
        (SIEGEL_CASTELLAN, 0.656085, 13.777778, 7, 0.055278, 0.020361),
        (SHROUT_FLEISS, 0.887037, 17.740741, 5, None, None),
    ],
)
def test_chi_square_and_f_are_the_printed_ones(ratings, w, chi2, df, p, p_f):
    found = kendall_w(ratings, permutations=DRAWS)
    assert found.w == pytest.approx(w, abs=5e-7)
    assert (found.chi2, found.df) == (pytest.approx(chi2, abs=5e-7), df)
    assert p is None or found.p_chi2 == pytest.approx(p, rel=2e-3)
    assert p_f is None or found.p_f == pytest.approx(p_f, rel=1e-3)


def test_the_f_form_of_the_first_panel_is_the_printed_one():
    found = kendall_w(T1[0], permutations=DRAWS)
    assert found.f == pytest.approx(14.918919, abs=5e-7)
    assert found.nu1 == pytest.approx(3.714286, abs=5e-7)
    assert found.nu2 == pytest.approx(22.285714, abs=5e-7)
    assert found.mean_spearman == pytest.approx(0.665375, abs=5e-7)


@pytest.mark.parametrize(
    ("ratings", "share", "of"),
    [
        (panel("1 2 3 4\n2 1 3 4\n1 2 4 3"), 19, 576),
        (panel("3 2 1\n3 1 2\n3 2 1\n2 3 1"), 27, 216),
        (panel("5 4 4 2\n5 5 3 2\n4 5 3 3"), 24, 576),
        (T2[0], 2, 279_936),
        (T2[1], 1, 279_936),
        (panel("1 2 3\n1 2 3"), 1, 6),
        (panel("1 2 3 4\n1 2 3 4"), 1, 24),
        (panel("1 2\n1 2\n1 2"), 1, 4),
        (panel("1 2\n1 2\n1 2\n1 2\n1 2"), 1, 16),
    ],
)
def test_small_panels_have_an_exact_p(ratings, share, of):
    found = kendall_w(ratings)
    assert found.p_permutation == share / of
    assert (found.p_method, found.permutations) == ("exact", of)


@pytest.mark.parametrize(
    ("experts", "items", "critical"),
    [
        (3, 3, 1.0),
        (4, 3, 0.8125),
        (5, 3, 0.64),
        (8, 3, 0.391),
        (3, 4, 0.822),
        (4, 4, 0.65),
        (3, 5, 0.711),
    ],
)
def test_critical_values_of_five_percent_are_those_of_the_tables(experts, items, critical):
    # The smallest W with p <= 0.05: nothing below it may reach significance, and it must.
    random = np.random.default_rng(experts * 10 + items)
    order = np.arange(items, dtype=float)
    seen = {}
    for _ in range(150):
        found = kendall_w(np.array([random.permutation(order) for _ in range(experts)]))
        seen[found.w] = found.p_permutation
    seen[1.0] = kendall_w(np.tile(order, (experts, 1))).p_permutation
    smallest = min(w for w, p in seen.items() if p <= 0.05)
    assert smallest >= critical - 5e-4
    assert all(p > 0.05 for w, p in seen.items() if w < critical - 5e-4)


@pytest.mark.parametrize(
    ("ratings", "p", "error"), [(T1[0], 3e-5, 7e-5), (SIEGEL_CASTELLAN, 0.0225, 0.003)]
)
def test_larger_panels_have_a_drawn_p(ratings, p, error):
    found = kendall_w(ratings)
    assert found.p_permutation == pytest.approx(p, abs=error)
    assert (found.p_method, found.permutations, found.seed) == ("monte_carlo", 99_999, 1)


def test_the_drawn_p_counts_the_panel_itself():
    found = kendall_w(T1[0], permutations=9)
    assert found.p_permutation == 1 / 10


def test_a_panel_above_the_limit_is_left_to_chi_square(monkeypatch):
    monkeypatch.setattr(concordance, "MOST_CELLS", T1[0].size * 50)
    assert kendall_w(T1[0], permutations=50).p_method == "monte_carlo"
    found = kendall_w(T1[0], permutations=51)
    assert (found.p_permutation, found.permutations, found.p_method) == (None, None, "chi2")
    assert found.reason == {"p_permutation": "too_many_cells", "permutations": "too_many_cells"}


def test_the_limit_of_cells_is_two_hundred_million():
    assert concordance.MOST_CELLS == 200_000_000
    assert kendall_w(T1[0], permutations=10_000_000).p_method == "chi2"


@pytest.mark.parametrize("left_out", range(7))
def test_leaving_one_expert_out_gives_the_printed_coefficient(left_out):
    printed = [0.6712, 0.6922, 0.7788, 0.7530, 0.7318, 0.7493, 0.6712]
    found = coefficient(np.delete(T1[0], left_out, axis=0))
    assert found == pytest.approx(printed[left_out], abs=5e-5)


@pytest.mark.parametrize("ratings", [T1[0], T1[1], T2[0], SIEGEL_CASTELLAN, SHROUT_FLEISS])
def test_the_interval_is_the_jackknife_t_of_the_mean_correlation(ratings):
    m = len(ratings)
    found = kendall_w(ratings, permutations=DRAWS)
    others = [coefficient(np.delete(ratings, at, axis=0)) for at in range(m)]
    correlations = [((m - 1) * w - 1) / (m - 2) for w in others]
    error = math.sqrt((m - 1) / m * np.sum((correlations - np.mean(correlations)) ** 2))
    reach = stats.t.ppf(0.975, m - 1) * error
    low, high = ((1 + (m - 1) * (found.mean_spearman + side * reach)) / m for side in (-1, 1))
    assert found.w_low == pytest.approx(max(0, low), abs=1e-12)
    assert found.w_high == pytest.approx(min(1, high), abs=1e-12)


def test_the_interval_of_a_unanimous_panel_is_a_point():
    found = kendall_w(T2[1])
    assert (found.w, found.w_low, found.w_high) == (1.0, 1.0, 1.0)
    assert found.caution == {"w_low": "no_spread", "w_high": "no_spread"}


def test_an_interval_on_few_items_comes_with_a_caution():
    assert kendall_w(T2[0]).caution == {"w_low": "few_items", "w_high": "few_items"}
    assert kendall_w(T1[0], permutations=DRAWS).caution is None
    assert kendall_w(panel("1 2 3\n2 1 3")).caution is None


def test_f_is_left_out_at_perfect_agreement():
    found = kendall_w(T2[1])
    assert (found.f, found.nu1, found.nu2, found.p_f) == (None, None, None, None)
    assert found.reason == dict.fromkeys(("f", "nu1", "nu2", "p_f"), "w_is_1")


def test_perfect_agreement_with_ties_is_exactly_one():
    assert kendall_w(np.tile([1.0, 1, 2, 3, 3], (6, 1)), permutations=DRAWS).w == 1.0


def test_a_constant_expert_lowers_w_and_leaves_chi_square():
    alone = kendall_w(T1[0], permutations=DRAWS)
    found = kendall_w(np.vstack([T1[0], np.full(5, 3.0)]), permutations=DRAWS)
    assert found.w == pytest.approx(0.624031, abs=5e-7)
    assert found.chi2 == pytest.approx(alone.chi2, rel=1e-15)
    assert found.constant_experts == 1
    assert found.w_without_constant == alone.w


def test_seven_of_one_mind_and_one_constant_expert_give_seven_eighths():
    ratings = np.vstack([np.tile(np.arange(5.0), (7, 1)), np.zeros(5)])
    found = kendall_w(ratings, permutations=DRAWS)
    assert (found.w, found.w_without_constant) == (7 / 8, 1.0)


def test_one_ordered_expert_among_constant_ones_has_no_w_without_them():
    found = kendall_w(panel("1 2 3\n2 2 2\n3 3 3"))
    assert found.w == pytest.approx(1 / 3)
    assert found.reason["w_without_constant"] == "fewer_than_2_experts"
    assert (found.w_low, found.w_high) == (None, None)
    assert found.reason["w_low"] == found.reason["w_high"] == "constant_without_one_expert"


def test_experts_with_a_gap_are_left_out_and_items_never():
    ratings = T1[0].copy()
    ratings[2, 1] = ratings[5, 4] = np.nan
    found = kendall_w(ratings, permutations=DRAWS)
    assert (found.experts, found.items, found.experts_used) == (7, 5, 5)
    assert found.w == pytest.approx(0.851064, abs=5e-7)
    assert found.chi2 == pytest.approx(17.021277, abs=5e-7)
    assert found.p_chi2 == pytest.approx(1.91e-3, rel=3e-3)
    complete = kendall_w(np.delete(ratings, [2, 5], axis=0), permutations=DRAWS)
    assert dataclasses.replace(found, experts=5) == complete


def test_two_experts_give_half_of_one_plus_their_correlation():
    ratings = panel("1 2 3 4 5\n2 1 4 3 5")
    found = kendall_w(ratings)
    assert found.w == pytest.approx((1 + stats.spearmanr(*ratings).statistic) / 2)
    assert (found.w_low, found.reason["w_low"]) == (None, "fewer_than_3_experts")


def test_two_items_are_a_vote():
    found = kendall_w(panel("1 2\n1 2\n1 2\n1 2\n2 1"))
    assert found.w == pytest.approx(0.36)
    assert found.chi2 == pytest.approx(1.8)
    assert found.p_chi2 == pytest.approx(0.18, abs=5e-4)
    assert found.p_permutation == 12 / 32


def test_two_experts_on_two_items_have_no_f():
    found = kendall_w(panel("1 2\n2 1"))
    assert (found.w, found.f, found.nu1) == (0.0, None, None)
    assert found.reason["f"] == "no_degrees_of_freedom"


@pytest.mark.parametrize(
    ("ratings", "code", "counts"),
    [
        (panel("1 2 3"), "fewer_than_2_experts", (1, 3, 1, 0, 2.0, 0, 2)),
        (panel("1 2 3\n. 2 3"), "fewer_than_2_experts", (2, 3, 1, 0, 2.0, 0, 2)),
        (panel(". 2 3\n. 2 3"), "fewer_than_2_experts", (2, 3, 0, 0, 0.0, 0, 2)),
        (panel("1\n2\n3"), "fewer_than_2_items", (3, 1, 3, 3, 0.0, 0, 0)),
        (panel("2 2 2\n3 3 3"), "all_constant", (2, 3, 2, 2, 0.0, 48, 2)),
    ],
)
def test_without_anything_to_compare_every_statistic_is_null(ratings, code, counts):
    found = kendall_w(ratings)
    assert all(getattr(found, name) is None for name in FIGURES)
    assert found.reason == dict.fromkeys(FIGURES, code)
    assert counts == (
        found.experts,
        found.items,
        found.experts_used,
        found.constant_experts,
        found.s,
        found.ties,
        found.df,
    )
    assert coefficient(ratings) is None


def test_a_well_defined_panel_has_no_reason():
    assert kendall_w(T2[0]).reason is None


@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_every_null_has_its_reason_and_every_reason_its_null(ratings):
    found = kendall_w(ratings, permutations=20)
    nulls = {name for name in FIGURES if getattr(found, name) is None}
    assert nulls == set(found.reason or {})


@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_figures_keep_their_ranges(ratings):
    found = kendall_w(ratings, permutations=20)
    for name in ("w", "w_uncorrected", "w_low", "w_high", "p_chi2", "p_f", "p_permutation"):
        value = getattr(found, name)
        assert value is None or 0.0 <= value <= 1.0
    if found.w_low is not None:
        assert found.w_low <= found.w <= found.w_high


@settings(max_examples=40, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_experts_or_items_changes_a_digit(ratings, shuffler):
    rows, columns = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    assert kendall_w(ratings[rows][:, columns], permutations=50) == kendall_w(
        ratings, permutations=50
    )


@settings(max_examples=25, deadline=None)
@given(PANELS, st.lists(st.integers(-50, 50), min_size=7, max_size=7))
def test_a_shift_or_a_stretch_of_an_expert_changes_nothing(ratings, shifts):
    shifted = 2.5 * ratings + np.array(shifts[: len(ratings)], float)[:, None]
    assert kendall_w(shifted, permutations=50) == kendall_w(ratings, permutations=50)


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(3, 8)), elements=st.integers(1, 9))
)
def test_chi_square_is_friedmans_statistic(ratings):
    found = kendall_w(ratings, permutations=1)
    if found.w is not None:
        expected = stats.friedmanchisquare(*ratings.T)
        assert found.chi2 == pytest.approx(expected.statistic, abs=1e-9)
        assert found.p_chi2 == pytest.approx(expected.pvalue, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(PANELS)
def test_the_f_p_is_that_of_scipys_distribution(ratings):
    found = kendall_w(ratings, permutations=1)
    if found.f is not None:
        assert found.p_f == pytest.approx(stats.f.sf(found.f, found.nu1, found.nu2), rel=1e-9)


def test_the_input_is_not_touched():
    ratings = T1[0].copy()
    ratings.flags.writeable = False
    kendall_w(ratings, permutations=50)
    assert np.array_equal(ratings, T1[0])


def test_equal_input_and_seed_give_equal_figures_and_another_seed_others():
    first = kendall_w(SIEGEL_CASTELLAN, permutations=DRAWS, seed=7)
    assert kendall_w(SIEGEL_CASTELLAN, permutations=DRAWS, seed=7) == first
    assert kendall_w(SIEGEL_CASTELLAN, permutations=DRAWS, seed=8) != first


def test_numbers_of_any_size_are_only_ordered():
    assert kendall_w(panel("1e100 -1e100 0\n1e-100 0 1e-99")).p_method == "exact"


def test_no_permutation_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        kendall_w(T1[0], permutations=0)


def test_a_row_alone_is_not_a_panel():
    with pytest.raises(ValueError, match="matrix"):
        kendall_w(np.array([1.0, 2.0, 3.0]))
