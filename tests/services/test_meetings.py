"""Two people act at once: whatever the interleaving, each is answered, by a result or by a rule.

One act is stopped before each of its statements in turn (before every third in the quick run); the
other runs meanwhile until it is done or waits for a lock. SQLite lets one writer in at a time, so
only PostgreSQL can interleave.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from delphi.db import Database
from delphi.errors import DomainError
from delphi.services import closing, derivations, launch, links, panel, studies
from delphi.services.access import choose_code
from delphi.services.releases import end_study
from delphi.services.rounds import extend_round
from delphi.surroundings import Surroundings
from tests.databases import contents, opened, refill
from tests.studies import T2, RunningStudy, running_study, typed

pytestmark = pytest.mark.harness
Act = Callable[[RunningStudy], Any]
#: prepares a study; returns the study of the other, where that is another one
Story = Callable[[RunningStudy], RunningStudy | None]
ANSWER = (20, 50, 30)
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def opens(study: RunningStudy) -> Any:
    return study.opens_round()


def closes(study: RunningStudy) -> Any:
    return closing.close(study.database, study.id, study.number, study.around)


def ends(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return end_study(session, study.id, study.around, departure="It is enough")


def derives(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return derivations.derive(session, study.id, study.around)


def extends(study: RunningStudy) -> Any:
    due_at = study.around.clock.now() + timedelta(days=99)
    with study.database.writing() as session:
        return extend_round(session, study.id, study.round_id, due_at, study.around)


def replaces(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return links.replace_link(session, study.id, study.people[0], study.around)


def submits(study: RunningStudy) -> Any:
    return study.submits(0, ANSWER)


def submits_too(study: RunningStudy) -> Any:
    return study.submits(1, ANSWER, reasons={"D": "因为"})


def saves(study: RunningStudy) -> Any:
    return study.drafts(0, typed({"D": 20}))


def saves_other(study: RunningStudy) -> Any:
    return study.drafts(0, typed({"D": 25}))


def ticks(study: RunningStudy) -> Any:
    return study.ticks()


def sets_code(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return choose_code(session, study.access(0), "830274")


def launches(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return launch.launch(session, study.id, study.around)


def adds_people(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return panel.add_people(session, study.id, [panel.NewPerson("新")], study.around)


def sets_rule(study: RunningStudy) -> Any:
    with study.database.writing() as session:
        return studies.set_weight_rule(session, study.id, "root", "equal_siblings")


def before_the_first_round(study: RunningStudy) -> None:
    """Leave the study as it was launched."""


def in_an_open_round(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0])


def after_a_closed_round(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0]).closes_round()


def as_a_draft(study: RunningStudy) -> None:
    """Take the launch back, by hand: there is no such act."""
    with study.database.writing() as session:
        for statement in (
            "DELETE FROM ledger_event WHERE height > 0",
            "DELETE FROM invitation",
            "UPDATE study SET state = 'draft', launched_on = NULL, protocol_sha256 = NULL",
        ):
            session.execute(text(statement))


def beside_another_open_round(study: RunningStudy) -> RunningStudy:
    other = running_study(study.database, study.around).opens_round().all_submit(T2[1])
    study.opens_round().all_submit(T2[0])
    return other


MEETINGS = [
    (beside_another_open_round, closes, submits),
    (beside_another_open_round, submits, closes),
    (beside_another_open_round, closes, saves),
    (beside_another_open_round, closes, closes),
    (beside_another_open_round, closes, replaces),
    (before_the_first_round, opens, opens),
    (before_the_first_round, opens, replaces),
    (before_the_first_round, replaces, replaces),
    (before_the_first_round, sets_code, sets_code),
    (in_an_open_round, closes, closes),
    (in_an_open_round, closes, submits),
    (in_an_open_round, submits, closes),
    (in_an_open_round, submits, submits_too),
    (in_an_open_round, submits, replaces),
    (in_an_open_round, replaces, submits),
    (in_an_open_round, closes, extends),
    (in_an_open_round, ends, closes),
    (in_an_open_round, closes, ends),
    (in_an_open_round, ticks, closes),
    (in_an_open_round, ticks, submits),
    (in_an_open_round, closes, saves),
    (in_an_open_round, closes, submits_too),
    (in_an_open_round, ticks, saves),
    (in_an_open_round, submits, saves),
    (in_an_open_round, saves, saves_other),
    (in_an_open_round, saves, submits),
    (in_an_open_round, saves, closes),
    (after_a_closed_round, opens, opens),
    (after_a_closed_round, ends, ends),
    (after_a_closed_round, opens, ends),
    (after_a_closed_round, ends, opens),
    (after_a_closed_round, derives, derives),
    (after_a_closed_round, derives, ends),
    (as_a_draft, launches, launches),
    (as_a_draft, launches, adds_people),
    (as_a_draft, adds_people, launches),
    (as_a_draft, sets_rule, launches),
]


class Meeting:
    """One act, and another that runs while the first stands still at one statement."""

    def __init__(self, mine: RunningStudy, theirs: RunningStudy, second: Act) -> None:
        self.mine, self.theirs, self.second = mine, theirs, second
        self.errors: list[BaseException] = []
        self.thread: threading.Thread | None = None

    def run(self, first: Act, point: int) -> bool:
        """Run both; return False when the first act has no statement of that number."""
        left = point

        def stop(*statement: object) -> None:
            nonlocal left
            if left == 0:
                self._let_the_other_run()
            left -= 1

        event.listen(self.mine.database.engine, "before_cursor_execute", stop)
        try:
            self._answered(first, self.mine)
        finally:
            event.remove(self.mine.database.engine, "before_cursor_execute", stop)
        if self.thread is None:
            return False
        self.thread.join(timeout=30)
        assert not self.thread.is_alive()
        self.thread = None
        return True

    def _let_the_other_run(self) -> None:
        self.thread = threading.Thread(target=self._answered, args=(self.second, self.theirs))
        self.thread.start()
        with self.theirs.database.engine.connect() as watch:
            while self.thread.is_alive() and not watch.scalar(WAITING):
                time.sleep(0.003)

    def _answered(self, act: Act, study: RunningStudy) -> None:
        try:
            act(study)
        except DomainError:
            pass  # refused by a rule: that is an answer
        except Exception as error:
            self.errors.append(error)


def copy(study: RunningStudy, database: Database) -> RunningStudy:
    """Return the same study as somebody else sees it."""
    other = RunningStudy(
        database, study.around, study.id, list(study.people), list(study.tokens),
        study.round_id, study.number,
    )  # fmt: skip
    if study.number:
        other.questionnaire = study.questionnaire
    return other


@pytest.mark.parametrize(
    ("story", "first", "second"),
    MEETINGS,
    ids=["-".join(part.__name__ for part in meeting) for meeting in MEETINGS],
)
def test_two_acts_at_once_are_both_answered(
    postgresql_database: Database,
    around: Surroundings,
    times: Callable[[int, int], int],
    story: Story,
    first: Act,
    second: Act,
) -> None:
    study = running_study(postgresql_database, around)
    theirs = story(study) or study
    before = contents(study.database)
    url = postgresql_database.url.render_as_string(hide_password=False)
    found: dict[int, list[str]] = {}
    point, step = 0, times(3, 1)
    with opened(url) as other:
        while True:
            meeting = Meeting(copy(study, study.database), copy(theirs, other), second)
            if not meeting.run(first, point):
                break
            if meeting.errors:
                found[point] = [f"{type(one).__name__}: {one}"[:300] for one in meeting.errors]
            refill(study.database, before)
            point += step
    assert found == {}
    assert point >= 3  # beginning, lock and look at least
