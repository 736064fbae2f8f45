"""The exact optimum of the linear best-worst model."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.elicitation.best_worst import BestWorst, best_worst
from analysis.elicitation.best_worst_exact import exact_weights

#: Of the fractions that SciPy's solver and an elimination of what binds at its optimum gave for the
#: thousand answers of `drawn_answers(1)`, before the closed form took their place.
BY_SOLVER_AND_ELIMINATION = "65abb43e844ee05e63119aa216b18be9005331d5ecae02352db091701e2d290f"

Answer = tuple[list[int], list[int], int, int]


def solved(
    to_others: Sequence[float], to_worst: Sequence[float], best: int, worst: int
) -> BestWorst:
    vectors = (np.array(one, np.float64) for one in (to_others, to_worst))
    return best_worst(*vectors, best=best, worst=worst)


def exactly(answer: Answer) -> tuple[Fraction, ...]:
    to_others, to_worst, best, worst = answer
    return exact_weights(to_others, to_worst, best=best, worst=worst)


def deviation(answer: Answer, weights: tuple[Fraction, ...]) -> Fraction:
    """Return xi of some weights."""
    to_others, to_worst, best, worst = answer
    to_best = (abs(weights[best] - a * w) for a, w in zip(to_others, weights, strict=True))
    to_end = (abs(w - a * weights[worst]) for a, w in zip(to_worst, weights, strict=True))
    return max(*to_best, *to_end)


def drawn_answers(seed: int, count: int = 1_000) -> list[Answer]:
    drawn = random.Random(seed)  # noqa: S311  (repeatable on purpose)
    answers = []
    for _ in range(count):
        items = drawn.randint(2, 9)
        best, worst = drawn.sample(range(items), 2)
        largest = drawn.choice((2, 4, 9))
        to_others = [drawn.randint(1, largest) for _ in range(items)]
        to_worst = [drawn.randint(1, largest) for _ in range(items)]
        to_others[best] = to_worst[worst] = 1
        to_worst[best] = to_others[worst]
        answers.append((to_others, to_worst, best, worst))
    return answers


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
    assert exactly((to_others, to_worst, to_others.index(1), to_worst.index(1))) == weights


def test_equal_answers_in_other_words_give_equal_fractions() -> None:
    """Two answers whose floats differ in the last digits, and whose weights are the same."""
    one = exactly(([1, 3, 2], [3, 1, 2], 0, 1))
    other = exactly(([3, 4, 1], [1, 1, 4], 2, 1))
    assert one[1] == other[1] == Fraction(1, 6)


def test_every_digit_is_that_of_the_solver_with_elimination() -> None:
    written = "\n".join(" ".join(map(str, exactly(one))) for one in drawn_answers(1))
    assert hashlib.sha256(written.encode()).hexdigest() == BY_SOLVER_AND_ELIMINATION


@st.composite
def comparisons(draw: st.DrawFn) -> Answer:
    count = draw(st.integers(2, 9))
    best, worst = draw(st.permutations(range(count)))[:2]
    to_others = [draw(st.integers(1, 9)) for _ in range(count)]
    to_worst = [draw(st.integers(1, 9)) for _ in range(count)]
    to_others[best] = to_worst[worst] = 1
    to_worst[best] = to_others[worst]
    return to_others, to_worst, best, worst


def check_optimal(answer: Answer) -> None:
    """Hold the closed form against the solver, which also proves that the optimum is unique."""
    found, weights = solved(*answer), exactly(answer)
    assert sum(weights) == 1
    assert min(weights) >= 0
    assert found.unique
    assert [float(one) for one in weights] == pytest.approx(found.weights.tolist(), abs=1e-9)
    assert float(deviation(answer, weights)) == pytest.approx(found.xi, abs=1e-9)


@settings(max_examples=200, deadline=None)
@given(comparisons())
def test_the_exact_optimum_is_that_of_the_solver(answer: Answer) -> None:
    check_optimal(answer)


def test_every_answer_on_three_items_up_to_four_times_is_solved() -> None:
    for whole, best_to, to_worst in product(range(1, 5), repeat=3):
        check_optimal(([1, best_to, whole], [whole, to_worst, 1], 0, 2))


@settings(max_examples=100, deadline=None)
@given(comparisons(), st.randoms(use_true_random=False))
def test_no_other_weights_deviate_as_little(answer: Answer, drawn: random.Random) -> None:
    weights = exactly(answer)
    least = deviation(answer, weights)
    one, other = drawn.sample(range(len(weights)), 2)
    moved = list(weights)
    moved[one] -= weights[one] / drawn.choice((2, 100, 10**9))
    moved[other] = 1 - sum(moved[:other]) - sum(moved[other + 1 :])
    assert deviation(answer, tuple(moved)) > least


def test_fractions_are_compared_as_well() -> None:
    half = Fraction(1, 2)
    found = exact_weights([1, 3 + half, 7], [7, 1 + half, 1], best=0, worst=2)
    floats = solved([1, 3.5, 7], [7, 1.5, 1], 0, 2).weights
    assert [float(one) for one in found] == pytest.approx(floats.tolist(), abs=1e-12)


@pytest.mark.parametrize(
    ("to_others", "to_worst", "best", "worst", "told"),
    [
        ([1, 3], [3], 0, 1, "one comparison an item"),
        ([1, 3], [3, 1], 0, 0, "two of its items"),
        ([1, 3], [3, 1], 0, 2, "two of its items"),
        ([1, 0, 3], [3, 1, 1], 0, 2, "from 1 up"),
        ([2, 1, 3], [3, 1, 1], 0, 2, "with itself"),
        ([1, 2, 3], [3, 2, 2], 0, 2, "with itself"),
        ([1, 2, 3], [4, 2, 1], 0, 2, "the same in both"),
    ],
)
def test_unusable_comparisons_are_refused(
    to_others: list[int], to_worst: list[int], best: int, worst: int, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        exact_weights(to_others, to_worst, best=best, worst=worst)
