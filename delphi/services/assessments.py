"""The self-assessment is kept in the draft of the weights, under versions of its own.

It is filled in on a page of its own, so that going back to the weights never makes two windows out
of one. When two windows really differ, the second version waits as the other draft, as with points.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.domain.self_assessment import Assessment
from delphi.services.drafts import (
    Saved,
    add_draft,
    change_draft,
    ensure_respondent,
    keep_other,
    working_draft,
)

_EMPTY = Typed({}, frozenset(), {})


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
    ensure_respondent(session, respondent, study_id)
    working = working_draft(session, respondent, round_id)
    held: dict[str, Any] = {} if working is None else json.loads(working.content)
    device = typed.device
    is_foreign = bool(held) and bool(device) and held.get("device") != device
    if not held or is_foreign:
        held = {**_EMPTY.to_document(), **({"device": device} if device else {})}
    before = typed_from_document(held)
    if before.assessed == typed.assessed:
        return Saved(before.assessed_version)
    number = max(before.assessed_version, typed.version) + 1
    held["assessment"] = {"version": number, **typed.assessed.to_document()}
    content = canonical_text(held)
    if working is None:
        add_draft(session, respondent, round_id, content)
    elif is_foreign or before.assessed_version != typed.version:
        keep_other(session, respondent, round_id, working.version, content)
        return Saved(before.assessed_version, conflict=True)
    else:
        change_draft(session, respondent, round_id, working.version, content)
    return Saved(number)
