"""What experts propose beside their answers: an indicator, a doubt about a definition, a comment.

The questionnaire freezes which indicators there are to doubt. A submission names each text by a
label that tells its place within this one submission and nothing else; the text lies apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

INDICATOR, DEFINITION, TREE = "indicator", "definition", "tree"
KINDS = (INDICATOR, DEFINITION, TREE)
#: Of one respondent in one round.
MOST = 5
LONGEST = 1000
#: No code of an indicator has a colon.
_LABEL = "proposal:"


@dataclass(frozen=True)
class ProposalNode:
    """An indicator whose definition can be questioned."""

    code: str
    #: zh and en
    name: Mapping[str, str]
    #: names of what lies above it, from the root down, both languages
    path: tuple[Mapping[str, str], ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return its part of the questionnaire."""
        path = [dict(one) for one in self.path]
        return {"code": self.code, "name": dict(self.name), "path": path}


#: Every indicator of the tree; None where no proposals are asked for.
AskedProposals = tuple[ProposalNode, ...] | None


def asked_to_document(asked: AskedProposals) -> list[dict[str, Any]] | None:
    """Return the part of a questionnaire."""
    return None if asked is None else [node.to_document() for node in asked]


def asked_from_document(document: Sequence[Mapping[str, Any]] | None) -> AskedProposals:
    """Read the part of a questionnaire back; None: proposals are not asked for."""
    if document is None:
        return None
    return tuple(ProposalNode(one["code"], one["name"], tuple(one["path"])) for one in document)


@dataclass(frozen=True)
class Proposal:
    """One proposal as it was typed."""

    #: one of KINDS; empty as long as none was chosen
    kind: str
    #: code of the indicator whose definition is questioned, or empty
    item: str
    text: str

    def to_document(self) -> dict[str, str]:
        """Return its part of a draft."""
        return {"kind": self.kind, "item": self.item, "text": self.text}


def proposals_from_document(document: object) -> tuple[Proposal, ...]:
    """Read the part of a draft back; anything else is no proposal."""
    if not isinstance(document, list):
        return ()
    return tuple(
        Proposal(*(str(one.get(name, "")) for name in ("kind", "item", "text")))
        for one in document
        if isinstance(one, Mapping)
    )


@dataclass(frozen=True)
class ProposalGap:
    """Something to correct in one proposal."""

    #: `kind`, `item` or `too_long`
    code: str
    #: its place among those typed, from 1
    place: int


def check_proposals(asked: AskedProposals, given: Sequence[Proposal]) -> tuple[ProposalGap, ...]:
    """Return what keeps proposals from being sent; one without a text is none."""
    codes = {node.code for node in asked or ()}
    gaps = []
    for place, one in enumerate(given, start=1):
        if asked is None or not one.text:
            continue
        if one.kind not in KINDS:
            gaps.append(ProposalGap("kind", place))
        if one.kind == DEFINITION and one.item not in codes:
            gaps.append(ProposalGap("item", place))
        if len(one.text) > LONGEST:
            gaps.append(ProposalGap("too_long", place))
    return tuple(gaps)


def labelled(asked: AskedProposals, given: Sequence[Proposal]) -> dict[str, Proposal]:
    """Return label → proposal of those that are sent."""
    written = [] if asked is None else [one for one in given if one.text]
    return {f"{_LABEL}{place}": one for place, one in enumerate(written[:MOST], start=1)}


def is_label(name: str) -> bool:
    """Whether a stored text belongs to a proposal and is no reason for an answer."""
    return name.startswith(_LABEL)


def sent_to_document(sent: Mapping[str, Proposal]) -> list[dict[str, str | None]]:
    """Return the part of a submission; the texts lie apart under their labels.

    Parameters
    ----------
    sent
        Label → proposal.
    """
    return [
        {
            "kind": one.kind,
            "item": one.item if one.kind == DEFINITION else None,
            "text": label,
        }
        for label, one in sent.items()
    ]


def sent_from_document(
    document: Sequence[Mapping[str, Any]], texts: Mapping[str, str]
) -> tuple[Proposal, ...]:
    """Read the part of a submission back with its texts; an erased one is not among them."""
    return tuple(
        Proposal(one["kind"], one["item"] or "", texts[one["text"]])
        for one in document
        if texts.get(one["text"])
    )
