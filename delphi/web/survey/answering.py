"""The questionnaire: shown, and saved while it is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.answers.checking import check
from delphi.domain.answers.typed import Gap, Typed
from delphi.services.drafts import Saved, save_draft
from delphi.web.access import expert
from delphi.web.survey.arriving import arrived, autosaved, two_versions
from delphi.web.survey.base import blueprint
from delphi.web.survey.conflict import conflict_page, is_unsettled, settle
from delphi.web.survey.desk import Desk, open_desk, questionnaire_page, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page, unkept_page
from delphi.web.survey.late import ClosedRound, keep_late, late_page
from delphi.web.survey.live import live_parts
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.saved import told
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.sentences import undone_words
from delphi.web.survey.steps import step_after
from delphi.web.survey.visit import Visit
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
    form, is_ours = SentForm(request.form), form_is_ours()
    came = arrived(form, reads_own=not is_ours or _needs_own(form))
    if came is None:
        return kept_page(is_locked=True)
    if came.closed is not None:
        if is_ours:
            saved = _keep_late(form, came.visit, came.closed)
            if not saved.kept:
                return unkept_page(came.visit, replaceable=saved.replaceable)
        return late_page(came.standing, came.closed, form.typed(came.closed.questionnaire))
    if came.desk is None:
        return redirect(url_for("survey.questionnaire"), 303)
    if is_ours:
        return _save(came.desk, form)
    with reading() as session:
        return _render(session, came.desk, typed=came.desk.typed(form), refused="form"), 403


@blueprint.post("/survey/draft")
@expert
def draft_sent() -> tuple[Response, int]:
    """Keep what is typed while it is typed; answered in JSON."""
    form = SentForm(request.form)
    return autosaved(
        form,
        partial(_keep_draft, form),
        partial(_keep_late, form),
        reads_own=_needs_own(form),
    )


def _keep_draft(form: SentForm, desk: Desk) -> tuple[Response, int]:
    typed = desk.typed(form)
    saved = _keep(desk, typed, form)
    return told(desk.visit, saved, **live_parts(desk, typed))


def _keep_late(form: SentForm, visit: Visit, closed: ClosedRound) -> Saved:
    typed = form.typed(closed.questionnaire)
    return keep_late(visit, closed, typed, None if form.replaces else form.version or 0)


@blueprint.post("/survey/choose")
@expert
def version_chosen() -> Response:
    """Go on with one of two versions."""
    with reading() as session:
        visit, standing = admitted(session)
        can_choose = standing.is_open and visit.may_answer and form_is_ours()
        desk = open_desk(session, visit, standing) if can_choose else None
    if desk is not None and is_unsettled(desk):
        keep_here = request.form.get("keep") != "other"
        settle(desk, keep_here=keep_here, shown=request.form.get("shown", ""))
    return redirect(url_for("survey.questionnaire"), 303)


def _needs_own(form: SentForm) -> bool:
    """Whether what was typed and submitted earlier is needed to take a form in."""
    return form.version is None or form.says_kept or form.tool is not None


def _save(desk: Desk, form: SentForm) -> Answer:
    typed = desk.typed(form)
    if form.tool is not None:
        typed = desk.after_tool(form.tool, typed)
    saved = _keep(desk, typed, form)
    if saved.conflict:
        return two_versions(desk, saved)
    if form.tool is not None or form.only_saves:
        anchor = f"q-{form.tool[1]}" if form.tool and form.tool[1] else None
        saved_for_later = 1 if form.saves_for_later else None
        address = url_for("survey.questionnaire", saved=saved_for_later, _anchor=anchor)
        return redirect(address, 303)
    if form.goes_to_proposals and desk.questionnaire.proposals is not None:
        return redirect(url_for("survey.proposals"), 303)
    _, gaps = check(desk.questionnaire, typed)
    if not gaps:
        following = step_after(desk.questionnaire, "questionnaire")
        return redirect(url_for(f"survey.{following}"), 303)
    return _with_gaps(desk, typed, gaps, saved.version), 422


def _keep(desk: Desk, typed: Typed, form: SentForm) -> Saved:
    version = desk.version if form.version is None else form.version
    with writing() as session:
        return save_draft(
            session,
            study_id=desk.standing.study_id,
            respondent=desk.respondent,
            round_id=desk.round.id,
            typed=typed,
            version=None if form.replaces else version,
        )


def _with_gaps(desk: Desk, typed: Typed, gaps: Sequence[Gap], version: int) -> str:
    with reading() as session:
        full = open_desk(session, desk.visit, desk.standing)
        return _render(session, full, typed=typed, gaps=gaps, version=version)


def _render(session: Session, desk: Desk, **shown: Any) -> str:
    page, problems = questionnaire_page(session, desk, **shown)
    undone = undone_words(len(problems))
    return render_template("survey/questionnaire.html", page=page, problems=problems, undone=undone)
