"""Last round, before the check: what the own answers imply further down, and opinions on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from delphi.domain.implications import read_judgements
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.survey import RoundFacts, Standing, standing_of
from delphi.services.drafts import Saved
from delphi.services.implications import TypedJudgements, save_judgements
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.conflict import conflict_page, is_unsettled
from delphi.web.survey.desk import Desk, is_past, open_desk, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page
from delphi.web.survey.implied_parts import ImpliedPart, is_folded, typed_parts
from delphi.web.survey.late import ClosedRound, closed_round_of, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit, present_visit
from delphi.web.transaction import reading, writing


@dataclass(frozen=True)
class ImplicationsPage:
    """What the answers imply, as one expert sees it."""

    standing: Standing
    round: RoundFacts
    #: empty where the answers are incomplete or left out
    parts: tuple[ImpliedPart, ...]
    is_folded: bool
    #: whether something is chosen
    is_judged: bool
    asks_familiarity: bool
    version: int
    #: sentences for the script, JSON
    script_texts: str
    is_saved: bool
    is_past_due: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/implications")
@expert
def implications() -> Answer:
    """Show what the answers imply; what comes before it comes first."""
    with reading() as session:
        visit, standing = admitted(session)
        if page_before_answering(session, visit, standing) is not None:
            return _to("questionnaire")
        desk = open_desk(session, visit, standing)
    if not desk.questionnaire.implications or desk.own.working is None or is_unsettled(desk):
        return _to("questionnaire")
    return _page(desk, typed_so_far(desk.questionnaire, desk.own).judged)


@blueprint.post("/survey/implications")
@expert
def implications_sent() -> Answer:
    """Keep what was chosen; go on to the check."""
    form = SentForm(request.form)
    is_ours = form_is_ours()
    with reading() as session:
        visit, standing = admitted(session)
        if not visit.may_answer:
            return kept_page(is_locked=True)
        closed = closed_round_of(session, standing, form)
        desk = open_desk(session, visit, standing) if standing.round else None
    if closed is not None:
        return _late(visit, standing, closed, form, is_ours=is_ours)
    if desk is None or not desk.questionnaire.implications:
        return _to("overview")
    given = {} if form.fields.get("action") == "clear" else _given(desk.questionnaire, form)
    if not is_ours:
        return _page(desk, given, is_refused=True), 403
    if _keep(visit, standing, desk.round, given, form.version).conflict:
        with reading() as session:
            return conflict_page(open_desk(session, visit, standing)), 409
    stays = form.fields.get("action") in ("clear", "save")
    return _to("implications" if stays else "overview")


@blueprint.post("/survey/implications/draft")
@expert
def implications_draft() -> tuple[Response, int]:
    """Keep what is chosen while it is chosen; answered in JSON."""
    form = SentForm(request.form)
    if not form_is_ours():
        return jsonify(error="form", csrf_token=generate_csrf()), 403
    with reading() as session:
        visit = present_visit(session)
        if visit is None or not visit.may_answer:
            return jsonify(error="locked" if visit else "link"), 403
        standing = standing_of(session, visit.access.study_id)
        closed = closed_round_of(session, standing, form)
        desk = None
        if closed is None and standing.is_open:
            desk = open_desk(session, visit, standing, reads_own=False)
    if desk is None:
        if closed is not None:
            _keep_late(visit, standing, closed, form)
        return jsonify(error="closed", kept=closed is not None), 409
    if not desk.questionnaire.implications:
        return jsonify(saved=True, version=0), 200
    given = _given(desk.questionnaire, form)
    saved = _keep(visit, standing, desk.round, given, form.version)
    if saved.conflict and visit.shows_earlier:
        return jsonify(saved=False, conflict=True, version=saved.version), 409
    return jsonify(saved=True, version=0 if saved.conflict else saved.version), 200


def _given(asked: Questionnaire, form: SentForm) -> dict[str, str]:
    return read_judgements(asked.implications, form.fields)


def _keep(
    visit: Visit,
    standing: Standing,
    asked: RoundFacts,
    given: Mapping[str, str],
    version: int | None,
) -> Saved:
    device = "" if visit.shows_earlier else visit.carried.device
    with writing() as session:
        return save_judgements(
            session,
            study_id=standing.study_id,
            respondent=visit.access.respondent,
            round_id=asked.id,
            typed=TypedJudgements(given, version or 0, device),
        )


def _late(
    visit: Visit, standing: Standing, closed: ClosedRound, form: SentForm, *, is_ours: bool
) -> Answer:
    """Keep what came after its round had closed as a draft of that round, and say so."""
    if is_ours:
        _keep_late(visit, standing, closed, form)
    with reading() as session:
        typed = draft_of(session, visit, closed)
    return late_page(standing, closed, typed)


def _keep_late(visit: Visit, standing: Standing, closed: ClosedRound, form: SentForm) -> None:
    if closed.questionnaire.implications:
        given = _given(closed.questionnaire, form)
        _keep(visit, standing, closed.round, given, form.version)


def _page(desk: Desk, given: Mapping[str, str], *, is_refused: bool = False) -> str:
    asked, working = desk.questionnaire, desk.own.working
    typed = typed_so_far(asked, desk.own)
    parts = typed_parts(asked, replace(typed, judged=given))
    page = ImplicationsPage(
        standing=desk.standing,
        round=desk.round,
        parts=parts,
        is_folded=is_folded(parts),
        is_judged=any(part.judged for part in parts),
        asks_familiarity=asked.self_assessment is not None,
        version=working.typed.judged_version if working else 0,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        is_past_due=is_past(desk.round.due_at),
        is_refused=is_refused,
    )
    return render_template("survey/implications.html", page=page)


def _to(view: str) -> Response:
    return redirect(url_for(f"survey.{view}"), 303)
