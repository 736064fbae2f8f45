"""Which comparisons of one expert contradict each other most."""

from __future__ import annotations

from itertools import combinations, permutations, product
from math import log
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.elicitation.best_worst import input_consistency_ratio
from analysis.elicitation.pairwise import pairwise
from delphi.domain.answers.consistency import (
    LARGEST_INDEX,
    LARGEST_RATIO,
    along,
    in_descent,
    is_order_kept,
    worst_triad,
    worst_triple,
)
from delphi.domain.answers.pairwise import key, ratio
from tests.domain.answers.drawn import answers_to
from tests.domain.questionnaires import best_worst_question, pairwise_question

THREE = pairwise_question("D", "A", "B", "C")
FOUR = pairwise_question("D", "A", "B", "C", "E")


@pytest.mark.parametrize(
    "upper",
    [(-4, -2, 2), (-3, -2, 3), (-5, -3, 2), (1, 1, 1), (3, 9, 3), (2, 2, 2)],
    ids=["expert 1", "expert 2", "expert 3", "all equal", "consistent", "twice each"],
)
def test_comparisons_within_the_limit_are_left_in_peace(upper: tuple[int, int, int]) -> None:
    assert worst_triad(THREE, dict(zip(("A:B", "A:C", "B:C"), upper, strict=True))) is None


@pytest.mark.parametrize(
    ("upper", "product"),
    [((3, -3, 3), 27), ((-3, 3, -3), 27), ((9, 1, 1), 9), ((1, 1, 3), 3), ((2, -2, 1), 4)],
    ids=["A > B > C > A", "the other way round", "one against two equals", "three times", "two"],
)
def test_a_contradiction_is_named(upper: tuple[int, int, int], product: int) -> None:
    values = dict(zip(("A:B", "A:C", "B:C"), upper, strict=True))
    found = ratio(values, "A", "B") * ratio(values, "B", "C") * ratio(values, "C", "A")
    assert max(found, 1 / found) == product
    assert log(product) ** 2 / 3 > LARGEST_INDEX
    assert worst_triad(THREE, values) == ("A", "B", "C")


@pytest.mark.parametrize(("middle", "named"), [(5, False), (6, True)])
def test_the_limit_lies_between_two_and_a_half_and_three(middle: int, named: bool) -> None:
    # The products are 5/2 and 3: ln² / 3 = 0.280 and 0.402.
    values = {"A:B": middle, "A:C": 2, "B:C": 1}
    assert (worst_triad(THREE, values) is not None) is named


def test_of_several_contradictions_the_largest_is_named() -> None:
    # C > A is against A > B > C; E fits less badly.
    values = {"A:B": 3, "A:C": -3, "B:C": 3, "A:E": 3, "B:E": 3, "C:E": 1}
    assert worst_triad(FOUR, values) == ("A", "B", "C")
    values = {"A:B": 1, "A:C": 3, "B:C": 1, "A:E": 1, "B:E": 9, "C:E": -9}
    assert worst_triad(FOUR, values) == ("B", "C", "E")


def test_of_equal_contradictions_the_first_of_the_tree_is_named() -> None:
    values = {"A:B": 3, "A:C": 1, "B:C": 1, "A:E": 1, "B:E": 1, "C:E": 1}
    assert worst_triad(FOUR, values) == ("A", "B", "C")
    turned = values | {"A:B": -3}
    assert worst_triad(FOUR, turned) == ("A", "B", "C")


@pytest.mark.parametrize("missing", ["A:B", "A:C", "B:C"])
def test_a_triad_with_a_comparison_missing_is_not_judged(missing: str) -> None:
    values = {"A:B": 3, "A:C": -3, "B:C": 3}
    del values[missing]
    assert worst_triad(THREE, values) is None
    assert worst_triad(pairwise_question("D", "A", "B"), {"A:B": 9}) is None


def relabelled(values: dict[str, int], order: tuple[str, ...]) -> dict[str, int]:
    """Return the same comparisons of items that stand in another order."""
    found = {}
    for pair in combinations(order, 2):
        times = ratio(values, *pair)
        found[key(pair)] = int(times) if times >= 1 else -int(1 / times)
    return found


def off(values: dict[str, int], triad: tuple[str, ...]) -> float:
    return max(
        float(ratio(values, i, j) * ratio(values, j, k) * ratio(values, k, i))
        for i, j, k in permutations(triad)
    )


@settings(max_examples=60)
@given(answers_to(FOUR), st.permutations("ABCE"))
def test_the_order_of_the_items_does_not_matter(values: dict[str, int], order: list[str]) -> None:
    codes = tuple(order)
    found = worst_triad(FOUR, values)
    again = worst_triad(pairwise_question("D", *codes), relabelled(values, codes))
    assert (found is None) == (again is None)
    triads = list(combinations("ABCE", 3))
    largest = max(off(values, triad) for triad in triads)
    if found is not None and again is not None:
        assert off(values, found) == off(values, again) == largest
        if sum(off(values, triad) == largest for triad in triads) == 1:
            assert set(found) == set(again)


@settings(max_examples=60)
@given(answers_to(THREE))
def test_three_items_are_named_exactly_above_the_geometric_consistency_index(
    values: dict[str, int],
) -> None:
    matrix = np.array([[float(ratio(values, i, j)) for j in "ABC"] for i in "ABC"])
    gci = float(np.ravel(pairwise(matrix[None]).gci)[0])
    assert (worst_triad(THREE, values) is not None) == (gci > LARGEST_INDEX)


