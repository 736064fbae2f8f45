"""Who has finished: through an outbox that keeps no order, in steps of three or more."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from delphi.models.identity import Invitation, Participation, ParticipationOutbox
from delphi.services.lookup import lock_round

#: Fewer new marks than this would tell when one person finished.
STEP = 3


def note_finished(session: Session, round_id: str, tag: str) -> None:
    """Let a tag wait for its mark. The caller holds the lock of the round.

    All waiting rows are written anew each time, so that no hidden column of the database tells
    which came last or joins one of them to one submission.
    """
    waiting = set(_waiting(session, round_id))
    if tag in waiting or _is_marked(session, round_id, tag):
        return
    session.execute(delete(ParticipationOutbox).where(ParticipationOutbox.round_id == round_id))
    # Tags are hashes of random tokens: their order says nothing.
    rows = [{"tag": one, "round_id": round_id} for one in sorted(waiting | {tag})]
    session.execute(insert(ParticipationOutbox), rows)


def move_marks(session: Session, round_id: str, *, closing: bool = False) -> int:
    """Mark the waiting as finished: from three on, when they complete the panel, or at close.

    One UPDATE goes over all rows of the round. Returns how many were newly marked.
    """
    lock_round(session, round_id)
    waiting = _waiting(session, round_id)
    if not waiting:
        return 0
    open_marks = session.scalar(
        select(func.count())
        .select_from(Participation)
        .where(Participation.round_id == round_id, Participation.finished.is_(False))
    )
    if len(waiting) < STEP and len(waiting) != open_marks and not closing:
        return 0
    people = select(Invitation.person_id).where(Invitation.tag.in_(waiting))
    session.execute(
        update(Participation)
        .where(Participation.round_id == round_id)
        .values(finished=or_(Participation.finished, Participation.person_id.in_(people)))
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(ParticipationOutbox).where(ParticipationOutbox.round_id == round_id))
    return len(waiting)


def _waiting(session: Session, round_id: str) -> list[str]:
    return list(
        session.scalars(
            select(ParticipationOutbox.tag).where(ParticipationOutbox.round_id == round_id)
        )
    )


def _is_marked(session: Session, round_id: str, tag: str) -> bool:
    return bool(
        session.scalar(
            select(Participation.finished)
            .join(Invitation, Invitation.person_id == Participation.person_id)
            .where(Invitation.tag == tag, Participation.round_id == round_id)
        )
    )
