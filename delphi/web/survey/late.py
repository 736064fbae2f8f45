"""An answer that comes after its round has closed: kept as a draft, not counted, and told so."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from sqlalchemy.orm import Session

from delphi.domain.answers.typed import Typed
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import AskedAssessment, Assessment
from delphi.queries.own_answers import working_draft
from delphi.queries.survey import RoundFacts, Standing, questionnaire_of, round_facts
from delphi.services.drafts import Saved, save_draft
from delphi.web.formatting import names
from delphi.web.survey.cards import empty_typed
from delphi.web.survey.desk import TypedHere
from delphi.web.survey.gate import Answer
from delphi.web.survey.implied_parts import ImpliedPart, typed_parts
from delphi.web.survey.lines import Line, given_lines
from delphi.web.survey.proposal_lines import ProposalLine, proposal_lines
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit
from delphi.web.transaction import writing


@dataclass(frozen=True)
class LatePage:
    """An answer to a round that has closed."""

    standing: Standing
    round: RoundFacts
    #: what was typed
    lines: tuple[Line, ...]
    #: name of the item and text
    reasons: tuple[tuple[str, str], ...]
    proposals: tuple[ProposalLine, ...]
    #: what was asked about the own knowledge, and what was said
    asked_assessment: AskedAssessment | None
    assessed: Assessment
    #: what was typed implies further down, and what was said of it
    implied: tuple[ImpliedPart, ...]
    #: it answers a form that has just come
    is_answer: bool
    #: earlier answers stay hidden on this device, submissions too
    is_hidden: bool

    @property
    def is_points(self) -> bool:
        """Whether all that was typed are points."""
        return all(line.is_points for line in self.lines)


@dataclass(frozen=True)
class ClosedRound:
    """The closed round that a form was rendered for."""

    round: RoundFacts
    questionnaire: Questionnaire


def closed_round_of(session: Session, standing: Standing, form: SentForm) -> ClosedRound | None:
    """Return the closed round that a form is for, or None when its round is open."""
    latest = standing.round
    if latest is None:
        return None
    meant: RoundFacts | None = latest
    if form.round is not None and form.round != latest.number:
        meant = round_facts(session, standing.study_id, form.round)
    if meant is None or meant.is_open:
        return None
    return ClosedRound(meant, questionnaire_of(session, meant))


def keep_late(visit: Visit, closed: ClosedRound, typed: Typed, version: int | None) -> Saved:
    """Store a late answer as a draft of its round, where there is a place for it."""
    if not visit.shows_earlier:
        device = visit.carried.device
        typed = TypedHere(typed.fields, typed.abstained, typed.reasons, device=device)
    with writing() as session:
        return save_draft(
            session,
            study_id=visit.access.study_id,
            respondent=visit.access.respondent,
            round_id=closed.round.id,
            typed=typed,
            version=version,
        )


def draft_of(session: Session, visit: Visit, closed: ClosedRound) -> Typed:
    """Return what was typed for a closed round, if it may be shown on this device."""
    draft = working_draft(session, visit.access.respondent, closed.round.id, visit.mark)
    return empty_typed() if draft is None else draft.typed


def late_page(standing: Standing, closed: ClosedRound, typed: Typed) -> Answer:
    """Say that an answer was not counted, and show it."""
    return _page(standing, closed, typed, is_answer=True), 409


def unsubmitted_page(
    standing: Standing, closed: ClosedRound, typed: Typed, *, is_hidden: bool
) -> str:
    """Show what was typed for a closed round and not submitted, for instance days after."""
    return _page(standing, closed, typed, is_hidden=is_hidden)


def _page(
    standing: Standing,
    closed: ClosedRound,
    typed: Typed,
    *,
    is_answer: bool = False,
    is_hidden: bool = False,
) -> str:
    asked = closed.questionnaire
    items = (item for question in asked.questions for item in question.items)
    page = LatePage(
        standing,
        closed.round,
        given_lines(asked, typed.fields),
        tuple((names(i.name), typed.reasons[i.code]) for i in items if typed.reasons.get(i.code)),
        proposal_lines(asked.proposals, typed.proposals),
        asked.self_assessment,
        typed.assessed,
        typed_parts(asked, typed) if typed.judged else (),
        is_answer=is_answer,
        is_hidden=is_hidden,
    )
    return render_template("survey/late.html", page=page)
