"""An expert's way in: the token, consent, the access code. Each request derives everything anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import bindparam, case, select, update
from sqlalchemy.orm import Session

from delphi.db import table_of
from delphi.domain.tokens import access_hash, participation_tag, pseudonym
from delphi.errors import DomainError
from delphi.instance_key import InstanceKey
from delphi.models.identity import Invitation
from delphi.services.lookup import lock_study
from delphi.surroundings import Surroundings

#: Wrong codes on one UTC day before earlier answers stay shut until the next.
TRIES_PER_DAY = 10
_SIX_DIGITS = re.compile(r"\d{6}", re.ASCII)
# Six digits are weak whatever the cost of trying; the limit of tries protects them. The moderate
# cost only slows down somebody who has stolen the database.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_invitation = table_of(Invitation).c
_ACTIVE = select(
    _invitation.id,
    _invitation.study_id,
    _invitation.entry,
    _invitation.access_code_hash,
    _invitation.sealed_respondent,
).where(_invitation.token_hash == bindparam("token_hash"), _invitation.state == "active")

RESPONDENT_PURPOSE = "respondent"


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


def find_access(session: Session, token: str, key: InstanceKey) -> ExpertAccess | None:
    """Return the access of a token, or None when it is unknown or was revoked.

    Raises
    ------
    DomainError
        `key_changed` when a replaced link was sealed with another instance key.
    """
    invitation = session.execute(_ACTIVE, {"token_hash": access_hash(token)}).first()
    if invitation is None:
        return None
    respondent = pseudonym(token, invitation.study_id)
    if invitation.sealed_respondent is not None:
        respondent = open_respondent(invitation.sealed_respondent, key)
    return ExpertAccess(
        study_id=invitation.study_id,
        invitation_id=invitation.id,
        respondent=respondent,
        tag=participation_tag(token),
        entry=invitation.entry,
        has_code=invitation.access_code_hash is not None,
    )


def open_respondent(sealed: bytes, key: InstanceKey) -> str:
    """Return the respondent that a replaced link goes on as."""
    opened = key.open(RESPONDENT_PURPOSE, sealed)
    if opened is None:
        raise DomainError("key_changed")
    return opened.decode()


def give_consent(session: Session, access: ExpertAccess) -> None:
    """Note that the terms were accepted; the access code comes next."""
    if _locked(session, access).entry == "new":
        _write(session, access, {"entry": "consented"})


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
    if _locked(session, access).access_code_hash is not None:
        raise DomainError("code_already_set")
    _write(session, access, {"access_code_hash": _hasher.hash(code), "entry": "ready"})


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
        if invitation.code_failures:
            _write(session, access, {"code_failures": 0, "code_failures_on": None})
        return True
    _write(session, access, {"code_failures": failures + 1, "code_failures_on": around.day})
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
    lock_study(session, access.study_id)
    return session.scalars(
        select(Invitation)
        .where(Invitation.id == access.invitation_id)
        .execution_options(populate_existing=True)
    ).one()


def _write(session: Session, access: ExpertAccess, values: Mapping[str, object]) -> None:
    """Change one invitation by an UPDATE over all of the study.

    Every row then carries the same hidden transaction number: none tells that somebody came just
    before an answer was written. The study's lock keeps two such updates from crossing.
    """
    own = Invitation.id == access.invitation_id
    session.execute(
        update(Invitation)
        .where(Invitation.study_id == access.study_id)
        .values(
            {
                name: case((own, value), else_=getattr(Invitation, name))
                for name, value in values.items()
            }
        )
        .execution_options(synchronize_session=False)
    )
