"""Who has finished: through an outbox that keeps no order, in steps of three or more."""

from __future__ import annotations

import json

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.models.identity import Invitation, Participation, ParticipationOutbox
from delphi.services.lookup import lock_round

#: Fewer new marks than this would tell when one person finished.
STEP = 3


def note_finished(session: Session, round_id: str, tag: str) -> None:
    """Let a tag wait for its mark. The caller holds the lock of the round.

    The waiting tags are one sorted list, written anew each time, so that no hidden column of the
    database tells which came last.
    """
    waiting = _waiting(session, round_id)
    if tag in waiting or _is_marked(session, round_id, tag):
        return
    # Tags are hashes of random tokens: their order says nothing.
    tags = canonical_text(sorted((*waiting, tag)))
    row = session.get(ParticipationOutbox, round_id)
    if row is None:
        session.add(ParticipationOutbox(round_id=round_id, tags=tags))
    else:
        row.tags = tags
    session.flush()


def move_marks(session: Session, round_id: str, *, closing: bool = False) -> int:
    """Mark the waiting as finished: from three on, when they complete the panel, or at close.

    One UPDATE goes over all rows of the round. Returns how many were newly marked.
    """
    lock_round(session, round_id)
    waiting = _waiting(session, round_id)
    if not waiting:
        return 0
    # People, not tags: somebody whose link was replaced may wait with both.
    people = session.scalars(
        select(Invitation.person_id)
        .join(Participation, Participation.person_id == Invitation.person_id)
        .where(
            Invitation.tag.in_(waiting),
            Participation.round_id == round_id,
            Participation.finished.is_(False),
        )
        .distinct()
    ).all()
    open_marks = session.scalar(
        select(func.count())
        .select_from(Participation)
        .where(Participation.round_id == round_id, Participation.finished.is_(False))
    )
    if len(people) < STEP and len(people) != open_marks and not closing:
        return 0
    session.execute(
        update(Participation)
        .where(Participation.round_id == round_id)
        .values(finished=or_(Participation.finished, Participation.person_id.in_(people)))
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(ParticipationOutbox).where(ParticipationOutbox.round_id == round_id))
    return len(people)


def _waiting(session: Session, round_id: str) -> list[str]:
    tags = session.scalar(
        select(ParticipationOutbox.tags).where(ParticipationOutbox.round_id == round_id)
    )
    return json.loads(tags) if tags else []


def _is_marked(session: Session, round_id: str, tag: str) -> bool:
    return bool(
        session.scalar(
            select(Participation.finished)
            .join(Invitation, Invitation.person_id == Participation.person_id)
            .where(Invitation.tag == tag, Participation.round_id == round_id)
        )
    )
