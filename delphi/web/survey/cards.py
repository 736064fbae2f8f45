"""The questionnaire as it is rendered: one card per question, one row per item."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from delphi.domain.answers.checking import to_fields
from delphi.domain.answers.constant_sum import remainder
from delphi.domain.answers.typed import Gap, Typed
from delphi.domain.methods import CONSTANT_SUM
from delphi.domain.questionnaire import Item, Question, Questionnaire, ordered_items
from delphi.web.forms import FieldProblem
from delphi.web.survey import sentences
from delphi.web.survey.card_texts import CardTexts, card_texts
from delphi.web.survey.comparing import (
    BEST,
    WORST,
    Chooser,
    Comparison,
    Multiple,
    against,
    choosers,
    chosen_name,
    comparisons,
    multiples,
)
from delphi.web.survey.help import help_with
from delphi.web.survey.lines import Line, field_name, stored_lines
from delphi.web.survey.prompts import large_move, unit_of
from delphi.web.survey.rows import DERIVED, Asked, Filled, Row, is_share, rows_of
from delphi.web.survey.strips import Remainder, remainder_bar

#: More gaps of one question than this are told in one line.
MOST_LINES = 3


@dataclass(frozen=True)
class Card:
    """One question."""

    question: Question
    texts: CardTexts
    #: what stands in the rows from the second round on
    note: str
    rows: tuple[Row, ...]
    #: of a pairwise question
    comparisons: tuple[Comparison, ...]
    #: of a best-worst question: the two choices, the comparisons, and what is asked over these
    choosers: tuple[Chooser, ...]
    multiples: tuple[Multiple, ...]
    against: dict[str, str]
    #: what the answers give and where they pull against each other, or empty
    help: tuple[str, ...]
    is_abstained: bool
    #: the figures of the rows follow from comparisons
    is_derived: bool
    #: of a constant sum; None for other methods
    remainder: Remainder | None
    left: str
    #: what is wrong with the sum, or empty
    problem: str
    can_keep: bool
    #: the last comparisons, where the figures of the rows are derived from them
    last_lines: tuple[Line, ...]
    #: the fields of the last answer, JSON for the script; empty without one
    kept_fields: str
    #: unit of the figures, and the move beyond which a reason is asked for
    unit: str
    large_move: int
    #: whether any row has a present answer, a median, a middle half
    has_now: bool
    has_median: bool
    has_band: bool


def cards(questionnaire: Questionnaire, respondent: str, filled: Filled) -> tuple[Card, ...]:
    """Return the cards of a questionnaire with everything typed and every gap in place."""
    return tuple(
        _card(
            _asked(questionnaire, question, filled),
            ordered_items(questionnaire, question, respondent),
            filled,
        )
        for question in questionnaire.questions
    )


def derived_rows(questionnaire: Questionnaire, filled: Filled) -> tuple[Row, ...]:
    """Return the rows whose figures follow from comparisons, in the order of the questionnaire."""
    return tuple(
        row
        for question in questionnaire.questions
        if question.method in DERIVED
        for row in rows_of(_asked(questionnaire, question, filled), question.items, filled)
    )


def _asked(questionnaire: Questionnaire, question: Question, filled: Filled) -> Asked:
    return Asked(
        question,
        card_texts(questionnaire, question),
        (filled.own.last or {}).get(question.question),
        filled.group.questions.get(question.question),
    )


def field_problems(
    questionnaire: Questionnaire, typed: Typed, gaps: Sequence[Gap]
) -> tuple[FieldProblem, ...]:
    """Return every gap as a line that leads to its field."""
    return tuple(_problem(questionnaire, typed, gap) for gap in gaps)


def summary_problems(
    questionnaire: Questionnaire, typed: Typed, gaps: Sequence[Gap]
) -> tuple[FieldProblem, ...]:
    """Return the lines of the summary above the questions, where each gap stands at its field too.

    Many gaps of one question are one line that leads to the first of them.
    """
    by_question: dict[str, list[Gap]] = {}
    for gap in gaps:
        by_question.setdefault(gap.question, []).append(gap)
    return tuple(
        problem
        for found in by_question.values()
        for problem in _problems_of(questionnaire, typed, found)
    )


def _problems_of(
    questionnaire: Questionnaire, typed: Typed, gaps: Sequence[Gap]
) -> Sequence[FieldProblem]:
    question = questionnaire.question(gaps[0].question)
    if question is None or len(gaps) <= MOST_LINES:
        return [_problem(questionnaire, typed, gap) for gap in gaps]
    text = sentences.many_left(question, len(gaps))
    return [FieldProblem(field_id(gaps[0].field), text)]


def field_id(field: str) -> str:
    """Return the identifier of a form field in the page: `points.D1` → `points-D1`."""
    return field.replace(".", "-", 1).replace(":", "--")


def empty_typed() -> Typed:
    """Return a form in which nothing was typed."""
    return Typed({}, frozenset(), {})


def _card(asked: Asked, items: Sequence[Item], filled: Filled) -> Card:
    question = asked.question
    rows = rows_of(asked, items, filled)
    divides = question.method == CONSTANT_SUM
    left = remainder(question, filled.typed) if divides else 0
    return Card(
        question=question,
        texts=asked.texts,
        note=_note(asked),
        rows=rows,
        comparisons=comparisons(asked, items, filled),
        choosers=choosers(asked, items, filled),
        multiples=multiples(asked, items, filled),
        against={
            role: against(role, chosen_name(question, filled, role)) for role in (BEST, WORST)
        },
        help=help_with(question, filled.typed),
        is_abstained=question.question in filled.typed.abstained,
        is_derived=question.method in DERIVED,
        remainder=remainder_bar([int(row.now) for row in rows if row.now], left)
        if divides
        else None,
        left=sentences.left_text(left),
        problem=_sum_problem(question, filled),
        can_keep=asked.last is not None,
        last_lines=_last_lines(asked),
        kept_fields="" if asked.last is None else json.dumps(to_fields(question, asked.last)),
        unit=unit_of(question),
        large_move=large_move(question),
        has_now=any(row.now is not None for row in rows),
        has_median=any(row.feedback and row.feedback.median for row in rows),
        has_band=any(row.feedback and row.feedback.low for row in rows),
    )


def _last_lines(asked: Asked) -> tuple[Line, ...]:
    if asked.last is None or asked.question.method not in DERIVED:
        return ()
    return stored_lines(asked.question, asked.last)


def _note(asked: Asked) -> str:
    feedback, question = asked.feedback, asked.question
    if feedback is None:
        return ""
    note = sentences.round_note(feedback, has_own=asked.last is not None)
    if len(question.criteria) > 1:
        return sentences.figures_note(note, question.criteria[0])
    if question.method in DERIVED:
        note = sentences.derived_note(note)
    is_shown = any(one.median is not None for one in feedback.items.values())
    return sentences.medians_note(note) if is_shown and is_share(question) else note


def _sum_problem(question: Question, filled: Filled) -> str:
    gap = filled.gaps.get(f"points.{question.items[0].code}")
    if gap is None or not gap.code.startswith("sum_"):
        return ""
    return sentences.sum_problem(gap, question)


def _problem(questionnaire: Questionnaire, typed: Typed, gap: Gap) -> FieldProblem:
    question = questionnaire.question(gap.question)
    if question is None:
        raise KeyError(gap.question)
    if gap.code.startswith("sum_"):
        return FieldProblem(field_id(gap.field), sentences.sum_problem(gap, question))
    reason = typed.reasons.get(gap.field.removeprefix("reason."), "")
    text = sentences.field_problem(gap, question, reason)
    is_choice = gap.field.startswith(("best.", "worst."))
    if is_choice:
        return FieldProblem(field_id(gap.field), sentences.about_question(question, text))
    return FieldProblem(field_id(gap.field), sentences.about(field_name(question, gap.field), text))
