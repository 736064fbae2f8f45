import tracemalloc
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis import exact
from analysis.aggregation import (
    RULES,
    aggregate,
    combine,
    expert_rows,
)
from analysis.aggregation_rules import (
    arithmetic_mean,
    geometric_mean,
    l1,
    mean_of_shares,
    median,
    trimmed_mean,
)
from analysis.simplex import closure, share_totals
from tests.analysis.panels import T1, T2, panel

CASES = [(method, rule) for method, rules in RULES.items() for rule in rules]
#: What an expert may answer: any point of a coarse grid, an empty cell now and then.
CELLS = {
    "constant_sum": st.integers(0, 20),
    "rating": st.one_of(st.integers(0, 9), st.none()),
    "ranking": st.one_of(st.integers(1, 3), st.none()),
}


@st.composite
def panels(draw, method: str) -> list[list[Fraction | None]]:
    n_items = draw(st.integers(1, 5))
    row = st.lists(CELLS[method], min_size=n_items, max_size=n_items)
    abstained = [None] * n_items
    rows = draw(st.lists(st.one_of(row, st.just(abstained)), min_size=1, max_size=7))
    return [[None if cell is None else Fraction(cell) for cell in row] for row in rows]


def floats(rows: list[list[Fraction | None]]) -> np.ndarray:
    return np.array([[np.nan if c is None else float(c) for c in row] for row in rows], np.float64)


# The two panels are made up for this project; their figures were computed apart from this code with
# plain NumPy.


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [
        (1, "arithmetic_mean", [16.875, 53.75, 29.375]),
        (1, "geometric_mean", [15.353, 54.766, 29.880]),
        (1, "median", [17.073, 53.659, 29.268]),
        (1, "trimmed_mean", [16.667, 53.333, 30]),
        (1, "l1", [20, 50, 30]),
        (2, "arithmetic_mean", [15, 54.375, 30.625]),
        (2, "geometric_mean", [14.447, 54.736, 30.817]),
        (2, "median", [15, 55, 30]),
        (2, "trimmed_mean", [14.286, 54.622, 31.092]),
        (2, "l1", [15, 55, 30]),
        (3, "arithmetic_mean", [14.375, 55, 30.625]),
        (3, "geometric_mean", [14.133, 55.210, 30.656]),
        (3, "median", [15, 55, 30]),
        (3, "trimmed_mean", [14.167, 55, 30.833]),
        (3, "l1", [15, 55, 30]),
    ],
)
def test_the_rounds_of_the_second_panel_give_the_known_weights(number, rule, expected):
    found = aggregate(T2[number - 1], method="constant_sum", rule=rule)
    np.testing.assert_allclose(found.weights * 100, expected, rtol=0, atol=6e-4)
    assert (found.experts_used, found.reason) == (8, None)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic_mean", [37, 33, 30]),
        ("median", [100 / 3, 100 / 3, 100 / 3]),
        ("geometric_mean", [36.557, 33.007, 30.436]),
        ("l1", [35, 35, 30]),
    ],
)
def test_five_experts_whose_medians_sum_to_90_are_treated_as_known(rule, expected):
    rows = panel("50 30 20\n20 50 30\n30 20 50\n60 20 20\n25 45 30")
    found = aggregate(rows, method="constant_sum", rule=rule)
    np.testing.assert_allclose(found.weights * 100, expected, rtol=0, atol=6e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic_mean", [13.125, 60.625, 26.25]),
        ("geometric_mean", [11.150, 68.170, 20.680]),
        ("trimmed_mean", [14.286, 56.303, 29.412]),
        ("median", [15, 55, 30]),
        ("l1", [15, 55, 30]),
    ],
)
def test_one_expert_who_exaggerates_moves_each_rule_as_far_as_known(rule, expected):
    rows = T2[2].copy()
    rows[7] = [0, 100, 0]
    found = aggregate(rows, method="constant_sum", rule=rule)
    np.testing.assert_allclose(found.weights * 100, expected, rtol=0, atol=6e-4)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("arithmetic_mean", [10, 60, 30]), ("geometric_mean", [4.941, 63.174, 31.885])],
)
def test_a_zero_counts_as_a_share_or_as_half_a_point(rule, expected):
    rows = panel("0 70 30\n10 60 30\n20 50 30")
    found = aggregate(rows, method="constant_sum", rule=rule)
    np.testing.assert_allclose(found.weights * 100, expected, rtol=0, atol=6e-4)


