"""Authority of a panel: Ca, Cs and Cr of a closed round, and the weights weighted by Cr.

Companions only: the headline gives every expert the same weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.authority import Authority, Table, authority, familiarity_values
from analysis.weighted_aggregation import aggregate_weighted
from delphi.bridge import PanelAnswers, questionnaire_of, round_assessments
from delphi.domain.protocol import Protocol
from delphi.domain.self_assessment import AskedAssessment, Assessment, AssessmentRule
from delphi.models.study import Round

Floats = NDArray[np.float64]
_LETTERS = {1: "L", 2: "M", 3: "S"}


@dataclass(frozen=True, eq=False)
class PanelAuthority:
    """The self-assessments of a round, turned into figures."""

    asked: AskedAssessment
    rule: AssessmentRule
    #: shape (n_experts, n_dimensions), values of the scale; NaN where skipped
    familiarity: Floats
    found: Authority

    def to_document(self) -> dict[str, Any]:
        """Return its part of the stored result; floats still.

        The dimensions rest on the complete experts too: with two counts that differ by one, the
        difference of two means would be somebody's own answer.
        """
        complete = ~np.isnan(self.found.expert_cr)
        return {
            "table": self.rule.table,
            "counted": len(self.familiarity),
            "complete": self.found.complete_experts,
            "ca": self.found.ca,
            "cs": self.found.cs,
            "cr": self.found.cr,
            "reason": None if self.found.reason is None else self.found.reason["cr"],
            "dimensions": [
                {"code": one.code, **_mean(self.familiarity[complete, at])}
                for at, one in enumerate(self.asked.dimensions)
            ],
        }


def panel_authority(session: Session, closed: Round, protocol: Protocol) -> PanelAuthority | None:
    """Return what the counted answers of a closed round say; None where nothing was asked."""
    asked, rule = questionnaire_of(closed).self_assessment, protocol.self_assessment
    if asked is None or rule is None:
        return None
    given = round_assessments(session, closed)
    familiarity = _familiarity(given, asked, rule)
    own = np.array([math.fsum(row) / len(row) for row in familiarity.tolist()], np.float64)
    names = tuple(one.ground for one in rule.grounds)
    grounds = [[_LETTERS.get(one.basis.get(name, 0)) for name in names] for one in given]
    table = Table(names, tuple(one.hundredths for one in rule.grounds))
    return PanelAuthority(asked, rule, familiarity, authority(grounds, own, table=table))


def weighted_document(answers: PanelAnswers, panel: PanelAuthority | None) -> dict[str, Any] | None:
    """Return the weights of one group in percent with experts weighted by Cr; floats still."""
    if panel is None:
        return None
    found = aggregate_weighted(
        answers.aggregated_values,
        panel.found.expert_cr,
        method=answers.aggregated_as,
        rule=answers.headline,
    )
    return {
        "weights": None if found.reason else (100 * found.weights).tolist(),
        "experts": found.experts_used,
        "without": found.without_weight,
        "effective_size": found.effective_size,
        "reason": found.reason,
    }


def _familiarity(
    given: Sequence[Assessment], asked: AskedAssessment, rule: AssessmentRule
) -> Floats:
    codes = [one.code for one in asked.dimensions]
    levels = [[float(one.familiarity.get(code, np.nan)) for code in codes] for one in given]
    shaped = np.array(levels, np.float64).reshape(len(given), len(codes))
    return familiarity_values(shaped, [float(value) for value in rule.scale])


def _mean(column: Floats) -> Mapping[str, Any]:
    answered = column[~np.isnan(column)].tolist()
    mean = math.fsum(answered) / len(answered) if answered else None
    return {"answered": len(answered), "mean": mean}
