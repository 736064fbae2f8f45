"""Closing a round: one short transaction decides what counts; the rest follows outside any lock.

Interrupted after the first transaction, the rest is taken up again by `delphi tick`, which asks for
what is `unfinished`.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text, sha256_hex
from delphi.db import Database
from delphi.domain import round_states
from delphi.errors import DomainError
from delphi.models.answer import Draft, Rationale, Respondent, Submission
from delphi.models.study import Round, RoundResult
from delphi.services.ledger import append_event
from delphi.services.lookup import get_round, lock_round, lock_study
from delphi.services.participation import move_marks
from delphi.services.results import compute_results, store_results
from delphi.surroundings import Surroundings

#: Tables of the answer side, rewritten in key order after each close.
ANSWER_TABLES = ("respondent", "draft", "submission", "rationale")


def close_round(
    session: Session, round_id: str, around: Surroundings, *, overdue_only: bool = False
) -> None:
    """Close an open round: the highest revision of each respondent counts; drafts never do.

    The list of counted leaves is sorted, so that it keeps no order of arrival.

    Parameters
    ----------
    overdue_only
        Whether the announced end must have passed: looked at under the lock, for somebody may have
        moved it meanwhile.

    Raises
    ------
    DomainError
        `round_not_open`, `round_not_due`, or `round_without_answers` when nobody has submitted.
    """
    lock_study(session, session.get_one(Round, round_id).study_id)
    closing = lock_round(session, round_id)
    if closing.state != round_states.OPEN:
        raise DomainError("round_not_open", number=closing.number)
    if overdue_only and (closing.due_at is None or closing.due_at >= around.clock.now()):
        raise DomainError("round_not_due", number=closing.number)
    leaves = sorted(_counted_leaves(session, round_id))
    if not leaves:
        raise DomainError("round_without_answers", number=closing.number)
    round_states.check_transition(closing.state, round_states.CLOSED)
    move_marks(session, round_id, around.key, closing=True)
    closing.state = round_states.CLOSED
    closing.closed_at = around.clock.now()
    closing.counted = canonical_text(leaves)
    closing.counted_sha256 = sha256_hex(leaves)
    session.flush()
    payload = {
        "round": closing.number,
        "invited": closing.invited,
        "submissions": len(leaves),
        "counted_sha256": closing.counted_sha256,
    }
    append_event(session, closing.study_id, "round.closed", payload, around)


def _counted_leaves(session: Session, round_id: str) -> list[str]:
    highest = (
        select(Submission.respondent, func.max(Submission.revision).label("revision"))
        .where(Submission.round_id == round_id)
        .group_by(Submission.respondent)
        .subquery()
    )
    return list(
        session.scalars(
            select(Submission.leaf)
            .join(
                highest,
                (Submission.respondent == highest.c.respondent)
                & (Submission.revision == highest.c.revision),
            )
            .where(Submission.round_id == round_id)
        )
    )


def close(
    database: Database,
    study_id: str,
    number: int,
    around: Surroundings,
    *,
    overdue_only: bool = False,
) -> None:
    """Close a round and compute everything that follows from it.

    Takes the database, not a session: what counts is committed before anything is computed.
    """
    with database.writing() as session:
        round_id = get_round(session, study_id, number).id
        close_round(session, round_id, around, overdue_only=overdue_only)
    finish_closing(database, round_id, around)


def finish_closing(database: Database, round_id: str, around: Surroundings) -> None:
    """Rewrite the answer tables, then compute and store results and feedback once."""
    rewrite_answers(database)
    with database.reading() as session:
        prepared = compute_results(session, round_id)
    with database.writing() as session:
        store_results(session, prepared, around)


def rewrite_answers(database: Database) -> None:
    """Write the answer tables anew in key order.

    Every row gets the same hidden transaction number and a place by its random key, so that neither
    tells who came when. SQLite keeps no such number; its file is rewritten to drop deleted content.
    """
    if not database.is_sqlite:
        with database.writing() as session:
            for table in (Respondent, Draft, Submission, Rationale):
                key = next(iter(table.__mapper__.primary_key))
                session.execute(
                    update(table)
                    .values({key.name: key})
                    .execution_options(synchronize_session=False)
                )
    database.rewrite(*ANSWER_TABLES)


def unfinished(database: Database) -> list[str]:
    """Return the rounds whose closing was interrupted after its first transaction."""
    with database.reading() as session:
        return list(
            session.scalars(
                select(Round.id)
                .outerjoin(RoundResult, RoundResult.round_id == Round.id)
                .where(Round.state == round_states.CLOSED, RoundResult.round_id.is_(None))
                .order_by(Round.id)
            )
        )
