"""Between the weights and the check: familiarity with each dimension, and grounds of judgement."""

from __future__ import annotations

from dataclasses import dataclass

from flask import jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from delphi.domain.self_assessment import (
    NOTHING,
    AskedAssessment,
    Assessment,
    Dimension,
    read_assessment,
)
from delphi.queries.survey import RoundFacts, Standing, standing_of
from delphi.services.assessments import TypedAssessment, save_assessment
from delphi.services.drafts import Saved
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.conflict import conflict_page, is_unsettled
from delphi.web.survey.desk import Desk, is_past, open_desk, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page
from delphi.web.survey.late import ClosedRound, closed_round_of, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.steps import step_after
from delphi.web.survey.visit import Visit, present_visit
from delphi.web.transaction import reading, writing


@dataclass(frozen=True)
class FamiliarityPage:
    """The self-assessment as one expert sees it."""

    standing: Standing
    round: RoundFacts
    dimensions: tuple[Dimension, ...]
    grounds: tuple[str, ...]
    #: what is chosen
    given: Assessment
    version: int
    #: sentences for the script, JSON
    script_texts: str
    is_saved: bool
    #: own answers of the round before can be kept with one press
    can_keep: bool
    #: what the answers imply follows, else the check
    asks_implications: bool
    is_past_due: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/familiarity")
@expert
def familiarity() -> Answer:
    """Show the self-assessment; what comes before it comes first."""
    with reading() as session:
        visit, standing = admitted(session)
        if page_before_answering(session, visit, standing) is not None:
            return _to("questionnaire")
        desk = open_desk(session, visit, standing)
    asked = desk.questionnaire.self_assessment
    if asked is None or desk.own.working is None or is_unsettled(desk):
        return _to("questionnaire")
    return _page(desk, asked, typed_so_far(desk.questionnaire, desk.own).assessed)


@blueprint.post("/survey/familiarity")
@expert
def familiarity_sent() -> Answer:
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
    asked = desk.questionnaire.self_assessment if desk else None
    if desk is None or asked is None:
        return _to("overview")
    given = _given(desk, asked, form)
    if not is_ours:
        return _page(desk, asked, given, is_refused=True), 403
    if _keep(desk.visit, desk.standing, desk.round, given, form.version).conflict:
        with reading() as session:
            return conflict_page(open_desk(session, visit, standing)), 409
    return _to("familiarity" if _stays(form) else step_after(desk.questionnaire, "familiarity"))


@blueprint.post("/survey/familiarity/draft")
@expert
def familiarity_draft() -> tuple[Response, int]:
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
    asked = desk.questionnaire.self_assessment
    if asked is None:
        return jsonify(saved=True, version=0), 200
    given = read_assessment(asked, form.fields)
    saved = _keep(visit, standing, desk.round, given, form.version or 0)
    if saved.conflict and visit.shows_earlier:
        return jsonify(saved=False, conflict=True, version=saved.version), 409
    return jsonify(saved=True, version=0 if saved.conflict else saved.version), 200


def _given(desk: Desk, asked: AskedAssessment, form: SentForm) -> Assessment:
    """Return what the form says, after the act that it names."""
    action = form.fields.get("action")
    if action == "clear":
        return NOTHING
    if action == "keep" and desk.own.last_assessed:
        return desk.own.last_assessed
    return read_assessment(asked, form.fields)


def _stays(form: SentForm) -> bool:
    return form.fields.get("action") in ("clear", "keep", "save")


def _keep(
    visit: Visit, standing: Standing, asked: RoundFacts, given: Assessment, version: int | None
) -> Saved:
    with writing() as session:
        return save_assessment(
            session,
            study_id=standing.study_id,
            respondent=visit.access.respondent,
            round_id=asked.id,
            typed=TypedAssessment(
                given, version or 0, "" if visit.shows_earlier else visit.carried.device
            ),
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
    asked = closed.questionnaire.self_assessment
    if asked is not None:
        given = read_assessment(asked, form.fields)
        _keep(visit, standing, closed.round, given, form.version)


def _page(
    desk: Desk, asked: AskedAssessment, given: Assessment, *, is_refused: bool = False
) -> str:
    working = desk.own.working
    page = FamiliarityPage(
        standing=desk.standing,
        round=desk.round,
        dimensions=asked.dimensions,
        grounds=asked.grounds,
        given=given,
        version=working.typed.assessed_version if working else 0,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        can_keep=bool(desk.own.last_assessed) and desk.own.last_assessed != given,
        asks_implications=bool(desk.questionnaire.implications),
        is_past_due=is_past(desk.round.due_at),
        is_refused=is_refused,
    )
    return render_template("survey/familiarity.html", page=page)


def _to(view: str) -> Response:
    return redirect(url_for(f"survey.{view}"), 303)
