"""Each expert's own way of answering: printed figures, gaps, and what must not change them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from analysis.response_patterns import (
    agreement_with_others,
    distance_to_others,
    identical_answers,
    intra_individual_sd,
    longest_runs,
)
from tests.analysis.panels import T1, T2, panel

GAPPED = arrays(
    np.float64,
    st.tuples(st.integers(1, 7), st.integers(1, 6)),
    elements=st.sampled_from([1.0, 2.0, 3.0, np.nan]),
)
#: Figures of every expert that no order of the experts may change.
EACH = (
    longest_runs,
    intra_individual_sd,
    agreement_with_others,
    distance_to_others,
    identical_answers,
)


def test_a_straight_line_is_one_run_without_spread():
    line = panel("3 3 3 3 3")
    assert longest_runs(line).tolist() == [5]
    assert intra_individual_sd(line).tolist() == [0.0]


def test_a_zigzag_has_no_run_and_much_spread():
    # As careless::longstring and careless::irv of R count it.
    zigzag = panel("1 5 1 5 1")
    assert longest_runs(zigzag).tolist() == [1]
    assert intra_individual_sd(zigzag)[0] == pytest.approx(2.190890, abs=5e-7)


def test_a_zigzag_agrees_little_with_the_first_panel():
    found = agreement_with_others(np.vstack([T1[0], panel("1 5 1 5 1")]))
    assert found[-1] == pytest.approx(0.2887, abs=5e-5)


def test_rank_correlations_of_the_first_panel_are_the_printed_ones():
    # Mean Spearman with the others is printed as .8132 .7508 .4984 ... for single pairs; here each
    # expert is held against the mean of the others, by scipy.stats.spearmanr.
    for expert, rho in enumerate(agreement_with_others(T1[0])):
        others = np.delete(T1[0], expert, axis=0).mean(axis=0)
        assert rho == pytest.approx(stats.spearmanr(T1[0][expert], others).statistic, abs=1e-12)


def test_distances_to_the_others_are_the_printed_ones():
    printed = [0.2974, 0.6168, 0.4501, 0.8116, 0.3900, 0.4707, 0.6513, 1.1645]
    assert distance_to_others(T2[0]) == pytest.approx(printed, abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(1, 9))
)
def test_a_distance_is_that_to_the_closed_geometric_mean_of_the_others(points):
    for expert, found in enumerate(distance_to_others(points)):
        others = np.log(np.delete(points, expert, axis=0)).mean(axis=0)
        ratios = np.log(points[expert]) - others
        assert found == pytest.approx(np.sqrt(((ratios - ratios.mean()) ** 2).sum()), abs=1e-9)


def test_a_zero_is_replaced_and_an_item_that_is_zero_for_all_left_out():
    points = panel("0 40 60\n10 40 50\n20 40 40")
    with_nothing = np.insert(points, 1, 0.0, axis=1)
    assert np.isfinite(distance_to_others(points)).all()
    assert np.array_equal(distance_to_others(points), distance_to_others(with_nothing))
    assert distance_to_others(points)[0] > distance_to_others(points, zero=0.05)[0]


def test_without_a_second_weight_vector_there_is_no_distance():
    assert np.isnan(distance_to_others(panel("10 20\n. 5\n0 0"))).all()
    assert np.isnan(distance_to_others(panel("-1 1\n2 3\n4 5"))).all()


def test_a_gap_ends_a_run():
    assert longest_runs(panel("3 3 . 3\n. . . .\n. 2 2 2\n1 1 2 2")).tolist() == [2, 0, 3, 2]


@settings(max_examples=40, deadline=None)
@given(GAPPED)
def test_a_run_is_as_long_as_counted_by_hand(values):
    for row, found in zip(values.tolist(), longest_runs(values).tolist(), strict=True):
        groups = itertools.groupby(row, key=lambda cell: -1.0 if math.isnan(cell) else cell)
        assert found == max((len(list(run)) for cell, run in groups if cell > 0), default=0)


@settings(max_examples=40, deadline=None)
@given(GAPPED)
def test_spread_and_agreement_are_those_of_the_answers_given(values):
    spread, agreement = intra_individual_sd(values), agreement_with_others(values)
    for expert, row in enumerate(values):
        known = row[~np.isnan(row)]
        if len(known) > 1:
            assert spread[expert] == pytest.approx(known.std(ddof=1), abs=1e-12)
        else:
            assert np.isnan(spread[expert])
        rest = np.delete(values, expert, axis=0)
        held = ~np.isnan(rest).all(axis=0) & ~np.isnan(row)
        own, others = row[held], np.array([np.nanmean(c) for c in rest.T[held]])
        others = others.round(9)
        if len(set(own.tolist())) > 1 and len(set(others.tolist())) > 1:
            rho = stats.spearmanr(own, others).statistic
            assert agreement[expert] == pytest.approx(rho, abs=1e-9)
        else:
            assert np.isnan(agreement[expert])


def test_equal_answers_have_no_spread_at_all():
    assert intra_individual_sd(np.full((1, 7), 0.1)).tolist() == [0.0]


def test_identical_answers_are_counted_with_their_gaps():
    values = panel("1 2 .\n1 2 .\n1 2 3\n. . .\n. . .\n1 2 .")
    assert identical_answers(values).tolist() == [2, 2, 0, 0, 0, 2]


@settings(max_examples=40, deadline=None)
@given(GAPPED, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit(values, shuffler):
    order = list(range(len(values)))
    shuffler.shuffle(order)
    for figure in EACH:
        found = figure(values)
        assert np.array_equal(
            found[order], figure(values[order]), equal_nan=found.dtype.kind == "f"
        )


@settings(max_examples=40, deadline=None)
@given(GAPPED, st.randoms(use_true_random=False))
def test_the_order_of_items_matters_to_runs_only(values, shuffler):
    order = list(range(values.shape[1]))
    shuffler.shuffle(order)
    for figure in EACH[1:]:
        assert figure(values[:, order]) == pytest.approx(figure(values), abs=1e-9, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(GAPPED)
def test_ranges_hold(values):
    rho = agreement_with_others(values)
    assert (np.isnan(rho) | (np.abs(rho) <= 1)).all()
    distance = distance_to_others(values)
    assert (np.isnan(distance) | (distance >= 0)).all()
    assert (longest_runs(values) <= values.shape[1]).all()


def test_the_input_is_not_touched():
    values = T1[0].copy()
    values.flags.writeable = False
    for figure in EACH:
        figure(values)
    assert np.array_equal(values, T1[0])
