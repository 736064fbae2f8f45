"""Clients hammer a round while it is closed: no answer comes late, none is missing."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from delphi.db import Database
from delphi.errors import DomainError
from delphi.services import closing
from delphi.services.access import ExpertAccess
from delphi.services.submissions import Sent, submit
from delphi.surroundings import Surroundings
from tests.databases import BACKENDS, MakeDatabase
from tests.harness.clients import at_once
from tests.harness.seeded import submit_after_a_look, without_locks
from tests.studies import RunningStudy, running_study

pytestmark = pytest.mark.harness
CHANCE = random.SystemRandom()
CLIENTS = 16
#: A round without any answer cannot be closed: on a busy machine the first one takes its time.
FIRST_ANSWER_SECONDS = 60.0
Submit = Callable[[Database, ExpertAccess, Sent, Surroundings], str]


@dataclass(frozen=True)
class Race:
    """What one close under fire came to."""

    acknowledged: int
    #: stored after the count was taken
    late: int
    #: acknowledged, and neither counted nor replaced by a counted revision
    missing: int
    #: neither an acknowledgement nor a refusal
    errors: list[Exception]


def submit_as_the_program_does(
    database: Database, access: ExpertAccess, sent: Sent, around: Surroundings
) -> str:
    with database.writing() as session:
        return submit(session, access, sent, around)


def race(study: RunningStudy, submits: Submit, wait: float) -> Race:
    """Let every expert submit again and again; close `wait` seconds after the first answer."""
    study.opens_round()
    accesses = [study.access(expert) for expert in range(CLIENTS)]
    has_begun, has_failed = threading.Event(), threading.Event()

    def hammer(expert: int) -> str:
        """Submit until refused; return the last submission that was acknowledged."""
        last = ""
        while not has_failed.is_set():
            points = 5 * CHANCE.randrange(21)
            sent = study.sent((points, 100 - points, 0))
            try:
                last = submits(study.database, accesses[expert], sent, study.around)
            except DomainError as refused:
                if refused.code != "round_closed":
                    raise
                break
            finally:
                has_begun.set()  # also by an error: nobody waits for those who are gone
        return last

    def close() -> str:
        try:
            has_begun.wait(FIRST_ANSWER_SECONDS)
            time.sleep(wait)
            with study.database.writing() as session:
                closing.close_round(session, study.round_id, study.around)
        except Exception:
            has_failed.set()  # the round stays open: nobody would ever be refused
            raise
        return ""

    *found, closed = at_once([*(lambda e=e: hammer(e) for e in range(CLIENTS)), close])
    errors = [one for one in (*found, closed) if isinstance(one, Exception)]
    return _judge(study, [one for one in found if isinstance(one, str) and one], errors)


def _judge(study: RunningStudy, acknowledged: list[str], errors: list[Exception]) -> Race:
    rows = study.submissions()
    counted = set(study.counted())
    up_to = {row.respondent: row.revision for row in rows if row.leaf in counted}
    by_id = {row.id: row for row in rows}
    return Race(
        acknowledged=len(rows),
        late=sum(row.revision > up_to.get(row.respondent, 0) for row in rows),
        missing=sum(
            by_id[one].revision > up_to.get(by_id[one].respondent, 0) for one in acknowledged
        ),
        errors=errors,
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_answer_is_late_or_missing_when_a_round_closes(
    databases: MakeDatabase,
    around: Surroundings,
    times: Callable[[int, int], int],
    backend: str,
) -> None:
    total = 0
    with databases(backend, clients=CLIENTS + 2) as database:
        for _ in range(times(10, 500)):
            study = running_study(database, around, experts=CLIENTS)
            found = race(study, submit_as_the_program_does, CHANCE.uniform(0.03, 0.3))
            assert (found.late, found.missing, found.errors) == (0, 0, [])
            total += found.acknowledged
    assert total > 100


def test_a_close_that_fails_ends_the_race(
    databases: MakeDatabase, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("no close")

    monkeypatch.setattr(closing, "close_round", fails)
    with databases("sqlite", clients=CLIENTS + 2) as database:
        study = running_study(database, around, experts=CLIENTS)
        found = race(study, submit_as_the_program_does, 0.0)
    assert [str(error) for error in found.errors] == ["no close"]
    assert found.acknowledged > 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_check_before_the_transaction_is_caught(
    databases: MakeDatabase, around: Surroundings, backend: str
) -> None:
    with databases(backend, clients=CLIENTS + 2) as database, without_locks():
        for _ in range(30):
            study = running_study(database, around, experts=CLIENTS)
            found = race(study, submit_after_a_look, CHANCE.uniform(0.03, 0.3))
            assert found.errors == []
            if found.late and found.missing:
                return
    pytest.fail("the planted fault was not seen")
