"""Submitting: the state of the round, the answers, the leaf and the mark in one transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_bytes, nfc
from analysis.record.leaf import NONCE_BYTES, leaf_hash, text_hash
from delphi.db import table_of
from delphi.domain import round_states
from delphi.domain.answers.checking import Answer, check
from delphi.domain.answers.typed import Typed
from delphi.domain.implications import kept
from delphi.domain.proposals import check_proposals, labelled, sent_to_document
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.submission import to_document
from delphi.errors import DomainError
from delphi.implied_weights import own_weights
from delphi.models.answer import Rationale, Submission
from delphi.models.study import Round
from delphi.services.access import ExpertAccess
from delphi.services.drafts import ensure_respondent
from delphi.services.participation import note_finished
from delphi.surroundings import Surroundings

BROWSER_NONCE_BYTES = NONCE_BYTES // 2
_rounds = table_of(Round).c
_submissions = table_of(Submission)
_rationales = table_of(Rationale)
#: Closing and submitting wait for each other here.
_LOCK_STATE = (
    select(_rounds.state).where(_rounds.id == bindparam("round_id")).with_for_update(key_share=True)
)
_EARLIER = select(_submissions.c.id, _submissions.c.revision, _submissions.c.form_key).where(
    _submissions.c.respondent == bindparam("respondent"),
    _submissions.c.round_id == bindparam("round_id"),
)
_ADD_SUBMISSION = insert(_submissions)
_REASONS = select(
    _rationales.c.id, _rationales.c.item, _rationales.c.text, _rationales.c.sha256
).where(
    _rationales.c.respondent == bindparam("respondent"),
    _rationales.c.round_id == bindparam("round_id"),
)
_ADD_REASON = insert(_rationales)


@dataclass(frozen=True)
class Sent:
    """One form as it was sent."""

    round_id: str
    questionnaire: Questionnaire
    typed: Typed
    #: made when the form was rendered; the same form sent twice is one submission
    form_key: str
    #: 16 bytes from the browser; empty when it has no script
    browser_nonce: bytes = b""


def submit(session: Session, access: ExpertAccess, sent: Sent, around: Surroundings) -> str:
    """Store one submission and return its id. It is acknowledged only after the commit.

    The same form sent again gives the submission that is already there, also after the round has
    closed. Any other form is a new revision, also with equal answers; the highest at close counts.

    Raises
    ------
    DomainError
        `round_closed` when the round is no longer open; `answers_incomplete` when there are gaps.
    """
    key = {"respondent": access.respondent, "round_id": sent.round_id}
    state = session.execute(_LOCK_STATE, {"round_id": sent.round_id}).scalar_one()
    earlier = session.execute(_EARLIER, key).all()
    again = [str(one.id) for one in earlier if one.form_key == sent.form_key]
    if again:
        return again[0]
    if state != round_states.OPEN:
        raise DomainError("round_closed")
    answers, gaps = check(sent.questionnaire, sent.typed)
    missing = len(gaps) + len(check_proposals(sent.questionnaire.proposals, sent.typed.proposals))
    if missing:
        raise DomainError("answers_incomplete", count=missing)
    ensure_respondent(session, access.respondent, access.study_id)
    # Reasons come with submissions only: before the first one there are none to look for.
    stored = session.execute(_REASONS, key).all() if earlier else []
    spoken = _spoken(sent.questionnaire, sent.typed)
    texts = _keep_texts(session, key, spoken, stored=stored, around=around)
    revision = 1 + max((one.revision for one in earlier), default=0)
    document = _document(sent.questionnaire, sent.typed, answers, revision=revision, texts=texts)
    submission = _new_submission(sent, document, around)
    session.execute(_ADD_SUBMISSION, {**key, **submission})
    note_finished(session, sent.round_id, access.tag, around.key)
    return str(submission["id"])


def says_the_same(
    questionnaire: Questionnaire, typed: Typed, stored: str, texts: Mapping[str, str]
) -> bool:
    """Whether submitting a form would store once more what a submission holds.

    Parameters
    ----------
    stored
        The document of the submission.
    texts
        Item or label → text that was stored with it.
    """
    answers, gaps = check(questionnaire, typed)
    if gaps or _wanted(_spoken(questionnaire, typed)) != texts:
        return False
    before = json.loads(stored)
    hashes = {one["item"]: one["sha256"] for one in before["texts"]}
    again = _document(questionnaire, typed, answers, revision=before["revision"], texts=hashes)
    return canonical_bytes(again) == stored.encode()


def _document(
    questionnaire: Questionnaire,
    typed: Typed,
    answers: Sequence[Answer],
    *,
    revision: int,
    texts: Mapping[str, str],
) -> dict[str, Any]:
    """Return the document of a submission; `texts` are hashes by item or label."""
    document = to_document(
        questionnaire,
        revision,
        answers,
        texts=texts,
        confirmed_unchanged=typed.kept,
        assessed=typed.assessed,
    )
    document["proposals"] = sent_to_document(labelled(questionnaire.proposals, typed.proposals))
    document["implications"] = _judged(questionnaire, typed, answers) or None
    return document


def _judged(asked: Questionnaire, typed: Typed, answers: Sequence[Answer]) -> dict[str, str]:
    """Return what was said of the weights that follow from these answers."""
    if not asked.implications:
        return {}
    weights = own_weights(asked, {one.question: one.values for one in answers})
    items = {code for local in weights.values() for code in local}
    return kept(asked.implications, typed.judged, items)


def _spoken(asked: Questionnaire, typed: Typed) -> dict[str, str]:
    """Return the reasons and proposals of a form, by item and by label."""
    proposals = labelled(asked.proposals, typed.proposals)
    return {**typed.reasons, **{label: one.text for label, one in proposals.items()}}


def _wanted(spoken: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that are stored."""
    return {item: nfc(text) for item, text in spoken.items() if text}


def _new_submission(
    sent: Sent, document: Mapping[str, object], around: Surroundings
) -> dict[str, object]:
    raw = canonical_bytes(document)
    browser = sent.browser_nonce if len(sent.browser_nonce) == BROWSER_NONCE_BYTES else b""
    nonce = browser + around.random(NONCE_BYTES - len(browser))
    return {
        "id": around.new_id(16),
        "revision": document["revision"],
        "document": raw.decode(),
        "nonce": nonce.hex(),
        "leaf": leaf_hash(raw, nonce),
        "form_key": sent.form_key,
    }


def _keep_texts(
    session: Session,
    key: Mapping[str, str],
    spoken: Mapping[str, str],
    *,
    stored: Sequence[Any],
    around: Surroundings,
) -> dict[str, str]:
    """Store the texts of this revision; one that has not changed keeps its salt and its hash."""
    wanted = _wanted(spoken)
    kept = {row.item: row.sha256 for row in stored if wanted.get(row.item) == row.text}
    gone = [row.id for row in stored if row.item not in kept]
    if gone:
        session.execute(delete(_rationales).where(_rationales.c.id.in_(gone)))
    fresh = [_new_reason(item, text, around) for item, text in wanted.items() if item not in kept]
    if fresh:
        session.execute(_ADD_REASON, [{**key, **reason} for reason in fresh])
    return kept | {reason["item"]: reason["sha256"] for reason in fresh}


def _new_reason(item: str, text: str, around: Surroundings) -> dict[str, str]:
    salt = around.random(32)
    return {
        "id": around.new_id(16),
        "item": item,
        "salt": salt.hex(),
        "text": text,
        "sha256": text_hash(text, salt),
    }
