"""What somebody of the staff may do in a study."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.errors import DomainError
from delphi.models.study import StudyRole

ROLES = ("coordinator", "methodologist")


def role_in(session: Session, *, staff_id: str, study_id: str) -> str | None:
    """Return the role of somebody in a study: `coordinator`, `methodologist` or None."""
    return session.scalar(
        select(StudyRole.role).where(StudyRole.study_id == study_id, StudyRole.staff_id == staff_id)
    )


def grant_role(session: Session, *, staff_id: str, study_id: str, role: str) -> None:
    """Give somebody a role in a study, in place of the one they had.

    Raises
    ------
    DomainError
        `role_unknown`.
    """
    if role not in ROLES:
        raise DomainError("role_unknown", role=role)
    session.merge(StudyRole(study_id=study_id, staff_id=staff_id, role=role))
    session.flush()
