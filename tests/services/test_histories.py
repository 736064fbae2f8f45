"""Random histories of a study against a model of it: whatever people do, the record holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.record.leaf import leaf_hash
from analysis.record.ledger import first_break
from delphi.clock import FixedClock
from delphi.errors import DomainError
from delphi.models.answer import Submission
from delphi.models.study import RoundFeedback, RoundResult
from delphi.services import closing, links
from delphi.services.ledger import to_event
from delphi.services.releases import end_study
from delphi.services.submissions import Sent, submit
from tests.databases import BACKENDS, MakeDatabase
from tests.studies import looking, refuses, running_study, still_surroundings, typed

EXPERTS = 9
WHO = st.integers(0, EXPERTS - 1)
STEPS = st.tuples(st.integers(0, 10), st.integers(0, 10))


class History(RuleBasedStateMachine):
    """A study with nine experts, and everything that people may do with it."""

    def __init__(self, databases: MakeDatabase, backend: str) -> None:
        super().__init__()
        self.stack = ExitStack()
        database = self.stack.enter_context(databases(backend))
        self.clock = FixedClock(datetime(2026, 11, 2, tzinfo=UTC))
        self.study = running_study(database, still_surroundings(self.clock), experts=EXPERTS)
        self.state = "launched"
        #: id → (document, nonce, leaf) as acknowledged
        self.acknowledged: dict[str, tuple[str, str, str]] = {}
        #: (expert, form) → id
        self.forms: list[tuple[int, Sent, str]] = []
        #: of the present round: expert → id of the last submission
        self.last: dict[int, str] = {}
        #: round → its counted list, result and feedback once they were there
        self.frozen: dict[str, tuple[str | None, str, str]] = {}
        self.marked: set[int] = set()

    def teardown(self) -> None:
        self.stack.close()

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    def sends(self, expert: int, sent: Sent) -> str:
        access = self.study.access(expert)
        with self.study.database.writing() as session:
            return submit(session, access, sent, self.study.around)

    @initialize()
    def begins(self) -> None:
        self.opens_a_round()

    @precondition(lambda self: self.state == "closed" and self.study.number < 3)
    @rule()
    def opens_a_round(self) -> None:
        self.study.opens_round(departure="We go on")
        self.state, self.last, self.marked = "open", {}, set()
        self.cannot_open_the_next("round_still_open")

    def cannot_open_the_next(self, code: str) -> None:
        with refuses("round_limit" if self.study.number == 3 else code):
            self.study.opens_round(departure="Too early")

    @precondition(lambda self: self.is_open)
    @rule(expert=WHO, steps=STEPS, reason=st.sampled_from(["", "因为", "其他"]))
    def somebody_submits(self, expert: int, steps: tuple[int, int], reason: str) -> None:
        self.submits(expert, steps, reason)

    def submits(self, expert: int, steps: tuple[int, int], reason: str) -> None:
        points = (5 * steps[0], 5 * steps[1], 100 - 5 * sum(steps))
        sent = self.study.sent(points, reasons={"D": reason})
        stored = self.sends(expert, sent)
        assert stored not in self.acknowledged
        with looking(self.study.database) as session:
            row = session.get_one(Submission, stored)
        self.acknowledged[stored] = (row.document, row.nonce, row.leaf)
        self.forms.append((expert, sent, stored))
        self.last[expert] = stored

    @precondition(lambda self: self.is_open)
    @rule(without=st.integers(0, 2), steps=STEPS)
    def most_submit(self, without: int, steps: tuple[int, int]) -> None:
        for expert in range(EXPERTS - without):
            self.submits(expert, steps, "")

    @precondition(lambda self: bool(self.forms))
    @rule(which=st.integers(0, 10_000))
    def a_form_is_sent_again(self, which: int) -> None:
        expert, sent, stored = self.forms[which % len(self.forms)]
        assert self.sends(expert, sent) == stored

    @precondition(lambda self: bool(self.study.round_id))
    @rule(expert=WHO, points=st.integers(0, 100), version=st.integers(0, 3))
    def somebody_types(self, expert: int, points: int, version: int) -> None:
        self.study.drafts(expert, typed({"D": points}), version)

    @rule(expert=WHO)
    def a_link_is_replaced(self, expert: int) -> None:
        person, study = self.study.people[expert], self.study
        before = study.access(expert).respondent
        with study.database.writing() as session:
            links.replace_link(session, study.id, person, study.around)
            study.tokens[expert] = links.show_tokens(session, study.id, [person], study.around)[
                person
            ]
        assert study.access(expert).respondent == before

    @rule(hours=st.integers(0, 30))
    def time_passes(self, hours: int) -> None:
        self.clock.instant += timedelta(hours=hours)
        before = self.state
        self.study.ticks()
        if before == "interrupted" or (self.is_open and self.study.round().state == "closed"):
            self.round_was_closed()

    @precondition(lambda self: self.is_open and self.last)
    @rule(interrupted=st.booleans())
    def the_round_is_closed(self, *, interrupted: bool) -> None:
        if interrupted:
            with self.study.database.writing() as session:
                closing.close_round(session, self.study.round_id, self.study.around)
            self.state = "interrupted"
            self.cannot_open_the_next("results_missing")
            return
        self.study.closes_round()
        self.round_was_closed()

    def round_was_closed(self) -> None:
        """Note what may never change again, and that the last revisions are what counts."""
        self.state = "closed"
        with refuses("round_closed"):
            self.sends(0, self.study.sent((20, 50, 30)))
        assert self.study.counted() == sorted(
            self.acknowledged[stored][2] for stored in self.last.values()
        )
        assert self.study.finished() == sorted(self.last)
        self.frozen[self.study.round_id] = self.of_round(self.study.round_id)

    def of_round(self, round_id: str) -> tuple[str | None, str, str]:
        with looking(self.study.database) as session:
            result = session.get_one(RoundResult, round_id)
            feedback = session.get_one(RoundFeedback, round_id)
            counted = closing.get_round(
                session, self.study.id, json.loads(result.document)["round"]
            )
        return counted.counted, result.document, feedback.document

    @precondition(lambda self: self.state == "closed")
    @rule()
    def the_study_is_ended(self) -> None:
        try:
            with self.study.database.writing() as session:
                end_study(
                    session, self.study.id, self.study.around, departure="Enough",
                    accept_rounding=True,
                )  # fmt: skip
        except DomainError as refused:
            assert refused.code == "release_needs_answers"  # noqa: PT017  (one of two outcomes)
            assert len(self.last) < 8
            return
        assert len(self.last) >= 8
        self.state = "finished"

    @invariant()
    def what_was_acknowledged_is_there_unmodified(self) -> None:
        with looking(self.study.database) as session:
            rows = session.scalars(select(Submission)).all()
        stored = {row.id: (row.document, row.nonce, row.leaf) for row in rows}
        assert stored == self.acknowledged
        for row in rows:
            assert row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))
        revisions: dict[tuple[str, str], list[int]] = {}
        for row in rows:
            revisions.setdefault((row.respondent, row.round_id), []).append(row.revision)
        for found in revisions.values():
            assert sorted(found) == list(range(1, len(found) + 1))

    @invariant()
    def what_was_frozen_stays(self) -> None:
        for round_id, before in self.frozen.items():
            assert self.of_round(round_id) == before

    @invariant()
    def the_chain_holds(self) -> None:
        events = self.study.events()
        links_of = ((to_event(row), row.hash, json.loads(row.payload)) for row in events)
        assert first_break(links_of) is None

    @invariant()
    def marks_move_in_steps(self) -> None:
        if not self.is_open:
            return
        now = set(self.study.finished())
        assert now <= set(self.last)
        moved = now - self.marked
        assert self.marked <= now
        assert len(moved) == 0 or len(moved) >= 3 or len(now) == EXPERTS
        self.marked = now


def play(databases: MakeDatabase, backend: str, *, histories: int, steps: int) -> None:
    """Play random histories; raise at the first that does not hold."""
    run_state_machine_as_test(
        lambda: History(databases, backend),
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            # A history that fails is told as it was; shortening one takes minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_record_holds_in_every_history(
    databases: MakeDatabase, times: Callable[[int, int], int], backend: str
) -> None:
    quick = 12 if backend == "sqlite" else 4
    play(databases, backend, histories=times(quick, 500), steps=times(30, 60))


def count_first_revisions(session: Session, round_id: str) -> list[str]:
    return list(
        session.scalars(
            select(Submission.leaf).where(Submission.round_id == round_id, Submission.revision == 1)
        )
    )


def test_a_close_that_counts_the_wrong_revision_is_caught(
    databases: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "_counted_leaves", count_first_revisions)
    with pytest.raises(AssertionError):
        play(databases, "sqlite", histories=60, steps=40)
