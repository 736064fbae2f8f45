"""How far comparisons contradict themselves: printed ratios, counted over a panel."""

from __future__ import annotations

from typing import Any

import pytest

from delphi.domain.answers.pairwise import key, pairs
from delphi.domain.questionnaire import Question
from delphi.services.consistency import consistency_document
from tests.domain.questionnaires import (
    best_worst_question,
    pairwise_question,
    question,
    ranking_question,
)
from tests.method_panels import read

ABC = pairwise_question("root", "A", "B", "C")
CITY = pairwise_question("root", "culture", "family", "house", "jobs", "transport")
#: A hundred times as much inconsistency as is usual: A over B over C over A.
CIRCLE = (9, -9, 9)


def upper(asked: Question, *judgments: int) -> dict[str, int]:
    return dict(zip(map(key, pairs(asked)), judgments, strict=True))


def found(asked: Question, *given: Any) -> dict[str, Any]:
    document = consistency_document(read(asked, given))
    assert document is not None
    return document


def test_the_city_example_is_consistent_enough() -> None:
    document = found(CITY, upper(CITY, -5, 3, -2, 5, 7, 1, 7, -4, 3, 7))
    assert document["median"] == pytest.approx(0.050276, abs=5e-7)
    assert document["gci_median"] == pytest.approx(0.182955, abs=5e-7)
    assert (document["experts"], document["judged"], document["above"]) == (1, 1, 0)
    assert (document["gci_limit"], document["gci_above"], document["limit"]) == (0.37, 0, 0.1)
    assert document["consensus"] is None


def test_three_experts_agree() -> None:
    triangles = ((-4, -2, 2), (-3, -2, 3), (-5, -3, 2))
    document = found(ABC, *(upper(ABC, *one) for one in triangles))
    assert document["consensus"] == pytest.approx(0.993252, abs=5e-7)
    assert (document["experts"], document["above"], document["gci_limit"]) == (3, 0, 0.31)


def test_who_contradicts_the_own_judgments_is_counted() -> None:
    document = found(ABC, upper(ABC, *CIRCLE), upper(ABC, 2, 4, 2), None)
    assert (document["experts"], document["above"], document["gci_above"]) == (2, 1, 1)
    assert document["random_index"] == "saaty_1980"


def ends(best: int, other: int, worst_of_other: int) -> dict[str, Any]:
    """Return a best-worst answer over A, B and C; A is the best and C the worst."""
    return {
        "best": "A",
        "worst": "C",
        "best_to_others": {"B": other, "C": best},
        "others_to_worst": {"B": worst_of_other},
    }


def test_best_and_worst_are_held_against_the_table() -> None:
    asked = best_worst_question("root", "A", "B", "C")
    # a_BW = 8: |2 · 5 - 8| / (64 - 8) = 0.0357, within 0.1667; 8 · 8 is far beyond.
    document = found(asked, ends(8, 2, 5), ends(8, 8, 8))
    assert (document["experts"], document["judged"], document["above"]) == (2, 2, 1)
    assert document["median"] == pytest.approx((2 / 56 + 56 / 56) / 2)
    assert document["limit"] is None


def test_where_the_table_has_no_limit_nobody_is_judged() -> None:
    asked = best_worst_question("root", "A", "B", "C")
    document = found(asked, ends(2, 2, 2), ends(8, 2, 5))
    assert (document["experts"], document["judged"], document["above"]) == (2, 1, 0)


def test_there_is_none_without_comparisons_that_could_contradict() -> None:
    two = pairwise_question("root", "A", "B")
    assert consistency_document(read(two, [upper(two, 3)])) is None
    assert consistency_document(read(ABC, [None, None])) is None
    ranking = ranking_question("root", "A", "B", "C")
    assert consistency_document(read(ranking, [{"A": 1, "B": 2, "C": 3}])) is None
    points = question("root", "A", "B", "C")
    assert consistency_document(read(points, [{"A": 30, "B": 30, "C": 40}])) is None
