"""Where packages for Kendall's W differ or fail, case by case: what ours does instead.

The packages were run on these kinds of input: R's irr, DescTools, irrNA, vegan, effectsize, rstatix
and friedman.test, Python's scipy, pingouin, pyirr and kendall-w.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.concordance import coefficient, kendall_w
from analysis.concordance_gaps import generalised_w
from tests.analysis.panels import IRR_ANXIETY, T1, panel

#: Eight experts, nine items, three gaps.
GAPS = panel(
    "5 3 4 2 . 1 4 2 3\n4 4 5 3 2 2 3 1 1\n3 5 2 4 1 3 5 2 2\n5 2 3 3 3 . 1 4 2\n"
    "2 4 5 1 3 2 4 3 5\n4 1 3 5 2 2 2 3 4\n3 3 4 2 5 1 3 . 1\n1 4 2 3 4 5 2 3 3"
)


def test_the_tie_correction_is_not_an_option():
    # irr and DescTools print the uncorrected 0.502 unless asked for more.
    found = kendall_w(IRR_ANXIETY, permutations=50)
    assert found.w == pytest.approx(0.539657, abs=5e-7)
    assert found.w_uncorrected == pytest.approx(0.501921, abs=5e-7)
    assert found.chi2 == pytest.approx(30.760442, abs=5e-7)
    assert found.p_chi2 == pytest.approx(0.042883, abs=5e-7)
    assert found.f == pytest.approx(2.344585, abs=5e-7)
    assert found.p_f == pytest.approx(0.013806, abs=5e-7)


def test_chi_square_is_conservative_and_the_permutation_p_is_the_one_to_read():
    # vegan's permutation p of the same data is about 0.0138.
    found = kendall_w(IRR_ANXIETY, permutations=9_999)
    assert found.p_permutation == pytest.approx(0.0138, abs=0.005)
    assert found.p_chi2 > 2 * found.p_permutation


@pytest.mark.parametrize(
    "ratings", [np.full((6, 5), 3.0), np.repeat(np.arange(1.0, 7)[:, None], 5, axis=1)]
)
def test_all_scores_equal_or_each_expert_flat_at_the_own_level_is_undefined(ratings):
    # NaN, 0 with p = 1 (uncorrected), or 0.2 with p = 0.42 (irrNA) elsewhere.
    found = kendall_w(ratings)
    assert (found.w, found.p_chi2, found.p_permutation) == (None, None, None)
    assert found.reason["w"] == "all_constant"
    assert generalised_w(ratings).reason["w"] == "all_constant"


def test_one_expert_has_no_concordance():
    # irr, DescTools, effectsize and scipy report W = 1.
    ratings = panel("1 2 3 4")
    assert coefficient(ratings) is None
    assert kendall_w(ratings).reason["w"] == "fewer_than_2_experts"
    assert generalised_w(ratings).reason["w"] == "fewer_than_2_experts"


def test_two_experts_are_fine():
    # pingouin wants three.
    ratings = panel("1 2 3 4 5\n2 1 3 5 4")
    expected = (1 + stats.spearmanr(*ratings).statistic) / 2
    assert coefficient(ratings) == pytest.approx(expected)
    assert generalised_w(ratings).w == pytest.approx(expected)


def test_two_items_are_fine():
    # scipy wants three.
    ratings = panel("1 2\n1 2\n2 1\n1 2")
    assert coefficient(ratings) == pytest.approx(((3 - 1) / 4) ** 2)
    assert generalised_w(ratings).w == pytest.approx(((3 - 1) / 4) ** 2)


def test_one_flat_expert_is_not_dropped():
    flat = np.vstack([T1[0], np.full(5, 4.0)])
    assert kendall_w(flat, permutations=50).experts_used == 8
    assert coefficient(flat) == pytest.approx(0.624031, abs=5e-7)
    assert generalised_w(flat).experts_used == 8
    assert generalised_w(flat).w < generalised_w(T1[0]).w


def test_one_flat_item_is_not_dropped():
    ratings = np.column_stack([T1[0], np.full(7, 3.0)])
    found = kendall_w(ratings, permutations=50)
    assert (found.items, found.df) == (6, 5)
    expected = stats.friedmanchisquare(*ratings.T).statistic / (7 * 5)
    assert found.w == pytest.approx(expected)


def test_points_need_not_be_whole_ranks():
    # kendall-w ranks nothing and checks nothing: W = 3.51 on a matrix of points.
    points = panel("40 35 25\n50.5 29.5 20\n60 10 30")
    assert coefficient(points) == coefficient(panel("3 2 1\n3 2 1\n3 1 2"))
    assert 0 <= coefficient(points) <= 1


def test_a_tiny_p_is_not_lost():
    # 1 - cdf, as in pyirr and irrNA, has no digit left here and prints 0.
    found = kendall_w(np.tile(np.arange(20.0), (30, 1)) + np.eye(30, 20), permutations=50)
    assert 0 < found.p_chi2 < 1e-60
    assert found.p_chi2 == pytest.approx(stats.chi2.sf(found.chi2, 19), rel=1e-9)
    assert 1 - stats.chi2.cdf(found.chi2, 19) == 0


def test_missing_cells_have_four_rules_and_ours_leaves_experts_out_by_name():
    complete = ~np.isnan(GAPS)
    without_items = coefficient(GAPS[:, complete.all(axis=0)])  # irr
    without_experts = coefficient(GAPS[complete.all(axis=1)])  # friedman.test, pingouin
    last = coefficient(np.where(complete, GAPS, 99.0))  # vegan
    by_pairs = generalised_w(GAPS).w  # DescTools, irrNA
    four = sorted([without_items, without_experts, last, by_pairs])
    assert min(np.diff(four)) > 0.005
    found = kendall_w(GAPS, permutations=50)
    assert (found.w, found.experts, found.experts_used, found.df) == (without_experts, 8, 5, 8)


def test_one_gap_changes_the_definition_and_so_never_the_name():
    # DescTools turns from the tie-corrected W to pairs of experts once a cell is missing.
    with_gap = T1[0].copy()
    with_gap[0, 0] = np.nan
    assert coefficient(with_gap) == coefficient(T1[0][1:])
    assert generalised_w(with_gap).w != coefficient(with_gap)
    assert abs(generalised_w(T1[0]).w - coefficient(T1[0])) > 5e-4
