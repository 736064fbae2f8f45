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
from delphi.domain.totp import code_at, time_step
from delphi.errors import DomainError, NotFoundError
from delphi.models.study import LoginFailure, Staff, StaffSession
from delphi.services import staff as services
from delphi.services.staff import (
    LoginAttempt,
    StaffMember,
    ThrottledError,
    add_staff,
    authenticate,
    begin_login,
    disable_staff,
    end_all_sessions,
    end_session,
    find_session,
    finish_login,
    forget_failures,
    forget_sessions,
    grant_role,
    renew_staff,
    role_in,
    sessions_of,
    start_session,
)
from delphi.services.staff.passwords import NOBODYS_HASH, hash_password
from delphi.surroundings import Surroundings
from tests.studies import COORDINATOR, running_study

PASSWORD = "correct horse battery staple"
SECRET = b"12345678901234567890"
HOME = "192.0.2.0/24"

Try = Callable[..., StaffMember | None]


@pytest.fixture
def member(database: Database, around: Surroundings) -> StaffMember:
    with database.writing() as session:
        return add_staff(
            session,
            login="Lin",
            name=" 林  老师 ",
            password=PASSWORD,
            around=around,
            totp_secret=SECRET,
        )


@pytest.fixture
def log_in(database: Database, around: Surroundings) -> Try:
    """Go through the three steps as the web does."""

    def attempt(
        login: str = "lin",
        password: str = PASSWORD,
        *,
        network: str = HOME,
        code: str | None = None,
    ) -> StaffMember | None:
        with database.writing() as session:
            begun = begin_login(session, login=login, network=network, around=around)
        if not authenticate(begun, password):
            return None
        with database.writing() as session:
            return finish_login(
                session, begun, code=code or "", is_code_needed=code is not None, around=around
            )

    return attempt


@pytest.fixture
def fail(database: Database, around: Surroundings) -> Callable[..., None]:
    """Fail to sign in; an attempt counts as a failure until it is finished."""

    def begin(login: str = "lin", network: str = HOME) -> None:
        with database.writing() as session:
            begin_login(session, login=login, network=network, around=around)

    return begin


def present_code(clock: FixedClock) -> str:
    return code_at(SECRET, time_step(clock.now()))


def failures(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoginFailure)) or 0


# Accounts


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


# Signing in


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


def test_the_sixth_failure_of_an_account_within_a_minute_waits(
    member: StaffMember, log_in: Try, fail: Callable[..., None], clock: FixedClock
) -> None:
    for second in range(5):
        clock.instant += timedelta(seconds=second)
        fail(network=f"198.51.{second}.0/24")
    with pytest.raises(ThrottledError) as refused:
        log_in(network="203.0.113.0/24")
    assert refused.value.seconds == 50


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
                begin_login(session, login="lin", network=f"{number}", around=around)
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


# Sessions


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


# Roles


def test_a_role_is_looked_up_by_study(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, experts=5)
    with database.writing() as session:
        other = add_staff(session, login="chen", name="x", password=PASSWORD, around=around)
        assert role_in(session, staff_id=COORDINATOR, study_id=study.id) == "coordinator"
        assert role_in(session, staff_id=other.id, study_id=study.id) is None
        grant_role(session, staff_id=other.id, study_id=study.id, role="methodologist")
        assert role_in(session, staff_id=other.id, study_id=study.id) == "methodologist"
        assert role_in(session, staff_id=other.id, study_id="0" * 16) is None


def test_an_unknown_role_is_refused(database: Database) -> None:
    with pytest.raises(DomainError, match="role_unknown"), database.writing() as session:
        grant_role(session, staff_id="x", study_id="y", role="expert")


def test_the_package_names_everything_it_gives() -> None:
    assert all(hasattr(services, name) for name in services.__all__)
