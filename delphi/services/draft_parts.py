"""Parts of a draft with a page of their own, kept beside the weights under versions of their own.

So going back to the weights never makes two windows out of one. When two windows really differ, the
second version waits as the other draft, as with points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.domain.answers.typed import Typed
from delphi.domain.proposals import Proposal
from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.services.drafts import (
    Saved,
    add_draft,
    change_draft,
    ensure_respondent,
    keep_other,
    other_document,
    working_draft,
)

_EMPTY = Typed({}, frozenset(), {})


T = TypeVar("T")


@dataclass(frozen=True)
class PartOf(Generic[T]):
    """One kind of part."""

    #: its name in a draft
    name: str
    #: everything of its page as it is stored
    to_document: Callable[[T], Mapping[str, Any]]
    #: a page on which nothing was chosen
    nothing: T


#: The self-assessment, texts about the indicators, and opinions on what the answers imply.
ASSESSMENT: PartOf[Assessment] = PartOf("assessment", Assessment.to_document, NOTHING)
PROPOSALS: PartOf[tuple[Proposal, ...]] = PartOf(
    "proposals", lambda given: {"given": [one.to_document() for one in given]}, ()
)
IMPLICATIONS: PartOf[Mapping[str, str]] = PartOf(
    "implications", lambda judged: {"given": dict(judged)}, {}
)


@dataclass(frozen=True)
class TypedPart(Generic[T]):
    """The page of one part as it was left."""

    kind: PartOf[T]
    #: everything of the page
    given: T
    #: version of the part that the page was rendered from; 0 when there was none
    version: int
    #: the mark of a device without earlier answers; empty where they may be shown
    device: str = ""


def save_part(
    session: Session, *, study_id: str, respondent: str, round_id: str, part: TypedPart[T]
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
    if not part.device:
        held.pop("device", None)  # from now on it is no longer what that device alone has typed
    kind, given = part.kind, part.kind.to_document(part.given)
    before = {"version": 0, **kind.to_document(kind.nothing), **held.get(kind.name, {})}
    number: int = before["version"]
    if before == {"version": number, **given}:
        return Saved(number)
    fresh = max(number, part.version) + 1
    changed = {kind.name: {"version": fresh, **given}}
    if working is None:
        add_draft(session, respondent, round_id, canonical_text({**held, **changed}))
    elif is_foreign or number != part.version:
        waiting = other_document(session, respondent, round_id)
        # A version that waits already keeps the rest of what it holds.
        held = waiting if waiting and waiting.get("device", "") == part.device else held
        content = canonical_text({**held, **changed})
        kept = keep_other(session, respondent, round_id, working.version, content)
        return Saved(number, conflict=True, kept=kept)
    else:
        change_draft(
            session, respondent, round_id, working.version, canonical_text({**held, **changed})
        )
    return Saved(fresh)
