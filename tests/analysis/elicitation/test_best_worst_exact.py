"""The exact optimum of the linear best-worst model."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.elicitation.best_worst import BestWorst, best_worst
from analysis.elicitation.best_worst_exact import exact_weights


def solved(to_others: list[int], to_worst: list[int], best: int, worst: int) -> BestWorst:
    vectors = (np.array(one, np.float64) for one in (to_others, to_worst))
    return best_worst(*vectors, best=best, worst=worst)


@pytest.mark.parametrize(
    ("to_others", "to_worst", "weights"),
    [
        # Rezaei's transport example: 1/14, 9/28, 17/28.
        ([8, 2, 1], [1, 5, 8], (Fraction(1, 14), Fraction(9, 28), Fraction(17, 28))),
        # consistent: 1/7, 4/7, 2/7
        ([4, 1, 2], [1, 4, 2], (Fraction(1, 7), Fraction(4, 7), Fraction(2, 7))),
    ],
)
def test_printed_examples(
    to_others: list[int], to_worst: list[int], weights: tuple[Fraction, ...]
) -> None:
    best, worst = to_others.index(1), to_worst.index(1)
    found = solved(to_others, to_worst, best, worst)
    assert exact_weights(found, to_others, to_worst, best=best, worst=worst) == weights


def test_equal_answers_in_other_words_give_equal_fractions() -> None:
    """Two answers whose floats differ in the last digits, and whose weights are the same."""
    one = exact_weights(solved([1, 3, 2], [3, 1, 2], 0, 1), [1, 3, 2], [3, 1, 2], best=0, worst=1)
    other = exact_weights(solved([3, 4, 1], [1, 1, 4], 2, 1), [3, 4, 1], [1, 1, 4], best=2, worst=1)
    assert one is not None
    assert other is not None
    assert one[1] == other[1] == Fraction(1, 6)


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[list[int], list[int], int, int]:
    count = draw(st.integers(2, 9))
    best, worst = draw(st.permutations(range(count)))[:2]
    to_others = [draw(st.integers(1, 9)) for _ in range(count)]
    to_worst = [draw(st.integers(1, 9)) for _ in range(count)]
    to_others[best] = to_worst[worst] = 1
    to_worst[best] = to_others[worst]
    return to_others, to_worst, best, worst


@settings(max_examples=200, deadline=None)
@given(comparisons())
def test_the_exact_optimum_is_that_of_the_solver(
    answer: tuple[list[int], list[int], int, int],
) -> None:
    to_others, to_worst, best, worst = answer
    found = solved(*answer)
    weights = exact_weights(found, to_others, to_worst, best=best, worst=worst)
    assert weights is not None
    assert sum(weights) == 1
    assert np.allclose([float(one) for one in weights], found.weights, atol=1e-9)


def test_floats_that_are_not_the_optimum_give_nothing() -> None:
    found = solved([1, 3, 2], [3, 1, 2], 0, 1)
    assert exact_weights(found, [1, 9, 2], [9, 1, 2], best=0, worst=1) is None
