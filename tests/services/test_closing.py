"""Closing: what counts is decided once, in one transaction, and nothing after it changes it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.record.canonical import canonical_text, sha256_hex
from delphi.clock import FixedClock
from delphi.db import Base, Database
from delphi.models.study import RoundFeedback, RoundResult
from delphi.services import closing
from delphi.surroundings import Surroundings
from tests.databases import contents
from tests.services.faults import counted_statements
from tests.studies import T2, RunningStudy, looking, refuses, running_study, typed

ANSWER, OTHER = (20, 50, 30), (10, 60, 30)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around).opens_round()


def closes_only(study: RunningStudy) -> None:
    """Do the first transaction of a closing, as if it were interrupted after it."""
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)


def test_the_counted_leaves_are_the_highest_revisions_sorted(study: RunningStudy) -> None:
    for expert, answer in enumerate(T2[0]):
        study.submits(expert, OTHER)
        study.submits(expert, answer)
    study.closes_round()
    highest = {row.respondent: row for row in study.submissions()}  # revisions come in order
    assert study.counted() == sorted(row.leaf for row in highest.values())
    assert {row.revision for row in highest.values()} == {2}


def test_a_closed_round_has_its_time_its_list_and_its_hash(
    study: RunningStudy, clock: FixedClock
) -> None:
    row = study.all_submit(T2[0]).closes_round().round()
    assert (row.state, row.closed_at) == ("closed", clock.now())
    assert row.counted == canonical_text(study.counted())
    assert row.counted_sha256 == sha256_hex(study.counted())


def test_the_event_of_the_close_says_how_many_and_which(study: RunningStudy) -> None:
    study.all_submit(T2[0][:6]).closes_round()
    (event,) = [one for one in study.events() if one.type == "round.closed"]
    assert json.loads(event.payload) == {
        "round": 1,
        "invited": 8,
        "submissions": 6,
        "counted_sha256": study.round().counted_sha256,
    }


def test_drafts_are_not_counted_however_new(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    study.drafts(0, typed({"D": 10, "S": 60, "E": 30}))
    study.drafts(1, typed({"D": 10, "S": 60, "E": 30}))
    study.closes_round()
    (leaf,) = study.counted()
    (row,) = study.submissions()
    assert row.leaf == leaf
    assert '"D":20' in row.document


def test_a_round_that_nobody_answered_is_not_closed(study: RunningStudy) -> None:
    study.drafts(0, typed({"D": 20}))
    with refuses("round_without_answers", number=1):
        study.closes_round()
    assert study.round().state == "open"
    study.submits(0, ANSWER)
    study.closes_round()


def test_a_round_is_closed_once(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    before = contents(study.database)
    with refuses("round_not_open", number=1):
        study.closes_round()
    assert contents(study.database) == before


@pytest.mark.parametrize(("days", "is_due"), [(13, False), (14, False), (15, True)])
def test_a_close_for_being_overdue_looks_at_the_end_once_more(
    study: RunningStudy, clock: FixedClock, days: int, *, is_due: bool
) -> None:
    study.all_submit(T2[0])
    clock.instant += timedelta(days=days)
    if not is_due:
        with refuses("round_not_due", number=1):
            closing.close(study.database, study.id, 1, study.around, overdue_only=True)
        assert study.round().state == "open"
        return
    closing.close(study.database, study.id, 1, study.around, overdue_only=True)
    assert study.round().state == "closed"


def test_a_published_round_is_not_closed_again(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round().opens_round()
    with refuses("round_not_open"):
        closing.close(study.database, study.id, 1, study.around)


def test_a_round_that_does_not_exist_is_not_closed(study: RunningStudy) -> None:
    with refuses("round_unknown"):
        closing.close(study.database, study.id, 2, study.around)
    with refuses("round_unknown"):
        closing.close(study.database, "0" * 16, 1, study.around)


def test_answers_of_another_study_are_not_counted(
    study: RunningStudy, around: Surroundings
) -> None:
    other = running_study(study.database, around).opens_round().all_submit(T2[1])
    study.all_submit(T2[0]).closes_round()
    assert len(study.counted()) == 8
    assert not set(study.counted()) & {row.leaf for row in other.submissions()}
    assert other.round().state == "open"


def test_answers_of_an_earlier_round_are_not_counted_again(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round().opens_round()
    study.submits(0, ANSWER)
    study.closes_round()
    assert len(study.counted()) == 1


def test_results_and_feedback_are_stored_once_and_with_their_hashes(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    with looking(study.database) as session:
        result = session.get_one(RoundResult, study.round_id)
        feedback = session.get_one(RoundFeedback, study.round_id)
    assert result.sha256 == sha256_hex(json.loads(result.document))
    assert feedback.sha256 == sha256_hex(json.loads(feedback.document))
    (event,) = [one for one in study.events() if one.type == "results.frozen"]
    assert json.loads(event.payload) == {
        "round": 1,
        "result_sha256": result.sha256,
        "feedback_sha256": feedback.sha256,
    }


def test_withheld_figures_do_not_follow_from_the_hash_in_the_ledger(study: RunningStudy) -> None:
    """One answer: whoever tries all answers finds none that has the hash, the salt being secret."""
    study.submits(5, ANSWER)
    study.closes_round()
    with looking(study.database) as session:
        result = session.get_one(RoundResult, study.round_id)
        again = closing.compute_results(session, study.round_id).result
    document = json.loads(result.document)
    salt = document.pop("salt")
    assert document == again
    assert sha256_hex(again) != result.sha256
    assert sha256_hex({**again, "salt": salt}) == result.sha256
    assert len(bytes.fromhex(salt)) == 32
    assert not any(salt in event.payload for event in study.events())


def test_every_result_has_a_salt_of_its_own(study: RunningStudy) -> None:
    salts = set()
    for answers in T2[:2]:
        study.all_submit(answers).closes_round()
        salts.add(study.result()["salt"])
        if study.number == 1:
            study.opens_round()
    assert len(salts) == 2


def test_an_interrupted_closing_counts_but_has_no_result_yet(study: RunningStudy) -> None:
    study.all_submit(T2[0])
    closes_only(study)
    assert study.round().state == "closed"
    assert len(study.counted()) == 8
    with study.database.reading() as session:
        assert session.get(RoundResult, study.round_id) is None


def test_an_interrupted_closing_is_finished_once(study: RunningStudy) -> None:
    study.all_submit(T2[0])
    closes_only(study)
    assert closing.unfinished(study.database) == [study.round_id]
    assert study.ticks().closings_resumed == 1
    assert closing.unfinished(study.database) == []
    assert study.ticks().closings_resumed == 0
    assert study.result()["groups"][0]["verdict"]["verdict"] == "continue"


def test_finishing_a_second_time_stores_nothing(study: RunningStudy) -> None:
    study.all_submit(T2[0]).closes_round()
    before = contents(study.database)
    closing.finish_closing(study.database, study.round_id, study.around)
    assert contents(study.database) == before


def test_several_interrupted_closings_are_all_finished(
    study: RunningStudy, around: Surroundings
) -> None:
    other = running_study(study.database, around).opens_round().all_submit(T2[1])
    study.all_submit(T2[0])
    for one in (study, other):
        closes_only(one)
    assert study.ticks().closings_resumed == 2
    assert other.result()["round"] == 1


def test_a_round_is_not_resumed_while_it_is_open(study: RunningStudy) -> None:
    study.all_submit(T2[0])
    assert closing.unfinished(study.database) == []


def test_rewriting_changes_no_row(study: RunningStudy) -> None:
    study.all_submit(T2[0])
    study.drafts(0, typed({"D": 20}))
    before = contents(study.database)
    closing.rewrite_answers(study.database)
    assert contents(study.database) == before


def test_every_table_of_answers_is_rewritten() -> None:
    answers = {
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("delphi.models.answer")
    }
    assert set(closing.ANSWER_TABLES) == answers


def test_erased_text_is_in_no_file_after_the_close(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around).opens_round()
    secret = "这段理由后来被撤回"
    study.submits(0, ANSWER, reasons={"D": secret})
    study.submits(0, ANSWER)
    study.drafts(1, typed({}, reasons={"D": "kept in the draft"}))
    study.closes_round()
    file = sqlite_database.url.database
    assert file is not None
    raw = b"".join(path.read_bytes() for path in Path(file).parent.glob("delphi.db*"))
    assert b"kept in the draft" in raw
    assert secret.encode() not in raw


def test_the_number_of_queries_does_not_grow_with_the_panel(
    database: Database, around: Surroundings
) -> None:
    counts = []
    for experts in (5, 40):
        study = running_study(database, around, experts=experts).opens_round()
        study.all_submit([ANSWER] * experts)
        with counted_statements(database) as statements:
            study.closes_round()
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[0] > 20
