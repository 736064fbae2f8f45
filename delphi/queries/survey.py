"""What one expert is shown of a study: where it is, what is asked, what the group said.

Read on every request of an expert, so: statements over tables that are put together once, no object
is tracked, and frozen documents are parsed once per process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from delphi.db import table_of
from delphi.domain import questionnaire as questionnaires
from delphi.domain import round_states
from delphi.domain.answers.checking import Values
from delphi.domain.disclosure import Withheld
from delphi.domain.letter import Letter
from delphi.domain.letter import from_document as read_letter
from delphi.domain.methods import PlannedQuestion, is_comparable, planned_from_document
from delphi.domain.questionnaire import Questionnaire
from delphi.models.answer import Rationale
from delphi.models.study import Round, RoundFeedback, Study
from delphi.queries.frozen import FrozenDocuments

#: Question → what its method stored; None where the expert abstained.
Answers = Mapping[str, Values | None]


@dataclass(frozen=True)
class RoundFacts:
    """A round as its experts know it."""

    id: str
    number: int
    #: open, closed or published
    state: str
    due_at: datetime | None
    closed_at: datetime | None
    questionnaire_sha256: str

    @property
    def is_open(self) -> bool:
        """Whether answers are taken."""
        return self.state == round_states.OPEN


@dataclass(frozen=True)
class EarlierRound:
    """The round before; its feedback is shown once it is published."""

    id: str
    number: int
    feedback_sha256: str | None
    counted_sha256: str | None
    questionnaire_sha256: str


@dataclass(frozen=True)
class Standing:
    """Where a study is, as far as its experts are told."""

    study_id: str
    #: zh and en
    title: Mapping[str, str]
    is_finished: bool
    is_rehearsal: bool
    letter: Letter
    #: rounds at most, by the protocol
    rounds: int
    #: the latest round that was opened, or None
    round: RoundFacts | None
    before: EarlierRound | None

    @property
    def is_open(self) -> bool:
        """Whether answers are taken at the moment."""
        return self.round is not None and self.round.is_open


@dataclass(frozen=True)
class ItemFeedback:
    """What the group said about one item: rounded decimal strings, None where withheld."""

    median: str | None
    low: str | None
    high: str | None
    withheld: tuple[Withheld, ...]
    #: whether reasons stand on two sides
    split: bool
    #: identifiers of reasons in the order of display
    heavier: tuple[str, ...]
    lighter: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True)
class QuestionFeedback:
    """What the group said about one question."""

    #: how it was asked
    planned: PlannedQuestion
    asked: int
    answered: int
    items: Mapping[str, ItemFeedback]


_studies = table_of(Study)
_rounds = table_of(Round)
_round_before = _rounds.alias("round_before")
_feedbacks = table_of(RoundFeedback)
_rationales = table_of(Rationale)
_FACTS = (
    _rounds.c.id,
    _rounds.c.number,
    _rounds.c.state.label("round_state"),
    _rounds.c.due_at,
    _rounds.c.closed_at,
    _rounds.c.questionnaire_sha256,
)
_STANDING = (
    select(
        _studies.c.title_zh,
        _studies.c.title_en,
        _studies.c.state,
        _studies.c.rehearsal,
        _studies.c.letter,
        _studies.c.protocol,
        *_FACTS,
        _round_before.c.id.label("before_id"),
        _round_before.c.number.label("before_number"),
        _round_before.c.state.label("before_state"),
        _round_before.c.counted_sha256,
        _round_before.c.questionnaire_sha256.label("before_questionnaire_sha256"),
        _feedbacks.c.sha256.label("feedback_sha256"),
    )
    .select_from(
        _studies.outerjoin(
            _rounds,
            (_rounds.c.study_id == _studies.c.id) & (_rounds.c.state != round_states.DRAFT),
        )
        .outerjoin(
            _round_before,
            (_round_before.c.study_id == _studies.c.id)
            & (_round_before.c.number == _rounds.c.number - 1),
        )
        .outerjoin(_feedbacks, _feedbacks.c.round_id == _round_before.c.id)
    )
    .where(_studies.c.id == bindparam("study_id"))
    .order_by(_rounds.c.number.desc())
    .limit(1)
)
_ROUND = select(*_FACTS).where(
    _rounds.c.study_id == bindparam("study_id"),
    _rounds.c.number == bindparam("number"),
    _rounds.c.state != round_states.DRAFT,
)
_REASON_TEXTS = select(_rationales.c.id, _rationales.c.text).where(
    _rationales.c.round_id == bindparam("round_id")
)
_questionnaires: FrozenDocuments[Questionnaire] = FrozenDocuments()
_feedback: FrozenDocuments[Mapping[str, QuestionFeedback]] = FrozenDocuments()
_counted: FrozenDocuments[frozenset[str]] = FrozenDocuments()


def standing_of(session: Session, study_id: str) -> Standing:
    """Return where a study is; one statement."""
    row = session.execute(_STANDING, {"study_id": study_id}).one()
    return Standing(
        study_id=study_id,
        title={"zh": row.title_zh, "en": row.title_en},
        is_finished=row.state == "finished",
        is_rehearsal=row.rehearsal,
        letter=_letter(row.letter),
        rounds=_round_limit(row.protocol),
        round=_round(row),
        before=_before(row),
    )


def _round(row: Any) -> RoundFacts | None:
    if row.id is None:
        return None
    return RoundFacts(
        id=row.id,
        number=row.number,
        state=row.round_state,
        due_at=row.due_at,
        closed_at=row.closed_at,
        questionnaire_sha256=row.questionnaire_sha256,
    )


def _before(row: Any) -> EarlierRound | None:
    if row.before_id is None:
        return None
    published = row.before_state == round_states.PUBLISHED
    return EarlierRound(
        id=row.before_id,
        number=row.before_number,
        feedback_sha256=row.feedback_sha256 if published else None,
        counted_sha256=row.counted_sha256,
        questionnaire_sha256=row.before_questionnaire_sha256,
    )


@lru_cache(maxsize=64)
def _letter(text: str) -> Letter:
    return read_letter(json.loads(text))


@lru_cache(maxsize=64)
def _round_limit(protocol: str) -> int:
    return len(json.loads(protocol)["round_plan"])


def questionnaire_of(session: Session, asked: RoundFacts | EarlierRound) -> Questionnaire:
    """Return the frozen questionnaire of a round."""

    def read() -> Questionnaire:
        text = session.scalar(select(Round.questionnaire).where(Round.id == asked.id))
        return questionnaires.from_document(json.loads(text or ""), asked.questionnaire_sha256)

    return _questionnaires.get((asked.id, asked.questionnaire_sha256), read)


def comparable_feedback(
    session: Session, asked: Questionnaire, before: EarlierRound | None
) -> Mapping[str, QuestionFeedback]:
    """Return what the round before shows of the questions that it asked in the same way."""
    told = feedback_of(session, before)
    return {
        one.question: told[one.question]
        for one in asked.questions
        if one.question in told and is_comparable(told[one.question].planned, one.planned)
    }


def feedback_of(session: Session, before: EarlierRound | None) -> Mapping[str, QuestionFeedback]:
    """Return what the round before shows, by question; empty when nothing is published."""
    if before is None or before.feedback_sha256 is None:
        return {}

    def read() -> Mapping[str, QuestionFeedback]:
        text = session.scalar(
            select(RoundFeedback.document).where(RoundFeedback.round_id == before.id)
        )
        return {
            one["question"]: _question_feedback(one) for one in json.loads(text or "")["questions"]
        }

    return _feedback.get((before.id, before.feedback_sha256), read)


def _question_feedback(document: Mapping[str, Any]) -> QuestionFeedback:
    return QuestionFeedback(
        planned=planned_from_document(document),
        asked=document["asked"],
        answered=document["answered"],
        items={one["item"]: _item_feedback(one) for one in document["items"]},
    )


def _item_feedback(document: Mapping[str, Any]) -> ItemFeedback:
    reasons = document["reasons"]
    return ItemFeedback(
        median=document["median"],
        low=document["low"],
        high=document["high"],
        withheld=tuple(Withheld(one["figure"], one["needed"]) for one in document["withheld"]),
        split=reasons["split"],
        heavier=tuple(reasons["heavier"]),
        lighter=tuple(reasons["lighter"]),
        other=tuple(reasons["other"]),
    )


def reason_texts(session: Session, before: EarlierRound) -> Mapping[str, str]:
    """Return the reasons of a round by identifier; an erased one is not among them.

    Not kept between requests: a text that is erased must be gone from the next page on.
    """
    rows = session.execute(_REASON_TEXTS, {"round_id": before.id}).all()
    return {row.id: row.text for row in rows if row.text}


def round_facts(session: Session, study_id: str, number: int) -> RoundFacts | None:
    """Return one round that was opened, by its number."""
    row = session.execute(_ROUND, {"study_id": study_id, "number": number}).first()
    return None if row is None else _round(row)


def counted_leaves(session: Session, round_id: str, counted_sha256: str | None) -> frozenset[str]:
    """Return the leaves that the closing of a round counted."""
    if counted_sha256 is None:
        return frozenset()

    def read() -> frozenset[str]:
        text = session.scalar(select(Round.counted).where(Round.id == round_id))
        return frozenset(json.loads(text or "[]"))

    return _counted.get((round_id, counted_sha256), read)
