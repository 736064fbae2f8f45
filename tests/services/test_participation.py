"""Who has finished: marks move in steps, through one row that keeps no order."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from delphi.db import Database
from delphi.instance_key import InstanceKey
from delphi.models.identity import ParticipationOutbox
from delphi.services import links
from delphi.services.participation import move_marks
from delphi.surroundings import Surroundings
from tests.studies import RunningStudy, looking, refuses, running_study

ANSWER, OTHER = (20, 50, 30), (10, 60, 30)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=8).opens_round()


def waiting(study: RunningStudy) -> list[list[str]]:
    """Return the lists of waiting tags, one for each row of the outbox."""
    with looking(study.database) as session:
        rows = session.scalars(select(ParticipationOutbox.sealed_tags)).all()
    opened = [study.around.key.open("participation", sealed) for sealed in rows]
    assert None not in opened
    return [json.loads(one) for one in opened if one is not None]


def test_a_submission_waits_and_marks_nobody(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    assert waiting(study) == [[study.access(0).tag]]
    assert study.finished() == []


def test_those_who_wait_are_one_row_sorted(study: RunningStudy) -> None:
    for expert in (3, 0, 2, 1):
        study.submits(expert, ANSWER)
        (tags,) = waiting(study)
        assert tags == sorted(tags)
    assert tags == sorted(study.access(expert).tag for expert in range(4))


def test_a_revision_waits_no_second_time(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    study.submits(0, OTHER)
    assert waiting(study) == [[study.access(0).tag]]


@pytest.mark.parametrize("submitted", [1, 2])
def test_fewer_than_three_stay_waiting(study: RunningStudy, submitted: int) -> None:
    study.all_submit([ANSWER] * submitted)
    assert study.ticks().marks_moved == 0
    assert study.finished() == []
    assert len(waiting(study)[0]) == submitted


@pytest.mark.parametrize("submitted", [3, 4, 5])
def test_three_or_more_are_marked_at_once(study: RunningStudy, submitted: int) -> None:
    study.all_submit([ANSWER] * submitted)
    assert study.ticks().marks_moved == submitted
    assert study.finished() == list(range(submitted))
    assert waiting(study) == []


def test_marks_move_in_steps_of_three_and_then_with_the_rest(study: RunningStudy) -> None:
    seen = []
    for expert in range(8):
        study.submits(expert, ANSWER)
        study.ticks()
        seen.append(len(study.finished()))
    assert seen == [0, 0, 3, 3, 3, 6, 6, 8]


def test_a_panel_that_is_complete_is_marked_whatever_the_step(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    study.all_submit([ANSWER] * 4)
    assert study.ticks().marks_moved == 4
    study.submits(4, ANSWER)
    assert study.ticks().marks_moved == 1
    assert study.finished() == [0, 1, 2, 3, 4]


def test_at_close_all_who_wait_are_marked(study: RunningStudy) -> None:
    study.all_submit([ANSWER] * 2)
    study.closes_round()
    assert study.finished() == [0, 1]
    assert waiting(study) == []


def test_a_revision_after_the_mark_does_not_wait_again(study: RunningStudy) -> None:
    study.all_submit([ANSWER] * 3)
    study.ticks()
    study.submits(0, OTHER)
    assert waiting(study) == []
    assert study.finished() == [0, 1, 2]


def test_a_mark_is_for_one_round(study: RunningStudy) -> None:
    study.all_submit([ANSWER] * 8).closes_round().opens_round()
    assert study.finished() == []
    study.submits(0, ANSWER)
    assert waiting(study) == [[study.access(0).tag]]


def test_ticking_twice_changes_nothing(study: RunningStudy) -> None:
    study.all_submit([ANSWER] * 3)
    assert study.ticks().marks_moved == 3
    assert study.ticks().marks_moved == 0


def replaces_link(study: RunningStudy, expert: int) -> None:
    person = study.people[expert]
    with study.database.writing() as session:
        links.replace_link(session, study.id, person, study.around)
        study.tokens[expert] = links.show_tokens(session, study.id, [person], study.around)[person]


def test_one_person_with_two_links_is_not_two_people(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    replaces_link(study, 0)
    study.submits(0, OTHER)
    study.submits(1, ANSWER)
    assert study.ticks().marks_moved == 0
    assert study.finished() == []
    study.submits(2, ANSWER)
    assert study.ticks().marks_moved == 3


def test_one_person_with_two_links_does_not_complete_a_panel(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    study.all_submit([ANSWER] * 3)
    study.ticks()
    study.submits(3, ANSWER)
    replaces_link(study, 3)
    study.submits(3, OTHER)
    assert study.ticks().marks_moved == 0
    assert study.finished() == [0, 1, 2]


def test_somebody_marked_under_the_old_link_is_not_marked_again(study: RunningStudy) -> None:
    study.all_submit([ANSWER] * 3)
    study.ticks()
    replaces_link(study, 0)
    study.submits(0, OTHER)
    assert waiting(study) == []
    assert study.ticks().marks_moved == 0


def test_who_waits_can_be_read_with_the_instance_key_only(study: RunningStudy) -> None:
    study.submits(0, ANSWER)
    with looking(study.database) as session:
        sealed = session.scalars(select(ParticipationOutbox.sealed_tags)).one()
    assert study.access(0).tag.encode() not in sealed
    moved = replace(study.around, key=InstanceKey(bytes(32)))
    with refuses("key_changed"), study.database.writing() as session:
        move_marks(session, study.round_id, moved.key)


def test_the_waiting_row_is_sealed_anew_each_time(study: RunningStudy) -> None:
    seen = set()
    for expert in range(3):
        study.submits(expert, ANSWER)
        with looking(study.database) as session:
            seen.add(session.scalars(select(ParticipationOutbox.sealed_tags)).one()[:24])
    assert len(seen) == 3
