"""Kappa, McNemar, rank correlations, KS, F and the change in W between two rounds."""

from __future__ import annotations

import dataclasses
import warnings
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis import round_agreement as module
from analysis.round_agreement import mcnemar, round_agreement
from tests.analysis.panels import T1, T2, panel

WHOLE = ("kappa_linear", "kappa_quadratic", "kendall_tau", "spearman")
OF_W = ("w_before", "w_after", "w_change")
RATINGS = arrays(np.float64, (2, 6, 4), elements=st.one_of(st.just(np.nan), st.integers(1, 5)))


def rated(before, after, scale=(1, 5)):
    return round_agreement(before, after, scale=scale)


# Figures of panel T1 were worked out for this project with plain NumPy and SciPy, W also with R.


def test_the_rating_panel_has_the_printed_kappas_and_correlations():
    found = rated(*T1)
    assert found.kappa_linear == pytest.approx(0.72, abs=1e-12)
    assert found.kappa_quadratic == pytest.approx(0.848723, abs=5e-7)
    assert found.spearman == pytest.approx(0.9, abs=1e-12)
    assert found.kendall_tau == pytest.approx(0.8, abs=1e-12)


def test_the_rating_panel_has_the_printed_distances_and_change_in_w():
    found = rated(*T1)
    printed = [0.142857, 0.285714, 0.285714, 0.285714, 0.142857]
    assert found.ks_distance == pytest.approx(printed, abs=5e-7)
    assert found.w_change == pytest.approx(0.238831, abs=5e-7)
    assert (found.experts, found.experts_complete) == (7, 7)


def test_the_rating_panel_has_the_variances_of_the_two_rounds():
    found = rated(*T1)
    expected = np.var(T1[0], axis=0, ddof=1)[[0, 3, 4]] / np.var(T1[1], axis=0, ddof=1)[[0, 3, 4]]
    assert found.variance_ratio[[0, 3, 4]] == pytest.approx(expected, rel=1e-12)
    assert [record["reason"] for record in found.records()] == [
        None,
        {"variance_ratio": "variance_0"},
        {"variance_ratio": "variance_0"},
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("item", "low", "counts", "p"), [(1, 5, (2, 0, 2, 0), 0.5), (3, 4, (5, 7, 0, 2), 0.5)]
)
def test_the_rating_panel_has_the_printed_mcnemar_p(item, low, counts, p):
    record = mcnemar(*T1, low=low).records()[item]
    assert tuple(record[name] for name in ("inside_before", "inside_after", "left", "entered")) == (
        counts
    )
    assert (record["p"], record["reason"]) == (p, None)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, (2, 5, 4), elements=st.integers(1, 5)))
def test_kappa_is_that_of_the_table_of_both_rounds(rounds):
    table = np.zeros((5, 5))
    np.add.at(table, tuple(rounds.astype(int).reshape(2, -1) - 1), 1 / 20)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    apart = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    found = rated(*rounds)
    for weights, kappa in ((apart, found.kappa_linear), (apart**2, found.kappa_quadratic)):
        if (expected * weights).sum() > 1e-12:
            plain = 1 - (table * weights).sum() / (expected * weights).sum()
            assert kappa == pytest.approx(plain, abs=1e-12)
        else:
            assert kappa is None


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, (2, 3, 6), elements=st.integers(1, 5)))
def test_correlations_are_those_of_scipy(rounds):
    means = rounds.sum(axis=1)
    found = rated(*rounds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scipy warns of constant vectors
        tau = stats.kendalltau(*means).statistic
        rho = stats.spearmanr(*means).statistic
    if np.isnan(rho):
        assert (found.kendall_tau, found.spearman) == (None, None)
        assert found.reason["spearman"] == "constant_item_means"
    else:
        assert found.kendall_tau == pytest.approx(tau, abs=1e-12)
        assert found.spearman == pytest.approx(rho, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (2, 9, 2), elements=st.integers(1, 5)))
def test_the_distance_is_that_of_the_two_sample_statistic(rounds):
    found = rated(*rounds)
    for item in range(2):
        plain = stats.ks_2samp(*rounds[:, :, item], method="asymp").statistic
        assert found.ks_distance[item] == pytest.approx(plain, abs=1e-12)


