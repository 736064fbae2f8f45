"""Row geometric means in fractions."""

from __future__ import annotations

import hashlib
import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.elicitation.pairwise import pairwise
from analysis.elicitation.pairwise_exact import PARTS, exact_rgmm

#: Of the fractions that logarithms to 60 decimal digits gave for the thousand answers of
#: `drawn_answers(1)`, before whole-number roots took their place.
BY_LOGARITHMS = "9fad33d96376f711762947540c40f63ff9573c099ee216fe1cf18247e8d73955"

Answer = tuple[list[int], int]


def drawn_answers(seed: int, count: int = 1_000) -> list[Answer]:
    drawn = random.Random(seed)  # noqa: S311  (repeatable on purpose)
    answers = []
    for _ in range(count):
        items = drawn.randint(1, 9)
        largest = drawn.choice((2, 4, 9))
        judgments = [
            drawn.choice((1, -1)) * drawn.randint(2, largest) if drawn.random() < 0.8 else 1
            for _ in range(items * (items - 1) // 2)
        ]
        answers.append((judgments, items))
    return answers


def matrix(judgments: list[int], items: int) -> np.ndarray:
    found = np.ones((items, items))
    for (one, other), times in zip(combinations(range(items), 2), judgments, strict=True):
        ratio = times if times > 0 else -1 / times
        found[one, other], found[other, one] = ratio, 1 / ratio
    return found


def test_every_digit_is_that_of_logarithms_to_60_digits() -> None:
    rows = (exact_rgmm(*one) for one in drawn_answers(1))
    written = "\n".join(" ".join(map(str, row)) for row in rows)
    assert hashlib.sha256(written.encode()).hexdigest() == BY_LOGARITHMS


@st.composite
def triangles(draw: st.DrawFn, largest: int = 9) -> Answer:
    items = draw(st.integers(1, 15))
    times = st.one_of(st.integers(-largest, -1), st.integers(1, largest))
    count = items * (items - 1) // 2
    return draw(st.lists(times, min_size=count, max_size=count)), items


@settings(max_examples=150, deadline=None)
@given(triangles())
def test_the_fractions_are_the_floats_and_add_up(answer: Answer) -> None:
    found = exact_rgmm(*answer)
    assert sum(found) == 1
    floats = pairwise(matrix(*answer)).weights_rgmm.tolist()
    assert [float(one) for one in found] == pytest.approx(floats, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(triangles(largest=10**6))
def test_large_comparisons_of_many_items_are_exact_too(answer: Answer) -> None:
    judgments, items = answer
    found = exact_rgmm(judgments, items)
    products = [Fraction(1)] * items
    for (one, other), times in zip(combinations(range(items), 2), judgments, strict=True):
        ratio = Fraction(times) if times > 0 else Fraction(-1, times)
        products[one] *= ratio
        products[other] /= ratio
    first = max(range(items), key=lambda at: products[at])
    for share, product in zip(found, products, strict=True):
        # (w_i / w_first)^n = P_i / P_first, up to the parts that weights are rounded to.
        low, high = ((share + off * Fraction(1, PARTS)) / found[first] for off in (-2, 2))
        assert max(low, Fraction(0)) ** items <= product / products[first] <= high**items


def test_equal_products_give_equal_shares() -> None:
    # 2 · 6 = 3 · 4: another way to the same product.
    first, second, *_ = exact_rgmm([1, 2, 6, 3, 4, 1], 4)
    assert first == second
    assert exact_rgmm([1, -1, 1], 3) == (Fraction(1, 3),) * 3
    assert exact_rgmm([], 1) == (1,)


@pytest.mark.parametrize(("judgments", "items"), [([2, 3], 3), ([2, 3, 0], 3), ([1], 1)])
def test_unusable_comparisons_are_refused(judgments: list[int], items: int) -> None:
    with pytest.raises(ValueError, match=f"comparisons of {items} items"):
        exact_rgmm(judgments, items)