def test_ratings_give_the_known_weights_and_a_recoded_scale_gives_others():
    means = aggregate(T1[0], method="rating", rule="normalised_means").weights
    np.testing.assert_allclose(means, [0.264, 0.232, 0.160, 0.216, 0.128], rtol=0, atol=5e-7)
    recoded = aggregate(T1[0] - 1, method="rating", rule="normalised_means").weights
    np.testing.assert_allclose(recoded, [0.289, 0.244, 0.144, 0.222, 0.100], rtol=0, atol=5e-4)
    own = aggregate(T1[0], method="rating", rule="mean_of_normalised").weights
    expected = [0.264764, 0.232493, 0.159734, 0.216480, 0.126529]
    np.testing.assert_allclose(own, expected, rtol=0, atol=5e-7)


def test_orders_of_the_second_panel_give_the_known_centroid_weights():
    ranks = (T2[0][:, None, :] > T2[0][:, :, None]).sum(axis=2) + 1.0
    found = aggregate(ranks, method="ranking", rule="roc").weights
    np.testing.assert_allclose(found, [0.121528, 0.611111, 0.267361], rtol=0, atol=5e-7)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_exact_and_vectorised_agree(method, rule, data):
    rows = data.draw(panels(method))
    slow = exact.aggregate(rows, method=method, rule=rule)
    fast = aggregate(floats(rows), method=method, rule=rule)
    assert (fast.experts_used, fast.reason) == (slow.experts_used, slow.reason)
    if slow.weights is None:
        assert np.isnan(fast.weights).all()
    else:
        expected = [float(weight) for weight in slow.weights]
        np.testing.assert_allclose(fast.weights, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_permuting_experts_changes_nothing_and_permuting_items_permutes(method, rule, data):
    values = floats(data.draw(panels(method))) / 7
    values.flags.writeable = False
    found = aggregate(values, method=method, rule=rule)
    experts = data.draw(st.permutations(range(len(values))))
    items = data.draw(st.permutations(range(values.shape[1])))
    np.testing.assert_array_equal(
        aggregate(values[experts], method=method, rule=rule).weights, found.weights
    )
    turned = aggregate(values[:, items], method=method, rule=rule)
    np.testing.assert_allclose(turned.weights, found.weights[items], rtol=0, atol=1e-14)
    assert turned.reason == found.reason


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_weights_are_not_negative_and_sum_to_one(method, rule, data):
    found = aggregate(floats(data.draw(panels(method))), method=method, rule=rule)
    if found.reason is None:
        assert found.weights.min() >= 0
        assert found.weights.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("rule", RULES["constant_sum"])
def test_many_resampled_panels_are_one_call(rule):
    rows = expert_rows(T2[2], method="constant_sum", rule=rule)
    picks = np.random.default_rng(5).integers(0, len(rows), (20, len(rows)))
    together = combine(rows[picks], method="constant_sum", rule=rule)
    one_by_one = [combine(rows[pick], method="constant_sum", rule=rule) for pick in picks]
    np.testing.assert_allclose(together, one_by_one, rtol=0, atol=1e-15)


def test_ratings_with_empty_cells_are_resampled_in_one_call_too():
    rows = np.array([[3, 1], [np.nan, 2], [5, np.nan]], np.float64)
    picks = np.array([[0, 1, 2], [2, 2, 2]])
    for rule in ("normalised_means", "median"):
        found = combine(rows[picks], method="rating", rule=rule)
        alone = aggregate(rows, method="rating", rule=rule).weights
        np.testing.assert_allclose(found[0], alone)
        assert np.isnan(found[1]).all()


def test_a_sum_a_little_above_one_does_not_upset_the_l1_rule():
    thirds = np.full((3, 3), 1 / 3) * (1 + 4e-16)
    found = combine(thirds, method="constant_sum", rule="l1")
    np.testing.assert_allclose(found, 1 / 3, rtol=0, atol=1e-15)


def test_an_item_that_nobody_chose_keeps_weight_zero():
    rows = np.array([[0, 0.7, 0.3, 0], [0.1, 0.6, 0.3, 0]])
    found = geometric_mean(rows)
    assert found[3] == 0
    np.testing.assert_allclose(found[:3], geometric_mean(rows[:, :3]))


def test_a_zero_replacement_that_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match=r"a zero replaced by 0\.5 leaves nothing"):
        geometric_mean(np.array([[0, 0, 1.0], [0.5, 0.25, 0.25]]), zero=0.5)