@pytest.mark.parametrize(("left", "entered"), [(0, 5), (0, 6), (3, 9), (40, 60), (7, 7), (1, 0)])
def test_the_p_of_mcnemar_is_the_sign_test_of_those_who_crossed(left, entered):
    before = np.array([1.0] * left + [0.0] * entered + [1.0, 0.0])[:, None]
    after = np.array([0.0] * left + [1.0] * entered + [1.0, 0.0])[:, None]
    found = mcnemar(before, after, low=1.0)
    crossed = left + entered
    tail = sum(comb(crossed, k) for k in range(min(left, entered) + 1))
    assert found.p[0] == pytest.approx(float(min(1, Fraction(2 * tail, 2**crossed))), rel=1e-12)
    assert (found.left[0], found.entered[0], found.pairs[0]) == (left, entered, crossed + 2)


def test_five_crossings_one_way_cannot_be_significant_and_six_can():
    assert mcnemar(np.zeros((5, 1)), np.ones((5, 1)), low=1).p[0] == 0.0625
    assert mcnemar(np.zeros((6, 1)), np.ones((6, 1)), low=1).p[0] == 0.03125


def test_a_p_too_small_for_a_float_is_not_zero():
    assert mcnemar(np.zeros((3_000, 1)), np.ones((3_000, 1)), low=1).p[0] > 0


def test_a_band_has_both_edges_inside():
    found = mcnemar(panel("2\n3\n4\n5"), panel("3\n4\n5\n5"), low=3, high=4)
    assert (found.inside_before[0], found.inside_after[0]) == (2, 2)
    assert (found.left[0], found.entered[0], found.p[0]) == (1, 1, 1.0)


def test_nobody_crossing_has_no_p_and_a_gap_is_no_crossing():
    records = mcnemar(panel("5 . 1"), panel("5 5 ."), low=4).records()
    assert [record["p"] for record in records] == [None] * 3
    assert [record["reason"]["p"] for record in records] == [
        "nobody_crossed",
        "no_expert_in_both",
        "no_expert_in_both",
    ]
    assert records[1]["inside_after"] == 0


@pytest.mark.parametrize(
    ("bounds", "message"), [({}, "at least one bound"), ({"low": 4, "high": 3}, "nothing lies")]
)
def test_a_band_that_holds_nothing_is_refused(bounds, message):
    with pytest.raises(ValueError, match=message):
        mcnemar(*T1, **bounds)


def test_rounds_of_different_shape_are_refused():
    for compare in (lambda a, b: mcnemar(a, b, low=4), rated):
        with pytest.raises(ValueError, match="same experts and items"):
            compare(T1[0], T1[1][:6])


def test_a_round_on_another_scale_is_refused():
    with pytest.raises(ValueError, match="off the scale"):
        rated(*T1, scale=(1, 3))


def test_one_and_the_same_answer_throughout_leaves_nothing_to_expect():
    found = rated(np.full((4, 3), 4.0), np.full((4, 3), 4.0))
    assert (found.kappa_linear, found.kappa_quadratic) == (None, None)
    assert found.reason["kappa_linear"] == "no_expected_disagreement"
    assert found.reason["kendall_tau"] == "constant_item_means"
    assert (found.reason["w_before"], found.reason["w_change"]) == ("no_w_before", "no_w_before")


def test_a_whole_panel_that_moves_one_step_agrees_no_better_than_chance():
    found = rated(np.full((4, 3), 3.0), np.full((4, 3), 4.0))
    assert (found.kappa_linear, found.kappa_quadratic) == (0.0, 0.0)
    assert found.ks_distance.tolist() == [1.0, 1.0, 1.0]


def test_unchanged_answers_have_a_kappa_of_one():
    found = rated(T1[0], T1[0])
    assert (found.kappa_linear, found.kappa_quadratic) == (1.0, 1.0)
    assert (found.kendall_tau, found.spearman, found.w_change) == (1.0, 1.0, 0.0)
    assert found.ks_distance.tolist() == [0.0] * 5


