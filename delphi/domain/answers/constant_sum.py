"""100 points over the items of a group: the fields `points.<code>`."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.numbers import WHOLE, whole_number
from delphi.domain.answers.typed import Gap, Typed, plain_number
from delphi.domain.questionnaire import Question


def field(code: str) -> str:
    """Return the name of an item's field."""
    return f"points.{code}"


def fields(question: Question) -> tuple[str, ...]:
    """Return the names of the fields of a question."""
    return tuple(field(item.code) for item in question.items)


def to_fields(question: Question, values: Mapping[str, int]) -> dict[str, str]:
    """Return the fields that say the same as a stored answer."""
    return {field(item.code): str(values[item.code]) for item in question.items}


def check(question: Question, typed: Typed) -> tuple[dict[str, int], list[Gap]]:
    """Return item → points, as far as they can be read, and every gap."""
    points: dict[str, int] = {}
    gaps: list[Gap] = []
    for item in question.items:
        text = plain_number(typed.fields.get(field(item.code), ""))
        gap = _check_field(question, item.code, text)
        if gap is None:
            points[item.code] = int(text)
        else:
            gaps.append(gap)
    total = sum(points.values())
    if not gaps and total != question.total:
        code = "sum_over" if total > question.total else "sum_left"
        first = field(question.items[0].code)
        gaps.append(Gap(code, first, question.question, str(total), abs(total - question.total)))
    return points, gaps


def _check_field(question: Question, code: str, text: str) -> Gap | None:
    name = field(code)
    reason = whole_number(text, 0, question.total)
    if reason is not None:
        return Gap(reason, name, question.question, text, 0, question.total)
    over = int(text) % question.step
    if not over:
        return None
    low = int(text) - over
    return Gap("off_step", name, question.question, text, low, low + question.step)


def remainder(question: Question, typed: Typed) -> int:
    """Return the points still to give (negative: too many), counting only readable fields."""
    given = 0
    for name in fields(question):
        text = plain_number(typed.fields.get(name, ""))
        if WHOLE.fullmatch(text):
            given += int(text)
    return question.total - given


def even_out(question: Question, typed: Typed) -> dict[str, str]:
    """Return the fields with what is left split evenly over the empty ones, in steps.

    Whole steps go round in the order of the items; a rest smaller than a step stays left over, for
    it comes from a field that is off step. Nothing changes when no field is empty.
    """
    texts = {name: typed.fields.get(name, "") for name in fields(question)}
    empty = [name for name, text in texts.items() if not text.strip()]
    left = remainder(question, typed)
    if not empty or left < 0:
        return texts
    share, extra = divmod(left // question.step, len(empty))
    for at, name in enumerate(empty):
        texts[name] = str((share + (1 if at < extra else 0)) * question.step)
    return texts
