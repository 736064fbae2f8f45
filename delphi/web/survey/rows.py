"""One item of a question as it is rendered: own answers, what the group said, reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from delphi.domain.answers import constant_sum, ranking, rating
from delphi.domain.answers.checking import Values, complete_values
from delphi.domain.answers.typed import Gap, Typed
from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import Item, Question
from delphi.individual_weights import judged_row, places
from delphi.queries.own_answers import OwnAnswers
from delphi.queries.survey import ItemFeedback, QuestionFeedback
from delphi.web.language import gettext
from delphi.web.survey import prompts, sentences
from delphi.web.survey.card_texts import CardTexts, ItemTexts
from delphi.web.survey.shares import in_tenths
from delphi.web.survey.strips import Strip, strip

#: Reasons of one side that are shown at once; the rest stands behind "more".
SHOWN_REASONS = 3
#: Methods whose figures per item are derived from other answers.
DERIVED = (PAIRWISE, BEST_WORST)


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
class Rated:
    """One criterion of one item."""

    criterion: str
    #: name of the form field
    field: str
    value: str
    problem: str
    #: the own counted rating of the round before; empty without one
    last: str


@dataclass(frozen=True)
class Row:
    """One item to be answered."""

    code: str
    texts: ItemTexts
    #: points or place as typed; empty for other methods
    value: str
    #: of a rating: every criterion
    rated: tuple[Rated, ...]
    #: the own counted answer of the round before, on the scale of the strip; None without one
    last: Fraction | None
    #: the present answer, where it can be read
    now: Fraction | None
    feedback: ItemFeedback | None
    strip: Strip | None
    reason: str
    #: the own reason of the round before, in a sentence; empty without one
    last_reason: str
    #: what asks for a reason, or empty
    prompt: str
    others: Reasons | None
    problem: str
    reason_problem: str

    @property
    def last_text(self) -> str:
        """The last answer as people read it; empty without one."""
        return "" if self.last is None else prompts.shown(self.last)

    @property
    def now_text(self) -> str:
        """The present answer as people read it; empty where it cannot be read."""
        return "" if self.now is None else prompts.shown(self.now)


@dataclass(frozen=True)
class Filled:
    """What goes into the rows of every card."""

    typed: Typed
    own: OwnAnswers
    group: Group
    gaps: Mapping[str, Gap]
    #: no further round is planned, so that nobody of the panel will read a reason
    is_last: bool = False
    #: number of the round before
    last_round: int = 0


@dataclass(frozen=True)
class Asked:
    """One question with what was said about it last."""

    question: Question
    texts: CardTexts
    last: Values | None
    feedback: QuestionFeedback | None


def is_share(question: Question) -> bool:
    """Whether the figures of one expert add up to 100."""
    return question.method == CONSTANT_SUM or question.method in DERIVED


def rows_of(asked: Asked, items: Sequence[Item], filled: Filled) -> tuple[Row, ...]:
    """Return the rows of a question in the order of `items`."""
    now, last = _now(asked.question, filled.typed), _last(asked)
    return tuple(
        _row(item, asked, filled, now=now.get(item.code), last=last.get(item.code))
        for item in items
    )


def _last(asked: Asked) -> dict[str, Fraction]:
    if asked.last is None:
        return {}
    return _by_item(asked.question, asked.last)


def _by_item(question: Question, values: Values) -> dict[str, Fraction]:
    row = (places if question.method == RANKING else judged_row)(question, values)
    codes = [item.code for item in question.items]
    # What comparisons give is told in tenths that add up to 100, here as in the help below them.
    return dict(zip(codes, in_tenths(row) if question.method in DERIVED else row, strict=True))


def _now(question: Question, typed: Typed) -> dict[str, Fraction]:
    """Return what was typed on the scale of the strip, as far as it can be read."""
    if question.method in DERIVED:
        values = complete_values(question, typed)
        return {} if values is None else _by_item(question, values)
    found = {}
    for item in question.items:
        number = sentences.whole_points(typed.fields.get(main_field(question, item.code), ""))
        if number is not None:
            found[item.code] = Fraction(number)
    return found


def main_field(question: Question, code: str) -> str:
    """Return the field that says how much an item counts; empty where several fields do."""
    if question.method == CONSTANT_SUM:
        return constant_sum.field(code)
    if question.method == RATING:
        return rating.field(question.criteria[0], code)
    return ranking.field(code) if question.method == RANKING else ""


def _row(
    item: Item, asked: Asked, filled: Filled, *, now: Fraction | None, last: Fraction | None
) -> Row:
    question, code = asked.question, item.code
    field = main_field(question, code)
    has_field = bool(field) and question.method != RATING
    feedback = asked.feedback.items.get(code) if asked.feedback else None
    reason = filled.typed.reasons.get(code, "")
    is_shown = feedback is not None or last is not None
    return Row(
        code=code,
        texts=asked.texts.items[code],
        value=filled.typed.fields.get(field, "") if has_field else "",
        rated=_rated(asked, code, filled),
        last=last,
        now=now,
        feedback=feedback,
        strip=_strip(question, feedback, last, now) if is_shown else None,
        reason=reason,
        last_reason=_last_reason(filled, code),
        prompt=prompts.prompt(question, last, now, feedback, is_last=filled.is_last),
        others=_reasons(feedback, filled.group.reasons),
        problem=problem_at(filled.gaps.get(field), question) if has_field else "",
        reason_problem=problem_at(filled.gaps.get(f"reason.{code}"), question, reason),
    )


def _last_reason(filled: Filled, code: str) -> str:
    text = filled.own.last_reasons.get(code, "")
    if not text:
        return ""
    return gettext("In round %(number)s you wrote: “%(said)s”", number=filled.last_round, said=text)


def _rated(asked: Asked, code: str, filled: Filled) -> tuple[Rated, ...]:
    question = asked.question
    names = [(one, rating.field(one, code)) for one in question.criteria]
    last = asked.last or {}
    return tuple(
        Rated(
            criterion,
            field,
            filled.typed.fields.get(field, ""),
            problem_at(filled.gaps.get(field), question),
            str(last[criterion][code]) if criterion in last else "",
        )
        for criterion, field in names
    )


def problem_at(gap: Gap | None, question: Question, text: str = "") -> str:
    """Return what is wrong with a field; a wrong sum is said below the card instead."""
    if gap is None or gap.code.startswith("sum_"):
        return ""
    return sentences.field_problem(gap, question, text)


def _strip(
    question: Question,
    feedback: ItemFeedback | None,
    last: Fraction | None,
    now: Fraction | None,
) -> Strip:
    return strip(
        question.ends,
        median=None if feedback is None else feedback.median,
        low=None if feedback is None else feedback.low,
        high=None if feedback is None else feedback.high,
        last=None if last is None else float(last),
        now=None if now is None else float(now),
    )


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
