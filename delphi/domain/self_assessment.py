"""What an expert says about the own knowledge: familiarity by dimension, grounds of judgement.

The protocol freezes the values of the answers, the questionnaire of a round what is asked, and a
submission holds the answers as whole numbers: 1 is the first word of a row. Everything is optional.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Words of the familiarity row, from very familiar to unfamiliar.
FAMILIARITY_LEVELS = 5
#: Large, medium, small.
INFLUENCES = 3
_ONE_DIGIT = re.compile(r"[1-9]", re.ASCII)


@dataclass(frozen=True)
class Ground:
    """A ground of judgement with the values of its three answers, in hundredths."""

    ground: str
    hundredths: tuple[int, int, int]


@dataclass(frozen=True)
class AssessmentRule:
    """The tables that Ca and Cs are computed with."""

    #: name of the table for Ca
    table: str
    grounds: tuple[Ground, ...]
    #: values of the familiarity answers, decimal strings
    scale: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return its part of the protocol."""
        return {
            "table": self.table,
            "grounds": [
                {"ground": one.ground, "hundredths": list(one.hundredths)} for one in self.grounds
            ],
            "scale": list(self.scale),
        }


def rule_from_document(document: Mapping[str, Any] | None) -> AssessmentRule | None:
    """Read the part of a protocol back; None: nothing is asked."""
    if document is None:
        return None
    return AssessmentRule(
        table=document["table"],
        grounds=tuple(
            Ground(one["ground"], tuple(one["hundredths"])) for one in document["grounds"]
        ),
        scale=tuple(document["scale"]),
    )


@dataclass(frozen=True)
class Dimension:
    """An indicator of the first level."""

    code: str
    #: zh and en
    name: Mapping[str, str]


@dataclass(frozen=True)
class AskedAssessment:
    """What a questionnaire asks."""

    dimensions: tuple[Dimension, ...]
    grounds: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """Return its part of the questionnaire."""
        return {
            "dimensions": [{"code": one.code, "name": dict(one.name)} for one in self.dimensions],
            "grounds": list(self.grounds),
        }


def asked_from_document(document: Mapping[str, Any] | None) -> AskedAssessment | None:
    """Read the part of a questionnaire back; None: nothing is asked."""
    if document is None:
        return None
    return AskedAssessment(
        dimensions=tuple(Dimension(one["code"], one["name"]) for one in document["dimensions"]),
        grounds=tuple(document["grounds"]),
    )


@dataclass(frozen=True)
class Assessment:
    """The answers; what was skipped is not among them."""

    #: code of the dimension → 1 (very familiar) to 5 (unfamiliar)
    familiarity: Mapping[str, int] = field(default_factory=dict)
    #: ground → 1 (large), 2 (medium), 3 (small)
    basis: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.familiarity or self.basis)

    def to_document(self) -> dict[str, Any]:
        """Return its part of a draft or a submission."""
        return {"familiarity": dict(self.familiarity), "basis": dict(self.basis)}


NOTHING = Assessment()


def assessment_from_document(document: object) -> Assessment:
    """Read the part of a draft or a submission back; anything else is no answer."""
    if not isinstance(document, Mapping):
        return NOTHING
    parts = (document.get("familiarity"), document.get("basis"))
    return Assessment(*(dict(part) if isinstance(part, Mapping) else {} for part in parts))


def read_assessment(asked: AskedAssessment, form: Mapping[str, str]) -> Assessment:
    """Take the known answers out of a posted form: `familiarity.<code>` and `basis.<ground>`.

    The fields are radio buttons; whatever else is posted is no answer and leaves none.
    """
    found = Assessment(
        {one.code: _digit(form.get(f"familiarity.{one.code}", "")) for one in asked.dimensions},
        {ground: _digit(form.get(f"basis.{ground}", "")) for ground in asked.grounds},
    )
    return kept(asked, found)


def kept(asked: AskedAssessment, given: Assessment) -> Assessment:
    """Return the answers that the questionnaire has a place for."""
    codes = [one.code for one in asked.dimensions]
    return Assessment(
        _within(codes, given.familiarity, FAMILIARITY_LEVELS),
        _within(asked.grounds, given.basis, INFLUENCES),
    )


def _digit(text: str) -> int:
    return int(text) if _ONE_DIGIT.fullmatch(text) else 0


def _within(names: Any, answers: Mapping[str, int], most: int) -> dict[str, int]:
    return {
        name: answers[name]
        for name in names
        if type(answers.get(name)) is int and 1 <= answers[name] <= most
    }
