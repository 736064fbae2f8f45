"""Parts of a draft with a page of their own, kept beside the weights under versions of their own.

So going back to the weights never makes two windows out of one. When two windows really differ, the
second version waits as the other draft, as with points, or is told that it is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from delphi.domain.answers.typed import Typed
from delphi.domain.proposals import Proposal
from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.services.draft_places import Held, Place, Version, held_versions, place_for, write
from delphi.services.drafts import Saved, ensure_respondent, not_kept

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
    session: Session,
    *,
    study_id: str,
    respondent: str,
    round_id: str,
    part: TypedPart[T],
    replaces: bool = False,
) -> Saved:
    """Keep a part of the draft as it stands; return with the version of the part.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    part
        The page as it was left.
    replaces
        On a device without the access code: what else was typed without it is let go.
    """
    ensure_respondent(session, respondent, study_id)
    held = held_versions(session, respondent, round_id)
    kind, given, device = part.kind, part.kind.to_document(part.given), part.device

    def said(document: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "version": 0,
            **kind.to_document(kind.nothing),
            **document.get(kind.name, {}),
        }

    def goes_on(one: Version) -> bool:
        before = said(one.document)
        return before["version"] == part.version or before == {**before, **given}

    place = place_for(held, device, goes_on, replaces=replaces)
    if place is None:
        return not_kept(held, device, part.version)
    rest = _EMPTY.to_document() if place.before is None else dict(place.before.document)
    before = said(rest)
    if before == {**before, **given}:
        return Saved(before["version"], conflict=place.differs)
    rest.pop("device", None)  # from now on it is no longer what that device alone has typed
    mark = {"device": device} if device else {}
    counted = (
        one for slot, one in held.versions.items() if not device or slot == place.slot
    )  # a device is told nothing of the others, not even by a number
    fresh = 1 + max(part.version, *(said(one.document)["version"] for one in counted), 0)
    changed = {kind.name: {"version": fresh, **given}}
    write(session, held, place, _row_version(held, place, device), {**rest, **mark, **changed})
    return Saved(fresh, conflict=place.differs)


def _row_version(held: Held, place: Place, device: str) -> int:
    """Return the version of the whole: a part of what is kept there leaves it as it is."""
    there = held.versions.get(place.slot)
    if there is not None and place.before is there:
        return there.version
    if device:
        return 1 if there is None else there.version + 1
    return held.next_version
