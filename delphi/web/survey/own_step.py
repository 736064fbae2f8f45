"""A page beside the weights that keeps a part of the draft: shown, sent, and saved as it is made.

Familiarity, what the answers imply and proposals behave alike: nothing typed is lost, whether the
visit has ended, the round has closed, or another window was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import jsonify, redirect, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from delphi.domain.answers.typed import Typed
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.survey import RoundFacts, Standing, standing_of
from delphi.services.draft_parts import PartOf, TypedPart, save_part
from delphi.services.drafts import Saved
from delphi.web.survey.conflict import conflict_page, is_unsettled
from delphi.web.survey.desk import Desk, open_desk, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page
from delphi.web.survey.late import ClosedRound, closed_round_of, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.saved import told
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit, present_visit
from delphi.web.transaction import reading, writing

T = TypeVar("T")


@dataclass(frozen=True)
class OwnStep(Generic[T]):
    """What one such page does in its own way."""

    part: PartOf[T]
    is_asked: Callable[[Questionnaire], bool]
    #: the fields of a form, as they stand
    read: Callable[[Questionnaire, Mapping[str, str]], T]
    #: the part of a draft
    typed: Callable[[Typed], T]
    #: a draft with the part put in
    with_part: Callable[[Typed, T], Typed]
    #: the fields of a form after the act that it names
    after_act: Callable[[Desk, SentForm], T]
    #: the page; with `is_refused` of a form that could not be checked
    page: Callable[[Desk, T, bool], str]
    #: where it goes on once the form is kept
    goes_on: Callable[[Desk, SentForm, T, Saved], Answer]


def step_shown(step: OwnStep[T]) -> Answer:
    """Show the page; what comes before it comes first."""
    with reading() as session:
        visit, standing = admitted(session)
        if page_before_answering(session, visit, standing) is not None:
            return to("questionnaire")
        desk = open_desk(session, visit, standing)
    asked = desk.questionnaire
    if not step.is_asked(asked) or desk.own.working is None or is_unsettled(desk):
        return to("questionnaire")
    return step.page(desk, step.typed(typed_so_far(asked, desk.own)), False)


def step_sent(step: OwnStep[T]) -> Answer:
    """Keep what was chosen or written, and go on."""
    form = SentForm(request.form)
    is_ours = form_is_ours()
    with reading() as session:
        visit, standing = admitted(session)
        if not visit.may_answer:
            return kept_page(is_locked=True)
        closed = closed_round_of(session, standing, form)
        desk = open_desk(session, visit, standing) if standing.round else None
    if closed is not None:
        return _late(step, visit, standing, closed, form, is_ours=is_ours)
    if desk is None or not step.is_asked(desk.questionnaire):
        return to("overview")
    given = step.after_act(desk, form)
    if not is_ours:
        return step.page(desk, given, True), 403
    saved = _keep(step, visit, standing, desk.round, given, form.version)
    if saved.conflict:
        return _differs(visit, standing, saved)
    return step.goes_on(desk, form, given, saved)


def _differs(visit: Visit, standing: Standing, saved: Saved) -> Answer:
    """Show both versions; where the second could not be kept, what was typed."""
    if not saved.kept:
        return kept_page(is_locked=True)
    with reading() as session:
        return conflict_page(open_desk(session, visit, standing)), 409


def step_drafted(step: OwnStep[T]) -> tuple[Response, int]:
    """Keep the page while it is filled in; answered in JSON."""
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
            _keep_late(step, visit, standing, closed, form)
        return jsonify(error="closed", kept=closed is not None), 409
    if not step.is_asked(desk.questionnaire):
        return jsonify(saved=True, version=0), 200
    given = step.read(desk.questionnaire, form.fields)
    saved = _keep(step, visit, standing, desk.round, given, form.version)
    return told(visit, saved)


def _keep(
    step: OwnStep[T],
    visit: Visit,
    standing: Standing,
    asked: RoundFacts,
    given: T,
    version: int | None,
) -> Saved:
    device = "" if visit.shows_earlier else visit.carried.device
    with writing() as session:
        return save_part(
            session,
            study_id=standing.study_id,
            respondent=visit.access.respondent,
            round_id=asked.id,
            part=TypedPart(step.part, given, version or 0, device),
        )


def _late(
    step: OwnStep[T],
    visit: Visit,
    standing: Standing,
    closed: ClosedRound,
    form: SentForm,
    *,
    is_ours: bool,
) -> Answer:
    """Keep what came after its round had closed as a draft of that round, and say so."""
    if is_ours:
        _keep_late(step, visit, standing, closed, form)
    with reading() as session:
        typed = draft_of(session, visit, closed)
    given = step.read(closed.questionnaire, form.fields)
    return late_page(standing, closed, step.with_part(typed, given))


def _keep_late(
    step: OwnStep[T], visit: Visit, standing: Standing, closed: ClosedRound, form: SentForm
) -> None:
    if step.is_asked(closed.questionnaire):
        given = step.read(closed.questionnaire, form.fields)
        _keep(step, visit, standing, closed.round, given, form.version)


def to(view: str, anchor: str | None = None) -> Response:
    """Go to another page of the expert."""
    return redirect(url_for(f"survey.{view}", _anchor=anchor), 303)
