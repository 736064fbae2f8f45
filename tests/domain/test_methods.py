"""The question methods: what the protocol stores of a question, and what may be compared."""

from __future__ import annotations

from itertools import product

import pytest

from analysis.exact import RULES
from delphi.domain.methods import (
    COMPANION_RULES,
    CRITERIA,
    HEADLINE_RULES,
    METHODS,
    MOST_ITEMS,
    RATING,
    SCALES,
    PlannedQuestion,
    is_comparable,
    planned_from_document,
)

RATED = PlannedQuestion("D", RATING, (1, 5), ("importance", "operability"))


@pytest.mark.parametrize("method", [method for method in METHODS if method != RATING])
def test_a_question_without_a_scale_is_stored_without_one(method: str) -> None:
    document = PlannedQuestion("root", method).to_document()
    assert document == {"question": "root", "method": method}
    assert planned_from_document(document) == PlannedQuestion("root", method)


@pytest.mark.parametrize("scale", SCALES)
def test_a_rating_is_stored_with_scale_and_criteria(scale: tuple[int, int]) -> None:
    asked = PlannedQuestion("D", RATING, scale, CRITERIA)
    document = asked.to_document()
    assert document == {
        "question": "D",
        "method": "rating",
        "scale": list(scale),
        "criteria": list(CRITERIA),
    }
    assert planned_from_document(document) == asked


def test_a_question_asks_for_points_unless_told_otherwise() -> None:
    assert PlannedQuestion("root").method == "constant_sum"


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_the_rules_of_what_it_is_aggregated_as(method: str) -> None:
    # Comparisons are aggregated as the points that they come down to.
    known = RULES.get(method, RULES["constant_sum"])
    rules = (HEADLINE_RULES[method], *COMPANION_RULES[method])
    assert sorted(rules) == sorted(known)


def test_limits_are_those_of_known_methods() -> None:
    assert set(HEADLINE_RULES) == set(COMPANION_RULES) == set(METHODS)
    assert set(MOST_ITEMS) <= set(METHODS)


def test_the_same_question_can_be_compared_whatever_else_is_rated() -> None:
    assert is_comparable(RATED, PlannedQuestion("D", RATING, (1, 5), ("importance",)))


def test_other_groups_methods_and_scales_are_not_compared() -> None:
    ways = [
        PlannedQuestion(group, method, scale)
        for group, (method, scale) in product(
            ("root", "D"),
            [*((one, None) for one in METHODS if one != RATING), *((RATING, s) for s in SCALES)],
        )
    ]
    assert all(is_comparable(one, other) is (one == other) for one, other in product(ways, ways))
