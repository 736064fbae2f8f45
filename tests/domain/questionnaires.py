"""Questionnaires for tests that need no study."""

from __future__ import annotations

from dataclasses import replace

from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, CRITERIA, PAIRWISE, RANKING, RATING
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
    return replace(_asked(CONSTANT_SUM, name, codes), total=100, step=step)


def rating_question(
    name: str,
    *codes: str,
    scale: tuple[int, int] = (1, 5),
    criteria: tuple[str, ...] = CRITERIA[:1],
) -> Question:
    """Return a question that rates the given items, by importance unless told otherwise."""
    return replace(_asked(RATING, name, codes), scale=scale, criteria=criteria)


def ranking_question(name: str, *codes: str) -> Question:
    """Return a question that puts the given items in order."""
    return _asked(RANKING, name, codes)


def pairwise_question(name: str, *codes: str) -> Question:
    """Return a question that compares every two of the given items."""
    return _asked(PAIRWISE, name, codes)


def best_worst_question(name: str, *codes: str) -> Question:
    """Return a question that compares the given items with the best and the worst of them."""
    return _asked(BEST_WORST, name, codes)


def _asked(method: str, name: str, codes: tuple[str, ...]) -> Question:
    return Question(name, method, {"zh": name, "en": name}, tuple(map(item, codes)))


#: One group of each method; codes with a dot or a hyphen, as trees have them.
EVERY_METHOD = (
    question("root", "A", "B", "C"),
    rating_question("A", "A1", "A.2", "A-3", scale=(1, 9), criteria=CRITERIA[:3]),
    ranking_question("B", "B1", "B.2", "B-3", "B_4"),
    pairwise_question("C", "C1", "C.2", "C-3"),
    best_worst_question("C1", "C11", "C1.2", "C1-3", "C1_4"),
)


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
