"""The submission document: what is hashed into a leaf."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import canonical_bytes, parse_canonical
from delphi.domain.allocation import Allocation
from delphi.domain.submission import points_of, to_document
from tests.domain.questionnaires import question, questionnaire

ASKED = questionnaire(question("root", "A", "B"), question("A", "A1", "A2"))
ANSWERS = (Allocation("root", {"A": 40, "B": 60}), Allocation("A", None))


def document(**changes: object) -> dict[str, object]:
    how = {"texts": {}, "confirmed_unchanged": False} | changes
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
        "confirmed_unchanged": False,
        "texts": [],
    }


def test_texts_are_named_by_their_hashes_in_the_order_of_items() -> None:
    found = document(texts={"B": "b" * 64, "A": "a" * 64})
    assert found["texts"] == [
        {"item": "A", "sha256": "a" * 64},
        {"item": "B", "sha256": "b" * 64},
    ]


def test_points_read_back_question_by_question() -> None:
    assert points_of(document()) == {"root": {"A": 40, "B": 60}, "A": None}


@pytest.mark.parametrize("kept", [True, False])
def test_an_answer_kept_with_one_press_says_so(*, kept: bool) -> None:
    assert document(confirmed_unchanged=kept)["confirmed_unchanged"] is kept


@settings(max_examples=50)
@given(st.integers(0, 20))
def test_the_canonical_form_reads_back_the_same(steps: int) -> None:
    points = {"B": 100 - 5 * steps, "A": 5 * steps}
    found = to_document(
        ASKED, 2, (Allocation("root", points),), texts={}, confirmed_unchanged=False
    )
    assert parse_canonical(canonical_bytes(found)) == found
