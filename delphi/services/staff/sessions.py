"""Sessions of staff: a row each, under the hash of a random token that only the cookie holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from delphi.models.study import Staff, StaffSession
from delphi.surroundings import Surroundings

SESSION_IDLE = timedelta(minutes=30)
SESSION_LONGEST = timedelta(hours=8)


@dataclass(frozen=True)
class StaffMember:
    """Somebody who runs or audits studies."""

    id: str
    login: str
    name: str


@dataclass(frozen=True)
class SessionLine:
    """A signed-in browser, as its owner may see it."""

    started_at: datetime
    ends_at: datetime
    is_present: bool


def start_session(session: Session, *, staff_id: str, token: str, around: Surroundings) -> None:
    """Store a signed-in browser under the hash of its random token; forget expired ones."""
    now = around.clock.now()
    forget_sessions(session, now)
    session.add(
        StaffSession(id_hash=_hashed(token), staff_id=staff_id, created_at=now, seen_at=now)
    )
    session.flush()


def find_session(
    session: Session, *, token: str, seen_at: datetime, now: datetime
) -> StaffMember | None:
    """Return who is signed in with this token, or None when the session is over.

    Parameters
    ----------
    token
        The random value of the cookie.
    seen_at
        When the browser was last seen. The cookie carries it, signed, so that looking at a page
        writes nothing.
    now
        The present instant.
    """
    if now - seen_at > SESSION_IDLE:
        return None
    found = session.execute(
        select(Staff.id, Staff.login, Staff.name)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.id_hash == _hashed(token),
            StaffSession.created_at > now - SESSION_LONGEST,
            Staff.is_active,
        )
    ).one_or_none()
    return None if found is None else StaffMember(*found)


def end_session(session: Session, token: str) -> None:
    """End one session; unknown tokens are ignored."""
    session.execute(delete(StaffSession).where(StaffSession.id_hash == _hashed(token)))


def end_all_sessions(session: Session, staff_id: str, *, but: str | None = None) -> None:
    """End the sessions of an account, except that of the token `but`."""
    ended = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but is not None:
        ended = ended.where(StaffSession.id_hash != _hashed(but))
    session.execute(ended)


def sessions_of(
    session: Session, staff_id: str, *, token: str, now: datetime
) -> tuple[SessionLine, ...]:
    """Return the sessions of an account that have not expired, the newest first."""
    rows = session.execute(
        select(StaffSession.created_at, StaffSession.id_hash)
        .where(StaffSession.staff_id == staff_id, StaffSession.created_at > now - SESSION_LONGEST)
        .order_by(StaffSession.created_at.desc(), StaffSession.id_hash)
    )
    present = _hashed(token)
    return tuple(
        SessionLine(started, started + SESSION_LONGEST, id_hash == present)
        for started, id_hash in rows
    )


def forget_sessions(session: Session, now: datetime) -> None:
    """Delete the sessions that have lasted as long as a session may."""
    session.execute(delete(StaffSession).where(StaffSession.created_at <= now - SESSION_LONGEST))


def _hashed(token: str) -> str:
    return hashlib.sha256(f"delphi-staff-session/1\0{token}".encode()).hexdigest()
