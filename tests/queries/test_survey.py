"""What an expert is shown: read with few statements, from frozen documents, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from delphi.db import Database
from delphi.models.answer import Rationale
from delphi.models.study import Round, Study
from delphi.queries.own_answers import own_answers
from delphi.queries.survey import (
    Standing,
    feedback_of,
    questionnaire_of,
    reason_texts,
    round_facts,
    standing_of,
)
from delphi.surroundings import Surroundings
from tests.studies import T2, RunningStudy, running_study, typed


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=8)


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Note every statement that is sent."""
    sent: list[str] = []

    def note(connection, cursor, statement, *more):  # type: ignore[no-untyped-def]
        sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def standing(study: RunningStudy) -> Standing:
    with study.database.reading() as session:
        return standing_of(session, study.id)


def in_round_2(study: RunningStudy) -> RunningStudy:
    study.opens_round()
    for expert, answer in enumerate(T2[0]):
        study.submits(expert, answer, reasons={"D": f"Reason of {expert}"} if expert < 4 else None)
    return study.closes_round().opens_round(departure="Another round.")


def test_before_the_first_round_there_is_none(study: RunningStudy) -> None:
    found = standing(study)
    assert (found.round, found.before) == (None, None)
    assert found.title == {"zh": "城市指数", "en": "City index"}
    assert (found.rounds, found.is_finished, found.is_rehearsal) == (3, False, False)
    assert found.letter.telephone == "010-5555 0123"
    assert not found.is_open


def test_the_latest_round_is_found_with_the_one_before(study: RunningStudy) -> None:
    first = study.opens_round().round_id
    found = standing(study)
    assert found.round is not None
    assert (found.round.id, found.round.number, found.round.is_open) == (first, 1, True)
    assert found.before is None
    in_between = study.all_submit(T2[0]).closes_round()
    found = standing(in_between)
    assert found.round is not None
    assert (found.round.state, found.is_open) == ("closed", False)
    study.opens_round(departure="Another round.")
    found = standing(study)
    assert found.round is not None
    assert found.before is not None
    assert (found.round.number, found.before.id, found.before.number) == (2, first, 1)


def test_a_finished_study_says_so(study: RunningStudy) -> None:
    with study.database.writing() as session:
        session.execute(update(Study).values(state="finished"))
    assert standing(study).is_finished


def test_feedback_waits_until_its_round_is_published(study: RunningStudy) -> None:
    in_round_2(study)
    found = standing(study)
    with study.database.reading() as session:
        feedback = feedback_of(session, found.before)
    assert (feedback["root"].asked, feedback["root"].answered) == (8, 8)
    shown = feedback["root"].items["D"]
    assert (shown.median, shown.low, shown.high) == ("17.5", "10", "25")
    with study.database.writing() as session:
        session.execute(update(Round).where(Round.number == 1).values(state="closed"))
    found = standing(study)
    with study.database.reading() as session:
        assert feedback_of(session, found.before) == {}
        assert feedback_of(session, None) == {}


def test_frozen_documents_are_read_once(study: RunningStudy) -> None:
    found = standing(in_round_2(study))
    assert found.round is not None
    with study.database.reading() as session:
        asked = questionnaire_of(session, found.round)
        feedback = feedback_of(session, found.before)
        with counted(session) as sent:
            assert questionnaire_of(session, found.round) is asked
            assert feedback_of(session, found.before) is feedback
    assert asked == study.questionnaire
    assert sent == []


def test_one_page_takes_five_statements(study: RunningStudy) -> None:
    found = standing(in_round_2(study))
    assert found.round is not None
    assert found.before is not None
    respondent = study.access(0).respondent
    with study.database.reading() as session:
        own_answers(session, respondent, found.round, found.before)  # fills the cache of leaves
        with counted(session) as sent:
            standing_of(session, study.id)
            own_answers(session, respondent, found.round, found.before)
            reason_texts(session, found.before)
    assert len(sent) == 5


def test_the_counted_answer_of_the_round_before_is_the_last_one(study: RunningStudy) -> None:
    study.opens_round()
    study.submits(0, (20, 50, 30), reasons={"D": "First."})
    study.submits(0, (15, 55, 30), reasons={"D": "Second."})
    study.drafts(0, typed({"D": 5, "S": 65, "E": 30}))
    study.all_submit([])
    for expert in range(1, 8):
        study.submits(expert, (20, 50, 30))
    study.closes_round().opens_round(departure="Another round.")
    found = standing(study)
    assert found.round is not None
    with study.database.reading() as session:
        own = own_answers(session, study.access(0).respondent, found.round, found.before)
        texts = reason_texts(session, found.before) if found.before else {}
    assert own.last == {"root": {"D": 15, "S": 55, "E": 30}}
    assert own.last_reasons == {"D": "Second."}
    assert [texts[one] for one in own.last_reason_ids] == ["Second."]
    assert own.uncounted is not None
    assert own.uncounted.fields == {"points.D": "5", "points.S": "65", "points.E": "30"}
    assert (own.working, own.other, own.submitted) == (None, None, None)


def test_a_draft_that_was_submitted_is_not_uncounted(study: RunningStudy) -> None:
    study.opens_round()
    study.drafts(0, typed({"D": 20, "S": 50, "E": 30}))
    study.drafts(1, typed(abstained=["root"]))
    study.drafts(2, typed())
    study.submits(1, typed(abstained=["root"]))
    for expert in (0, 3, 4, 5, 6, 7):
        study.submits(expert, (20, 50, 30))
    study.closes_round().opens_round(departure="Another round.")
    found = standing(study)
    assert found.round is not None
    with study.database.reading() as session:
        for expert in (0, 1, 2):
            respondent = study.access(expert).respondent
            own = own_answers(session, respondent, found.round, found.before)
            assert own.uncounted is None, expert


def test_who_did_not_answer_has_no_last_answer(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0][:7])
    study.closes_round().opens_round(departure="Another round.")
    found = standing(study)
    assert found.round is not None
    with study.database.reading() as session:
        own = own_answers(session, study.access(7).respondent, found.round, found.before)
    assert (own.last, own.last_reasons) == (None, {})


def test_an_erased_reason_is_not_read(study: RunningStudy) -> None:
    found = standing(in_round_2(study))
    assert found.before is not None
    with study.database.writing() as session:
        session.execute(update(Rationale).where(Rationale.text == "Reason of 2").values(text=""))
    with study.database.reading() as session:
        texts = sorted(reason_texts(session, found.before).values())
    assert texts == ["Reason of 0", "Reason of 1", "Reason of 3"]


def test_a_round_is_found_by_its_number(study: RunningStudy) -> None:
    in_round_2(study)
    with study.database.reading() as session:
        facts = [round_facts(session, study.id, number) for number in (0, 1, 2, 3)]
    assert [one.number if one else None for one in facts] == [None, 1, 2, None]
