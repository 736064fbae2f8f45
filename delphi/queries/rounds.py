"""The rounds of a study as lists show them, and what the last one says about going on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delphi.domain import round_states
from delphi.models.identity import Participation
from delphi.models.study import Round, RoundResult

#: Verdicts by which a group asks for more; the others let the study end.
GOING_ON = ("continue", "hold")


@dataclass(frozen=True)
class GroupVerdict:
    """The verdict on one group of one round."""

    #: name of the group: code of the parent, or `root`
    group: str
    verdict: str


@dataclass(frozen=True)
class RoundLine:
    """One round that was opened."""

    number: int
    #: open, closed, published
    state: str
    invited: int
    #: closed: how many answers count; open: how many are recorded as finished
    finished: int
    opened_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    #: empty as long as nothing has been computed
    verdicts: tuple[GroupVerdict, ...]

    @property
    def is_open(self) -> bool:
        """Whether it takes answers."""
        return self.state == round_states.OPEN

    @property
    def has_result(self) -> bool:
        """Whether statistics and verdicts are there."""
        return bool(self.verdicts)

    @property
    def distinct(self) -> tuple[tuple[str, int], ...]:
        """Each verdict with the number of its groups, in the order of the groups."""
        counts: dict[str, int] = {}
        for one in self.verdicts:
            counts[one.verdict] = counts.get(one.verdict, 0) + 1
        return tuple(counts.items())

    @property
    def outcome(self) -> str | None:
        """What follows from all groups: `continue`, `hold`, `end`; None without a result."""
        if not self.verdicts:
            return None
        found = {one.verdict for one in self.verdicts}
        return next((verdict for verdict in GOING_ON if verdict in found), "end")


def round_lines(session: Session, study_ids: Sequence[str]) -> dict[str, tuple[RoundLine, ...]]:
    """Return the opened rounds of some studies, in order."""
    rows = session.execute(
        select(Round, RoundResult.document)
        .outerjoin(RoundResult, RoundResult.round_id == Round.id)
        .where(Round.study_id.in_(study_ids), Round.state != round_states.DRAFT)
        .order_by(Round.study_id, Round.number)
    ).all()
    opened = [one.id for one, _ in rows if one.state == round_states.OPEN]
    finished = _finished(session, opened)
    lines: dict[str, tuple[RoundLine, ...]] = dict.fromkeys(study_ids, ())
    for one, document in rows:
        line = _line(one, document, finished.get(one.id, 0))
        lines[one.study_id] = (*lines[one.study_id], line)
    return lines


def _finished(session: Session, round_ids: Sequence[str]) -> Mapping[str, int]:
    """Return the recorded marks of open rounds; what waits in the outbox is not among them."""
    if not round_ids:
        return {}
    rows = session.execute(
        select(Participation.round_id, func.count())
        .where(Participation.round_id.in_(round_ids), Participation.finished)
        .group_by(Participation.round_id)
    )
    return {row[0]: row[1] for row in rows}


def _line(one: Round, document: str | None, finished: int) -> RoundLine:
    return RoundLine(
        number=one.number,
        state=one.state,
        invited=one.invited,
        finished=finished if one.counted is None else len(json.loads(one.counted)),
        opened_at=one.opened_at,
        due_at=one.due_at,
        closed_at=one.closed_at,
        verdicts=() if document is None else _verdicts(json.loads(document)),
    )


def _verdicts(document: Mapping[str, Any]) -> tuple[GroupVerdict, ...]:
    return tuple(
        GroupVerdict(group["question"], group["verdict"]["verdict"]) for group in document["groups"]
    )
