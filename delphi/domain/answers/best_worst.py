"""The most and the least important item, and every other against both.

The fields: `best.<group>`, `worst.<group>` (codes of items), `best_to.<code>` (how many times as
important the best is as this item) and `to_worst.<code>` (how many times as important this item is
as the worst). How the best compares with the worst is asked once, in `best_to.<worst>`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from delphi.domain.answers.numbers import whole_number
from delphi.domain.answers.typed import Gap, Typed, plain_number
from delphi.domain.methods import MOST_TIMES
from delphi.domain.questionnaire import Question


def best_field(question: Question) -> str:
    """Return the name of the field of the most important item."""
    return f"best.{question.question}"


def worst_field(question: Question) -> str:
    """Return the name of the field of the least important item."""
    return f"worst.{question.question}"


def from_best_field(code: str) -> str:
    """Return the name of the field that compares the best item with this one."""
    return f"best_to.{code}"


def to_worst_field(code: str) -> str:
    """Return the name of the field that compares this item with the worst."""
    return f"to_worst.{code}"


def fields(question: Question) -> tuple[str, ...]:
    """Return the names of the fields of a question."""
    codes = [item.code for item in question.items]
    return (
        best_field(question),
        worst_field(question),
        *(from_best_field(code) for code in codes),
        *(to_worst_field(code) for code in codes),
    )


def to_fields(question: Question, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that say the same as a stored answer."""
    return {
        **dict.fromkeys(fields(question), ""),
        best_field(question): values["best"],
        worst_field(question): values["worst"],
        **{from_best_field(code): str(n) for code, n in values["best_to_others"].items()},
        **{to_worst_field(code): str(n) for code, n in values["others_to_worst"].items()},
    }


def chosen(question: Question, typed: Typed) -> tuple[str | None, str | None]:
    """Return the best and the worst item as chosen; None where none of the items is named."""
    codes = {item.code for item in question.items}
    best = typed.fields.get(best_field(question), "")
    worst = typed.fields.get(worst_field(question), "")
    return best if best in codes else None, worst if worst in codes else None


def check(question: Question, typed: Typed) -> tuple[dict[str, Any], list[Gap]]:
    """Return the comparisons, as far as they can be read, and every gap.

    `values` has `best`, `worst`, `best_to_others` (all but the best) and `others_to_worst` (all but
    the best and the worst). What stands in fields that are not asked is left alone.
    """
    best, worst = chosen(question, typed)
    gaps = []
    if best is None:
        gaps.append(Gap("best_missing", best_field(question), question.question))
    if worst is None:
        gaps.append(Gap("worst_missing", worst_field(question), question.question))
    elif best == worst:
        gaps.append(Gap("best_is_worst", worst_field(question), question.question))
    values: dict[str, Any] = {"best_to_others": {}, "others_to_worst": {}}
    if gaps or best is None or worst is None:
        return values, gaps
    values |= {"best": best, "worst": worst}
    for vector, code, name in _asked(question, best, worst):
        text = plain_number(typed.fields.get(name, ""))
        if whole_number(text, 1, MOST_TIMES) is None:
            values[vector][code] = int(text)
        else:
            gaps.append(Gap(f"{vector}_missing", name, question.question, text, 1, MOST_TIMES))
    return values, gaps


def _asked(question: Question, best: str, worst: str) -> Iterator[tuple[str, str, str]]:
    """Give each comparison that is asked: its vector, the item and the field."""
    for item in question.items:
        if item.code != best:
            yield "best_to_others", item.code, from_best_field(item.code)
    for item in question.items:
        if item.code not in (best, worst):
            yield "others_to_worst", item.code, to_worst_field(item.code)
