"""Beside the weights: suggest an indicator, question a definition, comment on the tree."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from delphi.domain.proposal_form import read_proposals
from delphi.domain.proposals import LONGEST, MOST, Proposal
from delphi.queries.survey import RoundFacts, Standing, standing_of
from delphi.services.drafts import Saved
from delphi.services.proposals import TypedProposals, save_proposals
from delphi.web.access import expert
from delphi.web.forms import FieldProblem
from delphi.web.survey.base import blueprint
from delphi.web.survey.conflict import conflict_page, is_unsettled
from delphi.web.survey.desk import Desk, is_past, open_desk, typed_so_far
from delphi.web.survey.gate import Answer, admitted, form_is_ours, kept_page
from delphi.web.survey.late import ClosedRound, closed_round_of, draft_of, late_page
from delphi.web.survey.opening import page_before_answering
from delphi.web.survey.proposal_lines import (
    ProposalLine,
    node_name,
    proposal_lines,
    proposal_problems,
)
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit, present_visit
from delphi.web.transaction import reading, writing

_BLANK = Proposal("", "", "")


@dataclass(frozen=True)
class ProposalsPage:
    """The proposals as one expert sees them."""

    standing: Standing
    round: RoundFacts
    #: every indicator that a definition can be questioned of: code and name
    nodes: tuple[tuple[str, str], ...]
    #: what is typed, and one empty place where there is room
    given: tuple[Proposal, ...]
    has_room: bool
    #: written in the round before and not sent
    uncounted: tuple[ProposalLine, ...]
    can_keep: bool
    most: int
    longest: int
    version: int
    #: sentences for the script, JSON
    script_texts: str
    is_saved: bool
    is_past_due: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/proposals")
@expert
def proposals() -> Answer:
    """Show what is proposed; what comes before it comes first."""
    with reading() as session:
        visit, standing = admitted(session)
        if page_before_answering(session, visit, standing) is not None:
            return _to("questionnaire")
        desk = open_desk(session, visit, standing)
    asked = desk.questionnaire.proposals
    if asked is None or desk.own.working is None or is_unsettled(desk):
        return _to("questionnaire")
    return _page(desk, typed_so_far(desk.questionnaire, desk.own).proposals)


@blueprint.post("/survey/proposals")
@expert
def proposals_sent() -> Answer:
    """Keep what was written; go on to the check or back to the weights."""
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
    if desk is None or desk.questionnaire.proposals is None:
        return _to("overview")
    given = _given(desk, form)
    if not is_ours:
        return _page(desk, given, is_refused=True), 403
    saved = _keep(desk.visit, desk.standing, desk.round, given, form.version)
    if saved.conflict:
        with reading() as session:
            return conflict_page(open_desk(session, visit, standing)), 409
    return _next(desk, form, given, saved)


@blueprint.post("/survey/proposals/draft")
@expert
def proposals_draft() -> tuple[Response, int]:
    """Keep what is written while it is written; answered in JSON."""
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
    if desk.questionnaire.proposals is None:
        return jsonify(saved=True, version=0), 200
    given = read_proposals(desk.questionnaire.proposals, form.fields)
    saved = _keep(visit, standing, desk.round, given, form.version)
    if saved.conflict and visit.shows_earlier:
        return jsonify(saved=False, conflict=True, version=saved.version), 409
    return jsonify(saved=True, version=0 if saved.conflict else saved.version), 200


def _given(desk: Desk, form: SentForm) -> tuple[Proposal, ...]:
    """Return what the form says, after the act that it names."""
    given = read_proposals(desk.questionnaire.proposals, form.fields)
    if form.fields.get("action") != "keep":
        return given
    fresh = [one for one in desk.own.uncounted_proposals if one not in given]
    return (*given, *fresh)[:MOST]


def _next(desk: Desk, form: SentForm, given: tuple[Proposal, ...], saved: Saved) -> Answer:
    action = form.fields.get("action")
    if action in ("keep", "add", "save"):
        return _to("proposals", f"proposal.{len(given) + 1}" if action == "add" else None)
    if action == "weights":
        return _to("questionnaire")
    problems = proposal_problems(desk.questionnaire.proposals, given)
    if problems:
        return _page(desk, given, problems=problems, version=saved.version), 422
    return _to("overview")


def _keep(
    visit: Visit,
    standing: Standing,
    asked: RoundFacts,
    given: tuple[Proposal, ...],
    version: int | None,
) -> Saved:
    with writing() as session:
        return save_proposals(
            session,
            study_id=standing.study_id,
            respondent=visit.access.respondent,
            round_id=asked.id,
            typed=TypedProposals(
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
    given = read_proposals(closed.questionnaire.proposals, form.fields)
    return late_page(standing, closed, replace(typed, proposals=given))


def _keep_late(visit: Visit, standing: Standing, closed: ClosedRound, form: SentForm) -> None:
    asked = closed.questionnaire.proposals
    if asked is not None:
        _keep(visit, standing, closed.round, read_proposals(asked, form.fields), form.version)


def _page(
    desk: Desk,
    given: tuple[Proposal, ...],
    *,
    problems: tuple[FieldProblem, ...] = (),
    version: int | None = None,
    is_refused: bool = False,
) -> str:
    asked, working = desk.questionnaire.proposals, desk.own.working
    stored = working.typed.proposals_version if working else 0
    has_room = len(given) < MOST
    left = [one for one in desk.own.uncounted_proposals if one not in given]
    page = ProposalsPage(
        standing=desk.standing,
        round=desk.round,
        nodes=tuple((node.code, node_name(node)) for node in asked or ()),
        given=(*given, _BLANK) if has_room else given,
        has_room=len(given) + 1 < MOST,
        uncounted=proposal_lines(asked, left),
        can_keep=has_room and bool(left),
        most=MOST,
        longest=LONGEST,
        version=stored if version is None else version,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        is_past_due=is_past(desk.round.due_at),
        is_refused=is_refused,
    )
    wrong = {problem.field: problem.text for problem in problems}
    return render_template("survey/proposals.html", page=page, problems=problems, wrong=wrong)


def _to(view: str, anchor: str | None = None) -> Response:
    return redirect(url_for(f"survey.{view}", _anchor=anchor), 303)
