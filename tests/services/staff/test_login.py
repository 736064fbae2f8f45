"""Signing in: the password, the throttle, the second factor."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.models.study import LoginFailure
from delphi.services.staff import (
    LoginAttempt,
    StaffMember,
    ThrottledError,
    add_staff,
    authenticate,
    begin_login,
    forget_failures,
)
from delphi.services.staff.passwords import NOBODYS_HASH, hash_password
from delphi.surroundings import Surroundings
from tests.services.staff.conftest import PASSWORD, Try, present_code


def failures(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoginFailure)) or 0


# The password and the throttle


def test_the_right_password_signs_in_and_leaves_no_failure(
    database: Database, member: StaffMember, log_in: Try
) -> None:
    assert log_in(" LIN ") == member
    assert failures(database) == 0


def test_a_password_typed_in_full_width_letters_is_the_same(
    database: Database, around: Surroundings, log_in: Try
) -> None:
    with database.writing() as session:
        add_staff(session, login="lin", name="x", password="abcdefabcdef", around=around)
    assert log_in(password="ａｂｃｄｅｆａｂｃｄｅｆ") is not None


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + "!", "x" * 5000, PASSWORD.upper()])
def test_a_wrong_password_does_not_sign_in(member: StaffMember, log_in: Try, password: str) -> None:
    assert log_in(password=password) is None


def test_nobodys_hash_costs_what_every_other_hash_costs() -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODYS_HASH)


def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    known = LoginAttempt("", "somebody", hash_password(PASSWORD))
    unknown = LoginAttempt("", None, NOBODYS_HASH)

    def seconds(attempt: LoginAttempt) -> float:
        started = time.perf_counter()
        assert not authenticate(attempt, "a wrong password")
        return time.perf_counter() - started

    ratio = min(seconds(known) for _ in range(5)) / min(seconds(unknown) for _ in range(5))
    # Without the dummy hash the second would be some ten thousand times shorter.
    assert 0.4 < ratio < 2.5


def test_the_sixth_failure_of_an_account_from_a_network_within_a_minute_waits(
    member: StaffMember, log_in: Try, fail: Callable[..., None], clock: FixedClock
) -> None:
    for second in range(5):
        clock.instant += timedelta(seconds=second)
        fail()
    with pytest.raises(ThrottledError) as refused:
        log_in()
    assert refused.value.seconds == 50


def test_who_guesses_from_elsewhere_does_not_keep_the_owner_out(
    member: StaffMember, log_in: Try, fail: Callable[..., None]
) -> None:
    # Nine networks, each until it has to wait.
    for network in range(9):
        for _ in range(5):
            fail(network=f"198.51.{network}.0/24")
        with pytest.raises(ThrottledError):
            fail(network=f"198.51.{network}.0/24")
    assert log_in(network="203.0.113.0/24") == member


def test_the_51st_failure_of_an_account_from_everywhere_within_a_minute_waits(
    member: StaffMember, log_in: Try, fail: Callable[..., None], clock: FixedClock
) -> None:
    for number in range(50):
        fail(network=f"198.51.{number}.0/24")
    with pytest.raises(ThrottledError) as refused:
        log_in(network="203.0.113.0/24")
    assert refused.value.seconds == 60
    clock.instant += timedelta(seconds=60)
    assert log_in(network="203.0.113.0/24") == member


def test_the_right_password_works_after_the_minute(
    member: StaffMember, log_in: Try, fail: Callable[..., None], clock: FixedClock
) -> None:
    for _ in range(5):
        fail()
    for _ in range(20):  # attempts that are refused do not prolong the wait
        with pytest.raises(ThrottledError):
            log_in()
    clock.instant += timedelta(seconds=60)
    assert log_in() == member


def test_other_accounts_are_not_affected(
    database: Database, around: Surroundings, log_in: Try, fail: Callable[..., None]
) -> None:
    with database.writing() as session:
        add_staff(session, login="chen", name="x", password=PASSWORD, around=around)
    for _ in range(5):
        fail("lin")
    assert log_in("chen") is not None


def test_an_unknown_account_is_throttled_like_a_known_one(fail: Callable[..., None]) -> None:
    for _ in range(5):
        fail("nobody")
    with pytest.raises(ThrottledError):
        fail("nobody")


def test_the_21st_failure_of_a_network_within_a_minute_waits(
    member: StaffMember, log_in: Try, fail: Callable[..., None]
) -> None:
    for number in range(20):
        fail(f"name{number}")
    with pytest.raises(ThrottledError):
        log_in()
    assert log_in(network="203.0.113.0/24") == member


def test_attempts_at_the_same_time_are_throttled_like_attempts_in_a_row(
    database: Database, around: Surroundings, member: StaffMember
) -> None:
    def begin(number: int) -> bool:
        try:
            with database.writing() as session:
                begin_login(session, login="lin", network="198.51.100.0/24", around=around)
        except ThrottledError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(24))) == 5


def test_stored_failures_name_nobody(
    database: Database, around: Surroundings, member: StaffMember, log_in: Try
) -> None:
    log_in(password="wrong")
    with database.reading() as session:
        row = session.scalars(select(LoginFailure)).one()
        stored = f"{row.id} {row.account_key} {row.network_key}"
    assert "lin" not in stored
    assert "192.0.2" not in stored


def test_failures_are_forgotten_after_the_minute(
    database: Database, member: StaffMember, log_in: Try, clock: FixedClock
) -> None:
    log_in(password="wrong")
    with database.writing() as session:
        forget_failures(session, clock.now() + timedelta(seconds=59))
    assert failures(database) == 1
    with database.writing() as session:
        forget_failures(session, clock.now() + timedelta(seconds=60))
    assert failures(database) == 0


# The second factor


def test_the_code_of_the_second_factor_is_needed(
    member: StaffMember, log_in: Try, clock: FixedClock
) -> None:
    right = present_code(clock)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert log_in(code=wrong) is None
    assert log_in(code="x") is None
    assert log_in(code=right) == member


def test_a_code_works_once(member: StaffMember, log_in: Try, clock: FixedClock) -> None:
    assert log_in(code=present_code(clock)) == member
    assert log_in(code=present_code(clock)) is None
    clock.instant += timedelta(seconds=30)
    assert log_in(code=present_code(clock)) == member


def test_a_wrong_code_counts_as_a_failure(
    member: StaffMember, log_in: Try, fail: Callable[..., None], clock: FixedClock
) -> None:
    for _ in range(4):
        fail()
    assert log_in(code="x") is None
    with pytest.raises(ThrottledError):
        log_in(code=present_code(clock))


def test_an_account_without_second_factor_stays_out_where_one_is_needed(
    database: Database, around: Surroundings, log_in: Try
) -> None:
    with database.writing() as session:
        add_staff(session, login="chen", name="x", password=PASSWORD, around=around)
    assert log_in("chen", code="123456") is None
    assert log_in("chen") is not None
