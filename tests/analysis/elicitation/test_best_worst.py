"""Best-worst method: printed figures, an independent dual, and what other packages get wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from analysis.elicitation import best_worst as module
from analysis.elicitation.best_worst import (
    THRESHOLDS,
    best_worst,
    best_worst_group,
    input_consistency_ratio,
    threshold,
    weight_range,
)
from tests.analysis.elicitation.judgments import SIX_BEST, SIX_WORST

PRINTED = 5e-7


@dataclasses.dataclass(frozen=True)
class Answers:
    """One expert's comparisons."""

    best_to_others: np.ndarray
    others_to_worst: np.ndarray
    best: int
    worst: int

    def solve(self):
        return best_worst(
            self.best_to_others, self.others_to_worst, best=self.best, worst=self.worst
        )

    def range(self, xi):
        return weight_range(
            self.best_to_others, self.others_to_worst, best=self.best, worst=self.worst, xi=xi
        )

    def deviations(self, weights):
        """Every |w_B - a_Bj w_j| and |w_j - a_jW w_W|."""
        first = weights[self.best] - self.best_to_others * weights
        second = weights - self.others_to_worst * weights[self.worst]
        own = np.arange(len(weights))
        return np.abs(np.append(first[own != self.best], second[own != self.worst]))


def answers(best_to_others, others_to_worst):
    """Take the first ones at 1 for the best and the worst."""
    first, second = (np.array(row, float) for row in (best_to_others, others_to_worst))
    return Answers(first, second, int(first.argmin()), int(second.argmin()))


TRANSPORT = answers((8, 2, 1), (1, 5, 8))  # Rezaei's example: load, travel time and cost
FIVE = answers((2, 1, 4, 3, 8), (4, 8, 2, 3, 1))  # these two made up for this project
OTHER_FIVE = answers((2, 1, 4, 2, 8), (4, 8, 4, 2, 1))
CONSISTENT = answers((4, 1, 2), (1, 4, 2))
EXAMPLES = (TRANSPORT, FIVE, OTHER_FIVE, CONSISTENT)


@st.composite
def comparisons(draw, least=2, most=7, largest=9):
    n = draw(st.integers(least, most))
    best, worst = draw(st.permutations(range(n)))[:2]
    rows = [
        np.array(draw(st.lists(st.integers(1, largest), min_size=n, max_size=n)), float)
        for _ in range(2)
    ]
    rows[0][best] = rows[1][worst] = 1
    rows[1][best] = rows[0][worst]
    return Answers(*rows, best, worst)


@pytest.mark.parametrize(
    ("given_answers", "weights", "xi", "ratio"),
    [
        (TRANSPORT, [0.071429, 0.321429, 0.607143], 0.035714, 0.035714),
        (FIVE, [0.229508, 0.448087, 0.114754, 0.153005, 0.054645], 0.010929, 0.017857),
        (OTHER_FIVE, [0.243902, 0.414634, 0.121951, 0.170732, 0.048780], 0.073171, 0.142857),
        (CONSISTENT, [0.142857, 0.571429, 0.285714], 0.0, 0.0),
    ],
)
def test_weights_xi_and_consistency_are_the_printed_ones(given_answers, weights, xi, ratio):
    found = given_answers.solve()
    np.testing.assert_allclose(found.weights, weights, atol=PRINTED)
    assert found.xi == pytest.approx(xi, abs=PRINTED)
    assert found.cr_input == pytest.approx(ratio, abs=PRINTED)
    assert found.unique
    np.testing.assert_array_equal(found.weights_low, found.weights)
    np.testing.assert_array_equal(found.weights_high, found.weights)


