"""Opening rounds, moving their announced end, departing from the rule with a reason."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from analysis.record.canonical import parse_canonical, sha256_hex
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.protocol import default_protocol
from delphi.models.identity import Invitation, Participation
from delphi.models.study import RoundFeedback, RoundResult
from delphi.services import closing, studies
from delphi.services.rounds import LONGEST_DEPARTURE, extend_round, open_round
from delphi.surroundings import Surroundings
from tests.studies import (
    FOUR_GROUPS,
    LETTER,
    T2,
    RunningStudy,
    draft_study,
    looking,
    refuses,
    running_study,
)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around)


def last_event(study: RunningStudy, event_type: str) -> dict[str, object]:
    payload: dict[str, object] = json.loads(
        [event.payload for event in study.events() if event.type == event_type][-1]
    )
    return payload


def test_a_round_opens_with_a_frozen_questionnaire(study: RunningStudy, clock: FixedClock) -> None:
    opened = study.opens_round(days=10).round()
    assert (opened.number, opened.state, opened.invited) == (1, "open", 8)
    assert opened.opened_at == clock.now()
    assert opened.due_at == clock.now() + timedelta(days=10)
    document = parse_canonical(opened.questionnaire or "")
    assert opened.questionnaire_sha256 == sha256_hex(document)
    (question,) = document["questions"]
    assert [item["code"] for item in question["items"]] == ["D", "S", "E"]
    assert (question["total"], question["step"]) == (100, 5)
    assert document["viewpoint"] == LETTER.viewpoint


def test_the_questionnaire_shows_what_lies_below_an_item(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS).opens_round()
    demand = study.questionnaire.item("D")
    assert demand is not None
    assert demand.leaves == 2
    assert [name["en"] for name in demand.contains] == ["Purchasing power", "Traffic"]
    second = study.questionnaire.questions[1]
    assert (second.question, second.name["zh"]) == ("D", "需求")


def test_everybody_invited_takes_part_in_the_round(study: RunningStudy) -> None:
    study.opens_round()
    with looking(study.database) as session:
        rows = session.scalars(select(Participation)).all()
    assert sorted(row.person_id for row in rows) == sorted(study.people)
    assert {(row.finished, row.sent) for row in rows} == {(False, False)}


def test_opening_is_an_event_with_a_day_and_no_time(study: RunningStudy) -> None:
    study.opens_round(days=10)
    assert last_event(study, "round.opened") == {
        "round": 1,
        "invited": 8,
        "questionnaire_sha256": study.round().questionnaire_sha256,
        "due_on": "2026-11-12",
    }


@pytest.mark.parametrize("seconds", [0, -1, -86_400])
def test_a_round_does_not_end_before_it_begins(study: RunningStudy, seconds: int) -> None:
    due_at = study.around.clock.now() + timedelta(seconds=seconds)
    with refuses("due_in_the_past"), study.database.writing() as session:
        open_round(session, study.id, due_at, study.around)


def test_a_draft_study_opens_no_round(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    due_at = around.clock.now() + timedelta(days=1)
    with refuses("study_not_running"), database.writing() as session:
        open_round(session, study_id, due_at, around)
    with refuses("study_unknown"), database.writing() as session:
        open_round(session, "0" * 16, due_at, around)


def test_a_second_round_waits_for_the_close_of_the_first(study: RunningStudy) -> None:
    study.opens_round()
    with refuses("round_still_open", number=1):
        study.opens_round()


def test_a_second_round_waits_for_the_results_of_the_first(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0])
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)
    with refuses("results_missing", number=1):
        study.opens_round()


@pytest.mark.parametrize("table", [RoundResult, RoundFeedback])
def test_a_second_round_needs_both_result_and_feedback(
    study: RunningStudy, table: type[RoundResult | RoundFeedback]
) -> None:
    study.opens_round().all_submit(T2[0]).closes_round()
    with study.database.writing() as session:
        session.execute(delete(table))
    with refuses("results_missing"):
        study.opens_round()


def test_opening_the_next_round_publishes_the_one_before(study: RunningStudy) -> None:
    first = study.opens_round().all_submit(T2[0]).closes_round().round()
    study.opens_round()
    assert first.state == "closed"
    with study.database.reading() as session:
        assert closing.get_round(session, study.id, 1).state == "published"
        feedback = session.get_one(RoundFeedback, first.id).sha256
    assert last_event(study, "round.published") == {"round": 1, "feedback_sha256": feedback}


def test_the_next_round_asks_the_same_again(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0]).closes_round()
    first = study.questionnaire
    second = study.opens_round().questionnaire
    assert second.round == 2
    assert second.questions == first.questions
    assert second.sha256 != first.sha256


def test_the_protocol_limits_the_rounds(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, protocol=default_protocol(["root"], rounds=2))
    for answers in T2[:2]:
        study.opens_round().all_submit(answers).closes_round()
    with refuses("round_limit", rounds=2):
        study.opens_round(departure="One more, please")


def test_a_round_beyond_the_rule_needs_a_written_reason(study: RunningStudy) -> None:
    for _ in range(2):
        study.opens_round().all_submit(T2[2]).closes_round()
    assert study.result()["groups"][0]["verdict"]["verdict"] == "consensus_stable"
    for reason in (None, "", "  \n"):
        with refuses("departure_needed", number=2):
            study.opens_round(departure=reason)
    study.opens_round(departure="  两位专家要求\u0000再答一轮 ")
    assert last_event(study, "protocol.departed") == {
        "round": 2,
        "what": "another_round",
        "reason": "两位专家要求再答一轮",
    }


def test_a_reason_that_nobody_can_see_is_no_reason(study: RunningStudy) -> None:
    for _ in range(2):
        study.opens_round().all_submit(T2[2]).closes_round()
    with refuses("departure_needed"):
        study.opens_round(departure="\u202e\u0007")


def test_a_reason_has_a_longest_length(study: RunningStudy) -> None:
    for _ in range(2):
        study.opens_round().all_submit(T2[2]).closes_round()
    with refuses("departure_too_long", most=LONGEST_DEPARTURE):
        study.opens_round(departure="长" * (LONGEST_DEPARTURE + 1))
    assert study.opens_round(departure="长" * LONGEST_DEPARTURE).number == 3


def test_where_the_rule_goes_on_no_departure_is_recorded(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0]).closes_round()
    study.opens_round(departure="not needed")
    assert "protocol.departed" not in {event.type for event in study.events()}


def test_a_study_without_links_opens_no_round(study: RunningStudy) -> None:
    with study.database.writing() as session:
        for row in session.scalars(select(Invitation)):
            row.state = "revoked"
    with refuses("panel_empty"):
        study.opens_round()


def test_a_refused_opening_leaves_the_round_before_unpublished(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0]).closes_round()
    with study.database.writing() as session:
        for row in session.scalars(select(Invitation)):
            row.state = "revoked"
    with refuses("panel_empty"):
        study.opens_round()
    assert study.round().state == "closed"
    assert "round.published" not in {event.type for event in study.events()}


def extend(study: RunningStudy, *, days: float) -> None:
    due_at = study.around.clock.now() + timedelta(days=days)
    with study.database.writing() as session:
        extend_round(session, study.id, study.round_id, due_at, study.around)


def test_the_announced_end_moves_to_a_later_time(study: RunningStudy, clock: FixedClock) -> None:
    study.opens_round(days=10)
    extend(study, days=12)
    assert study.round().due_at == clock.now() + timedelta(days=12)
    assert last_event(study, "round.extended")["due_on"] == "2026-11-14"


@pytest.mark.parametrize("days", [9, 10, -1])
def test_the_announced_end_never_moves_to_an_earlier_time(study: RunningStudy, days: int) -> None:
    study.opens_round(days=10)
    with refuses("due_not_later"):
        extend(study, days=days)


def test_an_end_already_past_is_not_moved_to_another_past(
    study: RunningStudy, clock: FixedClock
) -> None:
    study.opens_round(days=1)
    clock.instant += timedelta(days=3)
    with refuses("due_not_later"):
        extend(study, days=-1)
    extend(study, days=1)


def test_only_an_open_round_of_this_study_is_extended(
    study: RunningStudy, around: Surroundings
) -> None:
    other = running_study(study.database, around).opens_round()
    study.opens_round().all_submit(T2[0]).closes_round()
    for round_id in (study.round_id, other.round_id):
        due_at = study.around.clock.now() + timedelta(days=99)
        with refuses("round_not_open"), study.database.writing() as session:
            extend_round(session, study.id, round_id, due_at, study.around)


def test_a_change_of_the_letter_of_another_draft_changes_no_open_round(
    study: RunningStudy, around: Surroundings
) -> None:
    study.opens_round()
    before = study.round().questionnaire
    other = draft_study(study.database, around)
    with study.database.writing() as session:
        studies.set_titles(session, other, "另", "Other")
    assert study.round().questionnaire == before
