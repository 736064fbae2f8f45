"""The frozen questionnaire and the order in which each respondent sees the items."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest

from analysis.record.canonical import canonical_text
from delphi.domain.dataset import DataRange
from delphi.domain.questionnaire import Question, from_document, ordered_items, to_document
from tests.domain.questionnaires import (
    EVERY_METHOD,
    best_worst_question,
    item,
    pairwise_question,
    question,
    questionnaire,
    ranking_question,
    rating_question,
)

ASKED = questionnaire(question("root", "A", "B", "C"), question("A", "A1", "A2", step=1))


def order(pseudonym: str, item_order: str = "per_respondent") -> str:
    asked = questionnaire(question("root", "A", "B", "C"), item_order=item_order)
    return "".join(one.code for one in ordered_items(asked, asked.questions[0], pseudonym))


def test_a_stored_questionnaire_reads_back_the_same() -> None:
    stored = json.loads(canonical_text(to_document(ASKED)))
    assert from_document(stored, ASKED.sha256) == ASKED


def test_questions_of_every_method_read_back_the_same() -> None:
    asked = questionnaire(*EVERY_METHOD)
    stored = json.loads(canonical_text(to_document(asked)))
    assert from_document(stored, asked.sha256) == asked


def test_a_question_is_stored_with_the_keys_of_its_method() -> None:
    stored = to_document(questionnaire(*EVERY_METHOD))["questions"]
    always = {"question", "method", "name", "items"}
    own = {"constant_sum": {"total", "step"}, "rating": {"scale", "criteria"}}
    for one in stored:
        assert set(one) == always | own.get(one["method"], set())


@pytest.mark.parametrize(
    ("asked", "ends", "step"),
    [
        (question("root", "A", "B"), (0, 100), 5),
        (question("root", "A", "B", step=1), (0, 100), 1),
        (rating_question("root", "A", "B"), (1, 5), 1),
        (rating_question("root", "A", "B", scale=(1, 9)), (1, 9), 1),
        (rating_question("root", "A", "B", scale=(0, 100)), (0, 100), 5),
        (ranking_question("root", *"ABCDE"), (1, 5), 1),
        (pairwise_question("root", "A", "B"), (0, 100), 5),
        (best_worst_question("root", "A", "B"), (0, 100), 5),
    ],
)
def test_figures_of_the_group_are_told_on_the_scale_of_the_question(
    asked: Question, ends: tuple[int, int], step: int
) -> None:
    assert (asked.ends, asked.told_step) == (ends, step)


def test_the_fact_card_of_an_item_is_stored_with_it() -> None:
    asked = questionnaire(question("root", "A"))
    (stored,) = to_document(asked)["questions"]
    assert stored["items"][0] == {
        "code": "A", "name": {"zh": "A项", "en": "Item A"}, "contains": [], "leaves": 0,
        "unit": {"zh": "", "en": ""}, "source": {"zh": "", "en": ""},
        "note": {"zh": "", "en": ""}, "kind": "value", "direction": "benefit", "path": [],
        "range": None,
    }  # fmt: skip


def test_an_item_keeps_its_path_and_its_range() -> None:
    above = ({"zh": "供给", "en": "Supply"}, {"zh": "服务", "en": "Services"})
    known = replace(item("A"), path=above, range=DataRange("3.1", "41", "88", 26, 2018, 2020))
    asked = replace(ASKED, questions=(replace(ASKED.questions[0], items=(known, item("B"))),))
    stored = json.loads(canonical_text(to_document(asked)))
    assert stored["questions"][0]["items"][0]["range"]["median"] == "41"
    assert from_document(stored, asked.sha256) == asked


def test_questions_and_items_are_found_by_name() -> None:
    assert ASKED.question("A") == ASKED.questions[1]
    assert ASKED.question("B") is None
    assert ASKED.item("A2") == item("A2")
    assert ASKED.item("Z") is None


def test_a_respondent_sees_the_same_order_each_time() -> None:
    assert order("a" * 32) == order("a" * 32)


def test_respondents_see_every_order_about_equally_often() -> None:
    seen = Counter(order(f"{number:032x}") for number in range(1200))
    assert set(seen) == {"".join(codes) for codes in permutations("ABC")}
    assert all(140 <= times <= 260 for times in seen.values())


def test_the_order_of_the_tree_is_the_same_for_everybody() -> None:
    assert {order(f"{number:032x}", "tree") for number in range(20)} == {"ABC"}
