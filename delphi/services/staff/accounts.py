"""Accounts of staff: made and renewed on the command line, never on a page."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.errors import DomainError, NotFoundError
from delphi.models.study import Staff
from delphi.services.staff.passwords import hash_password
from delphi.services.staff.sessions import StaffMember, end_all_sessions
from delphi.surroundings import Surroundings

LONGEST_NAME = 100
LONGEST_LOGIN = 60
TOTP_PURPOSE = "staff-totp"
_LOGIN = re.compile(rf"[a-z0-9][a-z0-9._@-]{{0,{LONGEST_LOGIN - 1}}}", re.ASCII)


def add_staff(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    around: Surroundings,
    totp_secret: bytes | None = None,
) -> StaffMember:
    """Create an account.

    Parameters
    ----------
    login
        1 to 60 of a-z, 0-9, `.`, `_`, `@`, `-`; capitals are taken as small letters.
    name
        As shown on pages; 1 to 100 characters.
    password
        12 to 200 characters.
    totp_secret
        Secret of the second factor, stored sealed; None where none is asked for.

    Raises
    ------
    DomainError
        `staff_login_malformed`, `staff_login_taken`, `staff_name_length` or
        `staff_password_length`.
    """
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise DomainError("staff_login_malformed")
    if not 1 <= len(name) <= LONGEST_NAME:
        raise DomainError("staff_name_length", most=LONGEST_NAME)
    if find_account(session, login) is not None:
        raise DomainError("staff_login_taken", login=login)
    staff = Staff(
        id=around.new_id(),
        login=login,
        name=name,
        password_hash=hash_password(password),
        totp_sealed=seal_second_factor(totp_secret, around),
    )
    session.add(staff)
    session.flush()
    return member_of(staff)


def renew_staff(
    session: Session,
    *,
    login: str,
    password: str,
    around: Surroundings,
    totp_secret: bytes | None = None,
) -> StaffMember:
    """Give an account a new password and second factor, end its sessions, and let it in again.

    Raises
    ------
    NotFoundError
        `staff_unknown`.
    DomainError
        `staff_password_length`.
    """
    staff = _known(session, login)
    staff.password_hash = hash_password(password)
    staff.totp_sealed = seal_second_factor(totp_secret, around)
    staff.totp_last_step = None
    staff.is_active = True
    end_all_sessions(session, staff.id)
    session.flush()
    return member_of(staff)


def disable_staff(session: Session, *, login: str) -> StaffMember:
    """Shut an account and end its sessions; what it did stays.

    Raises
    ------
    NotFoundError
        `staff_unknown`.
    """
    staff = _known(session, login)
    staff.is_active = False
    end_all_sessions(session, staff.id)
    session.flush()
    return member_of(staff)


def find_account(session: Session, login: str) -> Staff | None:
    """Return the account of a login as typed, or None."""
    return session.scalars(select(Staff).where(Staff.login == typed_login(login))).one_or_none()


def typed_login(login: str) -> str:
    """Return a login as it is stored: trimmed, small letters, no longer than it can be."""
    return login.strip().lower()[:LONGEST_LOGIN]


def seal_second_factor(secret: bytes | None, around: Surroundings) -> bytes | None:
    """Return the secret sealed with the instance key."""
    return None if secret is None else around.key.seal(TOTP_PURPOSE, secret)


def member_of(staff: Staff) -> StaffMember:
    """Return who an account belongs to."""
    return StaffMember(staff.id, staff.login, staff.name)


def _known(session: Session, login: str) -> Staff:
    staff = find_account(session, login)
    if staff is None:
        raise NotFoundError("staff_unknown", login=typed_login(login))
    return staff
