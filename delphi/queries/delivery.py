"""The desk from which links are handed on: who has got theirs, who is recorded as finished.

It knows no link and no token: these are opened one by one, and each opening is an event.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain import letter as letters
from delphi.domain import round_states
from delphi.domain.letter import Letter
from delphi.models.identity import Participation, Person
from delphi.models.study import Round
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.panel import PersonLine, person_line


@dataclass(frozen=True)
class DeliveryRound:
    """The round for which links are handed on."""

    id: str
    number: int
    due_at: datetime | None


@dataclass(frozen=True)
class DeliveryPage:
    """The people by state, each list by name; all empty when no round is open."""

    study: StudyHead
    letter: Letter
    #: None when no round is open
    round: DeliveryRound | None
    #: not handed on
    waiting: tuple[PersonLine, ...]
    #: handed on, not recorded as finished
    sent: tuple[PersonLine, ...]
    finished: tuple[PersonLine, ...]

    @property
    def people(self) -> tuple[PersonLine, ...]:
        """Everybody."""
        return (*self.waiting, *self.sent, *self.finished)

    def state(self, person_id: str) -> str | None:
        """Return `waiting`, `sent` or `finished`; None for somebody unknown."""
        for name in ("waiting", "sent", "finished"):
            if any(one.id == person_id for one in getattr(self, name)):
                return name
        return None


def delivery_page(session: Session, study_id: str) -> DeliveryPage:
    """Return the desk of a study; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    opened = session.scalars(
        select(Round).where(Round.study_id == study_id, Round.state == round_states.OPEN)
    ).one_or_none()
    sides: dict[str, list[PersonLine]] = {"waiting": [], "sent": [], "finished": []}
    if opened is not None:
        for person, taking in session.execute(
            select(Person, Participation)
            .join(Participation, Participation.person_id == Person.id)
            .where(Participation.round_id == opened.id)
            .order_by(Person.name, Person.id)
        ):
            sides[_state(taking)].append(person_line(person))
    return DeliveryPage(
        study=head_of(study),
        letter=letters.from_document(json.loads(study.letter)),
        round=DeliveryRound(opened.id, opened.number, opened.due_at) if opened else None,
        **{name: tuple(people) for name, people in sides.items()},
    )


def _state(taking: Participation) -> str:
    if taking.finished:
        return "finished"
    return "sent" if taking.sent else "waiting"
