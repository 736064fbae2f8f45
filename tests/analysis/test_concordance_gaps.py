"""The generalised W: printed figures, a loop over pairs as oracle, and what gaps may not do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis import concordance_gaps
from analysis.concordance import coefficient, kendall_w
from analysis.concordance_gaps import generalised_w
from tests.analysis.panels import IRR_ANXIETY, T1, T2, panel

FIGURES = ["mean_answers", "mean_spearman", "w", "chi2", "p_chi2"]
CELLS = st.sampled_from([1.0, 2.0, 3.0, 4.0, np.nan])
PANELS = arrays(np.float64, st.tuples(st.integers(1, 7), st.integers(1, 6)), elements=CELLS)


def gaps(ratings, *cells):
    result = ratings.copy()
    for cell in cells:
        result[cell] = np.nan
    return result


def by_pairs(ratings):
    """Return W from one correlation at a time; None without a pair that has an order."""
    given = ~np.isnan(ratings)
    pairs = [(a, b) for a in range(len(ratings)) for b in range(a)]
    pairs = [(a, b) for a, b in pairs if (given[a] & given[b]).sum() >= 2]
    total = weights = 0.0
    defined = False
    for a, b in pairs:
        common = given[a] & given[b]
        pair = ratings[[a, b]][:, common]
        level = (pair == pair[:, :1]).all(axis=1).any()
        defined = defined or not level
        total += (common.sum() - 1) * (0.0 if level else stats.spearmanr(*pair).statistic)
        weights += common.sum() - 1
    if not defined:
        return None
    used = given[sorted({expert for pair in pairs for expert in pair})]
    k = used.sum() / used.any(axis=0).sum()
    return (1 + total / weights * (k - 1)) / k


def test_a_panel_with_two_gaps_gives_the_printed_figures():
    # Computed with R's DescTools.
    found = generalised_w(gaps(T1[0], (2, 1), (5, 4)))
    assert found.w == pytest.approx(0.709248, abs=5e-7)
    assert found.chi2 == pytest.approx(18.724140, abs=5e-7)
    assert (found.mean_answers, found.df, found.pairs) == (6.6, 4, 21)
    assert found.p_chi2 == pytest.approx(stats.chi2.sf(found.chi2, 4), rel=1e-12)


def test_complete_tied_data_give_another_figure_than_w():
    # 0.71249 by R's irrNA; the tie-corrected W is 0.71318.
    assert generalised_w(T1[0]).w == pytest.approx(0.71249, abs=5e-6)
    assert coefficient(T1[0]) == pytest.approx(0.71318, abs=5e-6)


def test_the_anxiety_data_with_two_gaps_give_the_printed_figures():
    # KendallW of R's DescTools on irr's data set, subject 1 of judge 1 and 7 of judge 3 missing.
    found = generalised_w(gaps(IRR_ANXIETY, (0, 0), (2, 6)))
    assert found.w == pytest.approx(0.524715, abs=5e-7)
    assert found.chi2 == pytest.approx(28.911781, abs=5e-7)
    assert found.p_chi2 == pytest.approx(0.067385, abs=5e-7)


def test_complete_rankings_without_ties_give_w_itself():
    for ratings in (T2[1], T2[2], panel("1 2 3 4\n2 1 3 4\n1 2 4 3")):
        assert generalised_w(ratings).w == pytest.approx(coefficient(ratings), abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(PANELS)
def test_it_is_the_mean_over_pairs(ratings):
    found, expected = generalised_w(ratings).w, by_pairs(ratings)
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-12))


def test_many_patterns_in_many_blocks_give_the_same_mean(monkeypatch):
    random = np.random.default_rng(5)
    ratings = random.integers(1, 6, (41, 9)).astype(float)
    ratings[random.random(ratings.shape) < 0.3] = np.nan
    expected = generalised_w(ratings)
    assert expected.w == pytest.approx(by_pairs(ratings), abs=1e-12)
    monkeypatch.setattr(concordance_gaps, "_PATTERNS", 3)
    monkeypatch.setattr(concordance_gaps, "_CELLS", 50)
    found = generalised_w(ratings)
    assert (found.pairs, found.constant_pairs) == (expected.pairs, expected.constant_pairs)
    assert found.w == pytest.approx(expected.w, abs=1e-13)


def test_an_expert_with_a_single_answer_is_left_out_with_it():
    # irrNA drops such an expert, DescTools counts the answer in k; their figures differ.
    alone = np.array([[np.nan, 4, np.nan, np.nan, np.nan]])
    found = generalised_w(np.vstack([T1[0], alone]))
    expected = generalised_w(T1[0])
    assert (found.experts, found.experts_used, found.mean_answers) == (8, 7, 7.0)
    assert (found.w, found.chi2) == (expected.w, expected.chi2)


def test_an_expert_without_two_items_in_common_with_anybody_is_left_out():
    ratings = panel("1 2 3 . .\n1 3 2 . .\n. . 1 2 3\n. . . . 1")
    found = generalised_w(ratings)
    assert (found.experts_used, found.items_used, found.pairs) == (2, 3, 1)
    assert found.w == generalised_w(ratings[:2, :3]).w == pytest.approx(0.75)


def test_a_pair_without_common_items_has_no_negative_weight():
    # (0 common items) - 1 would be a weight of -1.
    found = generalised_w(panel("1 2 3 . . .\n1 2 3 . . .\n. . . 3 2 1\n. . . 1 2 3"))
    assert found.pairs == 2
    assert found.mean_spearman == pytest.approx(0.0, abs=1e-15)


def test_a_pair_that_is_level_on_its_common_items_counts_as_zero():
    # E3 has an order, but none on what is shared with E1.
    ratings = panel("1 2 3 .\n1 2 3 4\n. 2 2 3")
    found = generalised_w(ratings)
    assert (found.pairs, found.constant_pairs) == (3, 1)
    rho = stats.spearmanr([2, 3, 4], [2, 2, 3]).statistic
    assert found.mean_spearman == pytest.approx((2 * 1 + 1 * 0 + 2 * rho) / 5)


def test_leaving_level_pairs_out_would_hide_a_flat_expert():
    ordered = np.tile(np.arange(5.0), (7, 1))
    found = generalised_w(np.vstack([ordered, np.full(5, 3.0)]))
    assert (found.constant_pairs, found.mean_spearman) == (7, pytest.approx(0.75))
    assert found.w == pytest.approx(0.78125)


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (np.empty((0, 3)), "fewer_than_2_experts"),
        (panel("1 2 3"), "fewer_than_2_experts"),
        (panel("1 2 3\n. . ."), "fewer_than_2_experts"),
        (panel("1\n2\n3"), "fewer_than_2_items"),
        (panel("1 .\n2 ."), "fewer_than_2_items"),
        (panel("1 2 . .\n. . 1 2"), "no_common_items"),
        (panel("2 2 .\n3 3 3"), "all_constant"),
    ],
)
def test_without_anything_to_compare_the_figures_are_null_with_a_reason(ratings, code):
    found = generalised_w(ratings)
    assert found.w is None
    assert set(found.reason.values()) == {code}
    assert {name for name in FIGURES if getattr(found, name) is None} == set(found.reason)
    assert (found.experts, found.items) == ratings.shape


def test_above_the_limit_nothing_is_ranked():
    ratings = gaps(T1[0], (2, 1))
    assert generalised_w(ratings, most_ranks=2 * ratings.size).w is not None
    found = generalised_w(ratings, most_ranks=2 * ratings.size - 1)
    assert set(found.reason.values()) == {"too_many_cells"}


@settings(max_examples=60, deadline=None)
@given(PANELS)
def test_every_null_has_its_reason_and_figures_keep_their_ranges(ratings):
    found = generalised_w(ratings)
    assert {name for name in FIGURES if getattr(found, name) is None} == set(found.reason or {})
    if found.w is not None:
        assert -1 <= found.mean_spearman <= 1
        assert found.w <= 1
        assert 0 <= found.p_chi2 <= 1
        assert found.mean_answers >= 1
        assert 0 <= found.constant_pairs < found.pairs


def test_with_gaps_it_may_fall_below_zero_and_is_not_cut():
    # Complete experts cannot all contradict each other; on items of their own three pairs can.
    found = generalised_w(panel("3 2 .\n2 3 1\n1 . 3\n. 1 3"))
    assert (found.pairs, found.mean_answers) == (3, 3.0)
    assert found.mean_spearman == pytest.approx(-1.0)
    assert found.w == pytest.approx(-1 / 3)
    assert (found.chi2, found.p_chi2) == (pytest.approx(-2.0), 1.0)


@settings(max_examples=60, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit(ratings, shuffler):
    rows = list(range(len(ratings)))
    shuffler.shuffle(rows)
    assert generalised_w(ratings[rows]) == generalised_w(ratings)


@settings(max_examples=40, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_items_changes_the_figure(ratings, shuffler):
    columns = list(range(ratings.shape[1]))
    shuffler.shuffle(columns)
    found, expected = generalised_w(ratings[:, columns]), generalised_w(ratings)
    assert found.reason == expected.reason
    assert found.w is None or found.w == pytest.approx(expected.w, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(PANELS, st.lists(st.integers(-50, 50), min_size=7, max_size=7))
def test_a_shift_or_a_stretch_of_an_expert_changes_nothing(ratings, shifts):
    shifted = 2.5 * ratings + np.array(shifts[: len(ratings)], float)[:, None]
    found, expected = generalised_w(shifted), generalised_w(ratings)
    assert (found.pairs, found.reason) == (expected.pairs, expected.reason)
    assert found.w == (None if expected.w is None else pytest.approx(expected.w, abs=1e-12))


def test_a_gap_leaves_the_tie_corrected_w_to_complete_experts():
    ratings = gaps(T1[0], (2, 1), (5, 4))
    assert kendall_w(ratings, permutations=50).w == pytest.approx(0.851064, abs=5e-7)


def test_the_input_is_not_touched():
    ratings = gaps(T1[0], (2, 1))
    ratings.flags.writeable = False
    before = ratings.tobytes()
    generalised_w(ratings)
    assert ratings.tobytes() == before


@pytest.mark.parametrize("ratings", [np.arange(3.0), np.array([[1.0, np.inf], [1.0, 2.0]])])
def test_what_is_no_panel_is_refused(ratings):
    with pytest.raises(ValueError, match=r"matrix|inf"):
        generalised_w(ratings)
