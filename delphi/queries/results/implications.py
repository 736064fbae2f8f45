"""What the panel's weights imply one level further down, and how many experts said what of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from delphi.bridge import questionnaire_of
from delphi.domain.disclosure import STATISTICS_FROM, Viewer, staff_may_see
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import Questionnaire
from delphi.implied_weights import ImpliedWeight, LocalWeights, implied_weights
from delphi.models.study import Round, RoundResult
from delphi.queries.figures import decimals
from delphi.queries.results.stored import Names, StoredGroup

_PLACES = 3


@dataclass(frozen=True)
class ImpliedRow:
    """One indicator that gets its weight by a rule."""

    names: Names
    #: percentage to three decimals; None where withheld, or where the panel has no weights
    weight: str | None
    is_withheld: bool
    #: names of the group that it is a share of; None: of the whole
    within: Names | None
    answered: int
    #: judgement → how many said so; None where withheld
    counts: Mapping[str, int] | None


@dataclass(frozen=True)
class ImplicationsView:
    """What was said of a round's implications."""

    rows: tuple[ImpliedRow, ...]
    #: answers from which on counts are shown
    needed: int = STATISTICS_FROM

    @property
    def has_withheld(self) -> bool:
        """Whether the counts of some indicator are withheld."""
        return any(row.counts is None for row in self.rows)


def implications_view(
    session: Session, closed: Round, groups: Mapping[str, StoredGroup], viewer: Viewer
) -> ImplicationsView | None:
    """Return what a closed round implies; None where nothing was shown to its experts.

    Parameters
    ----------
    closed
        A round whose results are stored.
    groups
        What was computed for its groups.
    viewer
        Decides what is withheld.
    """
    stored = json.loads(session.get_one(RoundResult, closed.id).document)["implications"]
    if stored is None:
        return None
    asked = questionnaire_of(closed)
    weights = {one.node.code: one for one in implied_weights(asked, _local(asked, groups, viewer))}
    said = {one["code"]: one for one in stored}
    hidden = {
        item.code
        for question in asked.questions
        for item in question.items
        if not groups[question.question].may_see(viewer)
    }
    return ImplicationsView(
        tuple(
            ImpliedRow(
                names=node.name,
                is_withheld=node.of in hidden,
                **_weight(asked, weights.get(node.code)),
                **_counts(said[node.code], viewer),
            )
            for node in asked.implications
        )
    )


def _local(asked: Questionnaire, groups: Mapping[str, StoredGroup], viewer: Viewer) -> LocalWeights:
    """Return the headline weights of the groups, as far as they may be seen."""
    return {
        question.question: dict(
            zip((item.code for item in question.items), group.exact, strict=True)
        )
        for question in asked.questions
        if (group := groups[question.question]).exact is not None and group.may_see(viewer)
    }


def _weight(asked: Questionnaire, found: ImpliedWeight | None) -> dict[str, Any]:
    if found is None:
        return {"weight": None, "within": None}
    group = None if found.within == ROOT else asked.question(found.within)
    return {
        "weight": decimals(100 * found.weight, _PLACES),
        "within": None if group is None else group.name,
    }


def _counts(said: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    answered = said["answered"]
    is_shown = staff_may_see(viewer, "statistics", answered)
    return {"answered": answered, "counts": said["counts"] if is_shown else None}
