"""The questionnaire: shown, and saved while it is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.answers.checking import check
from delphi.domain.answers.typed import Gap, Typed
from delphi.queries.survey import standing_of
from delphi.services.drafts import Saved, save_draft
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.conflict import conflict_page, is_unsettled, settle
from delphi.web.survey.desk import Desk, open_desk, questionnaire_page, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page
from delphi.web.survey.help import help_texts
from delphi.web.survey.late import closed_round_of, keep_late, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.saved import told
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.steps import step_after
from delphi.web.survey.visit import present_visit
from delphi.web.transaction import reading, writing


@blueprint.get("/survey")
@expert
def questionnaire() -> Answer:
    """Show the questionnaire, or what comes before it."""
    with reading() as session:
        visit, standing = admitted(session)
        before = page_before_answering(session, visit, standing)
        if before is not None:
            return before
        desk = open_desk(session, visit, standing)
        if is_unsettled(desk):
            return conflict_page(desk)
        return _render(session, desk, typed=typed_so_far(desk.questionnaire, desk.own))


@blueprint.post("/survey")
@expert
def answers_sent() -> Answer:
    """Keep what was typed; go on to the check, or say what is missing."""
    form = SentForm(request.form)
    is_ours = form_is_ours()
    with reading() as session:
        visit, standing = admitted(session)
        if not visit.may_answer:
            return kept_page(is_locked=True)
        closed = closed_round_of(session, standing, form)
        if closed is None:
            if not standing.is_open:
                return redirect(url_for("survey.questionnaire"), 303)
            desk = open_desk(session, visit, standing, reads_own=not is_ours or _needs_own(form))
            if not is_ours:
                return _render(session, desk, typed=desk.typed(form), refused="form"), 403
    if closed is None:
        return _save(desk, form)
    typed = form.typed(closed.questionnaire)
    if is_ours:
        keep_late(visit, closed, typed, form.version)
    return late_page(standing, closed, typed)


@blueprint.post("/survey/draft")
@expert
def draft_sent() -> tuple[Response, int]:
    """Keep what is typed while it is typed; answered in JSON."""
    form = SentForm(request.form)
    if not form_is_ours():
        return jsonify(error="form", csrf_token=generate_csrf()), 403
    with reading() as session:
        visit = present_visit(session)
        if visit is None:
            return jsonify(error="link"), 403
        if not visit.may_answer:
            return jsonify(error="locked"), 403
        standing = standing_of(session, visit.access.study_id)
        closed = closed_round_of(session, standing, form)
        desk = None
        if closed is None and standing.is_open:
            desk = open_desk(session, visit, standing, reads_own=_needs_own(form))
    if desk is not None:
        return _draft_kept(desk, form)
    if closed is not None:
        keep_late(visit, closed, form.typed(closed.questionnaire), form.version)
    return jsonify(error="closed", kept=closed is not None), 409


def _draft_kept(desk: Desk, form: SentForm) -> tuple[Response, int]:
    typed = desk.typed(form)
    saved = _keep(desk, typed, form)
    found = help_texts(desk.questionnaire, typed)
    return told(desk.visit, saved, **({"help": found} if found else {}))


@blueprint.post("/survey/choose")
@expert
def version_chosen() -> Response:
    """Go on with one of two versions."""
    with reading() as session:
        visit, standing = admitted(session)
        can_choose = standing.is_open and visit.may_answer and form_is_ours()
        desk = open_desk(session, visit, standing) if can_choose else None
    if desk is not None and is_unsettled(desk):
        settle(desk, keep_here=request.form.get("keep") != "other")
    return redirect(url_for("survey.questionnaire"), 303)


def _needs_own(form: SentForm) -> bool:
    """Whether what was typed and submitted earlier is needed to take a form in."""
    return form.version is None or form.says_kept or form.tool is not None


def _save(desk: Desk, form: SentForm) -> Answer:
    typed = desk.typed(form)
    if form.tool is not None:
        typed = desk.after_tool(form.tool, typed)
    saved = _keep(desk, typed, form)
    if not saved.kept:
        return kept_page(is_locked=True)
    if saved.conflict:
        return _conflict(desk), 409
    if form.tool is not None or form.only_saves:
        anchor = f"q-{form.tool[1]}" if form.tool and form.tool[1] else None
        return redirect(url_for("survey.questionnaire", _anchor=anchor), 303)
    if form.goes_to_proposals and desk.questionnaire.proposals is not None:
        return redirect(url_for("survey.proposals"), 303)
    _, gaps = check(desk.questionnaire, typed)
    if not gaps:
        following = step_after(desk.questionnaire, "questionnaire")
        return redirect(url_for(f"survey.{following}"), 303)
    return _with_gaps(desk, typed, gaps, saved.version), 422


def _keep(desk: Desk, typed: Typed, form: SentForm) -> Saved:
    with writing() as session:
        return save_draft(
            session,
            study_id=desk.standing.study_id,
            respondent=desk.respondent,
            round_id=desk.round.id,
            typed=typed,
            version=desk.version if form.version is None else form.version,
        )


def _conflict(desk: Desk) -> str:
    """Return the page of both versions, as they are stored now."""
    with reading() as session:
        return conflict_page(open_desk(session, desk.visit, desk.standing))


def _with_gaps(desk: Desk, typed: Typed, gaps: Sequence[Gap], version: int) -> str:
    with reading() as session:
        full = open_desk(session, desk.visit, desk.standing)
        return _render(session, full, typed=typed, gaps=gaps, version=version)


def _render(session: Session, desk: Desk, **shown: Any) -> str:
    page, problems = questionnaire_page(session, desk, **shown)
    return render_template("survey/questionnaire.html", page=page, problems=problems)
