"""The overview before submitting: what was said last, what is said now, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template

from delphi.domain.answers.checking import check, fields_of, to_fields
from delphi.domain.answers.typed import Gap, Typed
from delphi.domain.methods import CONSTANT_SUM
from delphi.domain.questionnaire import Item, Question, Questionnaire
from delphi.domain.self_assessment import AskedAssessment, Assessment
from delphi.queries.survey import RoundFacts, Standing
from delphi.services.submissions import says_the_same
from delphi.web.forms import FieldProblem
from delphi.web.language import gettext, ngettext
from delphi.web.site import current_site
from delphi.web.survey import sentences
from delphi.web.survey.cards import field_problems, summary_problems
from delphi.web.survey.desk import Desk, is_past, typed_so_far
from delphi.web.survey.employer_hint import named_employer
from delphi.web.survey.help import help_with
from delphi.web.survey.implied_parts import ImpliedPart, typed_parts
from delphi.web.survey.lines import Line, as_asked, typed_lines
from delphi.web.survey.proposal_lines import ProposalsPart, proposals_part
from delphi.web.survey.rows import DERIVED

#: One character less than the column holds: the last one says who made the nonce.
FORM_KEY_DIGITS = 31


@dataclass(frozen=True)
class OverviewRow:
    """One thing that was asked."""

    name: str
    #: what was said in the round before and now; empty where nothing was
    last: str
    now: str
    #: points given and taken since the last round; None where these are no points, or none at all
    difference: int | None


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
class OverviewGap:
    """One thing that keeps the answers from being submitted."""

    field: str
    text: str
    #: nothing was filled in there; else it is to be corrected
    is_empty: bool


@dataclass(frozen=True)
class OverviewPart:
    """One question."""

    question: Question
    name: str
    column_head: str
    rows: tuple[OverviewRow, ...]
    is_abstained: bool
    #: whether the answers are comparisons in words
    is_worded: bool
    has_last: bool
    #: whether the answers are points, with their sum below
    is_sum: bool
    last_total: int
    total: int
    #: what comparisons give, and where they pull against each other
    help: tuple[str, ...]
    #: answers that differ from the last ones
    moved: int
    problems: tuple[OverviewGap, ...]
    reasons: tuple[OverviewReason, ...]


@dataclass(frozen=True)
class OverviewPage:
    """Everything before it is sent."""

    standing: Standing
    round: RoundFacts
    parts: tuple[OverviewPart, ...]
    #: what stands first: every gap, of many in one question the first one with their number
    problems: tuple[FieldProblem, ...]
    #: how much is left to do, in words, or empty
    undone: str
    #: what is asked about the own knowledge, and what was said
    asked_assessment: AskedAssessment | None
    assessed: Assessment
    #: whether anything is implied further down, what follows, and what was said of it
    asks_implications: bool
    implied: tuple[ImpliedPart, ...]
    #: None where no proposals are asked for
    proposals: ProposalsPart | None
    version: int
    assessed_version: int
    judged_version: int
    proposals_version: int
    form_key: str
    #: number of the last submission in this round, or 0
    submitted: int
    #: what would be submitted equals that submission
    is_sent: bool
    is_hidden: bool
    is_past_due: bool
    #: another window has changed the answers since the last check
    has_changed: bool
    #: the form could not be checked
    is_refused: bool


def overview_page(desk: Desk, *, has_changed: bool = False, is_refused: bool = False) -> str:
    """Return the overview of what is stored as the draft."""
    asked = desk.questionnaire
    typed = typed_so_far(asked, desk.own)
    _, gaps = check(asked, typed)
    proposals = proposals_part(asked.proposals, typed.proposals)
    page = OverviewPage(
        standing=desk.standing,
        round=desk.round,
        parts=tuple(_part(desk, question, typed, gaps) for question in asked.questions),
        problems=summary_problems(asked, typed, gaps),
        undone=_undone(len(gaps) + len(proposals.problems if proposals else ())),
        asked_assessment=asked.self_assessment,
        assessed=typed.assessed,
        asks_implications=bool(asked.implications),
        implied=typed_parts(asked, typed),
        proposals=proposals,
        version=desk.version,
        assessed_version=typed.assessed_version,
        judged_version=typed.judged_version,
        proposals_version=typed.proposals_version,
        form_key=current_site().around.new_id(16)[:FORM_KEY_DIGITS],
        submitted=desk.own.submitted.revision if desk.own.submitted else 0,
        is_sent=_is_sent(desk, typed),
        is_hidden=not desk.visit.shows_earlier,
        is_past_due=is_past(desk.round.due_at),
        has_changed=has_changed,
        is_refused=is_refused,
    )
    return render_template("survey/check.html", page=page)


def _is_sent(desk: Desk, typed: Typed) -> bool:
    """Whether submitting would say once more what the last submission of this round says."""
    sent = desk.own.submitted
    if sent is None:
        return False
    return says_the_same(desk.questionnaire, typed, sent.document, desk.own.reasons)


def _undone(count: int) -> str:
    """Return how many things are to be done before anything can be submitted."""
    if not count:
        return ""
    return ngettext(
        "%(num)s thing is left to fill in or to correct; you cannot submit yet.",
        "%(num)s things are left to fill in or to correct; you cannot submit yet.",
        count,
    )


def _gaps(asked: Questionnaire, typed: Typed, gaps: Sequence[Gap]) -> tuple[OverviewGap, ...]:
    problems = field_problems(asked, typed, gaps)
    return tuple(
        OverviewGap(one.field, str(one.text), is_empty=not _is_typed(gap, typed))
        for gap, one in zip(gaps, problems, strict=True)
    )


def _is_typed(gap: Gap, typed: Typed) -> bool:
    text = typed.fields.get(gap.field) or typed.reasons.get(gap.field.removeprefix("reason."))
    return bool(text and text.strip())


def _column_head(question: Question) -> str:
    """Return what the rows are: of comparisons, what was asked, for they are no indicators."""
    return gettext("Asked about") if question.method in DERIVED else sentences.column_head(question)


def _part(desk: Desk, question: Question, typed: Typed, gaps: Sequence[Gap]) -> OverviewPart:
    own_order = as_asked(desk.questionnaire, question, desk.respondent)
    last = (desk.own.last or {}).get(question.question)
    before = {} if last is None else to_fields(question, last)
    is_sum = question.method == CONSTANT_SUM
    rows = _rows(own_order, typed.fields, before)
    own = [gap for gap in gaps if gap.question == question.question]
    return OverviewPart(
        question=question,
        name=sentences.short_name(question),
        column_head=_column_head(question),
        rows=rows,
        is_abstained=question.question in typed.abstained,
        is_worded=question.method in DERIVED,
        has_last=last is not None,
        is_sum=is_sum,
        last_total=_total(question, before) if is_sum else 0,
        total=_total(question, typed.fields) if is_sum else 0,
        help=help_with(question, typed),
        moved=sum(row.now != row.last for row in rows) if before else 0,
        problems=_gaps(desk.questionnaire, typed, own),
        reasons=tuple(
            _reason(item, typed) for item in own_order.items if typed.reasons.get(item.code)
        ),
    )


def _rows(
    question: Question, fields: Mapping[str, str], before: Mapping[str, str]
) -> tuple[OverviewRow, ...]:
    """Return what was said now and before, in the respondent's order of the items."""
    plain = {name: _plain(text) for name, text in fields.items()}
    last = {line.field: line for line in typed_lines(question, before)} if before else {}
    now = {line.field: line for line in typed_lines(question, plain)}
    # What is said now stands in its own order, before what was said only then.
    return tuple(
        _row(question, line.name, last.get(field), now.get(field))
        for field, line in {**now, **last, **now}.items()
    )


def _row(question: Question, name: str, last: Line | None, now: Line | None) -> OverviewRow:
    before, after = last.text if last else "", now.text if now else ""
    return OverviewRow(name, before, after, _difference(question, before, after))


def _plain(text: str) -> str:
    """Return a number with plain digits, and any other text as it stands."""
    number = sentences.whole_points(text)
    return text if number is None else str(number)


def _difference(question: Question, last: str, now: str) -> int | None:
    if question.method != CONSTANT_SUM or not last.isdigit() or not now.isdigit():
        return None
    return int(now) - int(last)


def _total(question: Question, fields: Mapping[str, str]) -> int:
    given = (sentences.whole_points(fields.get(name, "")) for name in fields_of(question))
    return sum(points for points in given if points is not None)


def _reason(item: Item, typed: Typed) -> OverviewReason:
    text = typed.reasons[item.code]
    return OverviewReason(item.name, f"reason-{item.code}", text, named_employer(text))
