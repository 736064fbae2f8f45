"""Proposals as pages read them back: what each is about, its text, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from delphi.domain.proposals import (
    DEFINITION,
    LONGEST,
    AskedProposals,
    Proposal,
    ProposalGap,
    ProposalNode,
    check_proposals,
)
from delphi.web.formatting import names
from delphi.web.forms import FieldProblem
from delphi.web.language import gettext
from delphi.web.survey.employer_hint import named_employer
from delphi.web.words import PROPOSAL_KINDS

#: Field in which a gap is to be corrected.
_FIELDS = {"kind": "kind", "item": "about", "too_long": "proposal"}


@dataclass(frozen=True)
class ProposalLine:
    """One proposal."""

    #: what it is and what it is about
    head: str
    text: str
    #: words that sound like an employer, or empty
    employer: str

    @property
    def whole(self) -> str:
        """All of it in one text."""
        return gettext("%(kind)s: %(said)s", kind=self.head, said=self.text)


@dataclass(frozen=True)
class ProposalsPart:
    """What the check shows of the proposals."""

    lines: tuple[ProposalLine, ...]
    problems: tuple[FieldProblem, ...]


def proposals_part(asked: AskedProposals, given: Sequence[Proposal]) -> ProposalsPart | None:
    """Return what the check shows; None where no proposals are asked for."""
    if asked is None:
        return None
    return ProposalsPart(proposal_lines(asked, given), proposal_problems(asked, given))


def proposal_lines(asked: AskedProposals, given: Sequence[Proposal]) -> tuple[ProposalLine, ...]:
    """Return what was written; a place without a text is left out."""
    nodes = {node.code: node for node in asked or ()}
    return tuple(
        ProposalLine(_head(one, nodes.get(one.item)), one.text, named_employer(one.text))
        for one in given
        if one.text
    )


def proposal_problems(asked: AskedProposals, given: Sequence[Proposal]) -> tuple[FieldProblem, ...]:
    """Return what is to be corrected, each with its field."""
    return tuple(
        FieldProblem(f"{_FIELDS[gap.code]}.{gap.place}", _problem(gap, given[gap.place - 1].text))
        for gap in check_proposals(asked, given)
    )


def node_name(node: ProposalNode) -> str:
    """Return the name of an indicator with what lies above it, for names may repeat."""
    return " / ".join(names(one) for one in (*node.path, node.name))


def _head(one: Proposal, node: ProposalNode | None) -> str:
    kind = (
        str(PROPOSAL_KINDS[one.kind]) if one.kind in PROPOSAL_KINDS else gettext("Kind not chosen")
    )
    if one.kind != DEFINITION or node is None:
        return kind
    return gettext("%(kind)s (%(name)s)", kind=kind, name=node_name(node))


def _problem(gap: ProposalGap, text: str) -> str:
    if gap.code == "kind":
        return gettext("Choose what text %(number)s is: one of the three.", number=gap.place)
    if gap.code == "item":
        return gettext(
            "Choose the indicator whose definition text %(number)s questions.", number=gap.place
        )
    return gettext(
        "Text %(number)s has %(found)s characters; at most %(most)s are possible. Shorten it.",
        number=gap.place,
        found=len(text),
        most=LONGEST,
    )
