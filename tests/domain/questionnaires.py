"""Questionnaires for tests that need no study."""

from __future__ import annotations

from delphi.domain.questionnaire import Item, Question, Questionnaire


def item(code: str, leaves: int = 0) -> Item:
    """Return an item with the given code."""
    nothing = {"zh": "", "en": ""}
    return Item(
        code=code,
        name={"zh": f"{code}项", "en": f"Item {code}"},
        contains=({"zh": "子项", "en": "Part"},) if leaves else (),
        leaves=leaves,
        unit=nothing,
        source=nothing,
        note=nothing,
        kind="value",
        direction="benefit",
    )


def question(name: str, *codes: str, step: int = 5) -> Question:
    """Return a 100-point question over the given items."""
    items = tuple(item(code) for code in codes)
    return Question(name, "constant_sum", {"zh": name, "en": name}, 100, step, items)


def questionnaire(*questions: Question, item_order: str = "per_respondent") -> Questionnaire:
    """Return a questionnaire; by default one question over A, B and C."""
    asked = questions or (question("root", "A", "B", "C"),)
    return Questionnaire(
        "5" * 16,
        1,
        {"zh": "指数", "en": "Index"},
        {"zh": "立场", "en": "View"},
        asked,
        item_order,
        "e" * 64,
    )
