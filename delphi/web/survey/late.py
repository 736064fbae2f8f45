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
from delphi.services.drafts import save_draft
from delphi.web.survey.cards import empty_typed
from delphi.web.survey.desk import may_show
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
    proposals: tuple[ProposalLine, ...]
    #: what was asked about the own knowledge, and what was said
    asked_assessment: AskedAssessment | None
    assessed: Assessment
    #: what was typed implies further down, and what was said of it
    implied: tuple[ImpliedPart, ...]


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


def keep_late(visit: Visit, closed: ClosedRound, typed: Typed, version: int | None) -> None:
    """Store a late answer as a draft of its round."""
    with writing() as session:
        save_draft(
            session,
            study_id=visit.access.study_id,
            respondent=visit.access.respondent,
            round_id=closed.round.id,
            typed=typed,
            version=version or 0,
        )


def draft_of(session: Session, visit: Visit, closed: ClosedRound) -> Typed:
    """Return what was typed for a closed round, if it may be shown on this device."""
    draft = working_draft(session, visit.access.respondent, closed.round.id)
    return draft.typed if draft is not None and may_show(draft, visit) else empty_typed()


def late_page(standing: Standing, closed: ClosedRound, typed: Typed) -> Answer:
    """Say that an answer was not counted, and show it."""
    asked = closed.questionnaire
    page = LatePage(
        standing,
        closed.round,
        given_lines(asked, typed.fields),
        proposal_lines(asked.proposals, typed.proposals),
        asked.self_assessment,
        typed.assessed,
        typed_parts(asked, typed) if typed.judged else (),
    )
    return render_template("survey/late.html", page=page), 409
