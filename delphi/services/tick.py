"""What runs every minute: marks in steps, interrupted closings, rounds past their end, old logins.

Deadlines are data, not jobs: whether something is due follows from the row and the clock at the
moment of asking, so the tick may run twice, late, or on two machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from delphi.db import Database
from delphi.domain import round_states
from delphi.errors import DomainError
from delphi.models.study import Round
from delphi.services import closing
from delphi.services.participation import move_marks
from delphi.services.staff import forget_failures, forget_sessions
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
    """Do everything that is due once.

    What fails in one study does not hold up the others; the first failure is raised at the end.
    """
    with database.reading() as session:
        opened = session.execute(
            select(Round.id, Round.study_id, Round.number, Round.due_at).where(
                Round.state == round_states.OPEN
            )
        ).all()
    moved = closed = resumed = 0
    failures: list[Exception] = []
    now = around.clock.now()
    for row in opened:
        with _noting(failures):
            if row.due_at is not None and row.due_at < now <= row.due_at + LATEST_CLOSE:
                closed += _close(database, row.study_id, row.number, around)
            else:
                with database.writing() as session:
                    moved += move_marks(session, row.id, around.key)
    for round_id in closing.unfinished(database):
        with _noting(failures):
            closing.finish_closing(database, round_id, around)
            resumed += 1
    with _noting(failures), database.writing() as session:
        forget_failures(session, now)
        forget_sessions(session, now)
    if failures:
        raise failures[0]
    return Ticked(moved, resumed, closed)


@contextmanager
def _noting(failures: list[Exception]) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # raised again when every study had its turn
        failures.append(error)


def _close(database: Database, study_id: str, number: int, around: Surroundings) -> int:
    try:
        closing.close(database, study_id, number, around, overdue_only=True)
    except DomainError:
        # Nobody has answered, or somebody closed or extended it first: the page says what to do.
        return 0
    return 1