def test_the_panel_of_the_bayesian_example_has_the_printed_means():
    results = [
        best_worst(first, second, best=int(first.argmin()), worst=int(second.argmin()))
        for first, second in zip(SIX_BEST, SIX_WORST, strict=True)
    ]
    group = best_worst_group(results)
    arithmetic = [0.2162, 0.1738, 0.0559, 0.2491, 0.0763, 0.1209, 0.0457, 0.0620]
    geometric = [0.2222, 0.1718, 0.0513, 0.2487, 0.0753, 0.1204, 0.0452, 0.0651]
    np.testing.assert_allclose(group.arithmetic_mean, arithmetic, atol=5e-5)
    np.testing.assert_allclose(group.geometric_mean, geometric, atol=5e-5)
    assert group.not_unique == 0
    assert all(0.15 < result.cr_input < 0.23 and result.acceptable for result in results)
    again = best_worst_group(results[::-1])
    np.testing.assert_array_equal(again.arithmetic_mean, group.arithmetic_mean)
    np.testing.assert_array_equal(again.geometric_mean, group.geometric_mean)


def test_a_panel_of_nobody_or_of_different_items_is_refused():
    for results in ([], [TRANSPORT.solve(), FIVE.solve()]):
        with pytest.raises(ValueError, match="at least one"):
            best_worst_group(results)


@pytest.mark.parametrize(
    ("given_answers", "theirs"),
    [
        # bw_method of pyDecision 5.1.8, which searches with a penalty, on the same comparisons.
        (FIVE, [0.22341421, 0.45202703, 0.1150836, 0.15434944, 0.05512572]),
        (OTHER_FIVE, [0.19537749, 0.44124461, 0.12977782, 0.18168896, 0.05191112]),
    ],
)
def test_the_optimum_is_better_than_that_of_a_penalty_search(given_answers, theirs):
    found = given_answers.solve()
    assert found.xi < given_answers.deviations(np.array(theirs)).max() - 1e-5
    assert np.abs(found.weights - theirs).max() > 0.005


@pytest.mark.parametrize("given_answers", [TRANSPORT, FIVE, OTHER_FIVE])
def test_one_side_of_each_absolute_value_would_give_xi_0(given_answers):
    # RMCDA keeps one side only and reports xi = 0 for whatever was answered.
    rows = _sides(given_answers)
    for side in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        assert _primal(side).fun == pytest.approx(0, abs=1e-12)
    assert given_answers.solve().xi == pytest.approx(_primal(rows).fun, abs=1e-12)
    assert given_answers.solve().xi > 0.01


def _sides(given_answers):
    """Write the constraints out one by one: first all of one sign, then all of the other."""
    n, rows = len(given_answers.best_to_others), []
    for sign in (1, -1):
        for at in range(n):
            for high, factor, low in (
                (given_answers.best, given_answers.best_to_others[at], at),
                (at, given_answers.others_to_worst[at], given_answers.worst),
            ):
                row = np.zeros(n + 1)
                row[high] += sign
                row[low] -= sign * factor
                row[-1] = -1
                rows.append(row)
    return np.array(rows)


def _primal(rows):
    n = rows.shape[1] - 1
    total = np.append(np.ones(n), 0)[None]
    return linprog(
        np.eye(n + 1)[n], A_ub=rows, b_ub=np.zeros(len(rows)), A_eq=total, b_eq=[1], method="highs"
    )


def _dual(rows):
    """Largest lambda with rows' y + c - lambda e >= 0 and y >= 0, the dual of the model."""
    n = rows.shape[1] - 1
    total, cost = np.append(np.ones(n), 0), np.eye(n + 1)[n]
    objective = np.append(np.zeros(len(rows)), -1)
    free = [(0, None)] * len(rows) + [(None, None)]
    system = np.hstack([-rows.T, total[:, None]])
    found = linprog(objective, A_ub=system, b_ub=cost, bounds=free, method="highs")
    return -found.fun


@pytest.mark.parametrize("given_answers", EXAMPLES)
def test_the_dual_program_has_the_same_value(given_answers):
    assert given_answers.solve().xi == pytest.approx(_dual(_sides(given_answers)), abs=1e-9)


def test_two_items_are_divided_as_they_were_compared():
    found = answers((1, 4), (4, 1)).solve()
    np.testing.assert_allclose(found.weights, [0.8, 0.2], rtol=1e-12)
    assert (found.xi, found.cr_input, found.unique) == (pytest.approx(0, abs=1e-12), 0, True)
    assert (found.threshold, found.acceptable) == (None, None)
    assert found.reason == {"threshold": "not_tabulated", "acceptable": "not_tabulated"}


