"""ICC, r_WG and a_WG: printed figures, what large offsets and flat answers may not do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis.reliability import intraclass_correlation, within_group_agreement
from tests.analysis.panels import IRR_ANXIETY, SHROUT_FLEISS, T1, panel

COEFFICIENTS = ["icc_1", "icc_2_1", "icc_3_1", "icc_1_m", "icc_2_m", "icc_3_m"]
SQUARES = ["ms_items", "ms_experts", "ms_residual", "ms_within"]
TEST = ["f", "df1", "df2", "p", "low", "high"]
SHAPES = st.tuples(st.integers(1, 6), st.integers(1, 6))
WHOLE = arrays(np.float64, SHAPES, elements=st.integers(1, 5))
TENTHS = WHOLE.map(lambda ratings: ratings * 0.1)
PANELS = st.one_of(WHOLE, TENTHS, arrays(np.float64, SHAPES, elements=st.floats(0, 10)))
WITH_GAPS = arrays(np.float64, SHAPES, elements=st.sampled_from([1.0, 2.0, 2.5, 4.0, np.nan]))


def exact_coefficients(ratings):
    """Return the six from the two-way analysis of variance in fractions."""
    x = [[Fraction(cell) for cell in row] for row in ratings.tolist()]
    m, n = len(x), len(x[0])
    experts = [sum(row) / n for row in x]
    items = [sum(column) / m for column in zip(*x, strict=True)]
    grand = sum(items) / n
    r = m * sum((one - grand) ** 2 for one in items) / (n - 1)
    c = n * sum((one - grand) ** 2 for one in experts) / (m - 1)
    e = sum((x[i][j] - experts[i] - items[j] + grand) ** 2 for i in range(m) for j in range(n)) / (
        (m - 1) * (n - 1)
    )
    w = sum((x[i][j] - items[j]) ** 2 for i in range(m) for j in range(n)) / (n * (m - 1))
    return [
        (r - w) / (r + (m - 1) * w),
        (r - e) / (r + (m - 1) * e + m * (c - e) / n),
        (r - e) / (r + (m - 1) * e),
        (r - w) / r,
        (r - e) / (r + (c - e) / n),
        (r - e) / r,
    ]


@pytest.mark.parametrize(
    ("ratings", "printed"),
    [
        # Shrout & Fleiss 1979, table 4.
        (SHROUT_FLEISS, [0.165742, 0.289764, 0.714841, 0.442797, 0.620051, 0.909316]),
        # Computed with plain NumPy, by R's irr where it prints them.
        (T1[0], [0.669180, 0.667845, 0.649485, None, 0.933663, 0.928421]),
        (T1[1], [0.906155, 0.906383, 0.922078, None, 0.985459, 0.988072]),
        # icc of R's irr on its data set anxiety.
        (IRR_ANXIETY, [0.175022, 0.197998, None, None, None, 0.452586]),
    ],
)
def test_the_coefficients_are_the_printed_ones(ratings, printed):
    found = intraclass_correlation(ratings)
    for name, value in zip(COEFFICIENTS, printed, strict=True):
        assert value is None or getattr(found, name) == pytest.approx(value, abs=1e-6)
    assert found.reason is None


def test_the_test_of_agreement_is_that_of_irr():
    # icc(anxiety, model = "twoway", type = "agreement") of R's irr.
    found = intraclass_correlation(IRR_ANXIETY)
    assert found.f == pytest.approx(1.826772, abs=5e-7)
    assert found.p == pytest.approx(0.054266, abs=5e-7)
    assert found.low == pytest.approx(-0.038911, abs=5e-7)
    assert found.high == pytest.approx(0.493574, abs=5e-7)
    assert found.p == pytest.approx(stats.f.sf(found.f, found.df1, found.df2), rel=1e-12)


def test_the_interval_widens_with_its_confidence():
    narrow = intraclass_correlation(T1[0], confidence=0.5)
    wide = intraclass_correlation(T1[0], confidence=0.99)
    assert wide.low < narrow.low < narrow.icc_2_1 < narrow.high < wide.high


@pytest.mark.parametrize("ratings", [SHROUT_FLEISS, IRR_ANXIETY, T1[0], T1[0] / 4, T1[0] * 0.1])
def test_they_are_the_analysis_of_variance_in_fractions(ratings):
    found = intraclass_correlation(ratings)
    expected = [float(one) for one in exact_coefficients(ratings)]
    assert [getattr(found, name) for name in COEFFICIENTS] == pytest.approx(expected, rel=1e-13)


def test_a_large_offset_costs_no_digit():
    # 1e7 and eighths: squared before it is centred, nine digits are gone.
    ratings = 1e7 + np.random.default_rng(3).integers(0, 40, (12, 20)) / 8
    found = intraclass_correlation(ratings)
    expected = [float(one) for one in exact_coefficients(ratings)]
    assert [getattr(found, name) for name in COEFFICIENTS] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("size", [1e99, 1e-100])
def test_ratings_of_any_size_keep_their_reliability(size):
    found, expected = (
        intraclass_correlation(IRR_ANXIETY * size),
        intraclass_correlation(IRR_ANXIETY),
    )
    for name in (*COEFFICIENTS, *TEST):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-9)
    agreement = within_group_agreement(T1[0] * size, scale=(size, 5 * size), categories=5)
    assert agreement.r_wg == pytest.approx(within_group_agreement(T1[0], scale=(1, 5)).r_wg)


@pytest.mark.parametrize("value", [3.0, 0.1, 1e7 + 0.125])
def test_all_equal_scores_are_undefined(value):
    # Elsewhere NaN, 1e-16, or anything between -0.07 and 0.24.
    found = intraclass_correlation(np.full((6, 5), value))
    for name in (*COEFFICIENTS, *SQUARES, *TEST):
        assert getattr(found, name) is None
        assert found.reason[name] == "no_variation"


def test_the_form_for_the_mean_of_the_panel_is_not_clipped():
    # Items that hardly differ: the correlation of panel means leaves [0, 1] on either side.
    below = intraclass_correlation(panel("1 2 3\n3 2 1.5\n2 2 2"))
    assert below.icc_3_m == pytest.approx(
        float(exact_coefficients(panel("1 2 3\n3 2 1.5\n2 2 2"))[5])
    )
    assert below.icc_3_m < -2
    above = panel("1 5 2 4\n5 1 4 3")
    assert intraclass_correlation(above).icc_2_m > 1
    assert intraclass_correlation(above).icc_2_m == pytest.approx(
        float(exact_coefficients(above)[4])
    )


@pytest.mark.parametrize("step", [1.0, 0.1])
def test_experts_flat_at_their_own_level_leave_only_what_is_defined(step):
    found = intraclass_correlation(panel("1 1 1\n2 2 2\n4 4 4") * step)
    assert (found.ms_items, found.ms_residual) == (0.0, 0.0)
    assert (found.icc_1, found.icc_2_1) == (-0.5, 0.0)
    for name in ("icc_3_1", "icc_1_m", "icc_3_m"):
        assert getattr(found, name) is None
        assert found.reason[name] == "no_variation"
    assert set(TEST) <= set(found.reason)


@pytest.mark.parametrize("step", [1.0, 0.1])
def test_experts_who_differ_by_a_constant_are_consistent_and_not_in_agreement(step):
    found = intraclass_correlation(panel("1 2 3\n2 3 4") * step)
    assert found.icc_3_1 == found.icc_3_m == 1.0
    assert found.icc_2_1 == pytest.approx(2 / 3)
    assert (found.f, found.p, found.low) == (None, None, None)
    assert {found.reason[name] for name in TEST} == {"no_residual"}


def test_items_and_experts_without_a_main_effect_have_no_test():
    found = intraclass_correlation(panel("1 2 3\n3 2 1"))
    assert found.icc_2_1 == pytest.approx(-3.0)
    assert {found.reason[name] for name in TEST} == {"no_degrees_of_freedom"}
    two = intraclass_correlation(panel("1 2\n2 1"))
    assert (two.icc_2_1, two.reason["icc_2_1"], two.reason["f"]) == (None, *["no_variation"] * 2)


@pytest.mark.parametrize(
    ("ratings", "code"),
    [
        (panel("1 2 3"), "fewer_than_2_experts"),
        (panel("1 2 3\n. 2 3"), "fewer_than_2_experts"),
        (panel("1\n2"), "fewer_than_2_items"),
        (np.empty((0, 3)), "fewer_than_2_experts"),
        (np.empty((3, 0)), "fewer_than_2_items"),
    ],
)
def test_too_little_to_analyse_is_undefined(ratings, code):
    found = intraclass_correlation(ratings)
    assert found.reason == dict.fromkeys((*SQUARES, *COEFFICIENTS, *TEST), code)
    assert (found.experts, found.items) == ratings.shape


def test_experts_with_a_gap_are_left_out_and_items_never():
    ratings = T1[0].copy()
    ratings[2, 1] = np.nan
    found = intraclass_correlation(ratings)
    assert (found.experts, found.items, found.experts_used) == (7, 5, 6)
    assert found.icc_2_1 == intraclass_correlation(np.delete(ratings, 2, axis=0)).icc_2_1


@settings(max_examples=60, deadline=None)
@given(st.one_of(PANELS, WITH_GAPS))
def test_every_null_of_the_icc_has_its_reason_and_ranges_hold(ratings):
    found = intraclass_correlation(ratings)
    nulls = {name for name in (*SQUARES, *COEFFICIENTS, *TEST) if getattr(found, name) is None}
    assert nulls == set(found.reason or {})
    for name in ("icc_1", "icc_2_1", "icc_3_1", "icc_1_m", "icc_3_m"):
        value = getattr(found, name)
        assert value is None or value <= 1 + 1e-12
    if found.f is not None:
        assert found.low <= found.high
        assert 0 <= found.p <= 1


@settings(max_examples=60, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit_of_the_icc(ratings, shuffler):
    rows = list(range(len(ratings)))
    shuffler.shuffle(rows)
    assert intraclass_correlation(ratings[rows]) == intraclass_correlation(ratings)


@settings(max_examples=40, deadline=None)
@given(WHOLE, st.integers(-9, 9), st.randoms(use_true_random=False))
def test_neither_shift_nor_stretch_nor_the_order_of_items_changes_the_icc(ratings, shift, shuffler):
    columns = list(range(ratings.shape[1]))
    shuffler.shuffle(columns)
    expected = intraclass_correlation(ratings)
    found = intraclass_correlation(4 * ratings[:, columns] + shift)
    assert found.reason == expected.reason
    for name in (*COEFFICIENTS, *TEST):
        value = getattr(expected, name)
        assert value is None or getattr(found, name) == pytest.approx(value, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_that_is_no_share_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        intraclass_correlation(T1[0], confidence=confidence)


# Item by item


def test_r_wg_and_a_wg_of_the_first_panel_are_the_printed_ones():
    # Computed with plain NumPy.
    found = within_group_agreement(T1[0], scale=(1, 5))
    assert found.r_wg == pytest.approx([0.880952, 0.761905, 0.761905, 0.761905, 0.714286], abs=5e-7)
    assert found.a_wg[1:] == pytest.approx([0.696970, 0.794872, 0.750000, 0.719298], abs=5e-7)
    assert np.isnan(found.a_wg[0])
    assert found.records()[0]["reason"] == {"a_wg": "mean_out_of_range"}
    assert found.records()[1]["reason"] is None


def test_a_wg_stands_up_to_the_edge_of_its_range_and_not_beyond():
    # Five experts on 1..5: the mean may lie from 1.8 to 4.2.
    ratings = panel("1 1 5\n1 1 5\n1 1 5\n1 1 4\n5 4 2")
    found = within_group_agreement(ratings, scale=(1, 5))
    assert np.isnan(found.a_wg).tolist() == [False, True, False]
    tenths = within_group_agreement(ratings * 0.1 + 0.2, scale=(0.3, 0.7), categories=5)
    assert tenths.a_wg == pytest.approx(found.a_wg, nan_ok=True)
    assert tenths.r_wg == pytest.approx(found.r_wg)


def test_a_split_at_both_ends_has_no_agreement():
    found = within_group_agreement(panel("1\n1\n5\n5"), scale=(1, 5))
    assert (found.r_wg.tolist(), found.a_wg.tolist()) == ([0.0], [-1.0])


def test_equal_answers_agree_fully():
    found = within_group_agreement(panel("3 5\n3 5\n3 5"), scale=(1, 5))
    assert found.r_wg.tolist() == [1.0, 1.0]
    assert found.a_wg[0] == 1.0
    assert found.records()[1] == {
        "n": 3,
        "r_wg": 1.0,
        "a_wg": None,
        "reason": {"a_wg": "mean_out_of_range"},
    }


def test_an_item_with_too_few_answers_has_neither():
    found = within_group_agreement(panel("3 . 2\n. . 3"), scale=(1, 5)).records()
    assert [one["n"] for one in found] == [1, 0, 2]
    assert found[0]["reason"] == dict.fromkeys(("r_wg", "a_wg"), "one_answer")
    assert found[1]["reason"] == dict.fromkeys(("r_wg", "a_wg"), "no_answers")
    assert found[2]["r_wg"] == pytest.approx(0.75)


def test_more_categories_make_the_even_spread_narrower():
    ratings = panel("2\n4")
    five = within_group_agreement(ratings, scale=(1, 5)).r_wg[0]
    nine = within_group_agreement(ratings, scale=(1, 5), categories=9).r_wg[0]
    assert (five, nine) == (0.0, 0.0)
    ratings = panel("2\n3\n3\n3")
    assert within_group_agreement(ratings, scale=(1, 5)).r_wg[0] == pytest.approx(1 - 0.25 / 2)
    half_steps = within_group_agreement(ratings, scale=(1, 5), categories=9).r_wg[0]
    assert half_steps == pytest.approx(1 - 0.25 / (80 / 12 / 4))


@settings(max_examples=60, deadline=None)
@given(WITH_GAPS, st.randoms(use_true_random=False))
def test_agreement_keeps_its_range_and_no_order_of_experts_changes_a_digit(ratings, shuffler):
    rows, columns = list(range(ratings.shape[0])), list(range(ratings.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    found = within_group_agreement(ratings, scale=(1, 5))
    again = within_group_agreement(ratings[rows], scale=(1, 5))
    assert again.r_wg.tobytes() == found.r_wg.tobytes()
    assert again.a_wg.tobytes() == found.a_wg.tobytes()
    turned = within_group_agreement(ratings[:, columns], scale=(1, 5))
    assert turned.r_wg == pytest.approx(found.r_wg[columns], nan_ok=True, abs=1e-13)
    assert turned.a_wg == pytest.approx(found.a_wg[columns], nan_ok=True, abs=1e-13)
    several = found.n > 1
    assert np.array_equal(np.isnan(found.r_wg), ~several)
    assert ((found.r_wg[several] >= 0) & (found.r_wg[several] <= 1)).all()
    known = found.a_wg[~np.isnan(found.a_wg)]
    assert ((known >= -1 - 1e-12) & (known <= 1)).all()


@pytest.mark.parametrize(
    ("scale", "categories"),
    [((1, 4), None), ((2, 5), None), ((5, 1), None), ((1, 5.5), None), ((1, 5), 1)],
)
def test_a_scale_that_does_not_fit_is_refused(scale, categories):
    with pytest.raises(ValueError, match="scale"):
        within_group_agreement(T1[0], scale=scale, categories=categories)


@pytest.mark.parametrize("ratings", [np.arange(3.0), np.array([[1.0, np.inf], [1.0, 2.0]])])
def test_what_is_no_panel_is_refused(ratings):
    with pytest.raises(ValueError, match=r"matrix|infinite"):
        intraclass_correlation(ratings)


def test_the_inputs_are_not_touched():
    for ratings in (T1[0].copy(), T1[0] * 0.1, panel("1 .\n2 3.5\n1 2")):
        before = ratings.tobytes()
        ratings.flags.writeable = False
        intraclass_correlation(ratings)
        within_group_agreement(ratings, scale=(0, 5))
        assert ratings.tobytes() == before
