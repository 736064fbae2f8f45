"""From what was typed to answers that can be stored, with every gap named; and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from delphi.domain.answers import best_worst, constant_sum, pairwise, ranking, rating
from delphi.domain.answers.typed import Gap, Typed, read_typed
from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import LONGEST_REASON, Question, Questionnaire

#: What a method stores of an answer; its module says how it is built.
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """The answer to one question."""

    question: str
    method: str
    #: as the method stores it; None when the expert cannot judge the group
    values: Values | None


class Method(Protocol):
    """What the module of a method provides."""

    def fields(self, question: Question, /) -> tuple[str, ...]:
        """Return the names of the form fields."""

    def check(self, question: Question, typed: Typed, /) -> tuple[Any, list[Gap]]:
        """Return what can be stored and every gap."""

    def to_fields(self, question: Question, values: Any, /) -> dict[str, str]:
        """Return the fields that say the same as a stored answer."""


_METHODS: Mapping[str, Method] = {
    CONSTANT_SUM: constant_sum,
    RATING: rating,
    RANKING: ranking,
    PAIRWISE: pairwise,
    BEST_WORST: best_worst,
}


def read_fields(questionnaire: Questionnaire, form: Mapping[str, str], *, kept: bool) -> Typed:
    """Take the known fields out of a posted form; unknown ones are left, over-long ones cut."""
    names = [name for question in questionnaire.questions for name in fields_of(question)]
    return read_typed(questionnaire, names, form, kept=kept)


def check(questionnaire: Questionnaire, typed: Typed) -> tuple[tuple[Answer, ...], tuple[Gap, ...]]:
    """Return the answers and every gap; answers are only usable when there is no gap."""
    answers: list[Answer] = []
    gaps: list[Gap] = []
    for question in questionnaire.questions:
        values = None
        if question.question not in typed.abstained:
            values, found = check_question(question, typed)
            gaps.extend(found)
        answers.append(Answer(question.question, question.method, values))
        gaps.extend(_long_reasons(question, typed))
    return tuple(answers), tuple(gaps)


def check_question(question: Question, typed: Typed) -> tuple[Values, list[Gap]]:
    """Return what one question would store, and its gaps; whether it is abstained is not asked."""
    return _METHODS[question.method].check(question, typed)


def complete_values(question: Question, typed: Typed) -> Values | None:
    """Return what one question would store, or None while something is missing or abstained."""
    if question.question in typed.abstained:
        return None
    values, gaps = check_question(question, typed)
    return None if gaps else values


def fields_of(question: Question) -> tuple[str, ...]:
    """Return the names of the form fields of a question, without those of its reasons."""
    return _METHODS[question.method].fields(question)


def to_fields(question: Question, values: Values) -> dict[str, str]:
    """Return the form fields that say the same as a stored answer of the same method."""
    return _METHODS[question.method].to_fields(question, values)


def says(question: Question, typed: Typed, values: Values | None) -> bool:
    """Whether the fields of a question say the same as a stored answer (None: abstained).

    What stands in fields that are not asked, and how a number is written, makes no difference.
    """
    if values is None:
        return question.question in typed.abstained
    found = complete_values(question, typed)
    return found is not None and to_fields(question, found) == to_fields(question, values)


def _long_reasons(question: Question, typed: Typed) -> list[Gap]:
    return [
        Gap("reason_too_long", f"reason.{item.code}", question.question, high=LONGEST_REASON)
        for item in question.items
        if len(typed.reasons.get(item.code, "")) > LONGEST_REASON
    ]
