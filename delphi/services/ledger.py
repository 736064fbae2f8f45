"""Appends to a study's ledger, in the transaction of the event itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from analysis.record.ledger import Event, next_event
from delphi.models.study import LedgerEvent
from delphi.services.lookup import lock_study
from delphi.surroundings import Surroundings


def append_event(
    session: Session,
    study_id: str,
    event_type: str,
    payload: Mapping[str, Any],
    around: Surroundings,
) -> Event:
    """Append one event: a UTC day, no time, no name, no count of an open round.

    The study's row is locked first, so that two events never claim the same height.
    """
    lock_study(session, study_id)
    last = session.scalars(
        select(LedgerEvent)
        .where(LedgerEvent.study_id == study_id)
        .order_by(LedgerEvent.height.desc())
        .limit(1)
    ).first()
    event = next_event(
        study_id, to_event(last) if last else None, event_type, around.day.isoformat(), payload
    )
    session.add(
        LedgerEvent(
            study_id=study_id,
            height=event.height,
            parent=event.parent,
            type=event_type,
            day=around.day,
            payload=canonical_text(payload),
            payload_sha256=event.payload_sha256,
            hash=event.hash,
        )
    )
    session.flush()
    return event


def to_event(row: LedgerEvent) -> Event:
    """Return the stored row as the link of the chain that it is."""
    return Event(
        row.study_id,
        row.height,
        row.parent,
        row.type,
        row.day.isoformat(),
        row.payload_sha256,
    )