def test_without_anybody_in_both_rounds_nothing_is_known():
    found = rated(panel("1 4\n. ."), panel(". .\n2 3"))
    assert (found.experts, found.experts_complete) == (0, 0)
    assert [getattr(found, name) for name in (*WHOLE, *OF_W)] == [None] * 7
    assert {found.reason[name] for name in WHOLE} == {"no_expert_in_both"}
    assert {code for record in found.records() for code in record["reason"].values()} == {
        "no_expert_in_both"
    }


def test_an_item_is_compared_over_the_experts_who_rated_it_twice():
    before, after = panel("1 2 3\n3 . 5\n5 2 4"), panel("2 2 3\n3 5 4\n. 2 4")
    found = rated(before, after)
    assert found.pairs.tolist() == [2, 2, 3]
    assert (found.experts, found.experts_complete) == (3, 1)
    assert found.ks_distance == pytest.approx([0.5, 0.0, 1 / 3])
    assert found.reason == {
        "w_before": "no_w_before",
        "w_after": "no_w_after",
        "w_change": "no_w_before",
    }


def test_float_noise_of_equal_means_is_no_difference():
    before = panel("0.1 0.3\n0.2 0\n0 0")
    after = panel("0.1 0.2\n0.1 0.1\n0.1 0")
    assert 0.1 + 0.2 != 0.3
    found = rated(before, after, scale=(0, 1))
    assert found.reason["spearman"] == "constant_item_means"


def test_points_are_compared_as_well_as_ratings():
    found = rated(T2[1], T2[2], scale=(0, 100))
    assert found.kappa_quadratic > 0.9
    assert (found.spearman, found.w_change) == (1.0, 0.0)


@settings(max_examples=40, deadline=None)
@given(RATINGS, st.randoms(use_true_random=False))
def test_no_order_of_experts_or_items_changes_a_digit(rounds, shuffler):
    rounds = rounds * 0.7  # no whole numbers
    rows, columns = list(range(6)), list(range(4))
    shuffler.shuffle(rows)
    shuffler.shuffle(columns)
    rounds.flags.writeable = False
    turned = rounds[:, rows][:, :, columns]
    for compare in (lambda r: rated(*r, scale=(0, 4)), lambda r: mcnemar(*r, low=2)):
        plain, other = compare(rounds), compare(turned)
        for field in dataclasses.fields(plain):
            one, two = getattr(plain, field.name), getattr(other, field.name)
            if isinstance(one, np.ndarray):
                assert np.array_equal(one[columns], two, equal_nan=one.dtype.kind == "f")
            else:
                assert one == two, field.name


@settings(max_examples=40, deadline=None)
@given(RATINGS)
def test_ranges_hold_and_every_null_has_its_reason(rounds):
    found = rated(*rounds)
    nulls = {name for name in (*WHOLE, *OF_W) if getattr(found, name) is None}
    assert nulls == set(found.reason or {})
    for name in WHOLE:
        value = getattr(found, name)
        assert value is None or value <= 1 + 1e-12
    for record in found.records():
        nulls = {name for name in ("ks_distance", "variance_ratio") if record[name] is None}
        assert nulls == set(record["reason"] or {})
        assert record["ks_distance"] is None or 0 <= record["ks_distance"] <= 1


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, (2, 5, 4), elements=st.integers(1, 5)), st.sampled_from([0.5, 3.0]))
def test_another_unit_of_the_scale_changes_nothing(rounds, unit):
    plain, other = rated(*rounds), rated(*(7 + unit * rounds), scale=(0, 30))
    for name in WHOLE:
        one, two = getattr(plain, name), getattr(other, name)
        assert two == (None if one is None else pytest.approx(one, abs=1e-12))


def test_many_blocks_give_the_figures_of_one(monkeypatch):
    rounds = np.random.default_rng(2).integers(1, 6, (2, 30, 7)).astype(float)
    plain = rated(*rounds)
    monkeypatch.setattr(module, "_BLOCK", 60)
    assert repr(rated(*rounds)) == repr(plain)
