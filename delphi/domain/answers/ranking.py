"""A place for every item, 1 for the most important, each place once: the fields `place.<code>`."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.numbers import whole_number
from delphi.domain.answers.typed import Gap, Typed, plain_number
from delphi.domain.questionnaire import Question


def field(code: str) -> str:
    """Return the name of an item's field."""
    return f"place.{code}"


def fields(question: Question) -> tuple[str, ...]:
    """Return the names of the fields of a question."""
    return tuple(field(item.code) for item in question.items)


def to_fields(question: Question, values: Mapping[str, int]) -> dict[str, str]:
    """Return the fields that say the same as a stored answer."""
    return {field(item.code): str(values[item.code]) for item in question.items}


def check(question: Question, typed: Typed) -> tuple[dict[str, int], list[Gap]]:
    """Return item → place, as far as they can be read, and every gap.

    A place that is given twice is a gap at each item but the first that has it.
    """
    places: dict[str, int] = {}
    gaps: list[Gap] = []
    last = len(question.items)
    for item in question.items:
        name = field(item.code)
        text = plain_number(typed.fields.get(name, ""))
        reason = whole_number(text, 1, last)
        if reason is not None:
            code = "unplaced" if reason == "blank" else f"place_{reason}"
            gaps.append(Gap(code, name, question.question, text, 1, last))
        elif int(text) in places.values():
            gaps.append(Gap("place_twice", name, question.question, text, 1, last))
        else:
            places[item.code] = int(text)
    return places, gaps
