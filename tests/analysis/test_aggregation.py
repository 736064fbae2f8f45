from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import exact
from analysis.aggregation import (
    RULES,
    aggregate,
    combine,
    expert_rows,
    geometric_mean,
)

T2 = np.array(
    [
        [15, 55, 30],
        [15, 55, 30],
        [10, 60, 30],
        [20, 50, 30],
        [15, 55, 30],
        [15, 60, 25],
        [15, 50, 35],
        [10, 55, 35],
    ],
    np.float64,
)
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


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("arithmetic_mean", [14.375, 55, 30.625]),
        ("geometric_mean", [14.133, 55.210, 30.656]),
        ("median", [15, 55, 30]),
        ("trimmed_mean", [14.167, 55, 30.833]),
        ("l1", [15, 55, 30]),
    ],
)
def test_the_last_round_of_the_panel_gives_the_known_weights(rule, expected):
    found = aggregate(T2, method="constant_sum", rule=rule)
    np.testing.assert_allclose(found.weights * 100, expected, rtol=0, atol=6e-4)
    assert (found.experts_used, found.reason) == (8, None)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=60)
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
@settings(max_examples=40)
@given(data=st.data())
def test_permuting_experts_changes_nothing_and_permuting_items_permutes(method, rule, data):
    values = floats(data.draw(panels(method)))
    before = values.copy()
    found = aggregate(values, method=method, rule=rule)
    experts = data.draw(st.permutations(range(len(values))))
    items = data.draw(st.permutations(range(values.shape[1])))
    turned = aggregate(values[experts][:, items], method=method, rule=rule)
    np.testing.assert_allclose(turned.weights, found.weights[items], rtol=0, atol=1e-12)
    assert turned.reason == found.reason
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=40)
@given(data=st.data())
def test_weights_are_not_negative_and_sum_to_one(method, rule, data):
    found = aggregate(floats(data.draw(panels(method))), method=method, rule=rule)
    if found.reason is None:
        assert found.weights.min() >= 0
        assert found.weights.sum() == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("rule", RULES["constant_sum"])
def test_many_resampled_panels_are_one_call(rule):
    rows = expert_rows(T2, method="constant_sum", rule=rule)
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
        call(T2, method="rating", rule="l1")
