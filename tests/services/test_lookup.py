"""Finding what must be there."""

from __future__ import annotations

from delphi.db import Database
from delphi.services.lookup import (
    get_person,
    get_round,
    get_study,
    latest_round,
    lock_draft_study,
    lock_round,
)
from delphi.surroundings import Surroundings
from tests.studies import T2, draft_study, looking, refuses, running_study


def test_what_does_not_exist_is_refused_by_name(database: Database) -> None:
    with database.reading() as session:
        with refuses("study_unknown"):
            get_study(session, "0" * 16)
        with refuses("round_unknown"):
            get_round(session, "0" * 16, 1)
        with refuses("person_unknown"):
            get_person(session, "0" * 16, "0" * 16)
    with refuses("study_unknown"), database.writing() as session:
        lock_draft_study(session, "0" * 16)


def test_only_a_draft_is_locked_for_a_change(database: Database, around: Surroundings) -> None:
    draft = draft_study(database, around)
    with database.writing() as session:
        assert lock_draft_study(session, draft).id == draft
    study = running_study(database, around)
    with refuses("study_launched"), database.writing() as session:
        lock_draft_study(session, study.id)


def test_the_latest_round_is_the_one_with_the_highest_number(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    with database.reading() as session:
        assert latest_round(session, study.id) is None
    study.opens_round().all_submit(T2[0]).closes_round().opens_round()
    with looking(database) as session:
        found = latest_round(session, study.id)
    assert found is not None
    assert (found.number, found.state) == (2, "open")


def test_rounds_of_other_studies_are_not_found(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    other = running_study(database, around)
    with database.reading() as session:
        assert get_round(session, study.id, 1).id == study.round_id
        assert latest_round(session, other.id) is None
        with refuses("round_unknown"):
            get_round(session, other.id, 1)


def test_a_locked_round_is_read_anew(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round().all_submit(T2[0])
    with database.writing() as session:
        seen = get_round(session, study.id, 1)
        seen.invited = 99  # not written: as stale as another transaction would leave it
        session.expunge(seen)
        assert lock_round(session, study.round_id).invited == 8
