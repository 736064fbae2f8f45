"""The feedback of a closed round: what the next one shows, made once and frozen.

Figures go through `domain.disclosure`; reasons are named by their random ids, in an order drawn
anew for each item, so that no label follows a writer from one item to the next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.dispersion import dispersion
from delphi.bridge import PanelAnswers, questionnaire_of
from delphi.domain.disclosure import (
    REASONS_FROM,
    ItemFeedback,
    Withheld,
    item_feedback,
    shows_reasons,
    splits_reasons,
)
from delphi.domain.methods import RANKING
from delphi.models.answer import Rationale
from delphi.models.study import Round

FORMAT = "delphi-feedback/1"
#: Decimals to which answers are told apart: roots and programs leave more of equal ones.
DIGITS = 9
_EXACT_PLACES = 9


def feedback_document(
    session: Session, closed: Round, answers: Mapping[str, PanelAnswers]
) -> dict[str, Any]:
    """Return `delphi-feedback/1` of a closed round.

    Parameters
    ----------
    session
        To read the reasons of the round.
    closed
        The round; its counted list seeds the order of reasons.
    answers
        Question → counted answers, as `bridge.round_answers` gives them.
    """
    reasons = _reasons(session, closed)
    questionnaire = questionnaire_of(closed)
    return {
        "format": FORMAT,
        "study": closed.study_id,
        "round": closed.number,
        "counted_sha256": closed.counted_sha256,
        "questions": [
            _question(answers[question.question], reasons, closed)
            for question in questionnaire.questions
        ],
    }


def _question(
    answers: PanelAnswers, reasons: Mapping[str, Sequence[Rationale]], closed: Round
) -> dict[str, Any]:
    asked = answers.asked
    figures = dispersion(answers.told_values, asked.ends) if answers.answered else None
    items = []
    told = shows_reasons(len(answers.respondents))
    for at, item in enumerate(answers.items):
        quartiles = figures and (
            _exactly(figures.q1[at]) if answers.answered > 1 else Fraction(0),
            _exactly(figures.median[at]),
            _exactly(figures.q3[at]) if answers.answered > 1 else Fraction(0),
        )
        shown = item_feedback(item, answers.answered, quartiles or None, asked.told_step)
        if not told:
            held = Withheld("reasons", REASONS_FROM)
            shown = replace(shown, withheld=(*shown.withheld, held))
        given = reasons.get(item, ()) if told else ()
        items.append(_figures(shown) | {"reasons": _sides(answers, at, given, closed)})
    return {
        **asked.planned.to_document(),
        "asked": len(answers.respondents),
        "answered": answers.answered,
        "items": items,
    }


def _exactly(figure: float) -> Fraction:
    """Take off what floats leave: derived weights that lie on a step must stay on it.

    Quartiles of whole answers are multiples of a quarter and exact in binary.
    """
    return Fraction(round(float(figure), _EXACT_PLACES))


def _figures(shown: ItemFeedback) -> dict[str, Any]:
    return {
        "item": shown.item,
        "median": _decimal(shown.median),
        "low": _decimal(shown.low),
        "high": _decimal(shown.high),
        "withheld": [{"figure": one.figure, "needed": one.needed} for one in shown.withheld],
    }


def _decimal(number: Fraction | None) -> str | None:
    return None if number is None else f"{float(number):g}"


def _sides(
    answers: PanelAnswers, at: int, reasons: Sequence[Rationale], closed: Round
) -> dict[str, Any]:
    """Sort the reasons of one item by the writer's answer: more weight, less, at the median."""
    ranks = answers.asked.method == RANKING
    # A smaller place is more weight.
    told = np.round(answers.told_values[:, at], DIGITS)
    column = -told if ranks else told
    given = dict(zip(answers.respondents, column.tolist(), strict=True))
    median = float(np.nanmedian(column)) if answers.answered else 0.0
    sides: dict[str, list[str]] = {"heavier": [], "lighter": [], "other": []}
    split = splits_reasons(len(reasons), answers.answered)
    for reason in sorted(reasons, key=lambda one: _place(closed, one)):
        points = given.get(reason.respondent, np.nan)
        side = "other"
        if split and points > median:
            side = "heavier"
        elif split and points < median:
            side = "lighter"
        sides[side].append(reason.id)
    return {"split": split, **sides}


def _place(closed: Round, reason: Rationale) -> bytes:
    """Return the place of a reason in the order drawn for its item."""
    seed = f"{closed.counted_sha256}\0{reason.item}\0{reason.sha256}"
    return hashlib.sha256(seed.encode()).digest()


def _reasons(session: Session, closed: Round) -> dict[str, list[Rationale]]:
    found: dict[str, list[Rationale]] = {}
    for row in session.scalars(select(Rationale).where(Rationale.round_id == closed.id)):
        found.setdefault(row.item, []).append(row)
    return found
