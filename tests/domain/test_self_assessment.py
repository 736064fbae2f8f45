"""Familiarity and grounds of judgement: read from any form, kept in draft and submission."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analysis.record.canonical import canonical_text, parse_canonical
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.domain.protocol import default_protocol, from_document
from delphi.domain.questionnaire import from_document as read_questionnaire
from delphi.domain.questionnaire import to_document as questionnaire_document
from delphi.domain.self_assessment import (
    NOTHING,
    AskedAssessment,
    Assessment,
    AssessmentRule,
    Dimension,
    Ground,
    assessment_from_document,
    kept,
    read_assessment,
)
from delphi.domain.submission import to_document
from tests.domain.questionnaires import questionnaire

NAME = {"zh": "名", "en": "Name"}
ASKED = AskedAssessment((Dimension("D", NAME), Dimension("S", NAME)), ("practice", "theory"))
RULE = AssessmentRule("A", (Ground("practice", (50, 40, 30)),), ("1", "0.8", "0.6", "0.4", "0.2"))


def test_known_answers_are_read_and_the_rest_is_left() -> None:
    form = {
        "familiarity.D": "1",
        "familiarity.S": "6",
        "familiarity.X": "1",
        "basis.practice": "3",
        "basis.theory": "4",
        "basis.magic": "1",
    }
    assert read_assessment(ASKED, form) == Assessment({"D": 1}, {"practice": 3})


@given(
    st.dictionaries(
        st.sampled_from(["familiarity.D", "familiarity.S", "basis.practice", "basis.theory"]),
        st.text(max_size=5),
    )
)
def test_whatever_is_posted_only_whole_numbers_in_range_are_read(form: dict[str, str]) -> None:
    found = read_assessment(ASKED, form)
    assert set(found.familiarity) <= {"D", "S"}
    assert set(found.basis) <= {"practice", "theory"}
    assert all(1 <= level <= 5 for level in found.familiarity.values())
    assert all(1 <= size <= 3 for size in found.basis.values())
    assert kept(ASKED, found) == found


def test_nothing_chosen_is_no_answer() -> None:
    assert not read_assessment(ASKED, {})
    assert not NOTHING
    assert Assessment({}, {"theory": 1})


def test_what_a_draft_holds_reads_back() -> None:
    given_answers = Assessment({"D": 2}, {"theory": 1})
    typed = Typed({"D": "5"}, frozenset(), {}, assessed=given_answers, assessed_version=3)
    assert typed_from_document(parse_canonical(canonical_text(typed.to_document()))) == typed
    for broken in (None, 3, [], {"familiarity": 1, "basis": None}):
        assert assessment_from_document(broken) == NOTHING
        assert typed_from_document({"assessment": broken}).assessed == NOTHING


def test_answers_off_the_questionnaire_are_not_submitted() -> None:
    asked = replace(questionnaire(), self_assessment=ASKED)
    odd = Assessment({"D": 9, "S": True, "X": 1}, {"practice": 0})  # type: ignore[dict-item]
    how = {"texts": {}, "confirmed_unchanged": False}
    assert to_document(asked, 1, (), **how, assessed=odd)["self_assessment"] is None  # type: ignore[arg-type]
    some = Assessment({"D": 5}, {})
    stored = to_document(asked, 1, (), **how, assessed=some)["self_assessment"]  # type: ignore[arg-type]
    assert stored == {"familiarity": {"D": 5}, "basis": {}}
    without = questionnaire()
    assert to_document(without, 1, (), **how, assessed=some)["self_assessment"] is None  # type: ignore[arg-type]


def test_protocol_and_questionnaire_read_back_with_and_without() -> None:
    for rule in (RULE, None):
        protocol = replace(default_protocol(["root"]), self_assessment=rule)
        document = protocol.to_document("5" * 16, rehearsal=False, tree_sha256="0" * 64)
        assert from_document(parse_canonical(canonical_text(document))) == protocol
    for asked in (ASKED, None):
        whole = replace(questionnaire(), self_assessment=asked)
        again = read_questionnaire(questionnaire_document(whole), whole.sha256)
        assert again.self_assessment == asked
