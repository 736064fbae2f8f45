"""Accounts of the staff: what they keep and refuse, how they are renewed and disabled."""

from __future__ import annotations

import pytest

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.errors import DomainError, NotFoundError
from delphi.models.study import Staff
from delphi.services.staff import (
    StaffMember,
    add_staff,
    disable_staff,
    find_session,
    renew_staff,
    start_session,
)
from delphi.surroundings import Surroundings
from tests.services.staff.conftest import PASSWORD, SECRET, Try, present_code


def test_a_new_account_keeps_no_password_and_no_bare_secret(
    database: Database, member: StaffMember
) -> None:
    assert (member.login, member.name) == ("lin", "林 老师")
    with database.reading() as session:
        row = session.get_one(Staff, member.id)
        assert row.password_hash.startswith("$argon2id$")
        assert PASSWORD not in row.password_hash
        assert row.totp_sealed is not None
        assert SECRET not in row.totp_sealed


@pytest.mark.parametrize("login", ["", " ", "li n", "林", "-lin", "a" * 61, "a/b", "a\0"])
def test_a_malformed_login_is_refused(database: Database, around: Surroundings, login: str) -> None:
    with pytest.raises(DomainError, match="staff_login_malformed"), database.writing() as session:
        add_staff(session, login=login, name="x", password=PASSWORD, around=around)


def test_a_login_that_is_taken_is_refused(
    database: Database, around: Surroundings, member: StaffMember
) -> None:
    with pytest.raises(DomainError, match="staff_login_taken"), database.writing() as session:
        add_staff(session, login=" LIN ", name="x", password=PASSWORD, around=around)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_has_1_to_100_characters(
    database: Database, around: Surroundings, name: str
) -> None:
    with pytest.raises(DomainError, match="staff_name_length"), database.writing() as session:
        add_staff(session, login="lin", name=name, password=PASSWORD, around=around)


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 201])
def test_a_password_has_12_to_200_characters(
    database: Database, around: Surroundings, password: str
) -> None:
    with pytest.raises(DomainError, match="staff_password_length"), database.writing() as session:
        add_staff(session, login="lin", name="x", password=password, around=around)


def test_renewing_ends_sessions_and_replaces_password_and_second_factor(
    database: Database, around: Surroundings, member: StaffMember, log_in: Try, clock: FixedClock
) -> None:
    with database.writing() as session:
        start_session(session, staff_id=member.id, token="t", around=around)
        renew_staff(
            session,
            login="lin",
            password="another long password",
            around=around,
            totp_secret=b"x" * 20,
        )
        seen = find_session(session, token="t", seen_at=clock.now(), now=clock.now())
    assert seen is None
    assert log_in() is None
    assert log_in(password="another long password", code=present_code(clock)) is None
    assert log_in(password="another long password") == member


def test_a_disabled_account_stays_out_until_it_is_renewed(
    database: Database, around: Surroundings, member: StaffMember, log_in: Try
) -> None:
    with database.writing() as session:
        disable_staff(session, login="lin")
    assert log_in() is None
    with database.writing() as session:
        renew_staff(session, login="lin", password=PASSWORD, around=around)
    assert log_in() == member


def test_an_unknown_account_cannot_be_renewed(database: Database, around: Surroundings) -> None:
    with pytest.raises(NotFoundError, match="staff_unknown"), database.writing() as session:
        renew_staff(session, login="nobody", password=PASSWORD, around=around)