@pytest.mark.parametrize("call", [aggregate, combine, expert_rows])
def test_a_rule_of_another_method_is_refused(call):
    with pytest.raises(ValueError, match="no rule 'l1' for 'rating'"):
        call(T2[2], method="rating", rule="l1")


@settings(max_examples=40, deadline=None)
@given(rows=arrays(np.float64, (7, 4), elements=st.floats(0.01, 1)), factor=st.floats(0.01, 100))
@pytest.mark.parametrize("rule", RULES["constant_sum"])
def test_the_total_of_a_row_does_not_matter(rule, rows, factor):
    found = aggregate(rows, method="constant_sum", rule=rule).weights
    scaled = aggregate(rows * factor, method="constant_sum", rule=rule).weights
    np.testing.assert_allclose(scaled, found, rtol=0, atol=1e-13)


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (6, 4), elements=st.floats(0.01, 1)))
def test_only_the_geometric_mean_keeps_ratios_when_an_item_is_left_out(values):
    shares = expert_rows(values, method="constant_sum", rule="geometric_mean")
    whole = geometric_mean(shares)
    part = geometric_mean(shares[:, :3] / shares[:, :3].sum(axis=1, keepdims=True))
    np.testing.assert_allclose(part, whole[:3] / whole[:3].sum(), rtol=1e-12)


def test_the_arithmetic_mean_does_not_keep_ratios():
    shares = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    part = arithmetic_mean(shares[:, :2] / shares[:, :2].sum(axis=1, keepdims=True))
    whole = arithmetic_mean(shares)
    assert part[0] / part[1] != pytest.approx(whole[0] / whole[1], rel=0.1)


@settings(max_examples=60, deadline=None)
@given(
    answers=arrays(np.float64, (5, 3), elements=st.integers(0, 20)).filter(
        lambda values: values.any(axis=1).all()
    ),
    lie=arrays(np.float64, 3, elements=st.integers(0, 20)).filter(np.any),
)
def test_nobody_comes_nearer_by_misreporting_to_the_l1_rule(answers, lie):
    rows = expert_rows(answers, method="constant_sum", rule="l1")
    other = rows.copy()
    other[0] = lie / lie.sum()
    honest, lied = (np.abs(rows[0] - l1(given_rows)).sum() for given_rows in (rows, other))
    assert honest <= lied + 1e-12


def test_an_l1_weight_is_an_optimum_of_the_distance():
    rows = expert_rows(T2[0], method="constant_sum", rule="l1")
    grid = np.array([[a, b, 100 - a - b] for a in range(101) for b in range(101 - a)]) / 100
    distances = np.abs(rows - grid[:, None, :]).sum(axis=(1, 2))
    assert np.abs(rows - l1(rows)).sum() == pytest.approx(distances.min(), abs=1e-12)


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        (arithmetic_mean, [[np.nan, np.nan], [0.5, 0.5]]),
        (geometric_mean, [[np.nan, np.nan], [0.5, 0.5]]),
        (median, [[np.nan, np.nan], [np.nan, np.nan]]),
        (trimmed_mean, [[0.5, 0.5], [0.5, 0.5]]),
    ],
)
def test_what_a_rule_does_not_define_is_nan_throughout(rule, rows):
    assert np.isnan(rule(np.array(rows))).all()


def test_a_panel_is_a_matrix():
    with pytest.raises(ValueError, match="matrix"):
        aggregate(np.ones(3), method="constant_sum", rule="l1")


def test_a_large_panel_is_worked_on_in_blocks():
    values = np.random.default_rng(3).integers(1, 10, (10_000, 200)).astype(float)
    tracemalloc.start()
    aggregate(values, method="constant_sum", rule="arithmetic_mean")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.3 * values.nbytes  # the shares, and no second copy of them


def test_means_of_shares_that_are_not_held_are_those_of_the_rule_to_the_last_digit():
    answers = np.random.default_rng(6).random((3_000, 40))
    shares, totals = closure(answers), share_totals(answers)
    assert mean_of_shares(answers, totals).tobytes() == arithmetic_mean(shares).tobytes()
    factors = np.random.default_rng(7).uniform(0, 2, size=len(answers))
    found = mean_of_shares(answers, totals, factors)
    np.testing.assert_allclose(found, np.average(shares, axis=0, weights=factors), rtol=1e-13)
    order = np.random.default_rng(8).permutation(len(answers))
    again = mean_of_shares(answers[order], totals[order], factors[order])
    assert again.tobytes() == found.tobytes()
