"""Ratings of every item by one criterion or several: the fields `rating.<criterion>.<code>`."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.numbers import whole_number
from delphi.domain.answers.typed import Gap, Typed, plain_number
from delphi.domain.questionnaire import Question

Ratings = dict[str, dict[str, int]]


def field(criterion: str, code: str) -> str:
    """Return the name of the field of an item under a criterion."""
    return f"rating.{criterion}.{code}"


def fields(question: Question) -> tuple[str, ...]:
    """Return the names of the fields of a question, item by item."""
    return tuple(
        field(criterion, item.code) for item in question.items for criterion in question.criteria
    )


def to_fields(question: Question, values: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return the fields that say the same as a stored answer.

    A criterion that the answer does not have, since an earlier round did not ask for it, is left
    out.
    """
    return {
        field(criterion, item.code): str(values[criterion][item.code])
        for item in question.items
        for criterion in question.criteria
        if criterion in values
    }


def check(question: Question, typed: Typed) -> tuple[Ratings, list[Gap]]:
    """Return criterion → item → rating, as far as they can be read, and every gap."""
    low, high = question.ends
    ratings: Ratings = {criterion: {} for criterion in question.criteria}
    gaps: list[Gap] = []
    for item in question.items:
        for criterion in question.criteria:
            name = field(criterion, item.code)
            text = plain_number(typed.fields.get(name, ""))
            reason = whole_number(text, low, high)
            if reason is None:
                ratings[criterion][item.code] = int(text)
            else:
                code = "unrated" if reason == "blank" else f"rating_{reason}"
                gaps.append(Gap(code, name, question.question, text, low, high))
    return ratings, gaps
