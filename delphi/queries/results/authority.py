"""The authority of a panel as the pages of results show it, under the rule of disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from delphi.domain.disclosure import STATISTICS_FROM, Viewer, staff_may_see
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.figures import rounded
from delphi.queries.results.stored import Names

_PLACES = 3


@dataclass(frozen=True)
class FamiliarityRow:
    """Mean familiarity with one dimension."""

    names: Names
    answered: int
    #: decimal string; None where withheld or where nobody answered
    mean: str | None


@dataclass(frozen=True)
class AuthorityView:
    """Ca, Cs and Cr of the experts who answered every question of the self-assessment."""

    table: str
    counted: int
    complete: int
    #: answers missing until the figures may be shown; 0 where they are shown
    missing: int
    #: decimal strings; None where withheld
    ca: str | None
    cs: str | None
    cr: str | None
    rows: tuple[FamiliarityRow, ...]


def authority_view(
    document: Mapping[str, Any] | None, asked: Questionnaire, viewer: Viewer
) -> AuthorityView | None:
    """Return the authority of a round; None where nothing was asked."""
    if document is None or asked.self_assessment is None:
        return None
    names = {one.code: one.name for one in asked.self_assessment.dimensions}
    complete = document["complete"]
    is_shown = staff_may_see(viewer, "statistics", complete)
    ca, cs, cr = (rounded(document[name], _PLACES) if is_shown else None for name in _FIGURES)
    return AuthorityView(
        table=document["table"],
        counted=document["counted"],
        complete=complete,
        missing=max(0, STATISTICS_FROM - complete),
        ca=ca,
        cs=cs,
        cr=cr,
        rows=tuple(_row(one, names[one["code"]], viewer) for one in document["dimensions"]),
    )


_FIGURES = ("ca", "cs", "cr")


def _row(one: Mapping[str, Any], names: Names, viewer: Viewer) -> FamiliarityRow:
    is_shown = staff_may_see(viewer, "statistics", one["answered"])
    return FamiliarityRow(
        names, one["answered"], rounded(one["mean"], _PLACES) if is_shown else None
    )
