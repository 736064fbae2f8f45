"""What one expert is shown: the study, the open round, the group's feedback, the own answers.

Read on every request of an expert, so: selects of columns, no object is tracked, and frozen
documents are parsed once per process.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from delphi.domain import questionnaire as questionnaires
from delphi.domain import round_states
from delphi.domain.allocation import Typed, typed_from_document
from delphi.domain.disclosure import Withheld
from delphi.domain.letter import Letter
from delphi.domain.letter import from_document as read_letter
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.submission import points_of
from delphi.models.answer import Draft, Rationale, Submission
from delphi.models.study import Round, RoundFeedback, Study
from delphi.queries.frozen import FrozenDocuments

#: Question → points by item; None where the expert abstained.
Points = Mapping[str, Mapping[str, int] | None]
WORKING, OTHER = 1, 2


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

    asked: int
    answered: int
    items: Mapping[str, ItemFeedback]


@dataclass(frozen=True)
class StoredDraft:
    """A draft as stored."""

    version: int
    #: canonical JSON
    content: str

    @property
    def typed(self) -> Typed:
        """The fields as typed."""
        return _typed(self.content)


@dataclass(frozen=True)
class StoredSubmission:
    """The latest submission of one round, as far as a form needs it."""

    id: str
    revision: int
    points: Points


@dataclass(frozen=True)
class OwnAnswers:
    """What this respondent has typed and submitted, in this round and the one before."""

    working: StoredDraft | None = None
    #: what another window held when the two differed
    other: StoredDraft | None = None
    submitted: StoredSubmission | None = None
    #: the counted answer of the round before
    last: Points | None = None
    #: item → reason, in this round and in the one before
    reasons: Mapping[str, str] = field(default_factory=dict)
    last_reasons: Mapping[str, str] = field(default_factory=dict)
    #: typed in the round before and not counted
    uncounted: Typed | None = None


_questionnaires: FrozenDocuments[Questionnaire] = FrozenDocuments()
_feedback: FrozenDocuments[Mapping[str, QuestionFeedback]] = FrozenDocuments()
_counted: FrozenDocuments[frozenset[str]] = FrozenDocuments()


def standing_of(session: Session, study_id: str) -> Standing:
    """Return where a study is; one statement."""
    before = aliased(Round)
    row = session.execute(
        select(
            Study.title_zh,
            Study.title_en,
            Study.state,
            Study.rehearsal,
            Study.letter,
            Study.protocol,
            Round.id,
            Round.number,
            Round.state.label("round_state"),
            Round.due_at,
            Round.closed_at,
            Round.questionnaire_sha256,
            before.id.label("before_id"),
            before.number.label("before_number"),
            before.state.label("before_state"),
            before.counted_sha256,
            RoundFeedback.sha256.label("feedback_sha256"),
        )
        .outerjoin(Round, (Round.study_id == Study.id) & (Round.state != round_states.DRAFT))
        .outerjoin(before, (before.study_id == Study.id) & (before.number == Round.number - 1))
        .outerjoin(RoundFeedback, RoundFeedback.round_id == before.id)
        .where(Study.id == study_id)
        .order_by(Round.number.desc())
        .limit(1)
    ).one()
    return Standing(
        study_id=study_id,
        title={"zh": row.title_zh, "en": row.title_en},
        is_finished=row.state == "finished",
        is_rehearsal=row.rehearsal,
        letter=_letter(row.letter),
        rounds=_rounds(row.protocol),
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
    )


@lru_cache(maxsize=64)
def _letter(text: str) -> Letter:
    return read_letter(json.loads(text))


@lru_cache(maxsize=64)
def _rounds(protocol: str) -> int:
    return len(json.loads(protocol)["round_plan"])


def questionnaire_of(session: Session, asked: RoundFacts) -> Questionnaire:
    """Return the frozen questionnaire of a round."""

    def read() -> Questionnaire:
        text = session.scalar(select(Round.questionnaire).where(Round.id == asked.id))
        return questionnaires.from_document(json.loads(text or ""), asked.questionnaire_sha256)

    return _questionnaires.get((asked.id, asked.questionnaire_sha256), read)


def feedback_of(session: Session, before: EarlierRound | None) -> Mapping[str, QuestionFeedback]:
    """Return what the round before shows, by question; empty when nothing is published."""
    if before is None or before.feedback_sha256 is None:
        return {}

    def read() -> Mapping[str, QuestionFeedback]:
        text = session.scalar(
            select(RoundFeedback.document).where(RoundFeedback.round_id == before.id)
        )
        return {one["question"]: _question_feedback(one) for one in json.loads(text or "")["questions"]}

    return _feedback.get((before.id, before.feedback_sha256), read)


def _question_feedback(document: Mapping[str, Any]) -> QuestionFeedback:
    return QuestionFeedback(
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
    rows = session.execute(
        select(Rationale.id, Rationale.text).where(Rationale.round_id == before.id)
    )
    return {row.id: row.text for row in rows if row.text}


def own_answers(
    session: Session, respondent: str, asked: RoundFacts, before: EarlierRound | None
) -> OwnAnswers:
    """Return what this respondent typed and submitted; three statements."""
    rounds = [asked.id] if before is None else [asked.id, before.id]
    drafts = _drafts(session, respondent, rounds)
    sent = _submissions(session, respondent, rounds)
    reasons = _reasons(session, respondent, rounds)
    last = None if before is None else _counted_answer(session, before, sent.get(before.id, []))
    late = None if before is None else drafts.get((before.id, WORKING))
    return OwnAnswers(
        working=drafts.get((asked.id, WORKING)),
        other=drafts.get((asked.id, OTHER)),
        submitted=_latest(sent.get(asked.id, [])),
        last=last,
        reasons=reasons.get(asked.id, {}),
        last_reasons={} if before is None or last is None else reasons.get(before.id, {}),
        uncounted=None if late is None or _says_the_same(late.typed, last) else late.typed,
    )


def working_draft(session: Session, respondent: str, round_id: str) -> StoredDraft | None:
    """Return the draft in work, or None."""
    return _drafts(session, respondent, [round_id]).get((round_id, WORKING))


def _drafts(
    session: Session, respondent: str, rounds: list[str]
) -> dict[tuple[str, int], StoredDraft]:
    rows = session.execute(
        select(Draft.round_id, Draft.slot, Draft.version, Draft.content).where(
            Draft.respondent == respondent, Draft.round_id.in_(rounds)
        )
    )
    return {(row.round_id, row.slot): StoredDraft(row.version, row.content) for row in rows}


def _submissions(session: Session, respondent: str, rounds: list[str]) -> dict[str, list[Any]]:
    """Return the submissions by round, first revision first."""
    rows = session.execute(
        select(
            Submission.id,
            Submission.round_id,
            Submission.revision,
            Submission.leaf,
            Submission.document,
        )
        .where(Submission.respondent == respondent, Submission.round_id.in_(rounds))
        .order_by(Submission.revision)
    )
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(row)
    return found


def _latest(rows: list[Any]) -> StoredSubmission | None:
    if not rows:
        return None
    row = rows[-1]
    return StoredSubmission(row.id, row.revision, points_of(json.loads(row.document)))


def _counted_answer(session: Session, before: EarlierRound, rows: list[Any]) -> Points | None:
    """Return the own answer that the closing of the round counted."""
    if not rows:
        return None
    counted = counted_leaves(session, before.id, before.counted_sha256)
    documents = [row.document for row in rows if row.leaf in counted]
    return points_of(json.loads(documents[-1])) if documents else None


def counted_leaves(session: Session, round_id: str, counted_sha256: str | None) -> frozenset[str]:
    """Return the leaves that the closing of a round counted."""
    if counted_sha256 is None:
        return frozenset()

    def read() -> frozenset[str]:
        text = session.scalar(select(Round.counted).where(Round.id == round_id))
        return frozenset(json.loads(text or "[]"))

    return _counted.get((round_id, counted_sha256), read)


def _reasons(session: Session, respondent: str, rounds: list[str]) -> dict[str, dict[str, str]]:
    rows = session.execute(
        select(Rationale.round_id, Rationale.item, Rationale.text).where(
            Rationale.respondent == respondent, Rationale.round_id.in_(rounds)
        )
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.round_id, {})[row.item] = row.text
    return found


def _says_the_same(typed: Typed, last: Points | None) -> bool:
    """Whether a draft holds no other numbers than the answer that counted, or none at all."""
    abstained = {question for question, points in (last or {}).items() if points is None}
    given = {
        code: str(points)
        for answer in (last or {}).values()
        if answer is not None
        for code, points in answer.items()
    }
    typed_points = {code: text for code, text in typed.points.items() if text}
    if not typed_points and not typed.abstained:
        return True
    return typed_points == given and typed.abstained == abstained


def _typed(content: str) -> Typed:
    return typed_from_document(json.loads(content))
