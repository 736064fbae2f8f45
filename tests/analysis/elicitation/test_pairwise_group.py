"""Pairwise comparisons of a panel: printed figures and what must not change them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.elicitation.pairwise import eigenvector_weights, rgmm_weights
from analysis.elicitation.pairwise_group import aggregate_judgments, consensus, pairwise_group
from tests.analysis.elicitation.judgments import CITY, CITY_GAP, THREE, upper
from tests.analysis.panels import T2

PRINTED = 5e-7
POINTS = arrays(
    np.float64, st.tuples(st.integers(2, 6), st.integers(2, 5)), elements=st.integers(0, 9)
)
LOGS = arrays(np.float64, (4, 3), elements=st.floats(-2, 2))


def reciprocal(logs):
    """Matrices of order 3 from the logarithms of their upper triangles."""
    result = np.ones((len(logs), 3, 3))
    first, second = np.triu_indices(3, 1)
    result[:, first, second], result[:, second, first] = np.exp(logs), np.exp(-logs)
    return result


def test_three_experts_give_the_printed_group_weights():
    found = pairwise_group(THREE)
    np.testing.assert_allclose(found.aij, [0.135281, 0.583712, 0.281007], atol=PRINTED)
    np.testing.assert_allclose(found.aip_geometric, [0.135281, 0.583712, 0.281007], atol=PRINTED)
    np.testing.assert_allclose(found.aip_arithmetic, [0.136455, 0.582205, 0.281340], atol=PRINTED)
    # With three items the eigenvector is the vector of row geometric means.
    for name in ("aip_geometric", "aip_arithmetic", "aij"):
        other = getattr(found, f"{name}_eigenvector")
        np.testing.assert_allclose(other, getattr(found, name), atol=1e-14)
    assert found.consensus == pytest.approx(0.993252, abs=PRINTED)
    assert (found.experts, found.reason) == (3, None)


def test_the_consensus_of_three_experts_is_the_printed_one():
    # Indicator of Goepel's AHP-OS, scale to 9.
    found = consensus(rgmm_weights(THREE))
    assert found.h_beta == pytest.approx(0.002652, abs=PRINTED)
    assert found.s == pytest.approx(0.997351, abs=PRINTED)
    assert found.s_star == pytest.approx(0.993252, abs=PRINTED)


def test_the_extreme_of_the_scale_has_no_consensus():
    found = consensus(np.array([[9.0, 1, 1], [1, 9, 1], [1, 1, 9]]))
    assert found.s_star == pytest.approx(0, abs=1e-12)
    assert found.s > 0.6


@pytest.mark.parametrize(
    ("points", "expected"), list(zip(T2, (0.946095, 0.977993, 0.991344), strict=True))
)
def test_free_percentages_have_their_own_correction(points, expected):
    # The points panel made up for this project; CV of the first item is 0.5 and S* still 0.95.
    assert consensus(points, scale_maximum=None).s_star == pytest.approx(expected, abs=PRINTED)


def test_a_share_of_zero_adds_nothing_to_the_entropy():
    apart = consensus(np.eye(3), scale_maximum=None)
    assert (apart.h_alpha, apart.s_star) == (0, pytest.approx(0, abs=1e-15))
    assert apart.h_gamma == pytest.approx(np.log(3))
    # More unequal than Saaty's scale allows: cut off, and the plain homogeneity still tells.
    beyond = consensus(np.eye(3))
    assert (beyond.s_star, beyond.s) == (0, pytest.approx(1 / 3))


def test_the_consensus_of_one_expert_or_one_item_is_undefined():
    # The formula would say 1.
    for weights, code in (([[1, 2.0]], "fewer_than_2_experts"), ([[1.0], [1.0]], "one_item")):
        found = consensus(np.array(weights))
        figures = dataclasses.asdict(found)
        assert figures.pop("reason") == dict.fromkeys(figures, code)
        assert set(figures.values()) == {None}
    alone = pairwise_group(THREE[:1])
    assert (alone.consensus, alone.reason) == (None, {"consensus": "fewer_than_2_experts"})
    np.testing.assert_allclose(alone.aip_arithmetic, rgmm_weights(THREE[0]), rtol=1e-14)


def test_an_expert_without_weights_is_left_out_of_the_consensus():
    points = np.vstack([T2[0], [np.nan, 50, 50], [0, 0, 0]])
    assert consensus(points, scale_maximum=None) == consensus(T2[0], scale_maximum=None)


@pytest.mark.parametrize(
    ("weights", "options", "message"),
    [
        ([1.0, 2.0], {}, "must be a matrix"),
        ([[1.0, -2.0], [1, 1]], {}, "without negative"),
        ([[1.0, 2.0], [1, 1]], {"scale_maximum": 1.0}, "no extent"),
    ],
)
def test_what_is_no_panel_of_weights_is_refused(weights, options, message):
    with pytest.raises(ValueError, match=message):
        consensus(np.array(weights), **options)


def test_the_geometric_mean_of_judgments_is_reciprocal_and_that_of_the_cells():
    found = aggregate_judgments(THREE)
    np.testing.assert_allclose(found * found.T, 1, rtol=1e-14)
    assert found[0, 1] == pytest.approx((1 / 60) ** (1 / 3))


def test_judgments_are_averaged_over_those_who_gave_them():
    found = aggregate_judgments(np.array([CITY, CITY_GAP, CITY_GAP]))
    assert found[1, 3] == pytest.approx(CITY[1, 3])
    np.testing.assert_allclose(found, CITY, rtol=1e-14)
    nobody = aggregate_judgments(np.array([CITY_GAP, CITY_GAP]))
    assert np.isnan(nobody[1, 3])
    np.testing.assert_allclose(rgmm_weights(nobody), rgmm_weights(CITY_GAP), rtol=1e-12)


def test_two_chains_that_close_a_circle_are_one_matrix():
    # Each expert is connected by a chain of its own; together they compare every pair but one.
    found = pairwise_group(np.array([upper("2 . . 3 . 4"), upper(". 6 . 3 12 .")]))
    np.testing.assert_allclose(found.aij, np.array([24, 12, 4, 1]) / 41, rtol=1e-12)
    np.testing.assert_allclose(found.aij_eigenvector, found.aij, rtol=1e-12)
    assert found.consensus == pytest.approx(1)


def test_a_panel_without_matrices_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        pairwise_group(np.ones((0, 3, 3)))
    with pytest.raises(ValueError, match="at least one"):
        aggregate_judgments(CITY)


@settings(max_examples=60, deadline=None)
@given(LOGS)
def test_with_row_geometric_means_both_ways_of_aggregating_agree(logs):
    matrices = reciprocal(logs)
    matrices.flags.writeable = False
    found = pairwise_group(matrices)
    np.testing.assert_allclose(found.aij, found.aip_geometric, rtol=1e-12)
    np.testing.assert_allclose(
        found.aip_arithmetic_eigenvector, eigenvector_weights(matrices)[0].mean(axis=0), rtol=1e-12
    )
    for name in ("aij", "aip_geometric", "aip_arithmetic"):
        assert getattr(found, name).sum() == pytest.approx(1, abs=1e-14)


@settings(max_examples=60, deadline=None)
@given(LOGS, st.permutations(range(4)), st.permutations(range(3)))
def test_the_order_of_experts_changes_no_digit_and_that_of_items_permutes(logs, experts, items):
    matrices = reciprocal(logs)
    found, other = pairwise_group(matrices), pairwise_group(matrices[experts])
    for field in dataclasses.fields(found):
        np.testing.assert_array_equal(getattr(other, field.name), getattr(found, field.name))
    moved = pairwise_group(matrices[:, items][:, :, items])
    np.testing.assert_allclose(moved.aij, found.aij[items], rtol=1e-9)
    np.testing.assert_allclose(moved.aip_arithmetic, found.aip_arithmetic[items], rtol=1e-9)
    assert moved.consensus == pytest.approx(found.consensus, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(POINTS, st.randoms(use_true_random=False))
def test_the_consensus_lies_between_0_and_1_whatever_the_order_and_the_total(points, random):
    found = consensus(points, scale_maximum=None)
    if found.s_star is None:
        assert found.reason is not None
        return
    assert 0 <= found.s_star <= 1
    assert found.h_alpha <= found.h_gamma + 1e-12
    order = list(range(len(points)))
    random.shuffle(order)
    assert consensus(points[order], scale_maximum=None) == found
    assert consensus(points * 4, scale_maximum=None).s_star == pytest.approx(
        found.s_star, abs=1e-12
    )
