"""What is kept of a form as it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.answers.typed import (
    LONGEST_FIELD,
    LONGEST_TEXT,
    MOST_MARKS,
    Typed,
    clean,
    read_typed,
    typed_from_document,
)
from delphi.domain.self_assessment import Assessment
from tests.domain.questionnaires import question, questionnaire

ASKED = questionnaire()
NAMES = ("points.A", "points.B", "points.C")


def read(form: dict[str, str], *, kept: bool = False) -> Typed:
    return read_typed(ASKED, NAMES, form, kept=kept)


def test_named_fields_are_kept_as_typed_and_others_left() -> None:
    form = {
        "points.A": "２0 x",
        "points.Z": "80",
        "reason.Z": "no such item",
        "abstain.nothing": "on",
        "abstain.root": "on",
        "respondent": "somebody else",
    }
    assert read(form) == Typed(
        {"points.A": "２0 x", "points.B": "", "points.C": ""},
        frozenset({"root"}),
        {"A": "", "B": "", "C": ""},
    )


def test_each_question_is_abstained_by_itself() -> None:
    asked = questionnaire(question("root", "A", "B"), question("A", "A1", "A2"))
    form = {"abstain.A": "on", "abstain.root": ""}
    assert read_typed(asked, (), form, kept=False).abstained == {"A"}


def test_over_long_fields_are_cut_and_long_reasons_are_kept_to_be_shortened() -> None:
    form = {"points.A": "1" * 100, "reason.A": "r" * (LONGEST_TEXT + 5)}
    found = read(form, kept=True)
    assert len(found.fields["points.A"]) == LONGEST_FIELD
    assert len(found.reasons["A"]) == LONGEST_TEXT
    assert found.kept


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\u0000b", "ab"),
        ("a\u0007b\x7f", "ab"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\ttwo", "onetwo"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("e\u0301", "\u00e9"),
        ("  text \n", "text"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
    ],
)
def test_texts_are_cleaned_of_what_cannot_be_shown(typed: str, stored: str) -> None:
    found = read({"reason.A": typed, "points.A": typed.replace("\r\n", "\n")})
    assert (found.reasons["A"], found.fields["points.A"]) == (stored, stored)


@settings(max_examples=100)
@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")


@settings(max_examples=100)
@given(
    st.dictionaries(st.sampled_from([*NAMES, "more.A:B"]), st.text(max_size=10)),
    st.dictionaries(st.sampled_from("ABC"), st.text(max_size=10)),
    st.booleans(),
    st.booleans(),
)
def test_a_draft_gives_back_what_was_typed(
    texts: dict[str, str], reasons: dict[str, str], abstains: bool, kept: bool
) -> None:
    abstained = frozenset({"root"} if abstains else ())
    again = typed_from_document(Typed(texts, abstained, reasons, kept).to_document())
    assert again.fields == {name: text for name, text in texts.items() if text}
    assert again.reasons == {code: text for code, text in reasons.items() if text}
    assert (again.abstained, again.kept) == (abstained, kept)


def test_a_draft_names_the_fields_that_are_filled_in() -> None:
    typed = Typed({"more.A:B": "first", "times.A:B": ""}, frozenset({"D", "C"}), {"A": ""})
    assert typed.to_document() == {
        "fields": {"more.A:B": "first"},
        "abstained": ["C", "D"],
        "reasons": {},
        "kept": False,
    }


def test_a_draft_keeps_the_self_assessment_with_its_version() -> None:
    typed = Typed({}, frozenset(), {}, assessed=Assessment({"D": 1}, {}), assessed_version=3)
    assert typed_from_document(typed.to_document()) == typed


@pytest.mark.parametrize(
    "document", [{}, {"fields": 3, "abstained": None, "reasons": []}, {"fields": ["points.A"]}]
)
def test_a_draft_of_another_shape_is_read_as_empty(document: dict[str, object]) -> None:
    assert typed_from_document(document) == Typed({}, frozenset(), {})


def test_marks_that_pile_up_on_one_letter_are_cut_and_cost_no_time() -> None:
    pile = "a" + "\u0301\u0323" * 40_000
    assert len(clean(pile)) <= MOST_MARKS + 1
    assert clean("e\u0323\u0301" * 3) == "\u1eb9\u0301" * 3
