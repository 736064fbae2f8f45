"""Somebody of the staff, and the ways to sign in that the web takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.totp import code_at, time_step
from delphi.services.staff import StaffMember, add_staff, authenticate, begin_login, finish_login
from delphi.surroundings import Surroundings

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
