"""The questionnaire as it is rendered: one card per question, one row per item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from delphi.domain.allocation import Gap, Typed, remainder
from delphi.domain.questionnaire import Item, Question, Questionnaire, ordered_items
from delphi.queries.own_answers import OwnAnswers
from delphi.queries.survey import ItemFeedback, QuestionFeedback
from delphi.web.formatting import names
from delphi.web.forms import FieldProblem
from delphi.web.survey import sentences
from delphi.web.survey.card_texts import CardTexts, ItemTexts, card_texts
from delphi.web.survey.strips import Remainder, Strip, remainder_bar, strip

#: Reasons of one side that are shown at once; the rest stands behind "more".
SHOWN_REASONS = 3


@dataclass(frozen=True)
class Group:
    """What the group said in the round before: feedback and the texts of its reasons."""

    questions: Mapping[str, QuestionFeedback]
    #: identifier → text, without the own ones
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """Reasons of one side."""

    shown: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True)
class Reasons:
    """What others wrote about one item."""

    is_split: bool
    heavier: Side
    lighter: Side
    other: Side

    @property
    def count(self) -> int:
        """How many there are."""
        sides = (self.heavier, self.lighter, self.other)
        return sum(len(side.shown) + len(side.more) for side in sides)


@dataclass(frozen=True)
class Row:
    """One item to be given points."""

    code: str
    texts: ItemTexts
    value: str
    #: the own counted answer of the round before
    last: int | None
    feedback: ItemFeedback | None
    strip: Strip | None
    reason: str
    last_reason: str
    #: what asks for a reason, or empty
    prompt: str
    others: Reasons | None
    problem: str
    reason_problem: str


@dataclass(frozen=True)
class Card:
    """One question."""

    question: Question
    texts: CardTexts
    #: what stands in the rows from the second round on
    note: str
    rows: tuple[Row, ...]
    is_abstained: bool
    remainder: Remainder
    left: str
    #: what is wrong with the sum, or empty
    problem: str
    can_keep: bool
    has_median: bool
    has_band: bool


def cards(
    questionnaire: Questionnaire,
    respondent: str,
    *,
    typed: Typed,
    own: OwnAnswers,
    group: Group,
    gaps: Sequence[Gap] = (),
) -> tuple[Card, ...]:
    """Return the cards of a questionnaire with everything typed and every gap in place."""
    filled = _Filled(typed, own, group, {gap.field: gap for gap in gaps})
    last = own.last or {}
    return tuple(
        _card(
            _Asked(
                question,
                card_texts(questionnaire, question),
                last.get(question.question),
                group.questions.get(question.question),
            ),
            ordered_items(questionnaire, question, respondent),
            filled,
        )
        for question in questionnaire.questions
    )


def field_problems(
    questionnaire: Questionnaire, typed: Typed, gaps: Sequence[Gap]
) -> tuple[FieldProblem, ...]:
    """Return every gap as a line of the summary that leads to its field."""
    return tuple(_problem(questionnaire, typed, gap) for gap in gaps)


def field_id(field: str) -> str:
    """Return the identifier of a form field in the page: `points.D1` → `points-D1`."""
    return field.replace(".", "-", 1)


def empty_typed() -> Typed:
    """Return a form in which nothing was typed."""
    return Typed({}, frozenset(), {})


@dataclass(frozen=True)
class _Filled:
    """What goes into the rows of every card."""

    typed: Typed
    own: OwnAnswers
    group: Group
    gaps: Mapping[str, Gap]


@dataclass(frozen=True)
class _Asked:
    """One question with what was said about it last."""

    question: Question
    texts: CardTexts
    last: Mapping[str, int] | None
    feedback: QuestionFeedback | None


def _card(asked: _Asked, items: Sequence[Item], filled: _Filled) -> Card:
    question, feedback = asked.question, asked.feedback
    has_own = asked.last is not None
    rows = tuple(_row(item, asked, filled) for item in items)
    readable = (sentences.whole_points(row.value) for row in rows)
    left = remainder(question, filled.typed)
    wrong = filled.gaps.get(f"points.{question.items[0].code}")
    is_sum = wrong is not None and wrong.code.startswith("sum_")
    return Card(
        question=question,
        texts=asked.texts,
        note=sentences.round_note(feedback, has_own=has_own) if feedback else "",
        rows=rows,
        is_abstained=question.question in filled.typed.abstained,
        remainder=remainder_bar([points for points in readable if points], left),
        left=sentences.left_text(left),
        problem=sentences.sum_problem(wrong, question) if wrong and is_sum else "",
        can_keep=has_own,
        has_median=any(row.feedback and row.feedback.median for row in rows),
        has_band=any(row.feedback and row.feedback.low for row in rows),
    )


def _row(item: Item, asked: _Asked, filled: _Filled) -> Row:
    question, code = asked.question, item.code
    value = filled.typed.points.get(code, "")
    reason = filled.typed.reasons.get(code, "")
    now = sentences.whole_points(value)
    last = None if asked.last is None else asked.last.get(code)
    feedback = asked.feedback.items.get(code) if asked.feedback else None
    return Row(
        code=code,
        texts=asked.texts.items[code],
        value=value,
        last=last,
        feedback=feedback,
        strip=None if feedback is None and last is None else _strip(feedback, last, now),
        reason=reason,
        last_reason=filled.own.last_reasons.get(code, ""),
        prompt=_prompt(question, last, now, feedback),
        others=_reasons(feedback, filled.group.reasons),
        problem=_field_problem(filled.gaps.get(f"points.{code}"), question, value),
        reason_problem=_field_problem(filled.gaps.get(f"reason.{code}"), question, reason),
    )


def _field_problem(gap: Gap | None, question: Question, text: str) -> str:
    """Return what is wrong with a field; a wrong sum is said below the card instead."""
    if gap is None or gap.code.startswith("sum_"):
        return ""
    return sentences.field_problem(gap, question, text)


def _strip(feedback: ItemFeedback | None, last: int | None, now: int | None) -> Strip:
    if feedback is None:
        return strip(median=None, low=None, high=None, last=last, now=now)
    return strip(median=feedback.median, low=feedback.low, high=feedback.high, last=last, now=now)


def _prompt(
    question: Question, last: int | None, now: int | None, feedback: ItemFeedback | None
) -> str:
    """Return what asks for a reason: outside the middle half as shown, or moved by over a step."""
    answer = last if now is None else now
    if answer is not None and feedback is not None:
        low, high = feedback.low, feedback.high
        if low is not None and high is not None and _is_outside(answer, low, high):
            return sentences.outside_prompt(answer, low, high)
    if now is not None and last is not None and abs(now - last) > question.step:
        return sentences.moved_prompt(abs(now - last))
    return ""


def _is_outside(answer: int, low: str, high: str) -> bool:
    return not float(low) <= answer <= float(high)


def _reasons(feedback: ItemFeedback | None, texts: Mapping[str, str]) -> Reasons | None:
    if feedback is None:
        return None
    told = Reasons(
        feedback.split,
        _side(feedback.heavier, texts),
        _side(feedback.lighter, texts),
        _side(feedback.other, texts),
    )
    return told if told.count else None


def _side(ids: Sequence[str], texts: Mapping[str, str]) -> Side:
    told = tuple(texts[one] for one in ids if one in texts)
    return Side(told[:SHOWN_REASONS], told[SHOWN_REASONS:])


def _problem(questionnaire: Questionnaire, typed: Typed, gap: Gap) -> FieldProblem:
    question = questionnaire.question(gap.question)
    if question is None:
        raise KeyError(gap.question)
    if gap.code.startswith("sum_"):
        return FieldProblem(field_id(gap.field), sentences.sum_problem(gap, question))
    kind, _, code = gap.field.partition(".")
    item = next(one for one in question.items if one.code == code)
    texts = typed.reasons if kind == "reason" else typed.points
    text = sentences.field_problem(gap, question, texts.get(code, ""))
    return FieldProblem(field_id(gap.field), sentences.about(names(item.name), text))
