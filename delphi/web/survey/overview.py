"""The overview before submitting: what was said last, what is said now, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template

from delphi.domain.allocation import Gap, Typed, check
from delphi.domain.questionnaire import Item, Question, ordered_items
from delphi.domain.self_assessment import AskedAssessment, Assessment
from delphi.queries.survey import RoundFacts, Standing
from delphi.web.forms import FieldProblem
from delphi.web.site import current_site
from delphi.web.survey import sentences
from delphi.web.survey.cards import field_problems
from delphi.web.survey.desk import Desk, is_past, typed_so_far
from delphi.web.survey.employer_hint import named_employer

#: One character less than the column holds: the last one says who made the nonce.
FORM_KEY_DIGITS = 31


@dataclass(frozen=True)
class OverviewRow:
    """One item."""

    #: zh and en
    name: Mapping[str, str]
    last: int | None
    #: None where it cannot be read; then `typed` says what stands there
    now: int | None
    typed: str


@dataclass(frozen=True)
class OverviewReason:
    """A reason that will be sent."""

    name: Mapping[str, str]
    #: identifier of its field in the questionnaire
    field: str
    text: str
    #: words that sound like an employer, or empty
    employer: str


@dataclass(frozen=True)
class OverviewPart:
    """One question."""

    question: Question
    name: str
    column_head: str
    rows: tuple[OverviewRow, ...]
    is_abstained: bool
    has_last: bool
    last_total: int
    total: int
    #: answers that differ from the last ones
    moved: int
    problems: tuple[FieldProblem, ...]
    reasons: tuple[OverviewReason, ...]


@dataclass(frozen=True)
class OverviewPage:
    """Everything before it is sent."""

    standing: Standing
    round: RoundFacts
    parts: tuple[OverviewPart, ...]
    problems: tuple[FieldProblem, ...]
    #: what is asked about the own knowledge, and what was said
    asked_assessment: AskedAssessment | None
    assessed: Assessment
    version: int
    assessed_version: int
    form_key: str
    #: number of the last submission in this round, or 0
    submitted: int
    is_hidden: bool
    is_past_due: bool
    #: another window has changed the answers since the last check
    has_changed: bool
    #: the form could not be checked
    is_refused: bool


def overview_page(desk: Desk, *, has_changed: bool = False, is_refused: bool = False) -> str:
    """Return the overview of what is stored as the draft."""
    typed = typed_so_far(desk.own)
    asked = desk.questionnaire
    _, gaps = check(asked, typed)
    page = OverviewPage(
        standing=desk.standing,
        round=desk.round,
        parts=tuple(_part(desk, question, typed, gaps) for question in asked.questions),
        problems=field_problems(asked, typed, gaps),
        asked_assessment=asked.self_assessment,
        assessed=typed.assessed,
        version=desk.version,
        assessed_version=typed.assessed_version,
        form_key=current_site().around.new_id(16)[:FORM_KEY_DIGITS],
        submitted=desk.own.submitted.revision if desk.own.submitted else 0,
        is_hidden=not desk.visit.shows_earlier,
        is_past_due=is_past(desk.round.due_at),
        has_changed=has_changed,
        is_refused=is_refused,
    )
    return render_template("survey/check.html", page=page)


def _part(desk: Desk, question: Question, typed: Typed, gaps: Sequence[Gap]) -> OverviewPart:
    items = ordered_items(desk.questionnaire, question, desk.respondent)
    last = (desk.own.last or {}).get(question.question)
    rows = tuple(_row(item, typed, last) for item in items)
    own = [gap for gap in gaps if gap.question == question.question]
    return OverviewPart(
        question=question,
        name=sentences.short_name(question),
        column_head=sentences.column_head(question),
        rows=rows,
        is_abstained=question.question in typed.abstained,
        has_last=last is not None,
        last_total=sum((last or {}).values()),
        total=sum(row.now or 0 for row in rows),
        moved=sum(row.last is not None and row.now != row.last for row in rows),
        problems=field_problems(desk.questionnaire, typed, own),
        reasons=tuple(_reason(item, typed) for item in items if typed.reasons.get(item.code)),
    )


def _row(item: Item, typed: Typed, last: Mapping[str, int] | None) -> OverviewRow:
    text = typed.points.get(item.code, "")
    before = None if last is None else last.get(item.code)
    return OverviewRow(item.name, before, sentences.whole_points(text), text)


def _reason(item: Item, typed: Typed) -> OverviewReason:
    text = typed.reasons[item.code]
    return OverviewReason(item.name, f"reason-{item.code}", text, named_employer(text))