def test_all_equal_comparisons_have_ratio_0_and_not_nan():
    # R's BWM gives NaN: a_BW² - a_BW is 0.
    found = best_worst(np.ones(4), np.ones(4), best=0, worst=3)
    np.testing.assert_allclose(found.weights, 0.25, rtol=1e-12)
    assert (found.cr_input, found.unique) == (0, True)


def test_the_ratio_keeps_no_sign():
    # pyDecision takes the largest of a_Bj a_jW - a_BW and misses what is too small.
    low = answers((1, 2, 9), (9, 2, 1))
    assert low.solve().cr_input == pytest.approx(5 / 72)


def test_fractions_are_accepted():
    found = answers((1, 1.5, 3), (3, 2, 1)).solve()
    np.testing.assert_allclose(found.weights, [0.5, 1 / 3, 1 / 6], rtol=1e-12)
    assert found.threshold == 0.1667
    assert answers((1, 1.5, 3.5), (3.5, 2, 1)).solve().threshold is None


def test_thresholds_are_those_of_the_two_way_table():
    # The column of five criteria as printed in pyDecision 5.1.8, which uses it for any number.
    column = [0.1667, 0.1898, 0.2306, 0.2643, 0.2819, 0.2958, 0.3062]
    assert [threshold(5, a) for a in range(3, 10)] == column
    assert {len(row) for row in THRESHOLDS.values()} == {7}
    assert (threshold(3, 9), threshold(9, 9), threshold(9, 4)) == (0.1359, 0.3662, 0.2683)
    for n_items, best_to_worst in ((2, 5), (10, 5), (5, 2), (5, 10), (5, 4.5), (5, 1)):
        assert threshold(n_items, best_to_worst) is None


@pytest.mark.parametrize("n_items", [3, 4, 5])
@pytest.mark.parametrize("best_to_worst", [6, 7, 8, 9])
def test_thresholds_are_near_those_of_a_simulation(n_items, best_to_worst):
    # Random whole comparisons, divided into those whose two vectors give one order of the items and
    # the others: the threshold is where as large a share of the first is refused as of the second
    # accepted. A reconstruction of the procedure, here to guard against wrong digits.
    random = np.random.default_rng(n_items * 10 + best_to_worst)
    size = (60_000, n_items)
    first, second = (random.integers(1, best_to_worst + 1, size) for _ in range(2))
    first[:, 0], first[:, 1], second[:, 0], second[:, 1] = 1, best_to_worst, best_to_worst, 1
    ratio = np.abs(first * second - best_to_worst).max(axis=1) / (best_to_worst**2 - best_to_worst)
    ordered = np.ones(len(first), bool)
    for i in range(n_items):
        for j in range(i):
            ordered &= np.sign(first[:, i] - first[:, j]) == np.sign(second[:, j] - second[:, i])
    levels = np.unique(ratio)
    accepted = [(ratio[~ordered] <= level).mean() for level in levels]
    refused = [(ratio[ordered] > level).mean() for level in levels]
    crossing = np.interp(0, np.subtract(accepted, refused), levels)
    assert threshold(n_items, best_to_worst) == pytest.approx(crossing, abs=0.02)


def test_within_a_little_more_than_the_optimum_the_weights_can_move():
    found = FIVE.solve()
    low, high = FIVE.range(found.xi * 1.01)
    assert (low < found.weights).all()
    assert (high > found.weights).all()
    assert (high - low).max() < 0.02
    low, high = FIVE.range(found.xi + 1e-10)
    assert (high - low).max() < 1e-7
    with pytest.raises(ValueError, match="no weights fit"):
        FIVE.range(found.xi * 0.99)


def test_what_the_multipliers_do_not_certify_is_settled_by_the_range(monkeypatch):
    expected = FIVE.solve()
    monkeypatch.setattr(module, "_certified", lambda *_: False)
    found = FIVE.solve()
    assert found.unique
    np.testing.assert_array_equal(found.weights, expected.weights)
    monkeypatch.setattr(module, "_POINT", 0.0)
    loose = FIVE.solve()
    assert not loose.unique
    assert best_worst_group([loose, expected]).not_unique == 1
    assert (loose.weights_low <= loose.weights + 1e-12).all()
    assert (loose.weights_high >= loose.weights - 1e-12).all()


