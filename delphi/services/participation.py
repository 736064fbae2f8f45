"""Who has finished: through an outbox that keeps no order, in steps of three or more."""

from __future__ import annotations

import json

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from delphi.db import table_of
from delphi.errors import DomainError
from delphi.instance_key import InstanceKey
from delphi.models.identity import Invitation, Participation, ParticipationOutbox
from delphi.services.lookup import lock_round

#: Fewer new marks than this would tell when one person finished.
STEP = 3
_PURPOSE = "participation"
_outbox = table_of(ParticipationOutbox)
_invitations = table_of(Invitation)
_marks = table_of(Participation)
_WAITING = select(_outbox.c.sealed_tags).where(_outbox.c.round_id == bindparam("round_id"))
_FINISHED = (
    select(_marks.c.finished)
    .join_from(_marks, _invitations, _invitations.c.person_id == _marks.c.person_id)
    .where(_invitations.c.tag == bindparam("tag"), _marks.c.round_id == bindparam("round_id"))
)
_FIRST_WAITS = insert(_outbox)
_MORE_WAIT = (
    update(_outbox)
    .where(_outbox.c.round_id == bindparam("of_round"))
    .values(sealed_tags=bindparam("sealed_tags"))
)


def note_finished(session: Session, round_id: str, tag: str, key: InstanceKey) -> None:
    """Let a tag wait for its mark. The caller holds the lock of the round.

    The waiting tags are one sorted list, sealed and written anew each time, so that no hidden
    column of the database tells which came last, or who waits alone.
    """
    stored = session.scalar(_WAITING, {"round_id": round_id})
    waiting = _open(stored, key)
    if tag in waiting or session.scalar(_FINISHED, {"tag": tag, "round_id": round_id}):
        return
    # Tags are hashes of random tokens: their order says nothing. Written like this they are in
    # canonical form as well, without a look at each: all who wait are written with every one.
    tags = json.dumps(sorted((*waiting, tag)), separators=(",", ":"))
    sealed = key.seal(_PURPOSE, tags.encode())
    if stored is None:
        session.execute(_FIRST_WAITS, {"round_id": round_id, "sealed_tags": sealed})
    else:
        session.execute(_MORE_WAIT, {"of_round": round_id, "sealed_tags": sealed})


def move_marks(session: Session, round_id: str, key: InstanceKey, *, closing: bool = False) -> int:
    """Mark the waiting as finished: from three on, when they complete the panel, or at close.

    One UPDATE goes over all rows of the round. Returns how many were newly marked.
    """
    lock_round(session, round_id)
    stored = session.scalar(_WAITING, {"round_id": round_id})
    waiting = _open(stored, key)
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


def _open(sealed: bytes | None, key: InstanceKey) -> list[str]:
    if sealed is None:
        return []
    opened = key.open(_PURPOSE, sealed)
    if opened is None:
        raise DomainError("key_changed")
    tags: list[str] = json.loads(opened)
    return tags
