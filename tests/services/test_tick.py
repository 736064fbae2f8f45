"""What runs every minute, as often and as late as it may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.models.study import RoundResult
from delphi.services import closing
from delphi.services.rounds import extend_round
from delphi.services.tick import LATEST_CLOSE, Ticked, tick
from delphi.surroundings import Surroundings
from tests.databases import contents, opened
from tests.studies import T2, RunningStudy, running_study

NOTHING = Ticked(0, 0, 0)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around).opens_round(days=1).all_submit(T2[0])


def test_with_nothing_to_do_nothing_is_done(database: Database, around: Surroundings) -> None:
    assert tick(database, around) == NOTHING


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=-1), timedelta(days=-1)])
def test_a_round_that_is_not_overdue_stays_open(
    study: RunningStudy, clock: FixedClock, late: timedelta
) -> None:
    clock.instant += timedelta(days=1) + late
    assert study.ticks() == Ticked(8, 0, 0)
    assert study.round().state == "open"


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(hours=1), LATEST_CLOSE])
def test_a_round_overdue_for_a_day_at_most_is_closed(
    study: RunningStudy, clock: FixedClock, late: timedelta
) -> None:
    clock.instant += timedelta(days=1) + late
    assert study.ticks() == Ticked(0, 0, 1)
    assert study.round().state == "closed"
    assert study.result()["answered"] == 8
    assert study.finished() == list(range(8))


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(days=3650)])
def test_a_round_overdue_for_longer_is_left_to_the_coordinator(
    study: RunningStudy, clock: FixedClock, late: timedelta
) -> None:
    clock.instant += timedelta(days=1) + LATEST_CLOSE + late
    assert study.ticks().rounds_closed == 0
    assert study.round().state == "open"
    study.closes_round()


@pytest.mark.parametrize("jump", [-3650, -1, 3650])
def test_a_clock_that_jumps_changes_no_round(
    study: RunningStudy, clock: FixedClock, jump: int
) -> None:
    study.ticks()
    before = contents(study.database)
    clock.instant += timedelta(days=jump)
    study.ticks()
    assert contents(study.database) == before


def test_an_overdue_round_that_nobody_answered_stays_open(
    database: Database, around: Surroundings, clock: FixedClock
) -> None:
    study = running_study(database, around).opens_round(days=1)
    clock.instant += timedelta(days=1, hours=1)
    assert study.ticks() == NOTHING
    assert study.round().state == "open"


def test_ticking_again_changes_nothing(study: RunningStudy, clock: FixedClock) -> None:
    clock.instant += timedelta(days=1, hours=1)
    study.ticks()
    before = contents(study.database)
    assert study.ticks() == NOTHING
    assert contents(study.database) == before


def test_an_interrupted_closing_is_finished(study: RunningStudy) -> None:
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)
    assert study.ticks() == Ticked(0, 1, 0)
    assert study.result()["answered"] == 8


def test_the_end_of_an_extended_round_is_the_later_one(
    study: RunningStudy, clock: FixedClock
) -> None:
    extend(study, study.database)
    clock.instant += timedelta(days=1, hours=1)
    assert study.ticks().rounds_closed == 0
    clock.instant += timedelta(days=1)
    assert study.ticks().rounds_closed == 1


def extend(study: RunningStudy, database: Database) -> None:
    """Move the announced end by a day."""
    due_at = study.round().due_at
    assert due_at is not None
    with database.writing() as session:
        extend_round(session, study.id, study.round_id, due_at + timedelta(days=1), study.around)


@contextmanager
def after_the_look(database: Database, act: Callable[[], None]) -> Iterator[None]:
    """Do something, from elsewhere, before the second transaction begins."""
    taken = 0

    def count(*connection: object) -> None:
        nonlocal taken
        taken += 1
        if taken == 2:
            act()

    event.listen(database.engine, "checkout", count)
    try:
        yield
    finally:
        event.remove(database.engine, "checkout", count)


def test_a_round_extended_at_the_last_moment_stays_open(
    study: RunningStudy, clock: FixedClock
) -> None:
    clock.instant += timedelta(days=1, hours=1)
    url = study.database.url.render_as_string(hide_password=False)
    with opened(url) as other:
        theirs = RunningStudy(other, study.around, study.id, [], [], study.round_id)
        with after_the_look(study.database, lambda: extend(theirs, other)):
            study.ticks()
    assert study.round().state == "open"


def test_a_round_closed_by_hand_at_the_last_moment_is_no_error(
    study: RunningStudy, clock: FixedClock
) -> None:
    clock.instant += timedelta(days=1, hours=1)
    url = study.database.url.render_as_string(hide_password=False)
    with opened(url) as other:

        def close() -> None:
            closing.close(other, study.id, 1, study.around)

        with after_the_look(study.database, close):
            assert study.ticks().rounds_closed == 0
    assert study.round().state == "closed"


def test_several_studies_are_looked_after_in_one_tick(
    study: RunningStudy, around: Surroundings, clock: FixedClock
) -> None:
    other = running_study(study.database, around).opens_round(days=9)
    other.all_submit(T2[0][:3])
    clock.instant += timedelta(days=1, hours=1)
    assert study.ticks() == Ticked(3, 0, 1)
    assert other.round().state == "open"


def test_one_broken_closing_does_not_hold_up_the_others(
    study: RunningStudy, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = running_study(study.database, around).opens_round().all_submit(T2[0])
    for one in (study, other):
        with study.database.writing() as session:
            closing.close_round(session, one.round_id, around)
    whole = closing.compute_results
    for broken, sound in ((study, other), (other, study)):

        def fails_for_one(session: Any, round_id: str, broken: Any = broken) -> Any:
            if round_id == broken.round_id:
                raise ZeroDivisionError
            return whole(session, round_id)

        monkeypatch.setattr(closing, "compute_results", fails_for_one)
        with suppress(ZeroDivisionError):
            study.ticks()
        with study.database.writing() as session:
            found = session.get(RoundResult, sound.round_id)
            assert found is not None
            session.delete(found)
