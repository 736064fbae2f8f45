"""Submitting: the state of the round, the answers, the leaf and the mark in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_bytes, nfc
from analysis.record.leaf import NONCE_BYTES, leaf_hash, text_hash
from delphi.domain import round_states
from delphi.domain.allocation import Typed, check
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.submission import to_document
from delphi.errors import DomainError
from delphi.models.answer import Rationale, Submission
from delphi.services.access import ExpertAccess
from delphi.services.drafts import ensure_respondent
from delphi.services.lookup import lock_round
from delphi.services.participation import note_finished
from delphi.surroundings import Surroundings

BROWSER_NONCE_BYTES = NONCE_BYTES // 2


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

    The same form sent again, or the same answers sent from a second window, give the submission
    that is already there. Anything else is a new revision; the highest at close counts.

    Raises
    ------
    DomainError
        `round_closed` when the round is no longer open; `answers_incomplete` when there are gaps.
    """
    if lock_round(session, sent.round_id).state != round_states.OPEN:
        raise DomainError("round_closed")
    answers, gaps = check(sent.questionnaire, sent.typed)
    if gaps:
        raise DomainError("answers_incomplete", count=len(gaps))
    ensure_respondent(session, access.respondent, access.study_id)
    again = _same_form(session, access, sent)
    if again is not None:
        return again
    last = _last(session, access.respondent, sent.round_id)
    texts = _keep_reasons(session, access.respondent, sent, around)
    document = to_document(
        sent.questionnaire,
        last.revision + 1 if last else 1,
        answers,
        texts=texts,
        confirmed_unchanged=sent.typed.kept,
    )
    if last is not None and _says_the_same(last, document):
        return last.id
    submission = _new_submission(access.respondent, sent, document, around)
    session.add(submission)
    note_finished(session, sent.round_id, access.tag)
    session.flush()
    return submission.id


def _same_form(session: Session, access: ExpertAccess, sent: Sent) -> str | None:
    return session.scalar(
        select(Submission.id).where(
            Submission.respondent == access.respondent,
            Submission.round_id == sent.round_id,
            Submission.form_key == sent.form_key,
        )
    )


def _last(session: Session, respondent: str, round_id: str) -> Submission | None:
    highest = (
        select(func.max(Submission.revision))
        .where(Submission.respondent == respondent, Submission.round_id == round_id)
        .scalar_subquery()
    )
    return session.scalars(
        select(Submission).where(
            Submission.respondent == respondent,
            Submission.round_id == round_id,
            Submission.revision == highest,
        )
    ).one_or_none()


def _says_the_same(last: Submission, document: Mapping[str, object]) -> bool:
    unrevised = {**document, "revision": last.revision}
    return last.document.encode() == canonical_bytes(unrevised)


def _new_submission(
    respondent: str, sent: Sent, document: Mapping[str, object], around: Surroundings
) -> Submission:
    raw = canonical_bytes(document)
    browser = sent.browser_nonce if len(sent.browser_nonce) == BROWSER_NONCE_BYTES else b""
    nonce = browser + around.random(NONCE_BYTES - len(browser))
    return Submission(
        id=around.new_id(16),
        respondent=respondent,
        round_id=sent.round_id,
        revision=document["revision"],
        document=raw.decode(),
        nonce=nonce.hex(),
        leaf=leaf_hash(raw, nonce),
        form_key=sent.form_key,
    )


def _keep_reasons(
    session: Session, respondent: str, sent: Sent, around: Surroundings
) -> dict[str, str]:
    """Store the reasons of this revision; one that has not changed keeps its salt and its hash."""
    wanted = {item: nfc(text) for item, text in sent.typed.reasons.items() if text}
    stored = {
        row.item: row
        for row in session.scalars(
            select(Rationale).where(
                Rationale.respondent == respondent, Rationale.round_id == sent.round_id
            )
        )
    }
    gone = [row.id for item, row in stored.items() if wanted.get(item) != row.text]
    if gone:
        session.execute(delete(Rationale).where(Rationale.id.in_(gone)))
    hashes = {}
    for item, text in wanted.items():
        row = stored.get(item)
        if row is None or row.text != text:
            salt = around.random(32)
            row = Rationale(
                id=around.new_id(16),
                respondent=respondent,
                round_id=sent.round_id,
                item=item,
                salt=salt.hex(),
                text=text,
                sha256=text_hash(text, salt),
            )
            session.add(row)
        hashes[item] = row.sha256
    return hashes
