"""Parts of a draft with a page of their own, kept beside the weights under versions of their own.

So going back to the weights never makes two windows out of one. When two windows really differ, the
second version waits as the other draft, as with points.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.domain.answers.typed import Typed
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
class TypedPart:
    """The page of one part as it was left."""

    #: name of the part in a draft
    name: str
    #: everything of the page
    content: Mapping[str, Any]
    #: the same for a page on which nothing was chosen
    nothing: Mapping[str, Any]
    #: version of the part that the page was rendered from; 0 when there was none
    version: int
    #: the mark of a device without earlier answers; empty where they may be shown
    device: str = ""


def save_part(
    session: Session, *, study_id: str, respondent: str, round_id: str, part: TypedPart
) -> Saved:
    """Keep a part of the draft as it stands; return with the version of the part.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    part
        The page as it was left.
    """
    ensure_respondent(session, respondent, study_id)
    working = working_draft(session, respondent, round_id)
    held: dict[str, Any] = {} if working is None else json.loads(working.content)
    is_foreign = bool(held) and bool(part.device) and held.get("device") != part.device
    if not held or is_foreign:
        held = {**_EMPTY.to_document(), **({"device": part.device} if part.device else {})}
    before = {"version": 0, **part.nothing, **held.get(part.name, {})}
    number: int = before["version"]
    if before == {"version": number, **part.content}:
        return Saved(number)
    fresh = max(number, part.version) + 1
    held[part.name] = {"version": fresh, **part.content}
    content = canonical_text(held)
    if working is None:
        add_draft(session, respondent, round_id, content)
    elif is_foreign or number != part.version:
        keep_other(session, respondent, round_id, working.version, content)
        return Saved(number, conflict=True)
    else:
        change_draft(session, respondent, round_id, working.version, content)
    return Saved(fresh)
