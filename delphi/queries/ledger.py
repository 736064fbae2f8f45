"""The ledger of a study as a page reads it: every event, and whether the chain holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.record.ledger import Event, first_break
from delphi.models.study import LedgerEvent
from delphi.queries.head import StudyHead, study_head


@dataclass(frozen=True)
class EventLine:
    """One event; its words are chosen where people read."""

    height: int
    day: date
    type: str
    payload: Mapping[str, Any]
    hash: str
    parent: str | None
    payload_sha256: str

    @property
    def payload_text(self) -> str:
        """The payload for reading."""
        return json.dumps(self.payload, ensure_ascii=False, indent=2, sort_keys=True)


@dataclass(frozen=True)
class LedgerPage:
    """The whole ledger of a study, the newest event first."""

    study: StudyHead
    events: tuple[EventLine, ...]
    #: first height at which the chain does not hold; None when all of it does
    broken_at: int | None


def ledger_page(session: Session, study_id: str) -> LedgerPage:
    """Return every event of a study, checked."""
    rows = session.scalars(_events(study_id).order_by(LedgerEvent.height)).all()
    chain = [
        (
            Event(
                row.study_id,
                row.height,
                row.parent,
                row.type,
                row.day.isoformat(),
                row.payload_sha256,
            ),
            row.hash,
            json.loads(row.payload),
        )
        for row in rows
    ]
    return LedgerPage(
        study_head(session, study_id),
        tuple(_line(row) for row in reversed(rows)),
        first_break(chain),
    )


def last_events(session: Session, study_id: str, count: int) -> tuple[EventLine, ...]:
    """Return the last events, the newest first."""
    rows = session.scalars(_events(study_id).order_by(LedgerEvent.height.desc()).limit(count)).all()
    return tuple(_line(row) for row in rows)


def event_count(session: Session, study_id: str) -> int:
    """Return how many events a study has."""
    counted = select(func.count()).where(LedgerEvent.study_id == study_id)
    return session.scalar(counted) or 0


def _events(study_id: str) -> Any:
    return select(LedgerEvent).where(LedgerEvent.study_id == study_id)


def _line(row: LedgerEvent) -> EventLine:
    return EventLine(
        height=row.height,
        day=row.day,
        type=row.type,
        payload=json.loads(row.payload),
        hash=row.hash,
        parent=row.parent,
        payload_sha256=row.payload_sha256,
    )
