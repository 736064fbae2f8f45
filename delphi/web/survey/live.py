"""What a page of comparisons is told when it has saved itself: help, and the marks in its rows.

What comparisons give is computed on the server alone, by what renders the page.
"""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.typed import Typed
from delphi.web.survey.cards import derived_rows
from delphi.web.survey.desk import Desk, filled_in, open_desk
from delphi.web.survey.help import help_texts
from delphi.web.survey.rows import DERIVED
from delphi.web.transaction import reading


def live_parts(desk: Desk, typed: Typed) -> dict[str, object]:
    """Return what goes with the answer to a save, empty where nothing is compared.

    Parameters
    ----------
    desk
        The desk that the answers were saved from.
    typed
        The answers.
    """
    parts: dict[str, Mapping[str, object]] = {
        "help": help_texts(desk.questionnaire, typed),
        "rows": _rows(desk, typed),
    }
    return {name: part for name, part in parts.items() if part}


def _rows(desk: Desk, typed: Typed) -> dict[str, dict[str, str]]:
    """Return, for each item: its mark as a path, the same in words, and what asks for a reason.

    In the first round no row has a strip. Nothing of the group's is among them but the middle half
    that a reason is asked with, and that only where the page shows it.
    """
    methods = {question.method for question in desk.questionnaire.questions}
    if desk.standing.before is None or methods.isdisjoint(DERIVED):
        return {}
    with reading() as session:
        full = open_desk(session, desk.visit, desk.standing)
        filled = filled_in(session, full, typed)
    return {
        row.code: {"mark": row.strip.mark, "said": row.now_text, "prompt": row.prompt}
        for row in derived_rows(desk.questionnaire, filled)
        if row.strip is not None
    }