@pytest.mark.parametrize(
    ("upper", "chain", "kept"),
    [
        ((2, 2, 3), "ABC", True),
        ((-2, -2, 3), "BCA", True),
        ((1, 6, 2), "ABC", True),
        ((3, -3, 3), "ABC", False),
        ((-3, 3, -3), "ACB", False),
        # of equals and one pair that differs the two that go first say the opposite of the third
        ((9, 1, 1), "ABC", False),
        ((2, -2, 1), "ABC", False),
        ((1, 1, 3), "ABC", False),
    ],
)
def test_three_items_stand_from_the_heaviest_down(
    upper: tuple[int, int, int], chain: str, kept: bool
) -> None:
    values = dict(zip(("A:B", "A:C", "B:C"), upper, strict=True))
    found = in_descent(values, ("A", "B", "C"))
    assert ("".join(found), is_order_kept(*along(values, found))) == (chain, kept)


@given(answers_to(THREE))
def test_an_order_is_kept_exactly_where_three_weights_could_have_it(values: dict[str, int]) -> None:
    found = in_descent(values, ("A", "B", "C"))
    upper, lower, whole = along(values, found)
    assert min(upper, lower) >= 1

    def says(pair: tuple[str, str], weights: dict[str, str]) -> bool:
        one, other = (weights[code] for code in pair)
        times = ratio(values, *pair)
        return (times > 1, times == 1) == (one > other, one == other)

    possible = any(
        all(says(pair, dict(zip("ABC", weights, strict=True))) for pair in combinations("ABC", 2))
        for weights in product("123", repeat=3)
    )
    assert is_order_kept(upper, lower, whole) == possible


def compared(ends: str, best_to: tuple[int, ...], to_worst: tuple[int, ...]) -> dict[str, Any]:
    """Return an answer from two whole vectors; `ends` names the best and the worst."""
    codes = "ABCDE"[: len(best_to)]
    down = zip(codes, to_worst, strict=True)
    return {
        "best": ends[0],
        "worst": ends[1],
        "best_to_others": {c: n for c, n in zip(codes, best_to, strict=True) if c != ends[0]},
        "others_to_worst": {c: n for c, n in down if c not in ends},
    }


@pytest.mark.parametrize(
    ("ends", "best_to", "to_worst"),
    [
        ("CA", (8, 2, 1), (1, 5, 8)),
        ("BE", (2, 1, 4, 3, 8), (4, 8, 2, 3, 1)),
        ("BE", (2, 1, 4, 2, 8), (4, 8, 4, 2, 1)),
        ("BA", (4, 1, 2), (1, 4, 2)),
        ("BA", (1, 1, 1), (1, 1, 1)),
    ],
    ids=["ratio 0.036", "ratio 0.018", "ratio 0.143", "consistent", "all equal"],
)
def test_vectors_within_the_limit_are_left_in_peace(
    ends: str, best_to: tuple[int, ...], to_worst: tuple[int, ...]
) -> None:
    assert worst_triple(compared(ends, best_to, to_worst)) is None


@pytest.mark.parametrize(
    ("ends", "best_to", "to_worst", "named"),
    [
        # |9 · 5 - 8| / (64 - 8) = 0.661
        ("CA", (8, 9, 1), (1, 5, 8), "B"),
        # |2 · 1 - 8| / 56 = 0.107 for A, |1 · 9 - 8| / 56 = 0.018 for C, |6 · 6 - 8| / 56 for D
        ("BE", (2, 1, 1, 6, 8), (1, 8, 9, 6, 1), "D"),
        # |1 · 1 - 3| / (9 - 3) = 0.333
        ("CA", (3, 1, 1), (1, 1, 3), "B"),
        # |1 · 1 - 5| / (25 - 5) = 0.2
        ("CA", (5, 1, 1), (1, 1, 5), "B"),
        # |5 · 1 - 3| / (9 - 3) = 0.333
        ("CA", (3, 5, 1), (1, 1, 3), "B"),
        # the ends count the same, and yet B counts less than either
        ("CA", (1, 2, 1), (1, 1, 1), "B"),
    ],
    ids=["far above", "the largest of three", "too little", "just above", "too much", "equal ends"],
)
def test_the_item_that_fits_least_is_named(
    ends: str, best_to: tuple[int, ...], to_worst: tuple[int, ...], named: str
) -> None:
    assert worst_triple(compared(ends, best_to, to_worst)) == named


@pytest.mark.parametrize("times", [2, 4])
def test_a_ratio_of_one_sixth_is_within_the_limit(times: int) -> None:
    assert worst_triple(compared("CA", (3, times, 1), (1, 1, 3))) is None


def test_two_items_cannot_contradict_each_other() -> None:
    values = {"best": "A", "worst": "B", "best_to_others": {"B": 9}, "others_to_worst": {}}
    assert worst_triple(values) is None


@settings(max_examples=100)
@given(answers_to(best_worst_question("D", "A", "B", "C", "E")))
def test_an_item_is_named_exactly_above_the_limit_of_the_ratio(values: dict[str, Any]) -> None:
    limit = values["best_to_others"][values["worst"]]
    codes = ["A", "B", "C", "E"]
    down = {**values["others_to_worst"], values["best"]: limit, values["worst"]: 1}
    over = {**values["best_to_others"], values["best"]: 1}
    ratios = {code: abs(over[code] * down[code] - limit) for code in codes}
    named = worst_triple(values)
    if limit > 1:
        whole = input_consistency_ratio(
            np.array([over[code] for code in codes], np.float64),
            np.array([down[code] for code in codes], np.float64),
            best=codes.index(values["best"]),
            worst=codes.index(values["worst"]),
        )
        assert (named is not None) == (whole > LARGEST_RATIO)
    if named is not None:
        assert ratios[named] == max(ratios.values())
