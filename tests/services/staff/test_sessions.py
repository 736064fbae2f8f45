"""Sessions of the staff: found by a token that is not stored, ended by time or by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.models.study import StaffSession
from delphi.services.staff import (
    StaffMember,
    end_all_sessions,
    end_session,
    find_session,
    forget_sessions,
    sessions_of,
    start_session,
)
from delphi.surroundings import Surroundings


def test_a_session_is_found_by_its_token_of_which_only_a_hash_is_stored(
    database: Database, around: Surroundings, member: StaffMember, clock: FixedClock
) -> None:
    now = clock.now()
    with database.writing() as session:
        start_session(session, staff_id=member.id, token="secret-token", around=around)
        assert find_session(session, token="secret-token", seen_at=now, now=now) == member
        assert find_session(session, token="another", seen_at=now, now=now) is None
        assert session.get(StaffSession, "secret-token") is None


@pytest.mark.parametrize(("minutes", "is_found"), [(30, True), (31, False)])
def test_a_session_ends_after_30_idle_minutes(
    database: Database,
    around: Surroundings,
    member: StaffMember,
    clock: FixedClock,
    minutes: int,
    is_found: bool,
) -> None:
    start = clock.now()
    with database.writing() as session:
        start_session(session, staff_id=member.id, token="t", around=around)
        found = find_session(
            session, token="t", seen_at=start, now=start + timedelta(minutes=minutes)
        )
    assert (found is not None) is is_found


@pytest.mark.parametrize(("hours", "is_found"), [(7.9, True), (8, False)])
def test_a_session_ends_after_8_hours_however_busy(
    database: Database,
    around: Surroundings,
    member: StaffMember,
    clock: FixedClock,
    hours: float,
    is_found: bool,
) -> None:
    now = clock.now() + timedelta(hours=hours)
    with database.writing() as session:
        start_session(session, staff_id=member.id, token="t", around=around)
        found = find_session(session, token="t", seen_at=now, now=now)
    assert (found is not None) is is_found


def test_ending_a_session_ends_that_one_only(
    database: Database, around: Surroundings, member: StaffMember, clock: FixedClock
) -> None:
    now = clock.now()
    with database.writing() as session:
        for token in ("a", "b", "c"):
            start_session(session, staff_id=member.id, token=token, around=around)
        end_session(session, "a")
        assert find_session(session, token="a", seen_at=now, now=now) is None
        assert find_session(session, token="b", seen_at=now, now=now) == member
        end_all_sessions(session, member.id, but="b")
        assert [
            line.is_present for line in sessions_of(session, member.id, token="b", now=now)
        ] == [True]


def test_expired_sessions_are_forgotten(
    database: Database, around: Surroundings, member: StaffMember, clock: FixedClock
) -> None:
    with database.writing() as session:
        start_session(session, staff_id=member.id, token="t", around=around)
        forget_sessions(session, clock.now() + timedelta(hours=8))
        assert session.scalars(select(StaffSession)).all() == []
