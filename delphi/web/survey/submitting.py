"""Submitting: one transaction, then read back anew; the same form twice gives the same receipt."""

from __future__ import annotations

import re

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.errors import DomainError
from delphi.queries.own_answers import working_draft
from delphi.queries.receipt import BY_BROWSER_TOO, BY_SERVER, is_stored, submitted_by_form
from delphi.services.access import find_access
from delphi.services.submissions import BROWSER_NONCE_BYTES, Sent, submit
from delphi.web.access import expert
from delphi.web.site import current_site
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import Desk, open_desk
from delphi.web.survey.gate import Answer, NoLinkError, admitted, form_is_ours
from delphi.web.survey.late import ClosedRound, closed_round_of, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.overview import FORM_KEY_DIGITS, overview_page
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit, changed
from delphi.web.transaction import reading, writing

_FORM_KEY = re.compile(rf"[0-9a-f]{{{FORM_KEY_DIGITS}}}", re.ASCII)
_NONCE = re.compile(rf"[0-9a-f]{{{2 * BROWSER_NONCE_BYTES}}}", re.ASCII)


class SubmissionLostError(RuntimeError):
    """A committed submission could not be read back: it must not be acknowledged."""


@blueprint.get("/survey/check")
@expert
def overview() -> Answer:
    """Show everything before it is sent."""
    with reading() as session:
        visit, standing = admitted(session)
        if page_before_answering(session, visit, standing) is not None:
            return _to_questionnaire()
        desk = open_desk(session, visit, standing)
    return _to_questionnaire() if desk.own.working is None else overview_page(desk)


@blueprint.post("/survey/submit")
@expert
def answers_submitted() -> Answer:
    """Submit what the overview showed; acknowledged only after it was read back."""
    form = SentForm(request.form)
    is_ours = form_is_ours()
    with reading() as session:
        visit, standing = admitted(session)
        closed = closed_round_of(session, standing, form)
        if standing.round is None or not visit.may_answer:
            return _to_questionnaire()
        if _was_received(session, visit, closed.round.id if closed else standing.round.id):
            return _to_receipt()
        if closed is not None:
            return late_page(standing, closed, draft_of(session, visit, closed))
        desk = open_desk(session, visit, standing, reads_own=not is_ours)
    if not is_ours:
        return overview_page(desk, is_refused=True), 403
    return _submit(desk, form)


def _submit(desk: Desk, form: SentForm) -> Answer:
    try:
        submission_id = _store(desk, form)
    except DomainError as refused:
        return _refused(desk, refused)
    with reading() as session:
        if not is_stored(session, submission_id):
            raise SubmissionLostError
    if not desk.visit.shows_earlier:
        changed(desk.visit.carried, sent=submission_id)
    return _to_receipt()


def _store(desk: Desk, form: SentForm) -> str:
    """Store the draft as a submission, if it is still what the overview showed."""
    nonce = _browser_nonce()
    with writing() as session:
        access = find_access(session, desk.visit.carried.token, current_site().key)
        if access is None:
            raise NoLinkError
        device = desk.visit.mark
        draft = working_draft(session, access.respondent, desk.round.id, device)
        if draft is None:
            raise DomainError("draft_changed")
        typed = draft.typed
        seen = (form.version, form.assessed_version, form.judged_version, form.proposals_version)
        now = (
            draft.version,
            typed.assessed_version,
            typed.judged_version,
            typed.proposals_version,
        )
        if any(one not in (None, there) for one, there in zip(seen, now, strict=True)):
            raise DomainError("draft_changed")
        sent = Sent(
            round_id=desk.round.id,
            questionnaire=desk.questionnaire,
            typed=draft.typed,
            form_key=_form_key() + (BY_BROWSER_TOO if nonce else BY_SERVER),
            browser_nonce=nonce,
        )
        return submit(session, access, sent, current_site().around)


def _refused(desk: Desk, refused: DomainError) -> Answer:
    """Answer a submission that was not stored."""
    with reading() as session:
        visit, standing = admitted(session)
        if refused.code == "round_closed":
            closed = ClosedRound(desk.round, desk.questionnaire)
            return late_page(standing, closed, draft_of(session, visit, closed))
        now = open_desk(session, visit, standing)
    if now.own.working is None:
        return _to_questionnaire()
    has_changed = refused.code == "draft_changed"
    return overview_page(now, has_changed=has_changed), 409 if has_changed else 422


def _was_received(session: Session, visit: Visit, round_id: str) -> bool:
    """Whether this very form has already led to a submission."""
    key = request.form.get("form_key", "")
    if not _FORM_KEY.fullmatch(key):
        return False
    keys = (key + BY_BROWSER_TOO, key + BY_SERVER)
    found = submitted_by_form(session, visit.access.respondent, round_id, keys)
    if found is not None and not visit.shows_earlier:
        changed(visit.carried, sent=found)
    return found is not None


def _form_key() -> str:
    key = request.form.get("form_key", "")
    if _FORM_KEY.fullmatch(key):
        return key
    return current_site().around.new_id(16)[:FORM_KEY_DIGITS]


def _browser_nonce() -> bytes:
    text = request.form.get("browser_nonce", "")
    return bytes.fromhex(text) if _NONCE.fullmatch(text) else b""


def _to_questionnaire() -> Response:
    return redirect(url_for("survey.questionnaire"), 303)


def _to_receipt() -> Response:
    return redirect(url_for("survey.receipt"), 303)
