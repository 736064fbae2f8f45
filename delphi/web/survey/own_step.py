"""A page beside the weights that keeps a part of the draft: shown, sent, and saved as it is made.

Familiarity, what the answers imply and proposals behave alike: nothing typed is lost, whether the
visit has ended, the round has closed, or another window was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from flask import jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from delphi.domain.answers.typed import Typed
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.survey import RoundFacts, Standing
from delphi.services.draft_parts import PartOf, TypedPart, save_part
from delphi.services.drafts import Saved
from delphi.web.survey.arriving import arrived, autosaved, two_versions
from delphi.web.survey.conflict import is_unsettled
from delphi.web.survey.desk import Desk, open_desk, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page, unkept_page
from delphi.web.survey.late import ClosedRound, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.saved import told
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit
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
    form, is_ours = SentForm(request.form), form_is_ours()
    came = arrived(form)
    if came is None:
        return kept_page(is_locked=True)
    if came.closed is not None:
        return _late(step, form, came.visit, came.standing, came.closed, is_ours=is_ours)
    desk = came.desk
    if desk is None or not step.is_asked(desk.questionnaire):
        return to("overview")
    given = step.after_act(desk, form)
    if not is_ours:
        return step.page(desk, given, True), 403
    saved = _keep(step, desk.visit, desk.round, given, form)
    if saved.conflict:
        return two_versions(desk, saved)
    return step.goes_on(desk, form, given, saved)


def step_drafted(step: OwnStep[T]) -> tuple[Response, int]:
    """Keep the page while it is filled in; answered in JSON."""
    form = SentForm(request.form)
    return autosaved(form, partial(_keep_draft, step, form), partial(_keep_late, step, form))


def _keep_draft(step: OwnStep[T], form: SentForm, desk: Desk) -> tuple[Response, int]:
    if not step.is_asked(desk.questionnaire):
        return jsonify(saved=True, version=0), 200
    given = step.read(desk.questionnaire, form.fields)
    return told(desk.visit, _keep(step, desk.visit, desk.round, given, form))


def _keep(step: OwnStep[T], visit: Visit, asked: RoundFacts, given: T, form: SentForm) -> Saved:
    with writing() as session:
        return save_part(
            session,
            study_id=visit.access.study_id,
            respondent=visit.access.respondent,
            round_id=asked.id,
            part=TypedPart(step.part, given, form.version or 0, visit.mark),
            replaces=form.replaces,
        )


def _late(
    step: OwnStep[T],
    form: SentForm,
    visit: Visit,
    standing: Standing,
    closed: ClosedRound,
    *,
    is_ours: bool,
) -> Answer:
    """Keep what came after its round had closed as a draft of that round, and say so."""
    if is_ours:
        saved = _keep_late(step, form, visit, closed)
        if not saved.kept:
            return unkept_page(visit, replaceable=saved.replaceable)
    with reading() as session:
        typed = draft_of(session, visit, closed)
    given = step.read(closed.questionnaire, form.fields)
    return late_page(standing, closed, step.with_part(typed, given))


def _keep_late(step: OwnStep[T], form: SentForm, visit: Visit, closed: ClosedRound) -> Saved:
    if not step.is_asked(closed.questionnaire):
        return Saved(0)
    given = step.read(closed.questionnaire, form.fields)
    return _keep(step, visit, closed.round, given, form)


def to(view: str, anchor: str | None = None, *, saved: bool = False) -> Response:
    """Go to another page of the expert; with `saved` it says that one may go on later."""
    return redirect(url_for(f"survey.{view}", saved=1 if saved else None, _anchor=anchor), 303)
