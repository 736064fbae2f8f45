"""Panels of eight experts for every question method, and studies that ask by it.

Answers are drawn from a seed: near a common opinion, with ties, and closer in later rounds.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from delphi.bridge import PanelAnswers
from delphi.domain.answers.checking import Values
from delphi.domain.methods import (
    BEST_WORST,
    CONSTANT_SUM,
    CRITERIA,
    PAIRWISE,
    RANKING,
    RATING,
    PlannedQuestion,
)
from delphi.domain.protocol import Protocol
from delphi.domain.questionnaire import Question
from delphi.individual_weights import judged_row, places

CODES = ("D", "S", "E")
#: Every method with every scale of its own.
ASKED = (
    PlannedQuestion("root", CONSTANT_SUM),
    PlannedQuestion("root", RATING, (1, 5), CRITERIA[:1]),
    PlannedQuestion("root", RATING, (1, 9), CRITERIA[:3]),
    PlannedQuestion("root", RATING, (0, 100), CRITERIA[:2]),
    PlannedQuestion("root", RANKING),
    PlannedQuestion("root", PAIRWISE),
    PlannedQuestion("root", BEST_WORST),
)


def name_of(asked: PlannedQuestion) -> str:
    """Return what a test case is called."""
    return asked.method + ("" if asked.scale is None else f"-{asked.scale[0]}-{asked.scale[1]}")


def asking(*rounds: PlannedQuestion, step: str | None = None) -> Protocol:
    """Return a protocol with one question a round."""
    plan = tuple((one,) for one in rounds)
    return Protocol(groups=("root",), publishing_steps={"root": step}, plan=plan)


def asking_twice(asked: PlannedQuestion, step: str | None = None) -> Protocol:
    """Return a protocol that asks the same in two rounds."""
    return asking(asked, asked, step=step)


def panel(
    asked: PlannedQuestion, number: int = 1, experts: int = 8, codes: Sequence[str] = CODES
) -> list[Values]:
    """Return what each expert's method stores in one round."""
    drawn = random.Random(f"{name_of(asked)} {number}")  # noqa: S311  (repeatable on purpose)
    return [_ANSWERS[asked.method](asked, drawn, codes, number) for _ in range(experts)]


def read(asked: Question, given: Sequence[Values | None]) -> PanelAnswers:
    """Return answers as the bridge reads them, without a database."""
    exact = tuple(None if one is None else judged_row(asked, one) for one in given)
    told = exact
    if asked.method == RANKING:
        told = tuple(None if one is None else places(asked, one) for one in given)
    names = tuple(f"{number:032x}" for number in range(len(given)))
    return PanelAnswers(asked, names, tuple(given), exact, told)


def _points(asked: PlannedQuestion, drawn: random.Random, codes: Sequence[str], number: int) -> Any:
    first, second = (5 * drawn.randint(3 - 2 // number, 5), 5 * drawn.randint(8, 10))
    rest = 100 - first - second
    return dict(zip(codes, (first, second, rest), strict=True))


def _ratings(asked: PlannedQuestion, drawn: random.Random, codes: Sequence[str], n: int) -> Any:
    low, high = asked.scale or (0, 0)
    step = max(1, (high - low) // 8)
    return {
        criterion: {
            code: max(low, high - step * (at + drawn.randint(0, 3 - n))) for at, code in
            enumerate(codes)
        }
        for criterion in asked.criteria
    }  # fmt: skip


def _places(asked: PlannedQuestion, drawn: random.Random, codes: Sequence[str], n: int) -> Any:
    order = sorted(range(len(codes)), key=lambda at: at + drawn.random() * (4 - n))
    return {codes[at]: place for place, at in enumerate(order, start=1)}


def _pairs(asked: PlannedQuestion, drawn: random.Random, codes: Sequence[str], n: int) -> Any:
    times = (-4, -3, -2, 1, 2, 3, 5)
    return {f"{one}:{other}": drawn.choice(times[n:]) for one, other in combinations(codes, 2)}


def _ends(asked: PlannedQuestion, drawn: random.Random, codes: Sequence[str], n: int) -> Any:
    best, *others, worst = sorted(codes, key=lambda code: codes.index(code) + 2 * drawn.random())
    whole = drawn.randint(3, 9)
    return {
        "best": best,
        "worst": worst,
        "best_to_others": {worst: whole, **{code: drawn.randint(1, whole) for code in others}},
        "others_to_worst": {code: drawn.randint(1, whole) for code in others},
    }


_ANSWERS = {
    CONSTANT_SUM: _points,
    RATING: _ratings,
    RANKING: _places,
    PAIRWISE: _pairs,
    BEST_WORST: _ends,
}
