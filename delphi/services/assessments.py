"""The self-assessment is a part of the draft of the weights, filled in on a page of its own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.services.draft_parts import TypedPart, save_part
from delphi.services.drafts import Saved

PART = "assessment"


@dataclass(frozen=True)
class TypedAssessment:
    """The page of the self-assessment as it was left."""

    #: every answer of the page; what is missing was skipped
    assessed: Assessment
    #: version of the self-assessment that the page was rendered from; 0 when there was none
    version: int
    #: the mark of a device without earlier answers; empty where they may be shown
    device: str = ""


def save_assessment(
    session: Session, *, study_id: str, respondent: str, round_id: str, typed: TypedAssessment
) -> Saved:
    """Keep the answers of the self-assessment as they stand.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    typed
        The page as it was left.

    Returns
    -------
    Saved
        With the version of the self-assessment.
    """
    return save_part(
        session,
        study_id=study_id,
        respondent=respondent,
        round_id=round_id,
        part=TypedPart(
            PART,
            typed.assessed.to_document(),
            NOTHING.to_document(),
            typed.version,
            typed.device,
        ),
    )
