"""The submission document: what is hashed into a leaf."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import canonical_bytes, parse_canonical
from delphi.domain.answers.checking import Answer
from delphi.domain.submission import to_document, values_of
from tests.domain.answers.drawn import answers_to
from tests.domain.questionnaires import EVERY_METHOD, question, questionnaire

ASKED = questionnaire(question("root", "A", "B"), question("A", "A1", "A2"))
ANSWERS = (
    Answer("root", "constant_sum", {"A": 40, "B": 60}),
    Answer("A", "constant_sum", None),
)


def document(**changes: Any) -> dict[str, Any]:
    how: dict[str, Any] = {"texts": {}, "confirmed_unchanged": False} | changes
    return to_document(ASKED, 1, ANSWERS, **how)


def test_the_document_holds_the_answers_and_nothing_about_who_or_when() -> None:
    assert document() == {
        "format": "delphi-submission/1",
        "study": ASKED.study,
        "round": 1,
        "revision": 1,
        "questionnaire_sha256": ASKED.sha256,
        "answers": [
            {"question": "root", "method": "constant_sum", "values": {"A": 40, "B": 60}},
            {"question": "A", "method": "constant_sum", "abstain": True},
        ],
        "self_assessment": None,
        "implications": None,
        "proposals": [],
        "confirmed_unchanged": False,
        "texts": [],
    }


def test_texts_are_named_by_their_hashes_in_the_order_of_items() -> None:
    found = document(texts={"B": "b" * 64, "A": "a" * 64})
    assert found["texts"] == [
        {"item": "A", "sha256": "a" * 64},
        {"item": "B", "sha256": "b" * 64},
    ]


def test_values_read_back_question_by_question() -> None:
    assert values_of(document()) == {"root": {"A": 40, "B": 60}, "A": None}


def test_an_answer_is_stored_with_the_method_it_was_given_by() -> None:
    asked = questionnaire(*EVERY_METHOD)
    answers = tuple(Answer(one.question, one.method, {"x": 1}) for one in EVERY_METHOD)
    found = to_document(asked, 1, answers, texts={}, confirmed_unchanged=False)
    assert [(one["question"], one["method"]) for one in found["answers"]] == [
        (one.question, one.method) for one in EVERY_METHOD
    ]
    assert values_of(found) == {one.question: {"x": 1} for one in EVERY_METHOD}


@pytest.mark.parametrize("kept", [True, False])
def test_an_answer_kept_with_one_press_says_so(*, kept: bool) -> None:
    assert document(confirmed_unchanged=kept)["confirmed_unchanged"] is kept


@settings(max_examples=50)
@given(st.fixed_dictionaries({one.question: answers_to(one) for one in EVERY_METHOD}))
def test_the_canonical_form_reads_back_the_same(given_answers: dict[str, Any]) -> None:
    asked = questionnaire(*EVERY_METHOD)
    answers = [
        Answer(one.question, one.method, given_answers[one.question]) for one in EVERY_METHOD
    ]
    found = to_document(asked, 2, answers, texts={}, confirmed_unchanged=False)
    assert parse_canonical(canonical_bytes(found)) == found
    assert values_of(found) == given_answers
