"""The way in for staff, throttled and in three steps.

Checking a password costs a tenth of a second of CPU and must not happen while the database is
locked. So `begin_login` counts the attempt as a failure (a short write transaction), `authenticate`
checks the password (no database), `finish_login` checks the second factor and takes the failure
back: a hundred attempts at once are throttled like a hundred in a row.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from delphi.domain.totp import matching_step
from delphi.errors import DomainError
from delphi.models.study import LoginFailure, Staff
from delphi.services.staff.accounts import (
    TOTP_PURPOSE,
    find_account,
    member_of,
    typed_login,
)
from delphi.services.staff.passwords import NOBODYS_HASH, is_password
from delphi.services.staff.sessions import StaffMember
from delphi.surroundings import Surroundings

#: Whoever mistypes, or guesses from one place. What is guessed elsewhere keeps nobody here out.
FAILURES_PER_ACCOUNT_AND_NETWORK = 5
FAILURES_PER_NETWORK = 20
#: From everywhere together: 72 000 guesses a day at a password of at least twelve characters, with
#: a second factor behind it, and ten networks are needed to keep its owner out.
FAILURES_PER_ACCOUNT = 50
FAILURE_WINDOW = timedelta(minutes=1)
_THROTTLE_PURPOSE = "login-throttle"
_THROTTLE_LOCK = 0x64656C70


@dataclass(frozen=True)
class LoginAttempt:
    """One attempt to sign in, counted as a failure until it is finished."""

    failure_id: str
    #: None when there is no such account; nothing but `finish_login` may look at it
    staff_id: str | None
    password_hash: str


class ThrottledError(DomainError):
    """Too many failed logins; `seconds` says how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__("login_throttled", seconds=seconds)
        self.seconds = seconds


def begin_login(
    session: Session, *, login: str, network: str, around: Surroundings
) -> LoginAttempt:
    """Count an attempt as failed and return what `authenticate` needs.

    Of logins and networks only keyed hashes are stored, for as long as the throttle looks back. An
    attempt that is refused is not counted, so nobody is locked out: a minute later the right
    password works.

    Raises
    ------
    ThrottledError
        After 5 failures of the account from the network, 20 of the network or 50 of the account
        within a minute.
    """
    now = around.clock.now()
    account_key = _throttle_key("account", typed_login(login), around)
    network_key = _throttle_key("network", network, around)
    _count_alone(session)
    forget_failures(session, now)
    is_account = LoginFailure.account_key == account_key
    is_network = LoginFailure.network_key == network_key
    _throttle(session, is_account & is_network, FAILURES_PER_ACCOUNT_AND_NETWORK, now)
    _throttle(session, is_network, FAILURES_PER_NETWORK, now)
    _throttle(session, is_account, FAILURES_PER_ACCOUNT, now)
    failure = LoginFailure(
        id=around.new_id(), account_key=account_key, network_key=network_key, failed_at=now
    )
    session.add(failure)
    staff = find_account(session, login)
    session.flush()
    if staff is None or not staff.is_active:
        return LoginAttempt(failure.id, None, NOBODYS_HASH)
    return LoginAttempt(failure.id, staff.id, staff.password_hash)


def authenticate(attempt: LoginAttempt, password: str) -> bool:
    """Whether the password is right; takes equally long when there is no such account."""
    is_right = is_password(attempt.password_hash, password)
    return is_right and attempt.staff_id is not None


def finish_login(
    session: Session,
    attempt: LoginAttempt,
    *,
    code: str,
    is_code_needed: bool,
    around: Surroundings,
) -> StaffMember | None:
    """Return who signed in once the password was right, or None when the code is not.

    A code of the second factor works once; where one is needed, an account without a second factor
    does not get in (`delphi staff renew` gives it one).
    """
    staff = session.scalars(
        select(Staff).where(Staff.id == attempt.staff_id).with_for_update()
    ).one_or_none()
    if staff is None or not staff.is_active:
        return None
    if is_code_needed and not _takes_code(staff, code, around):
        return None
    session.execute(delete(LoginFailure).where(LoginFailure.id == attempt.failure_id))
    session.flush()
    return member_of(staff)


def forget_failures(session: Session, now: datetime) -> None:
    """Delete the failed logins that the throttle no longer looks at."""
    session.execute(delete(LoginFailure).where(LoginFailure.failed_at <= now - FAILURE_WINDOW))


def _takes_code(staff: Staff, code: str, around: Surroundings) -> bool:
    """Whether the code is right and unused; marks it as used."""
    secret = around.key.open(TOTP_PURPOSE, staff.totp_sealed) if staff.totp_sealed else None
    if secret is None:
        return False
    step = matching_step(secret, code, around.clock.now(), staff.totp_last_step)
    if step is None:
        return False
    staff.totp_last_step = step
    return True


def _throttle_key(kind: str, value: str, around: Surroundings) -> str:
    key = around.key.derive(_THROTTLE_PURPOSE)
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def _count_alone(session: Session) -> None:
    """Let no other attempt count between the look and the insert; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_THROTTLE_LOCK)))


def _throttle(session: Session, which: ColumnElement[bool], most: int, now: datetime) -> None:
    """Refuse when `most` failures lie within the window; say when the oldest of them leaves it."""
    recent = session.scalars(
        select(LoginFailure.failed_at)
        .where(which, LoginFailure.failed_at > now - FAILURE_WINDOW)
        .order_by(LoginFailure.failed_at.desc())
        .limit(most)
    ).all()
    if len(recent) == most:
        wait = recent[-1] + FAILURE_WINDOW - now
        raise ThrottledError(seconds=max(1, -(-wait // timedelta(seconds=1))))
