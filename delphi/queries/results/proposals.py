"""What experts proposed beside their counted answers, unsigned and in an order drawn by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.bridge import questionnaire_of
from delphi.domain import round_states
from delphi.domain.proposals import DEFINITION, KINDS, ProposalNode, is_label
from delphi.errors import NotFoundError
from delphi.models.answer import Rationale, Submission
from delphi.models.study import Round


@dataclass(frozen=True)
class ProposalText:
    """One text, without anything that tells whose it is."""

    kind: str
    #: whose definition is questioned; None for other kinds
    node: ProposalNode | None
    #: empty when it was erased
    text: str


@dataclass(frozen=True)
class ProposalsView:
    """The proposals of a closed round."""

    #: kind → texts in drawn order; kinds without a text are left out
    kinds: Mapping[str, tuple[ProposalText, ...]]
    #: texts that were erased
    erased: int

    @property
    def count(self) -> int:
        """How many texts there are."""
        return sum(len(texts) for texts in self.kinds.values())


def proposals_view(session: Session, closed: Round) -> ProposalsView | None:
    """Return the proposals of a closed round; None where none were asked for."""
    asked = questionnaire_of(closed).proposals
    if asked is None:
        return None
    nodes = {node.code: node for node in asked}
    drawn = [text for _, text in sorted(_places(session, closed, nodes), key=lambda one: one[0])]
    kinds = {kind: tuple(one for one in drawn if one.kind == kind and one.text) for kind in KINDS}
    return ProposalsView(
        {kind: texts for kind, texts in kinds.items() if texts},
        sum(not one.text for one in drawn),
    )


def round_proposals(session: Session, study_id: str, number: int) -> ProposalsView:
    """Return the proposals of a closed round by its number.

    Raises
    ------
    NotFoundError
        `round_unknown` for a round that is not closed or did not ask for proposals.
    """
    closed = session.scalar(
        select(Round).where(
            Round.study_id == study_id,
            Round.number == number,
            Round.state.in_((round_states.CLOSED, round_states.PUBLISHED)),
        )
    )
    view = None if closed is None else proposals_view(session, closed)
    if view is None:
        raise NotFoundError("round_unknown")
    return view


def _places(
    session: Session, closed: Round, nodes: Mapping[str, ProposalNode]
) -> Iterator[tuple[bytes, ProposalText]]:
    """Yield each text of a counted submission with its place in the drawn order."""
    counted = frozenset(json.loads(closed.counted or "[]"))
    texts = _texts(session, closed)
    submitted = select(Submission.respondent, Submission.leaf, Submission.document).where(
        Submission.round_id == closed.id
    )
    for row in session.execute(submitted):
        if row.leaf not in counted:
            continue
        document = json.loads(row.document)
        hashes = {one["item"]: one["sha256"] for one in document["texts"]}
        for one in document["proposals"]:
            sha256 = hashes[one["text"]]
            place = hashlib.sha256(f"{closed.counted_sha256}\0{sha256}".encode()).digest()
            node = nodes.get(one["item"]) if one["kind"] == DEFINITION else None
            text = texts.get((row.respondent, sha256), "")
            yield place, ProposalText(one["kind"], node, text)


def _texts(session: Session, closed: Round) -> dict[tuple[str, str], str]:
    rows = session.execute(
        select(Rationale.respondent, Rationale.item, Rationale.sha256, Rationale.text).where(
            Rationale.round_id == closed.id
        )
    )
    return {(row.respondent, row.sha256): row.text for row in rows if is_label(row.item)}
