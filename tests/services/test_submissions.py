"""Submitting: immutable revisions, one for each form, leaves that recompute."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from analysis.record.canonical import canonical_text, parse_canonical
from analysis.record.leaf import leaf_hash, text_hash
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.answers.typed import Typed, clean
from delphi.models.answer import Rationale, Submission
from delphi.services.submissions import BROWSER_NONCE_BYTES, submit
from delphi.surroundings import Surroundings
from tests.databases import MakeDatabase
from tests.studies import (
    FOUR_GROUPS,
    RunningStudy,
    browser_nonce,
    looking,
    refuses,
    running_study,
    still_surroundings,
    typed,
)

ANSWER, OTHER = (20, 50, 30), (10, 60, 30)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5).opens_round()


def reasons(study: RunningStudy) -> dict[str, Rationale]:
    with looking(study.database) as session:
        return {one.item: one for one in session.scalars(select(Rationale))}


def only(study: RunningStudy) -> Submission:
    (found,) = study.submissions()
    return found


def test_a_submission_is_stored_as_one_canonical_document(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    row = only(study)
    document = parse_canonical(row.document)
    assert row.respondent == study.access(0).respondent
    assert document["answers"] == [
        {"question": "root", "method": "constant_sum", "values": {"D": 20, "S": 50, "E": 30}}
    ]
    assert (document["study"], document["round"], document["revision"]) == (study.id, 1, 1)
    assert document["questionnaire_sha256"] == study.round().questionnaire_sha256


def test_the_leaf_recomputes_from_what_is_stored(study: RunningStudy) -> None:
    for expert in range(3):
        study.submits(expert, ANSWER, reasons={"D": "因为"})
    for row in study.submissions():
        assert row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))
    assert len({row.leaf for row in study.submissions()}) == 3  # equal answers, other nonces


def test_the_browser_gives_half_of_the_nonce(study: RunningStudy) -> None:
    study.submits(0, ANSWER, browser_nonce=browser_nonce())
    nonce = bytes.fromhex(only(study).nonce)
    assert nonce[:BROWSER_NONCE_BYTES] == browser_nonce()
    assert len(nonce) == 32
    assert any(nonce[BROWSER_NONCE_BYTES:])


@pytest.mark.parametrize("given", [b"", b"short", bytes(17), bytes(32)])
def test_without_a_proper_half_the_server_makes_the_whole_nonce(
    study: RunningStudy, given: bytes
) -> None:
    study.submits(0, ANSWER, browser_nonce=given)
    nonce = bytes.fromhex(only(study).nonce)
    assert len(nonce) == 32
    assert not nonce.startswith(given or b"\x00" * 16)


def test_the_same_form_sent_again_is_the_same_submission(study: RunningStudy) -> None:
    ids = {study.submits(0, ANSWER, form_key="form-1") for _ in range(3)}
    assert ids == {only(study).id}


def test_a_form_changed_on_its_way_does_not_replace_what_is_stored(study: RunningStudy) -> None:
    first = study.submits(0, ANSWER, form_key="form-1")
    assert study.submits(0, OTHER, form_key="form-1") == first
    assert json.loads(only(study).document)["answers"][0]["values"]["D"] == 20


def test_one_form_key_of_two_experts_is_two_submissions(study: RunningStudy) -> None:
    assert study.submits(0, ANSWER, form_key="same") != study.submits(1, ANSWER, form_key="same")


def test_the_same_answers_from_a_second_window_are_a_revision_of_their_own(
    study: RunningStudy,
) -> None:
    first = study.submits(0, ANSWER, reasons={"D": "因为"}, form_key="window-1")
    second = study.submits(0, ANSWER, reasons={"D": "因为"}, form_key="window-2")
    assert first != second
    assert [row.revision for row in study.submissions()] == [1, 2]


def test_other_answers_are_a_new_revision_and_the_old_one_stays(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    before = only(study)
    study.submits(0, OTHER)
    first, second = study.submissions()
    assert (first.revision, second.revision) == (1, 2)
    assert (first.id, first.document, first.leaf) == (before.id, before.document, before.leaf)
    assert json.loads(second.document)["revision"] == 2


def test_going_back_to_an_earlier_answer_is_a_revision_too(study: RunningStudy) -> None:
    ids = [study.submits(0, answer) for answer in (ANSWER, OTHER, ANSWER)]
    assert len(set(ids)) == 3
    assert [row.revision for row in study.submissions()] == [1, 2, 3]


def test_a_form_that_was_answered_by_an_equal_submission_stays_answered(
    study: RunningStudy,
) -> None:
    # The second window sent what the first had; it is sent once more after a revision. It must
    # not undo the revision.
    study.submits(0, ANSWER, form_key="window-1")
    second = study.submits(0, ANSWER, form_key="window-2")
    study.submits(0, OTHER, form_key="window-3")
    assert study.submits(0, ANSWER, form_key="window-2") == second
    assert json.loads(study.submissions()[-1].document)["answers"][0]["values"]["D"] == 10


def test_keeping_the_last_answer_with_one_press_is_noted(study: RunningStudy) -> None:
    answer = typed({"D": 20, "S": 50, "E": 30})
    study.submits(0, replace(answer, kept=True))
    assert json.loads(only(study).document)["confirmed_unchanged"] is True


def test_an_abstention_is_an_answer(study: RunningStudy) -> None:
    study.submits(0, typed(abstained=["root"]))
    (answer,) = json.loads(only(study).document)["answers"]
    assert answer == {"question": "root", "method": "constant_sum", "abstain": True}


@pytest.mark.parametrize(
    ("answer", "gaps"),
    [
        (typed(), 3),
        (typed({"D": 20, "S": 50}), 1),
        (typed({"D": 20, "S": 50, "E": 25}), 1),
        (typed({"D": 22, "S": 50, "E": 28}), 2),
        (typed({"D": "x", "S": "", "E": "-5"}), 3),
        (typed({"D": 20, "S": 50, "E": 30}, reasons={"D": "长" * 501}), 1),
    ],
)
def test_an_answer_with_gaps_is_refused_with_their_number(
    study: RunningStudy, answer: Typed, gaps: int
) -> None:
    with refuses("answers_incomplete", count=gaps):
        study.submits(0, answer)
    assert study.submissions() == []


def test_items_that_are_not_asked_are_not_stored(study: RunningStudy) -> None:
    study.submits(0, typed({"D": 20, "S": 50, "E": 30, "Z": 99}))
    assert "Z" not in only(study).document


def test_two_questions_are_answered_in_one_document(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5, tree=FOUR_GROUPS).opens_round()
    study.submits(0, typed({"D": 20, "S": 50, "E": 30, "D1": 40, "D2": 60}))
    answers = json.loads(only(study).document)["answers"]
    assert [one["question"] for one in answers] == ["root", "D"]
    with refuses("answers_incomplete", count=2):
        study.submits(0, typed({"D": 20, "S": 50, "E": 30}))


def test_a_reason_lies_beside_and_its_hash_in_the_document(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "因为", "E": ""})
    reason = reasons(study)["D"]
    assert set(reasons(study)) == {"D"}
    assert reason.sha256 == text_hash("因为", bytes.fromhex(reason.salt))
    assert json.loads(only(study).document)["texts"] == [{"item": "D", "sha256": reason.sha256}]
    assert "因为" not in only(study).document


def test_a_reason_is_stored_in_normalisation_form_c(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "e\u0301"})
    assert reasons(study)["D"].text == "\u00e9"


def test_a_reason_that_stays_keeps_its_salt_and_hash(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "因为", "S": "旧"})
    before = reasons(study)
    study.submits(0, OTHER, reasons={"D": "因为", "S": "新"})
    after = reasons(study)
    assert (after["D"].id, after["D"].salt) == (before["D"].id, before["D"].salt)
    assert after["S"].text == "新"
    assert after["S"].salt != before["S"].salt


def test_a_reason_taken_back_is_erased_and_its_hash_alone_stays(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "秘密的理由"})
    study.submits(0, ANSWER)
    assert reasons(study) == {}
    first, second = study.submissions()
    assert json.loads(first.document)["texts"] != []
    assert json.loads(second.document)["texts"] == []


def test_a_refused_submission_erases_no_reason(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "因为"})
    with refuses("answers_incomplete"):
        study.submits(0, typed({"D": 20}))
    assert reasons(study)["D"].text == "因为"


def test_reasons_of_others_and_of_other_rounds_stay(study: RunningStudy) -> None:
    study.submits(0, ANSWER, reasons={"D": "一"})
    study.submits(1, ANSWER, reasons={"D": "二"})
    study.closes_round().opens_round()
    study.submits(0, ANSWER, reasons={"D": "三"})
    with study.database.reading() as session:
        texts = session.scalars(select(Rationale.text).order_by(Rationale.text)).all()
    assert sorted(texts) == sorted(["一", "二", "三"])


def test_a_closed_round_refuses_answers(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    study.closes_round()
    for expert in (0, 1):
        with refuses("round_closed"):
            study.submits(expert, OTHER)
    assert len(study.submissions()) == 1


def test_a_form_that_was_acknowledged_stays_so_after_the_close(study: RunningStudy) -> None:
    first = study.submits(0, ANSWER, form_key="form-1")
    study.closes_round()
    assert study.submits(0, ANSWER, form_key="form-1") == first
    with refuses("round_closed"):
        study.submits(0, ANSWER, form_key="form-2")


def test_a_form_of_an_earlier_round_is_refused_in_the_next(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    old = study.sent(ANSWER)
    study.closes_round().opens_round()
    with refuses("round_closed"), study.database.writing() as session:
        submit(session, study.access(0), old, study.around)


def test_nothing_is_stored_before_the_commit(study: RunningStudy) -> None:
    with study.database.writing() as session:
        submit(session, study.access(0), study.sent(ANSWER, reasons={"D": "因为"}), study.around)
        session.rollback()
    assert study.submissions() == []
    assert reasons(study) == {}


@pytest.fixture(scope="module")
def lasting(databases: MakeDatabase) -> Iterator[RunningStudy]:
    """Give one study for many examples."""
    around = still_surroundings(FixedClock(datetime(2026, 11, 2, tzinfo=UTC)))
    with databases("sqlite") as database:
        yield running_study(database, around, experts=5).opens_round()


@settings(max_examples=40, deadline=None)
@given(
    split=st.tuples(st.integers(0, 20), st.integers(0, 20)).filter(lambda two: sum(two) <= 20),
    reason=st.text(max_size=40),
)
def test_every_valid_answer_is_stored_as_given(
    lasting: RunningStudy, split: tuple[int, int], reason: str
) -> None:
    points = [5 * split[0], 5 * split[1], 100 - 5 * sum(split)]
    text = clean(reason).strip()
    found = lasting.submits(0, points, reasons={"S": text})
    with looking(lasting.database) as session:
        row = session.get_one(Submission, found)
    document = json.loads(row.document)
    assert document["answers"][0]["values"] == dict(zip("DSE", points, strict=True))
    assert canonical_text(document) == row.document
    assert len(document["texts"]) == bool(text)
    assert row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))
