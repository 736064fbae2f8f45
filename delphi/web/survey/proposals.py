"""Beside the weights: suggest an indicator, question a definition, comment on the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import render_template
from werkzeug.wrappers import Response

from delphi.domain.proposal_form import read_proposals
from delphi.domain.proposals import LONGEST, MOST, Proposal
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.survey import RoundFacts, Standing
from delphi.services.draft_parts import PROPOSALS
from delphi.services.drafts import Saved
from delphi.web.access import expert
from delphi.web.forms import FieldProblem
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import Desk, is_past
from delphi.web.survey.gate import Answer
from delphi.web.survey.own_step import OwnStep, step_drafted, step_sent, step_shown, to
from delphi.web.survey.proposal_lines import (
    ProposalLine,
    node_name,
    proposal_lines,
    proposal_problems,
)
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.steps import step_after

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
    #: what follows the weights
    asks_familiarity: bool
    asks_implications: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/proposals")
@expert
def proposals() -> Answer:
    """Show what is proposed; what comes before it comes first."""
    return step_shown(_STEP)


@blueprint.post("/survey/proposals")
@expert
def proposals_sent() -> Answer:
    """Keep what was written; go on to what follows the weights, or back to them."""
    return step_sent(_STEP)


@blueprint.post("/survey/proposals/draft")
@expert
def proposals_draft() -> tuple[Response, int]:
    """Keep what is written while it is written; answered in JSON."""
    return step_drafted(_STEP)


def _read(asked: Questionnaire, fields: Mapping[str, str]) -> tuple[Proposal, ...]:
    return read_proposals(asked.proposals, fields)


def _after_act(desk: Desk, form: SentForm) -> tuple[Proposal, ...]:
    given = _read(desk.questionnaire, form.fields)
    if form.fields.get("action") != "keep":
        return given
    fresh = [one for one in desk.own.uncounted_proposals if one not in given]
    return (*given, *fresh)[:MOST]


def _goes_on(desk: Desk, form: SentForm, given: tuple[Proposal, ...], saved: Saved) -> Answer:
    action = form.fields.get("action")
    if action in ("keep", "add", "save"):
        anchor = f"proposal.{len(given) + 1}" if action == "add" else None
        return to("proposals", anchor, saved=form.saves_for_later)
    if action == "weights":
        return to("questionnaire")
    problems = proposal_problems(desk.questionnaire.proposals, given)
    if problems:
        return _page(desk, given, problems=problems, version=saved.version), 422
    return to(step_after(desk.questionnaire, "questionnaire"))


def _page(
    desk: Desk,
    given: tuple[Proposal, ...],
    is_refused: bool = False,
    problems: tuple[FieldProblem, ...] = (),
    version: int | None = None,
) -> str:
    asked, working = desk.questionnaire.proposals, desk.own.working
    stored = working.typed.proposals_version if working else 0
    has_room = len(given) < MOST
    left = [one for one in desk.own.uncounted_proposals if one not in given]
    page = ProposalsPage(
        standing=desk.standing,
        round=desk.round,
        nodes=tuple((node.code, node_name(node)) for node in asked or ()),
        given=(*given, _BLANK) if has_room and not problems else given,
        has_room=len(given) + 1 < MOST,
        uncounted=proposal_lines(asked, left),
        can_keep=has_room and bool(left),
        most=MOST,
        longest=LONGEST,
        version=stored if version is None else version,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        is_past_due=is_past(desk.round.due_at),
        asks_familiarity=desk.questionnaire.self_assessment is not None,
        asks_implications=bool(desk.questionnaire.implications),
        is_refused=is_refused,
    )
    wrong = {problem.field: problem.text for problem in problems}
    return render_template("survey/proposals.html", page=page, problems=problems, wrong=wrong)


_STEP = OwnStep(
    part=PROPOSALS,
    is_asked=lambda asked: asked.proposals is not None,
    read=_read,
    typed=lambda typed: typed.proposals,
    with_part=lambda typed, given: replace(typed, proposals=given),
    after_act=_after_act,
    page=_page,
    goes_on=_goes_on,
)
