"""Spread per item: printed figures, undefined cases, and what must not change it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.dispersion import (
    coefficient_of_variation,
    dispersion,
    full_score_share,
    moments,
)
from analysis.numerics.squares import look_at
from tests.analysis.panels import T1, T2, panel

FIGURES = [
    *("mean", "sd", "cv", "median", "q1", "q3", "iqr", "quartile_deviation", "cqv"),
    *("full_score_share", "mode_share", "tastle_wierman"),
]
PANELS = arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 4)),
    elements=st.one_of(st.just(math.nan), st.integers(-30, 30).map(lambda tenths: tenths / 10)),
)


def test_the_first_rating_panel_has_the_printed_figures():
    printed = {
        "mean": [4.714286, 4.142857, 2.857143, 3.857143, 2.285714],
        "sd": [0.487950, 0.690066, 0.690066, 0.690066, 0.755929],
        "cv": [0.103505, 0.166568, 0.241523, 0.178906, 0.330719],
        "q1": [4.5, 4, 2.5, 3.5, 2],
        "median": [5, 4, 3, 4, 2],
        "q3": [5, 4.5, 3, 4, 3],
        "quartile_deviation": [0.25, 0.25, 0.25, 0.25, 0.5],
        "cqv": [0.052632, 0.058824, 0.090909, 0.066667, 0.2],
        "full_score_share": [0.714286, 0.285714, 0, 0.142857, 0],
        "mode_share": [0.714286, 0.571429, 0.571429, 0.571429, 0.428571],
        "tastle_wierman": [0.842548, 0.801265, 0.801265, 0.801265, 0.752635],
    }
    found = dispersion(T1[0], (1, 5))
    assert found.n.tolist() == [7] * 5
    for name, values in printed.items():
        assert getattr(found, name) == pytest.approx(values, abs=5.1e-7), name


def test_the_second_rating_panel_has_the_printed_cv():
    found = dispersion(T1[1], (1, 5))
    assert found.cv == pytest.approx([0.077816, 0, 0, 0.091233, 0.213478], abs=5e-7)


@pytest.mark.parametrize(
    ("round_", "mean", "sd", "cv", "iqr"),
    [
        (
            0,
            [16.875, 53.75, 29.375],
            [8.425, 11.573, 6.232],
            [0.4993, 0.2153, 0.2122],
            [11.25, 17.5, 7.5],
        ),
        (
            1,
            [15, 54.375, 30.625],
            [5.345, 7.289, 4.173],
            [0.3563, 0.1340, 0.1362],
            [6.25, 11.25, 6.25],
        ),
        (
            2,
            [14.375, 55, 30.625],
            [3.204, 3.780, 3.204],
            [0.2229, 0.0687, 0.1046],
            [1.25, 2.5, 1.25],
        ),
    ],
)
def test_the_points_panels_have_the_printed_figures(round_, mean, sd, cv, iqr):
    found = dispersion(T2[round_], (0, 100))
    assert found.mean.tolist() == mean
    assert found.iqr.tolist() == iqr
    assert found.sd == pytest.approx(sd, abs=5.1e-4)
    assert found.cv == pytest.approx(cv, abs=5.1e-5)


@pytest.mark.parametrize(
    ("answers", "scale", "consensus"),
    [
        (np.repeat(np.arange(1.0, 8), (30, 40, 210, 130, 530, 50, 10)), (1, 7), 0.7256876),
        (np.array([1.0, 1, 5, 5]), (1, 5), 0.0),
        (np.array([1.0, 2, 3, 4, 5]), (1, 5), 0.433985),
        (np.array([4.0, 4, 4]), (1, 5), 1.0),
    ],
)
def test_tastle_and_wiermans_consensus_is_the_documented_one(answers, scale, consensus):
    found = dispersion(answers[:, None], scale).tastle_wierman[0]
    assert found == pytest.approx(consensus, abs=5e-7)


def test_quartiles_are_of_type_seven():
    found = dispersion(panel("4\n4\n5\n3\n3\n4\n4"), (1, 5))
    assert (found.q1[0], found.q3[0]) == (3.5, 4.0)


def test_the_iqr_of_two_answers_is_half_their_range():
    assert dispersion(panel("1\n5"), (1, 5)).iqr[0] == 2.0


@pytest.mark.parametrize("value", [0.1, 4.7, 1e7 + 0.125, 1e-9, 99.99])
def test_equal_answers_have_no_spread_at_all(value):
    record = dispersion(np.full((7, 1), value), (0, 1e8)).records()[0]
    assert record["mean"] == record["median"] == value
    assert record["sd"] == record["cv"] == record["iqr"] == record["cqv"] == 0.0
    assert record["tastle_wierman"] == record["mode_share"] == 1.0


def test_a_large_offset_costs_no_digits():
    found = dispersion(1e7 + np.array([[0.125], [0.25], [0.875]]), (0, 1e8))
    assert found.sd[0] == pytest.approx(np.std([0.125, 0.25, 0.875], ddof=1), rel=1e-14)


def test_an_item_without_answers_has_nothing():
    record = dispersion(panel(". 1\n. 2"), (1, 5)).records()[0]
    assert record["n"] == 0
    assert [record[name] for name in FIGURES] == [None] * len(FIGURES)
    assert record["reason"] == dict.fromkeys(FIGURES, "no_answers")


def test_one_answer_has_a_mean_and_a_median_only():
    record = dispersion(panel("3\n."), (1, 5)).records()[0]
    others = [name for name in FIGURES if name not in ("mean", "median")]
    assert (record["n"], record["mean"], record["median"]) == (1, 3.0, 3.0)
    assert [record[name] for name in others] == [None] * len(others)
    assert record["reason"] == dict.fromkeys(others, "one_answer")


def test_a_panel_without_experts_has_nothing():
    assert [record["n"] for record in dispersion(np.empty((0, 3)), (1, 5)).records()] == [0, 0, 0]


@pytest.mark.parametrize(
    "answers", ["0\n0\n0", "-1\n1", "-0.7\n0.1\n0.6", "-0.3\n0.1\n0.2", "-2.1\n0.3\n1.8"]
)
def test_at_mean_zero_the_cv_is_undefined(answers):
    record = dispersion(panel(answers), (-3, 3)).records()[0]
    assert (record["mean"], record["cv"]) == (0.0, None)
    assert record["reason"]["cv"] == "mean_0"
    assert record["sd"] is not None


def test_the_cv_keeps_the_sign_of_the_mean():
    found = dispersion(panel("-1\n-2\n-3"), (-3, 3))
    assert found.cv[0] == pytest.approx(-0.5)


def test_quartiles_that_cancel_leave_no_quartile_variation():
    record = dispersion(panel("-2\n-1\n0\n1\n2.5"), (-3, 3)).records()[0]
    assert record["cqv"] is None
    assert record["reason"] == {"cqv": "quartiles_sum_to_0"}


def test_unanimous_zero_has_neither_cv_nor_quartile_variation():
    record = dispersion(panel("0\n0\n0"), (0, 100)).records()[0]
    assert record["reason"] == {"cv": "mean_0", "cqv": "quartiles_sum_to_0"}


def test_a_well_defined_item_has_no_reason():
    assert dispersion(T1[0], (1, 5)).records()[0]["reason"] is None


def test_the_full_score_is_the_scales_maximum_and_not_the_largest_answer():
    assert dispersion(panel("4\n4\n3"), (1, 5)).full_score_share[0] == 0.0


def test_recoding_the_scale_changes_the_cv():
    answers = panel("3\n3\n3\n3\n5\n5\n5\n5")
    assert dispersion(answers, (1, 5)).cv[0] == pytest.approx(0.267, abs=5e-4)
    assert dispersion(answers - 1, (0, 4)).cv[0] == pytest.approx(0.356, abs=5e-4)


@settings(max_examples=60, deadline=None)
@given(PANELS, st.randoms(use_true_random=False))
def test_no_order_of_experts_or_items_changes_a_digit(values, shuffler):
    rows, columns = list(range(values.shape[0])), list(range(values.shape[1]))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    plain = dispersion(values, (-3, 3)).records()
    turned = dispersion(np.asfortranarray(values[rows][:, columns]), (-3, 3)).records()
    assert repr(turned) == repr([plain[column] for column in columns])


@settings(max_examples=60, deadline=None)
@given(PANELS)
def test_moments_and_quartiles_are_those_of_numpy(values):
    found = dispersion(values, (-3, 3))
    for item, column in enumerate(values.T):
        answers = column[~np.isnan(column)]
        if len(answers) > 1:
            assert found.mean[item] == pytest.approx(answers.mean(), abs=1e-12)
            assert found.sd[item] == pytest.approx(answers.std(ddof=1), abs=1e-12)
            expected = np.percentile(answers, [25, 50, 75])
            assert [found.q1[item], found.median[item], found.q3[item]] == pytest.approx(expected)
            assert 0.0 <= found.tastle_wierman[item] <= 1.0


@settings(max_examples=40, deadline=None)
@given(PANELS, st.integers(-20, 20))
def test_a_shift_moves_the_middle_and_leaves_the_spread(values, shift):
    plain, moved = dispersion(values, (-3, 3)), dispersion(values + shift, (-3 + shift, 3 + shift))
    assert moved.mean == pytest.approx(plain.mean + shift, abs=1e-9, nan_ok=True)
    for name in ("sd", "iqr", "mode_share"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), abs=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_every_null_has_its_reason_and_every_reason_its_null(values):
    for record in dispersion(values, (-3, 3)).records():
        nulls = {name for name in FIGURES if record[name] is None}
        assert nulls == set(record["reason"] or {})


def test_an_expert_without_answers_changes_nothing():
    more = np.vstack([T1[0], np.full(5, np.nan)])
    assert dispersion(more, (1, 5)).records() == dispersion(T1[0], (1, 5)).records()


def test_minus_zero_is_printed_as_zero():
    record = dispersion(panel("-0\n-0"), (0, 5)).records()[0]
    assert repr(record["median"]) == repr(record["mean"]) == "0.0"


def test_the_input_is_not_touched():
    values = T1[0].copy()
    values.flags.writeable = False
    dispersion(values, (1, 5))
    assert np.array_equal(values, T1[0])


@pytest.mark.parametrize("value", [0.999, 5.001])
def test_a_value_off_the_scale_is_refused(value):
    with pytest.raises(ValueError, match="off the scale from 1 to 5"):
        dispersion(np.array([[value], [3.0]]), (1, 5))


def test_a_scale_without_width_is_refused():
    with pytest.raises(ValueError, match="a scale from 5 to 5"):
        dispersion(np.array([[5.0]]), (5, 5))


def test_a_row_alone_is_not_a_panel():
    with pytest.raises(ValueError, match="matrix"):
        dispersion(np.array([1.0, 2.0]), (1, 5))


@settings(max_examples=40, deadline=None)
@given(PANELS)
def test_what_is_asked_for_alone_is_that_of_the_whole_to_the_last_digit(values):
    whole, answers = dispersion(values, (-3, 3)), look_at(values)
    found = moments(answers)
    for alone, figure in (
        (coefficient_of_variation(values), whole.cv),
        (found.cv, whole.cv),
        (found.n, whole.n),
        (found.mean, whole.mean),
        (found.sd, whole.sd),
        (full_score_share(answers, 3), whole.full_score_share),
    ):
        assert alone.tobytes() == figure.tobytes()


@pytest.mark.parametrize("unit", [1.0, 1 / 3, 1e4, 1e7])
def test_mean_and_sd_alone_are_those_of_the_whole_for_every_size_of_answers(unit):
    values = np.random.default_rng(3).integers(1, 10, (300, 20)) * unit
    whole, found = dispersion(values, (0, 10 * unit)), moments(look_at(values))
    assert (found.mean.tobytes(), found.sd.tobytes()) == (whole.mean.tobytes(), whole.sd.tobytes())
    np.testing.assert_allclose(found.sd, values.std(axis=0, ddof=1), rtol=1e-13)


def test_a_large_panel_of_fractions_has_the_figures_of_numpy():
    values = np.random.default_rng(2).random((3_000, 4)) * 9
    found = dispersion(values, (0, 9))
    assert found.sd == pytest.approx(values.std(axis=0, ddof=1), rel=1e-12)
    quartiles = np.percentile(values, [25, 50, 75], axis=0)
    assert np.stack([found.q1, found.median, found.q3]) == pytest.approx(quartiles, rel=1e-12)
