"""The frozen questionnaire and the order in which each respondent sees the items."""

from __future__ import annotations

import json
from collections import Counter
from itertools import permutations

from analysis.record.canonical import canonical_text
from delphi.domain.questionnaire import from_document, ordered_items, to_document
from tests.domain.questionnaires import item, question, questionnaire

ASKED = questionnaire(question("root", "A", "B", "C"), question("A", "A1", "A2", step=1))


def order(pseudonym: str, item_order: str = "per_respondent") -> str:
    asked = questionnaire(question("root", "A", "B", "C"), item_order=item_order)
    return "".join(one.code for one in ordered_items(asked, asked.questions[0], pseudonym))


def test_a_stored_questionnaire_reads_back_the_same() -> None:
    stored = json.loads(canonical_text(to_document(ASKED)))
    assert from_document(stored, ASKED.sha256) == ASKED


def test_the_fact_card_of_an_item_is_stored_with_it() -> None:
    asked = questionnaire(question("root", "A"))
    (stored,) = to_document(asked)["questions"]
    assert stored["items"][0] == {
        "code": "A", "name": {"zh": "A项", "en": "Item A"}, "contains": [], "leaves": 0,
        "unit": {"zh": "", "en": ""}, "source": {"zh": "", "en": ""},
        "note": {"zh": "", "en": ""}, "kind": "value", "direction": "benefit",
    }  # fmt: skip


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
