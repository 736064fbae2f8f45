"""What runs every minute: marks in steps, interrupted closings, rounds past their announced end.

Deadlines are data, not jobs: whether something is due follows from the row and the clock at the
moment of asking, so the tick may run twice, late, or on two machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from delphi.db import Database
from delphi.domain import round_states
from delphi.errors import DomainError
from delphi.models.study import Round
from delphi.services import closing
from delphi.services.participation import move_marks
from delphi.surroundings import Surroundings

#: A round overdue for longer is not closed by itself: the coordinator is asked.
LATEST_CLOSE = timedelta(hours=24)


@dataclass(frozen=True)
class Ticked:
    """What one tick did."""

    marks_moved: int
    closings_resumed: int
    rounds_closed: int


def tick(database: Database, around: Surroundings) -> Ticked:
    """Do everything that is due once."""
    with database.reading() as session:
        opened = session.execute(
            select(Round.id, Round.study_id, Round.number, Round.due_at).where(
                Round.state == round_states.OPEN
            )
        ).all()
    moved = 0
    closed = 0
    now = around.clock.now()
    for row in opened:
        if row.due_at is not None and row.due_at < now <= row.due_at + LATEST_CLOSE:
            closed += _close(database, row.study_id, row.number, around)
        else:
            with database.writing() as session:
                moved += move_marks(session, row.id)
    resumed = closing.resume(database, around)
    return Ticked(moved, resumed, closed)


def _close(database: Database, study_id: str, number: int, around: Surroundings) -> int:
    try:
        closing.close(database, study_id, number, around)
    except DomainError:
        return 0  # nobody has answered, or somebody closed it first: the round page says what to do
    return 1
