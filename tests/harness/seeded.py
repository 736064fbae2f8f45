"""The same submission with a fault planted in it: what a harness must catch to be believed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from delphi.db import Database
from delphi.domain import round_states
from delphi.errors import DomainError
from delphi.models.answer import Respondent
from delphi.models.study import Round
from delphi.services import submissions
from delphi.services.access import ExpertAccess
from delphi.services.submissions import Sent
from delphi.surroundings import Surroundings


@contextmanager
def without_locks() -> Iterator[None]:
    """Let submissions neither lock the round nor the respondent, nor look at the round's state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submissions, "_LOCK_STATE", select(literal(round_states.OPEN)))
        patch.setattr(submissions, "ensure_respondent", _insert_respondent)
        patch.setattr(submissions, "note_finished", lambda *_: None)
        yield


def _insert_respondent(session: Session, respondent: str, study_id: str) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(Respondent)
        .values(pseudonym=respondent, study_id=study_id)
        .on_conflict_do_nothing()
    )


def submit_after_a_look(
    database: Database, access: ExpertAccess, sent: Sent, around: Surroundings
) -> str:
    """Check the state of the round, and then submit in a transaction of its own."""
    with database.reading() as session:
        if session.get_one(Round, sent.round_id).state != round_states.OPEN:
            raise DomainError("round_closed")
    with database.writing() as session:
        return submissions.submit(session, access, sent, around)


def submit_without_the_lock(
    database: Database, access: ExpertAccess, sent: Sent, around: Surroundings
) -> str:
    """Submit in a transaction that takes no lock at its beginning."""
    with Session(database.engine, expire_on_commit=False) as session, session.begin():
        return submissions.submit(session, access, sent, around)
