"""The ledger of a whole study: it holds, it says no time and no count of an open round."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from analysis.record.canonical import canonical_text
from analysis.record.ledger import first_break
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.models.study import LedgerEvent
from delphi.services import links
from delphi.services.ledger import append_event, to_event
from delphi.services.releases import end_study
from delphi.services.rounds import extend_round
from delphi.surroundings import Surroundings
from tests.studies import T2, RunningStudy, refuses, running_study, typed

TIME_OF_DAY = re.compile(r"\d{1,2}:\d{2}|T\d{2}|\d{4}-\d{2}-\d{2}[ T]\d|\b1[67]\d{8}\b")


def whole_study(database: Database, around: Surroundings, clock: FixedClock) -> RunningStudy:
    """Play a study from its draft to its release, with every kind of event."""
    study = running_study(database, around)
    for number, answers in enumerate(T2, start=1):
        clock.instant += timedelta(hours=7, minutes=13)
        study.opens_round()
        with database.writing() as session:
            due_at = clock.now() + timedelta(days=20)
            extend_round(session, study.id, study.round_id, due_at, around)
            links.replace_link(session, study.id, study.people[number], around)
            shown = links.show_tokens(session, study.id, [study.people[number]], around)
        study.tokens[number] = shown[study.people[number]]
        study.all_submit(answers).closes_round()
    study.number = 3
    with database.writing() as session:
        end_study(session, study.id, around)
    return study


@pytest.fixture
def study(database: Database, around: Surroundings, clock: FixedClock) -> RunningStudy:
    return whole_study(database, around, clock)


def breaks(study: RunningStudy) -> int | None:
    """Return the first height at which the stored chain does not hold."""
    return first_break((to_event(row), row.hash, json.loads(row.payload)) for row in study.events())


def test_the_chain_of_a_whole_study_holds(study: RunningStudy) -> None:
    events = study.events()
    assert [event.height for event in events] == list(range(len(events)))
    assert breaks(study) is None


def test_every_kind_of_event_is_in_it(study: RunningStudy) -> None:
    assert {event.type for event in study.events()} == {
        "study.created", "protocol.frozen", "panel.set", "links.shown", "link.replaced",
        "round.opened", "round.extended", "round.closed", "results.frozen", "round.published",
        "derivation.run", "weights.released",
    }  # fmt: skip


def test_payloads_are_canonical(study: RunningStudy) -> None:
    for event in study.events():
        assert canonical_text(json.loads(event.payload)) == event.payload


def test_no_event_tells_a_time_of_day(study: RunningStudy) -> None:
    assert TIME_OF_DAY.search("2026-11-02T12:00") is not None
    assert TIME_OF_DAY.search('{"at":1767225600}') is not None
    for event in study.events():
        # Hashes may hold any digits; what is left is words, numbers and days.
        words = re.sub(r"[0-9a-f]{64}", "", event.payload)
        assert TIME_OF_DAY.search(words) is None


def test_no_event_names_a_person_a_token_or_a_respondent(study: RunningStudy) -> None:
    secrets = {*study.people, *study.tokens, *(f"Expert {n:03}" for n in range(1, 9))}
    secrets |= {study.access(expert).respondent for expert in range(8)}
    stored = "\n".join(event.payload for event in study.events())
    assert not [one for one in secrets if one in stored]


def while_open(study: RunningStudy) -> list[tuple[str, str]]:
    """Return the events between opening and closing of the first round."""
    types = [event.type for event in study.events()]
    start, end = types.index("round.opened"), types.index("round.closed")
    return [(event.type, event.payload) for event in study.events()[start:end]]


def test_no_event_of_an_open_round_depends_on_how_many_have_answered(
    database: Database, around: Surroundings
) -> None:
    told = []
    for answered in (1, 7):
        study = running_study(database, around).opens_round()
        study.all_submit(T2[0][:answered])
        study.ticks()
        study.drafts(7, typed({"D": 20}))
        with database.writing() as session:
            due_at = around.clock.now() + timedelta(days=20)
            extend_round(session, study.id, study.round_id, due_at, around)
            links.replace_link(session, study.id, study.people[0], around)
        study.closes_round()
        told.append([
            (kind, re.sub(r"[0-9a-f]{64}", "", payload)) for kind, payload in while_open(study)
        ])  # fmt: skip
    assert told[0] == told[1]
    assert len(told[0]) == 3


def test_submissions_and_drafts_are_no_events(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    before = len(study.events())
    study.submits(0, (20, 50, 30))
    study.drafts(1, typed({"D": 20}))
    study.ticks()
    assert len(study.events()) == before


def test_two_studies_have_chains_of_their_own(database: Database, around: Surroundings) -> None:
    one, other = (running_study(database, around) for _ in range(2))
    assert [event.height for event in one.events()] == [0, 1, 2, 3]
    assert breaks(one) is breaks(other) is None
    assert {event.hash for event in one.events()}.isdisjoint(event.hash for event in other.events())


def test_an_event_that_is_rolled_back_leaves_no_hole(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    with refuses("due_in_the_past"):
        study.opens_round(days=0)
    with database.writing() as session:
        append_event(session, study.id, "some.event", {}, around)
        session.rollback()
    study.opens_round()
    assert breaks(study) is None


Tamper = Callable[[Any, list[LedgerEvent]], None]


def _set(column: str, value: str) -> str:
    return f"UPDATE ledger_event SET {column} = {value} WHERE height = :height"  # noqa: S608  (names of ours)


TAMPERINGS = {
    "payload": _set("payload", "replace(payload, '8', '9')"),
    "payload hash": _set("payload_sha256", "'" + "0" * 64 + "'"),
    "type": _set("type", "'round.reopened'"),
    "day": _set("day", "'2026-12-24'"),
    "hash": _set("hash", "'" + "0" * 64 + "'"),
    "removed": "DELETE FROM ledger_event WHERE height = :height",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_every_change_of_the_stored_ledger_is_found(study: RunningStudy, tampering: str) -> None:
    heights = [event.height for event in study.events() if "8" in event.payload][:-1]
    for height in heights:
        with study.database.writing() as session:
            session.execute(text(TAMPERINGS[tampering]), {"height": height})
            session.flush()
            found = first_break(
                (to_event(row), row.hash, json.loads(row.payload))
                for row in session.query(LedgerEvent).order_by(LedgerEvent.height)
            )
            session.rollback()
        assert found == height
    assert len(heights) > 5
    assert breaks(study) is None
