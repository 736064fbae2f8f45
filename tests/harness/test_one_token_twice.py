"""Two clients with one link submit at once: one revision counts, both are told the truth."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from delphi.db import Database
from delphi.models.answer import Submission
from delphi.services.access import ExpertAccess
from delphi.services.submissions import Sent, submit
from delphi.surroundings import Surroundings
from tests.databases import BACKENDS, MakeDatabase
from tests.harness.clients import at_once
from tests.harness.seeded import submit_without_the_lock, without_locks
from tests.studies import RunningStudy, running_study

pytestmark = pytest.mark.harness
EXPERTS = 12
ANSWERS = ((20, 50, 30), (10, 60, 30))
Submit = Callable[[Database, ExpertAccess, Sent, Surroundings], str]


def submit_as_the_program_does(
    database: Database, access: ExpertAccess, sent: Sent, around: Surroundings
) -> str:
    with database.writing() as session:
        return submit(session, access, sent, around)


def faults(study: RunningStudy, expert: int, submits: Submit) -> list[str]:
    """Let two clients submit different answers at once; return what went wrong."""
    access = study.access(expert)
    forms = [study.sent(answer) for answer in ANSWERS]
    told = at_once(
        [lambda f=form: submits(study.database, access, f, study.around) for form in forms]
    )
    wrong = [f"{type(one).__name__}" for one in told if isinstance(one, Exception)]
    rows = [row for row in study.submissions() if row.respondent == access.respondent]
    if [row.revision for row in rows] != [1, 2]:
        wrong.append(f"revisions {[row.revision for row in rows]}")
    with study.database.reading() as session:
        for answer, one in zip(ANSWERS, told, strict=True):
            if isinstance(one, str) and stored_points(session, one) != list(answer):
                wrong.append(f"told {answer}, stored {stored_points(session, one)}")
    return wrong


def stored_points(session: Session, submission: str) -> list[int] | None:
    row = session.get(Submission, submission)
    if row is None:
        return None
    values = json.loads(row.document)["answers"][0]["values"]
    return [values[code] for code in "DSE"]


def highest_alone_counts(study: RunningStudy) -> bool:
    rows = {row.leaf: row for row in study.submissions()}
    counted = [rows[leaf] for leaf in study.counted()]
    return sorted(row.respondent for row in counted) == sorted(
        {row.respondent for row in rows.values()}
    ) and all(row.revision == 2 for row in counted)


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_clients_with_one_link_are_one_respondent(
    databases: MakeDatabase,
    around: Surroundings,
    times: Callable[[int, int], int],
    backend: str,
) -> None:
    with databases(backend) as database:
        for _ in range(times(4, 200)):
            study = running_study(database, around, experts=EXPERTS).opens_round()
            for expert in range(EXPERTS):
                assert faults(study, expert, submit_as_the_program_does) == []
            study.closes_round()
            assert highest_alone_counts(study)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_insert_without_the_lock_is_caught(
    databases: MakeDatabase, around: Surroundings, backend: str
) -> None:
    with databases(backend) as database, without_locks():
        study = running_study(database, around, experts=60).opens_round()
        found = [faults(study, expert, submit_without_the_lock) for expert in range(60)]
    assert any(found)