def test_multipliers_of_a_degenerate_optimum_certify_nothing():
    model = module._Model(FIVE.best_to_others, FIVE.others_to_worst, FIVE.best, FIVE.worst)
    found = module._minimise(model.objective, model.deviations, model.total)
    assert module._certified(model, found)
    found.ineqlin.marginals[:] = 0
    assert not module._certified(model, found)


@pytest.mark.parametrize(
    ("first", "second", "ends", "message"),
    [
        ([1, 2], [2, 1, 1], (0, 1), "two vectors"),
        ([[1, 2]], [[2, 1]], (0, 1), "two vectors"),
        ([1, 2], [2, 1], (0, 0), "two different items"),
        ([1, 2], [2, 1], (0, 2), "two different items"),
        ([1], [1], (0, 0), "two different items"),
        ([1, 0.5], [0.5, 1], (0, 1), "from 1 to 1e"),
        ([1, np.nan, 2], [2, 1, 1], (0, 2), "from 1 to 1e"),
        ([1, 1e9], [1e9, 1], (0, 1), "from 1 to 1e"),
        ([2, 2], [2, 1], (0, 1), "compared with itself"),
        ([1, 3], [4, 1], (0, 1), "best to worst is 3 in one vector and 4 in the other"),
    ],
)
def test_comparisons_that_cannot_be_used_are_refused(first, second, ends, message):
    with pytest.raises(ValueError, match=message):
        best_worst(np.array(first, float), np.array(second, float), best=ends[0], worst=ends[1])


@settings(max_examples=60, deadline=None)
@given(comparisons())
def test_xi_is_the_largest_deviation_and_no_other_weights_do_better(given_answers):
    for row in (given_answers.best_to_others, given_answers.others_to_worst):
        row.flags.writeable = False
    found = given_answers.solve()
    assert found.unique
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    assert (found.weights > 0).all()
    assert given_answers.deviations(found.weights).max() == pytest.approx(found.xi, abs=1e-9)
    assert found.xi == pytest.approx(_dual(_sides(given_answers)), abs=1e-9)
    assert found.cr_input >= 0


@settings(max_examples=15, deadline=None)
@given(comparisons(3, 5))
def test_the_optimum_is_one_point(given_answers):
    found = given_answers.solve()
    low, high = given_answers.range(found.xi + 1e-10)
    np.testing.assert_allclose(low, found.weights, atol=1e-6)
    np.testing.assert_allclose(high, found.weights, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(comparisons(3), st.randoms(use_true_random=False))
def test_permuting_the_items_permutes_the_weights(given_answers, random):
    order = list(range(len(given_answers.best_to_others)))
    random.shuffle(order)
    moved = Answers(
        given_answers.best_to_others[order],
        given_answers.others_to_worst[order],
        order.index(given_answers.best),
        order.index(given_answers.worst),
    )
    found, other = given_answers.solve(), moved.solve()
    np.testing.assert_allclose(other.weights, found.weights[order], atol=1e-9)
    assert other.xi == pytest.approx(found.xi, abs=1e-10)
    assert other.cr_input == found.cr_input


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(2, 9), min_size=1, max_size=5), st.integers(2, 9))
def test_consistent_comparisons_give_their_ratios_and_xi_0(ratios, steps):
    # Weights 1, r_1, ..., r_k, s·max: every comparison is a ratio of two of them.
    weights = np.array([1.0, *ratios, steps * max(ratios)])
    best, worst = len(weights) - 1, 0
    first, second = weights[best] / weights, weights / weights[worst]
    found = best_worst(first, second, best=best, worst=worst)
    np.testing.assert_allclose(found.weights, weights / weights.sum(), rtol=1e-9)
    assert found.xi == pytest.approx(0, abs=1e-12)
    assert input_consistency_ratio(first, second, best=best, worst=worst) < 1e-14
