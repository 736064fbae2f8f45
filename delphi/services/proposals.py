"""What an expert proposes is a part of the draft of the weights, written on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from delphi.domain.proposals import Proposal
from delphi.services.draft_parts import TypedPart, save_part
from delphi.services.drafts import Saved

PART = "proposals"


@dataclass(frozen=True)
class TypedProposals:
    """The page of the proposals as it was left."""

    given: tuple[Proposal, ...]
    #: version of the proposals that the page was rendered from; 0 when there was none
    version: int
    #: the mark of a device without earlier answers; empty where they may be shown
    device: str = ""


def save_proposals(
    session: Session, *, study_id: str, respondent: str, round_id: str, typed: TypedProposals
) -> Saved:
    """Keep the proposals as they stand.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    typed
        The page as it was left.

    Returns
    -------
    Saved
        With the version of the proposals.
    """
    content = {"given": [one.to_document() for one in typed.given]}
    return save_part(
        session,
        study_id=study_id,
        respondent=respondent,
        round_id=round_id,
        part=TypedPart(PART, content, {"given": []}, typed.version, typed.device),
    )
