"""The fields in which proposals are typed: `kind.1`, `about.1` and `proposal.1`, to the fifth."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.typed import LONGEST_TEXT, clean
from delphi.domain.proposals import KINDS, MOST, AskedProposals, Proposal


def read_proposals(asked: AskedProposals, form: Mapping[str, str]) -> tuple[Proposal, ...]:
    """Take the proposals out of a posted form; what nobody could choose is no choice.

    A text longer than allowed is kept, so that it can be shortened and not retyped. Places where
    nothing was typed or chosen are left out.
    """
    codes = {node.code for node in asked or ()}
    found = []
    for place in range(1, MOST + 1):
        kind, item = form.get(f"kind.{place}", ""), form.get(f"about.{place}", "")
        typed = form.get(f"proposal.{place}", "").replace("\r\n", "\n")
        one = Proposal(
            kind if kind in KINDS else "",
            item if item in codes else "",
            clean(typed).strip()[:LONGEST_TEXT],
        )
        if one.kind or one.item or one.text:
            found.append(one)
    return tuple(found)
