"""An expert's way in: the token, consent, the access code. Each request derives everything anew."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain.tokens import access_hash, participation_tag, pseudonym
from delphi.errors import DomainError
from delphi.models.answer import RespondentAlias
from delphi.models.identity import Invitation
from delphi.surroundings import Surroundings

#: Wrong codes on one UTC day before earlier answers stay shut until the next.
TRIES_PER_DAY = 10
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
# Six digits are weak whatever the cost of trying; the limit of tries protects them. The moderate
# cost only slows down somebody who has stolen the database.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@dataclass(frozen=True)
class ExpertAccess:
    """What one request knows of whoever holds a link. It lives in memory only."""

    study_id: str
    invitation_id: str
    #: the respondent, also when the link was replaced
    respondent: str
    tag: str
    #: new → consented (access code to be chosen) → ready
    entry: str
    has_code: bool


def find_access(session: Session, token: str) -> ExpertAccess | None:
    """Return the access of a token, or None when it is unknown or was revoked."""
    invitation = session.execute(
        select(
            Invitation.id, Invitation.study_id, Invitation.entry, Invitation.access_code_hash
        ).where(Invitation.token_hash == access_hash(token), Invitation.state == "active")
    ).one_or_none()
    if invitation is None:
        return None
    own = pseudonym(token, invitation.study_id)
    replaced = session.scalar(
        select(RespondentAlias.respondent).where(RespondentAlias.pseudonym == own)
    )
    return ExpertAccess(
        study_id=invitation.study_id,
        invitation_id=invitation.id,
        respondent=replaced or own,
        tag=participation_tag(token),
        entry=invitation.entry,
        has_code=invitation.access_code_hash is not None,
    )


def give_consent(session: Session, access: ExpertAccess) -> None:
    """Note that the terms were accepted; the access code comes next."""
    invitation = _locked(session, access)
    if invitation.entry == "new":
        invitation.entry = "consented"
        session.flush()


def choose_code(session: Session, access: ExpertAccess, code: str) -> None:
    """Set the six-digit access code, once, at the first opening.

    Raises
    ------
    DomainError
        `code_format` when it is not six digits, `code_weak` when it is easily guessed,
        `code_already_set` when there is one.
    """
    if not _SIX_DIGITS.fullmatch(code):
        raise DomainError("code_format")
    if _is_weak(code):
        raise DomainError("code_weak")
    invitation = _locked(session, access)
    if invitation.access_code_hash is not None:
        raise DomainError("code_already_set")
    invitation.access_code_hash = _hasher.hash(code)
    invitation.entry = "ready"
    session.flush()


def check_code(session: Session, access: ExpertAccess, code: str, around: Surroundings) -> bool:
    """Whether the access code is right; counts wrong ones by UTC day.

    Returns False for a wrong code, whatever was wrong with it; the caller commits either way, or
    the count would be lost.

    Raises
    ------
    DomainError
        `code_wait` when the tries of the day are used up; answering goes on all the same.
    """
    invitation = _locked(session, access)
    failures = invitation.code_failures if invitation.code_failures_on == around.day else 0
    if failures >= TRIES_PER_DAY:
        raise DomainError("code_wait")
    if invitation.access_code_hash and _verifies(invitation.access_code_hash, code):
        invitation.code_failures, invitation.code_failures_on = 0, None
        session.flush()
        return True
    invitation.code_failures, invitation.code_failures_on = failures + 1, around.day
    session.flush()
    return False


def _verifies(stored: str, code: str) -> bool:
    try:
        return _SIX_DIGITS.fullmatch(code) is not None and _hasher.verify(stored, code)
    except VerifyMismatchError:
        return False


def _is_weak(code: str) -> bool:
    """Whether all digits are equal or run up or down: what somebody would try first."""
    steps = {int(b) - int(a) for a, b in pairwise(code)}
    return steps in ({0}, {1}, {-1})


def _locked(session: Session, access: ExpertAccess) -> Invitation:
    return session.scalars(
        select(Invitation).where(Invitation.id == access.invitation_id).with_for_update()
    ).one()
