"""The list of somebody's studies, and the overview of one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delphi.domain import protocol as protocols
from delphi.domain.protocol import Protocol
from delphi.models.identity import Person
from delphi.models.study import Release, Study, StudyRole
from delphi.queries.closing_now import Conclusion, RunningRound, closing_now
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.ledger import EventLine, event_count, last_events
from delphi.queries.rounds import RoundLine, round_lines

SHOWN_EVENTS = 3


@dataclass(frozen=True)
class Standing:
    """Where a study stands, from which its state sentence is made."""

    #: draft, launched, open, overdue, computing, continue, hold, end, exhausted, finished
    code: str
    #: the last round that was opened; 0 before the first
    number: int = 0
    invited: int = 0
    finished: int = 0
    due_at: datetime | None = None
    #: rounds at most, by the protocol
    rounds: int = 0
    released_on: date | None = None


@dataclass(frozen=True)
class StudyLine:
    """One study in the list."""

    study: StudyHead
    standing: Standing
    #: coordinator or methodologist
    role: str


@dataclass(frozen=True)
class StudyList:
    """Everything that somebody may open, the newest first."""

    studies: tuple[StudyLine, ...]


@dataclass(frozen=True)
class RoundRow:
    """A row of the table of rounds; `line` is None for one that has not been opened."""

    number: int
    line: RoundLine | None
    is_last: bool


@dataclass(frozen=True)
class GroupName:
    """A group that experts weight: its parent's names, None for the first level."""

    group: str
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True)
class StudyOverview:
    """The overview page."""

    study: StudyHead
    standing: Standing
    protocol: Protocol
    protocol_sha256: str | None
    launched_on: date | None
    #: people in the panel
    experts: int
    rounds: tuple[RoundRow, ...]
    #: what closing the open round now would mean; empty when none is open
    conclusions: tuple[Conclusion, ...]
    #: the last events, the newest first
    events: tuple[EventLine, ...]
    event_count: int

    @property
    def opened(self) -> RoundLine | None:
        """The round that takes answers."""
        return next((row.line for row in self.rounds if row.line and row.line.is_open), None)

    @property
    def latest(self) -> RoundLine | None:
        """The last round that was opened."""
        return next((row.line for row in reversed(self.rounds) if row.line), None)


def study_list(session: Session, staff_id: str, now: datetime) -> StudyList:
    """Return the studies in which somebody has a role."""
    rows = session.execute(
        select(Study, StudyRole.role, Release.released_on)
        .join(StudyRole, StudyRole.study_id == Study.id)
        .outerjoin(Release, Release.study_id == Study.id)
        .where(StudyRole.staff_id == staff_id)
        .order_by(Study.created_at.desc(), Study.id)
    ).all()
    rounds = round_lines(session, [study.id for study, _, _ in rows])
    return StudyList(
        tuple(
            StudyLine(head_of(study), _standing(study, rounds[study.id], released_on, now), role)
            for study, role, released_on in rows
        )
    )


def study_overview(session: Session, study_id: str, now: datetime) -> StudyOverview:
    """Return the overview of a study; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    protocol = protocol_of(study)
    lines = round_lines(session, [study_id])[study_id]
    released_on = session.scalar(select(Release.released_on).where(Release.study_id == study_id))
    people = select(func.count()).select_from(Person).where(Person.study_id == study_id)
    return StudyOverview(
        study=head_of(study),
        standing=_standing(study, lines, released_on, now),
        protocol=protocol,
        protocol_sha256=study.protocol_sha256,
        launched_on=study.launched_on,
        experts=session.scalar(people) or 0,
        rounds=_round_rows(lines, protocol.rounds),
        conclusions=_conclusions(lines, protocol),
        events=last_events(session, study_id, SHOWN_EVENTS),
        event_count=event_count(session, study_id),
    )


def protocol_of(study: Study) -> Protocol:
    """Return the protocol of a study."""
    document: Mapping[str, object] = json.loads(study.protocol)
    return protocols.from_document(document)


def _standing(
    study: Study, lines: tuple[RoundLine, ...], released_on: date | None, now: datetime
) -> Standing:
    protocol = protocol_of(study)
    rounds = protocol.rounds
    if study.state != "running" or not lines:
        codes = {"draft": "draft", "running": "launched", "finished": "finished"}
        number = lines[-1].number if lines else 0
        return Standing(codes[study.state], number, rounds=rounds, released_on=released_on)
    last = lines[-1]
    return Standing(
        _running(last, protocol, now),
        last.number,
        last.invited,
        last.finished,
        last.due_at,
        rounds,
    )


def _running(last: RoundLine, protocol: Protocol, now: datetime) -> str:
    if last.is_open:
        return "overdue" if last.due_at is not None and last.due_at <= now else "open"
    if last.outcome is None:
        return "computing"
    if last.number >= protocol.rounds:
        # Nothing follows that could be compared with: only a hold stands in the way.
        return "exhausted" if last.outcome == "hold" else "end"
    if last.outcome == "end" and protocol.goes_on(last.number):
        return "continue"
    return last.outcome


def _round_rows(lines: tuple[RoundLine, ...], rounds: int) -> tuple[RoundRow, ...]:
    opened = {line.number: line for line in lines}
    return tuple(
        RoundRow(number, opened.get(number), number == rounds) for number in range(1, rounds + 1)
    )


def _conclusions(lines: tuple[RoundLine, ...], protocol: Protocol) -> tuple[Conclusion, ...]:
    if not lines or not lines[-1].is_open:
        return ()
    last = lines[-1]
    running = RunningRound(
        last.number,
        last.invited,
        last.finished,
        before=lines[-2].finished if len(lines) > 1 else None,
        is_last=last.number >= protocol.rounds,
    )
    return closing_now(running, protocol.response, protocol.minimum)
