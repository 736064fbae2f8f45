"""Every rule on resampled and reduced panels is the rule on the gathered rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import replicates
from analysis.aggregation import combine
from analysis.exact import RULES
from analysis.numerics.resampling import count_matrices
from analysis.replicates import replicator

CASES = [(method, rule) for method, rules in RULES.items() for rule in rules]
#: Zeros, ties and empty cells are frequent: they are what the rules differ by.
CELLS = {
    "constant_sum": st.sampled_from([0, 0, 0, 5, 10, 40]),
    "rating": st.sampled_from([None, 0, 1, 3, 3, 5]),
    "ranking": st.sampled_from([None, 1, 2, 2, 3, 3]),
}


@st.composite
def panels(draw, method: str) -> np.ndarray:
    items = draw(st.integers(1, 4))
    row = st.lists(CELLS[method], min_size=items, max_size=items)
    rows = draw(st.lists(row, min_size=1, max_size=9))
    return np.array([[np.nan if cell is None else cell for cell in row] for row in rows], float)


def gathered(ready, method, rule, members):
    """Go the plain way: gather the rows of each panel and apply the rule to them."""
    return np.array([combine(ready.rows[one], method=method, rule=rule) for one in members])


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_replicates_are_the_rule_on_the_gathered_rows(method, rule, data):
    ready = replicator(data.draw(panels(method)), method=method, rule=rule)
    experts = len(ready.rows)
    if not experts:
        return
    (counts,) = count_matrices(experts, 20, seed=data.draw(st.integers(0, 9)), at_once=20)
    drawn = [np.repeat(np.arange(experts), row.astype(int)) for row in counts]
    found = ready.many(replicates.Resampled(counts))
    expected = gathered(ready, method, rule, drawn)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13)  # NaN where NaN
    without = np.concatenate(list(ready.without_each()))
    if experts == 1:
        assert np.isnan(without).all()
    else:
        others = [np.delete(np.arange(experts), at) for at in range(experts)]
        expected = gathered(ready, method, rule, others)
        np.testing.assert_allclose(without, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize(("method", "rule"), CASES)
@pytest.mark.parametrize("experts", [33, 90])
def test_panels_wider_than_the_cuts_agree_too(method, rule, experts):
    random = np.random.default_rng(experts)
    values = random.integers(1, 6, (experts, 5)) + random.random((experts, 5))
    values[:, -1] *= random.random(experts) < 0.05
    if method == "rating":
        values[random.random(values.shape) < 0.2] = np.nan
    ready = replicator(values, method=method, rule=rule)
    found = np.concatenate(list(ready.resampled(40, seed=2)))
    (counts,) = count_matrices(len(ready.rows), 40, seed=2, at_once=40)
    drawn = [np.repeat(np.arange(len(ready.rows)), row.astype(int)) for row in counts]
    np.testing.assert_allclose(found, gathered(ready, method, rule, drawn), rtol=0, atol=1e-13)


@pytest.mark.parametrize(("method", "rule"), CASES)
def test_no_digit_depends_on_blocks(method, rule, monkeypatch):
    values = np.random.default_rng(2).random((17, 4)) + 0.1
    whole = np.concatenate(
        list(replicator(values, method=method, rule=rule).resampled(300, seed=1))
    )
    monkeypatch.setattr(replicates, "_LEAST_AT_ONCE", 1)
    for block in (1, 100, 1000):
        monkeypatch.setattr(replicates, "BLOCK", block)
        ready = replicator(values, method=method, rule=rule)
        blocks = list(ready.resampled(300, seed=1))
        assert len(blocks) > 1
        np.testing.assert_array_equal(np.concatenate(blocks), whole)


@pytest.mark.parametrize(("method", "rule"), CASES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_digit_depends_on_the_order_of_rows_and_items_move_along(method, rule, data):
    values = data.draw(panels(method))
    values.setflags(write=False)
    rows = data.draw(st.permutations(range(len(values))))
    items = data.draw(st.permutations(range(values.shape[1])))
    ready = replicator(values, method=method, rule=rule)
    turned = replicator(values[rows], method=method, rule=rule)
    np.testing.assert_array_equal(turned.rows, ready.rows)
    assert turned.used.size == ready.used.size
    moved = replicator(values[:, items], method=method, rule=rule)
    np.testing.assert_allclose(moved.weights, ready.weights[items], rtol=0, atol=1e-13)
    if len(ready.rows):
        first = np.concatenate(list(ready.resampled(15, seed=1)))
        np.testing.assert_array_equal(np.concatenate(list(turned.resampled(15, seed=1))), first)


def test_an_item_that_is_zero_in_the_resample_only_keeps_weight_zero_there():
    values = np.array([[50.0, 50, 0], [40, 60, 0], [30, 60, 10]])
    ready = replicator(values, method="constant_sum", rule="geometric_mean")
    counts = np.array([[3.0, 0, 0], [1, 2, 0], [1, 1, 1]])[:, ready.used]
    found = ready.many(replicates.Resampled(counts))
    np.testing.assert_allclose(found[0], [0.5, 0.5, 0])
    assert found[1, 2] == 0
    assert found[2, 2] > 0


@pytest.mark.parametrize(
    ("values", "method", "rule", "code"),
    [
        ([[np.nan, np.nan]], "constant_sum", "arithmetic_mean", "no_answers"),
        ([[0.0, 0.0]], "rating", "mean_of_normalised", "all_zero"),
        ([[1.0, np.nan]], "ranking", "roc", "no_complete_answers"),
        ([[1.0, 2.0]], "constant_sum", "trimmed_mean", "fewer_than_3_experts"),
        ([[1.0, np.nan]], "rating", "median", "item_without_answers"),
    ],
)
def test_a_panel_without_weights_says_why(values, method, rule, code):
    ready = replicator(np.array(values), method=method, rule=rule)
    assert ready.reason == code
    assert np.isnan(ready.weights).all()


def test_a_panel_without_experts_has_no_resamples():
    ready = replicator(np.full((2, 2), np.nan), method="rating", rule="median")
    assert list(ready.without_each()) == []
    with pytest.raises(ValueError, match="0 experts"):
        next(ready.resampled(3, seed=1))


@pytest.mark.parametrize("values", [np.ones(3), np.ones((3, 0)), np.ones((2, 2, 2))])
def test_what_is_no_matrix_of_answers_is_refused(values):
    with pytest.raises(ValueError, match="matrix of experts x items"):
        replicator(values, method="rating", rule="median")


def test_a_zero_that_leaves_nothing_is_refused():
    values = np.array([[0, 0, 1.0], [0.5, 0.25, 0.25]])
    with pytest.raises(ValueError, match="leaves nothing"):
        replicator(values, method="constant_sum", rule="geometric_mean", zero=0.5)
