"""What the weights of the panel make of the groups that a rule weights, and what experts say of it.

In the last round that asks a group, what follows from an own answer one level further down is
shown, and may be called acceptable, too high or too low. It changes no weight.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

ACCEPTABLE, TOO_HIGH, TOO_LOW = JUDGEMENTS = ("acceptable", "too_high", "too_low")


@dataclass(frozen=True)
class ImpliedNode:
    """An indicator that gets its weight by a rule, from an item that experts weight."""

    code: str
    #: zh and en
    name: Mapping[str, str]
    #: code of the item whose weight it gets a share of
    of: str
    #: share of the item's weight, exact: a fraction as text
    share: str
    #: rule of its group
    rule: str

    def to_document(self) -> dict[str, Any]:
        """Return its part of the questionnaire."""
        return {
            "code": self.code,
            "name": dict(self.name),
            "of": self.of,
            "share": self.share,
            "rule": self.rule,
        }


def implied_from_document(document: Iterable[Mapping[str, Any]]) -> tuple[ImpliedNode, ...]:
    """Read the part of a questionnaire back."""
    return tuple(ImpliedNode(**node) for node in document)


def field(code: str) -> str:
    """Return the name of the form field of a node."""
    return f"implication.{code}"


def read_judgements(nodes: Iterable[ImpliedNode], form: Mapping[str, str]) -> dict[str, str]:
    """Take the known judgements out of a posted form; whatever else is posted leaves none."""
    found = {node.code: form.get(field(node.code), "") for node in nodes}
    return {code: said for code, said in found.items() if said in JUDGEMENTS}


def judgements_from_document(document: object) -> dict[str, str]:
    """Read the judgements of a draft or a submission back; anything else is none."""
    if not isinstance(document, Mapping):
        return {}
    return {str(code): said for code, said in document.items() if said in JUDGEMENTS}


def kept(
    nodes: Iterable[ImpliedNode], given: Mapping[str, str], items: Collection[str]
) -> dict[str, str]:
    """Return the judgements on what follows from some items; the others have nothing to judge."""
    asked = [node.code for node in nodes if node.of in items]
    return {code: given[code] for code in asked if given.get(code) in JUDGEMENTS}
