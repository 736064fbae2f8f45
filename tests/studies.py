"""Builds studies for tests, through the services, the way people do it.

    study = running_study(database, around, experts=8)
    study.opens_round()
    study.submits(0, (20, 50, 30), reasons={"D": "..."})
    study.closes_round()

Experts are numbered from 0; the tree is `THREE` unless another is given.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.record.leaf import NONCE_BYTES
from analysis.tree import Tree
from analysis.treefile import parse_tree
from delphi.bridge import questionnaire_of
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.answers import constant_sum
from delphi.domain.answers.checking import Values, to_fields
from delphi.domain.answers.typed import Typed
from delphi.domain.letter import Letter
from delphi.domain.protocol import Protocol, default_protocol
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.errors import DomainError, NotFoundError
from delphi.instance_key import InstanceKey
from delphi.models.answer import Submission
from delphi.models.identity import Participation, Person
from delphi.models.study import LedgerEvent, Round, RoundFeedback, RoundResult, Staff
from delphi.services import closing, launch, links, panel, rounds, studies, tick
from delphi.services.access import ExpertAccess, find_access
from delphi.services.drafts import Saved, save_draft
from delphi.services.submissions import Sent, submit
from delphi.surroundings import Surroundings

COORDINATOR = "c0" * 8
BOTH = {"zh": "文字", "en": "Words"}
LETTER = Letter(BOTH, BOTH, BOTH, BOTH, telephone="010-5555 0123")
HEAD = "code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent\n"
#: Three indicators, weighted against each other.
THREE = parse_tree(
    HEAD
    + "D,,需求,Demand,value,benefit,elicited,\n"
    + "S,,供给,Supply,value,benefit,elicited,\n"
    + "E,,环境,Environment,value,benefit,elicited,\n",
    "three.csv",
    require_weights=False,
)
#: Two questions, a group with equal weights and a group of one.
FOUR_GROUPS = parse_tree(
    HEAD
    + "D,,需求,Demand,,,elicited,\n"
    + "D1,D,购买力,Purchasing power,value,benefit,elicited,\n"
    + "D2,D,流量,Traffic,value,benefit,elicited,\n"
    + "S,,供给,Supply,,,elicited,\n"
    + "S1,S,通信,Telecoms,value,benefit,equal_leaves,\n"
    + "S2,S,软件,Software,value,benefit,equal_leaves,\n"
    + "E,,环境,Environment,,,elicited,\n"
    + "E1,E,网络,Networks,ratio,benefit,,\n",
    "four_groups.csv",
    require_weights=False,
)

#: Panel T2: eight experts, three rounds, points for demand, supply, environment.
T2 = (
    ((20, 50, 30), (10, 70, 20), (10, 60, 30), (30, 40, 30),
     (20, 45, 35), (15, 65, 20), (25, 40, 35), (5, 60, 35)),
    ((15, 55, 30), (10, 65, 25), (10, 60, 30), (25, 45, 30),
     (15, 50, 35), (15, 60, 25), (20, 45, 35), (10, 55, 35)),
    ((15, 55, 30), (15, 55, 30), (10, 60, 30), (20, 50, 30),
     (15, 55, 30), (15, 60, 25), (15, 50, 35), (10, 55, 35)),
)  # fmt: skip


def still_surroundings(clock: FixedClock, seed: int = 20261102) -> Surroundings:
    """Return surroundings whose random bytes follow from `seed`."""
    key = InstanceKey(hashlib.sha256(b"key of the tests").digest())
    same = random.Random(seed)  # noqa: S311  (repeatable on purpose)
    return Surroundings(key, clock, same.randbytes)


@contextmanager
def refuses(code: str, **parameters: object) -> Iterator[None]:
    """Expect a rule to refuse, by its code and what it names."""
    with pytest.raises(DomainError) as caught:
        yield
    assert caught.value.code == code
    assert {name: caught.value.parameters.get(name) for name in parameters} == parameters


@contextmanager
def looking(database: Database) -> Iterator[Session]:
    """Read, and keep the rows that were read after the session has ended."""
    with database.reading() as session:
        yield session
        session.expunge_all()


def typed(
    points: Mapping[str, object] | None = None,
    *,
    abstained: Sequence[str] = (),
    reasons: Mapping[str, str] | None = None,
) -> Typed:
    """Return the fields of a form as somebody typed them."""
    texts = {constant_sum.field(code): str(value) for code, value in (points or {}).items()}
    return Typed(texts, frozenset(abstained), reasons or {})


def draft_study(
    database: Database,
    around: Surroundings,
    *,
    experts: int = 8,
    tree: Tree = THREE,
    rehearsal: bool = False,
) -> str:
    """Create a study that is ready for its launch; return its id."""
    with database.writing() as session:
        if session.get(Staff, COORDINATOR) is None:
            session.add(Staff(id=COORDINATOR, login="lin", name="Lin", password_hash="-"))
            session.flush()
        new = studies.NewStudy("城市指数", "City index", tree, "three.csv", rehearsal)
        study_id = studies.create_study(session, new, COORDINATOR, around)
        studies.set_letter(session, study_id, LETTER)
        people = [panel.NewPerson(f"Expert {number:03}") for number in range(1, experts + 1)]
        panel.add_people(session, study_id, people, around)
    return study_id


def running_study(
    database: Database,
    around: Surroundings,
    *,
    experts: int = 8,
    tree: Tree = THREE,
    protocol: Protocol | None = None,
    rehearsal: bool = False,
) -> RunningStudy:
    """Create and launch a study; its links are known to the test."""
    study_id = draft_study(database, around, experts=experts, tree=tree, rehearsal=rehearsal)
    with database.writing() as session:
        # Without rules of its own a study of the tests asks for weights and nothing else.
        studies.set_protocol(session, study_id, protocol or default_protocol([]))
        launch.launch(session, study_id, around)
    with database.reading() as session:
        people = list(
            session.scalars(
                select(Person.id).where(Person.study_id == study_id).order_by(Person.name)
            )
        )
    with database.writing() as session:
        tokens = links.show_tokens(session, study_id, people, around)
    return RunningStudy(database, around, study_id, people, [tokens[one] for one in people])


@dataclass
class RunningStudy:
    """A launched study and what a test knows of it."""

    database: Database
    around: Surroundings
    id: str
    #: ids of the experts
    people: list[str]
    #: their tokens
    tokens: list[str]
    #: the round opened last
    round_id: str = ""
    number: int = 0
    questionnaire: Questionnaire = field(init=False)

    def access(self, expert: int) -> ExpertAccess:
        """Return what a request of this expert knows; refuse, as a page does, a dead link."""
        with self.database.reading() as session:
            found = find_access(session, self.tokens[expert], self.around.key)
        if found is None:
            raise NotFoundError("link_unknown")
        return found

    def opens_round(self, *, days: int = 14, departure: str | None = None) -> RunningStudy:
        """Open the next round."""
        due_at = self.around.clock.now() + timedelta(days=days)
        with self.database.writing() as session:
            opened = rounds.open_round(session, self.id, due_at, self.around, departure=departure)
            self.round_id, self.number = opened.id, opened.number
            self.questionnaire = questionnaire_of(opened)
        return self

    def sent(
        self,
        answer: Sequence[object] | Typed,
        *,
        reasons: Mapping[str, str] | None = None,
        form_key: str | None = None,
        browser_nonce: bytes = b"",
    ) -> Sent:
        """Return a form of the open round: points in the order of the first question's items."""
        if not isinstance(answer, Typed):
            codes = [item.code for item in self.questionnaire.questions[0].items]
            answer = typed(dict(zip(codes, answer, strict=True)), reasons=reasons)
        key = self.around.new_id() if form_key is None else form_key
        return Sent(self.round_id, self.questionnaire, answer, key, browser_nonce)

    def submits(self, expert: int, answer: Sequence[object] | Typed, **how: Any) -> str:
        """Submit for one expert; return the id of the submission."""
        sent = self.sent(answer, **how)
        access = self.access(expert)
        with self.database.writing() as session:
            return submit(session, access, sent, self.around)

    def submits_values(
        self,
        expert: int,
        values: Mapping[str, Values | None],
        *,
        reasons: Mapping[str, str] | None = None,
        assessed: Assessment = NOTHING,
    ) -> str:
        """Submit for one expert what the methods store: question → values, None abstains."""
        asked = self.questionnaire.questions
        fields = {
            name: text
            for question in asked
            if (given := values[question.question]) is not None
            for name, text in to_fields(question, given).items()
        }
        abstained = [name for name, given in values.items() if given is None]
        answer = Typed(fields, frozenset(abstained), reasons or {}, assessed=assessed)
        return self.submits(expert, answer)

    def all_submit(self, answers: Sequence[Sequence[object]]) -> RunningStudy:
        """Submit one answer for each of the first experts."""
        for expert, answer in enumerate(answers):
            self.submits(expert, answer)
        return self

    def drafts(self, expert: int, answer: Typed, version: int | None = 0) -> Saved:
        """Save a draft for one expert."""
        with self.database.writing() as session:
            return save_draft(
                session,
                study_id=self.id,
                respondent=self.access(expert).respondent,
                round_id=self.round_id,
                typed=answer,
                version=version,
            )

    def ticks(self) -> tick.Ticked:
        """Let one minute's work be done."""
        return tick.tick(self.database, self.around)

    def closes_round(self) -> RunningStudy:
        """Close the open round, with everything that follows."""
        closing.close(self.database, self.id, self.number, self.around)
        return self

    def round(self) -> Round:
        """Return the round opened last as it is stored."""
        with looking(self.database) as session:
            return session.get_one(Round, self.round_id)

    def counted(self) -> list[str]:
        """Return the leaves that the closing act counted."""
        leaves: list[str] = json.loads(self.round().counted or "[]")
        return leaves

    def result(self) -> dict[str, Any]:
        """Return the stored result of the round opened last."""
        with self.database.reading() as session:
            document: dict[str, Any] = json.loads(
                session.get_one(RoundResult, self.round_id).document
            )
        return document

    def feedback(self) -> dict[str, Any]:
        """Return the stored feedback of the round opened last."""
        with self.database.reading() as session:
            document: dict[str, Any] = json.loads(
                session.get_one(RoundFeedback, self.round_id).document
            )
        return document

    def submissions(self) -> list[Submission]:
        """Return every submission of the round opened last, by respondent and revision."""
        with looking(self.database) as session:
            return list(
                session.scalars(
                    select(Submission)
                    .where(Submission.round_id == self.round_id)
                    .order_by(Submission.respondent, Submission.revision)
                )
            )

    def submitted_leaves(self) -> set[str]:
        """Return the leaves of every submission of the round opened last."""
        return {one.leaf for one in self.submissions()}

    def submission_since(self, leaves: set[str]) -> dict[str, Any]:
        """Return the document of the one submission that is not among some leaves."""
        (new,) = (one for one in self.submissions() if one.leaf not in leaves)
        document: dict[str, Any] = json.loads(new.document)
        return document

    def finished(self) -> list[int]:
        """Return the experts who are marked as finished in the round opened last."""
        with self.database.reading() as session:
            marked = set(
                session.scalars(
                    select(Participation.person_id).where(
                        Participation.round_id == self.round_id, Participation.finished.is_(True)
                    )
                )
            )
        return [expert for expert, person in enumerate(self.people) if person in marked]

    def events(self) -> list[LedgerEvent]:
        """Return the ledger in order of height."""
        with looking(self.database) as session:
            return list(
                session.scalars(
                    select(LedgerEvent)
                    .where(LedgerEvent.study_id == self.id)
                    .order_by(LedgerEvent.height)
                )
            )


def browser_nonce() -> bytes:
    """Return what a browser adds to the nonce."""
    return bytes(range(NONCE_BYTES // 2))
