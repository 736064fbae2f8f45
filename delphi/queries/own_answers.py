"""What one respondent has typed and submitted, in the open round and the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from delphi.db import table_of
from delphi.domain.answers.checking import says
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.domain.methods import is_comparable
from delphi.domain.proposals import DEFINITION, Proposal, sent_from_document
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment, assessment_from_document
from delphi.domain.submission import values_of
from delphi.models.answer import Draft, Rationale, Submission
from delphi.queries.survey import (
    Answers,
    EarlierRound,
    RoundFacts,
    counted_leaves,
    questionnaire_of,
)

WORKING, OTHER = 1, 2
_of_respondent: BindParameter[str] = bindparam("respondent")
#: This round and the one before; the latter is empty in the first.
_in_rounds: tuple[BindParameter[str], ...] = (bindparam("round_id"), bindparam("before_id"))
_draft = table_of(Draft).c
_submission = table_of(Submission).c
_rationale = table_of(Rationale).c
_DRAFTS = select(_draft.round_id, _draft.slot, _draft.version, _draft.content).where(
    _draft.respondent == _of_respondent, _draft.round_id.in_(_in_rounds)
)
_SUBMISSIONS = (
    select(
        _submission.id,
        _submission.round_id,
        _submission.revision,
        _submission.leaf,
        _submission.document,
    )
    .where(_submission.respondent == _of_respondent, _submission.round_id.in_(_in_rounds))
    .order_by(_submission.revision)
)
_REASONS = select(_rationale.round_id, _rationale.id, _rationale.item, _rationale.text).where(
    _rationale.respondent == _of_respondent, _rationale.round_id.in_(_in_rounds)
)


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

    @property
    def device(self) -> str:
        """The mark of the device without the access code that it was typed on, or empty."""
        return str(json.loads(self.content).get("device", ""))


@dataclass(frozen=True)
class StoredSubmission:
    """The latest submission of one round, as far as a form needs it."""

    id: str
    revision: int
    values: Answers
    #: as stored
    document: str


@dataclass(frozen=True)
class OwnAnswers:
    """What this respondent has typed and submitted, in this round and the one before."""

    working: StoredDraft | None = None
    #: what another window held when the two differed
    other: StoredDraft | None = None
    submitted: StoredSubmission | None = None
    #: the counted answer of the round before, to the questions that are asked the same way again
    last: Answers | None = None
    #: the self-assessment that was counted in the round before
    last_assessed: Assessment = NOTHING
    #: item → reason, in this round and in the one before
    reasons: Mapping[str, str] = field(default_factory=dict)
    last_reasons: Mapping[str, str] = field(default_factory=dict)
    #: identifiers of the latter, which stand among those of the group
    last_reason_ids: frozenset[str] = frozenset()
    #: typed in the round before and not counted
    uncounted: Typed | None = None
    #: whether something else was counted there
    is_counted: bool = False
    uncounted_proposals: tuple[Proposal, ...] = ()
    #: what that round asked; None in the first
    asked_before: Questionnaire | None = None


def own_answers(
    session: Session, respondent: str, asked: RoundFacts, before: EarlierRound | None
) -> OwnAnswers:
    """Return what this respondent typed and submitted; three statements."""
    key = {
        "respondent": respondent,
        "round_id": asked.id,
        "before_id": "" if before is None else before.id,
    }
    drafts = _drafts(session, key)
    sent = _by_round(session.execute(_SUBMISSIONS, key).all())
    reasons = _by_round(session.execute(_REASONS, key).all())
    counted = None if before is None else _counted_answer(session, before, sent.get(before.id, []))
    earlier = None if before is None else questionnaire_of(session, before)
    given = None if counted is None else values_of(counted)
    told = [] if before is None or given is None else reasons.get(before.id, [])
    late = None if before is None else _late(drafts, before.id)
    return OwnAnswers(
        working=drafts.get((asked.id, WORKING)),
        other=drafts.get((asked.id, OTHER)),
        submitted=_latest(sent.get(asked.id, [])),
        last=_comparable(given, earlier, questionnaire_of(session, asked)),
        last_assessed=assessment_from_document((counted or {}).get("self_assessment")),
        reasons={one.item: one.text for one in reasons.get(asked.id, ())},
        last_reasons={one.item: one.text for one in told},
        last_reason_ids=frozenset(one.id for one in told),
        uncounted=(
            None
            if late is None or earlier is None or _says_the_same(earlier, late.typed, given)
            else late.typed
        ),
        uncounted_proposals=_not_sent(late, counted, told),
        is_counted=given is not None,
        asked_before=earlier,
    )


def _comparable(
    given: Answers | None, earlier: Questionnaire | None, asked: Questionnaire
) -> Answers | None:
    if given is None or earlier is None:
        return None
    before = {one.question: one.planned for one in earlier.questions}
    return {
        one.question: given[one.question]
        for one in asked.questions
        if one.question in given and is_comparable(before[one.question], one.planned)
    }


def _late(drafts: Mapping[tuple[str, int], StoredDraft], round_id: str) -> StoredDraft | None:
    """Return what was typed last for a closed round."""
    return typed_last(drafts.get((round_id, WORKING)), drafts.get((round_id, OTHER)))


def typed_last(working: StoredDraft | None, other: StoredDraft | None) -> StoredDraft | None:
    """Return the later of two versions; what was typed without the code comes after the others."""
    if working is None or other is None or other.device:
        return working or other
    return other if other.version >= working.version else working


def working_draft(
    session: Session, respondent: str, round_id: str, device: str = ""
) -> StoredDraft | None:
    """Return the draft in work, or None; of a device without the access code, what it typed."""
    key = {"respondent": respondent, "round_id": round_id, "before_id": ""}
    held = _drafts(session, key)
    if not device:
        return held.get((round_id, WORKING))
    return next((one for one in held.values() if one.device == device), None)


def _drafts(session: Session, key: Mapping[str, str]) -> dict[tuple[str, int], StoredDraft]:
    rows = session.execute(_DRAFTS, key).all()
    return {(row.round_id, row.slot): StoredDraft(row.version, row.content) for row in rows}


def _by_round(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Return rows by their round, in the same order."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.round_id, []).append(row)
    return found


def _latest(rows: list[Any]) -> StoredSubmission | None:
    if not rows:
        return None
    row = rows[-1]
    return StoredSubmission(row.id, row.revision, values_of(json.loads(row.document)), row.document)


def _not_sent(
    late: StoredDraft | None, counted: Mapping[str, Any] | None, told: Sequence[Any]
) -> tuple[Proposal, ...]:
    """Return what was proposed in the draft of a closed round and was not sent with it."""
    texts = {one.item: one.text for one in told}
    sent = () if counted is None else sent_from_document(counted["proposals"], texts)
    known = {_said(one) for one in sent}
    typed = () if late is None else late.typed.proposals
    return tuple(one for one in typed if one.text and _said(one) not in known)


def _said(one: Proposal) -> tuple[str, str, str]:
    """Return what tells a proposal from others; only a definition is about an indicator."""
    return one.kind, one.item if one.kind == DEFINITION else "", one.text


def _counted_answer(
    session: Session, before: EarlierRound, rows: list[Any]
) -> Mapping[str, Any] | None:
    """Return the own answer that the closing of the round counted."""
    if not rows:
        return None
    counted = counted_leaves(session, before.id, before.counted_sha256)
    documents = [row.document for row in rows if row.leaf in counted]
    return json.loads(documents[-1]) if documents else None


def _says_the_same(earlier: Questionnaire, typed: Typed, given: Answers | None) -> bool:
    """Whether a draft holds no other answers than those that counted, or none at all."""
    if not any(typed.fields.values()) and not typed.abstained:
        return True
    if given is None:
        return False
    return all(says(one, typed, given.get(one.question)) for one in earlier.questions)


def _typed(content: str) -> Typed:
    return typed_from_document(json.loads(content))
