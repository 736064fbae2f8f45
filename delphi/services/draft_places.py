"""Two places for what one respondent types in one round, and who may write where.

Behind the access code the first place is always free, the second for another window; without the
code one place at most, never one that holds what was typed behind the code. Whoever finds none is
told "not saved": what was acknowledged goes only by an act of the expert who was told of it.

What was typed without the code goes on from the mark of its device, and stands in the first place
as long as nothing else does. Versions typed behind the code have one row of numbers over both
places, so that a form names the version that it goes on from; those of a device count for
themselves, for they would tell it of the others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.db import table_of
from delphi.models.answer import Draft

WORKING, OTHER = 1, 2
_drafts = table_of(Draft)
_IN_ROUND = (
    _drafts.c.respondent == bindparam("of"),
    _drafts.c.round_id == bindparam("in_round"),
)
_HELD = select(_drafts.c.slot, _drafts.c.version, _drafts.c.content).where(*_IN_ROUND)
_ADD = insert(_drafts)
_CHANGE = (
    update(_drafts)
    .where(*_IN_ROUND, _drafts.c.slot == bindparam("in_slot"))
    .values(
        slot=bindparam("slot"),
        version=bindparam("version"),
        content=bindparam("content"),
    )
)


@dataclass(frozen=True)
class Version:
    """One version as it is stored."""

    version: int
    #: canonical JSON, and the same read
    content: str
    document: Mapping[str, Any]

    @property
    def device(self) -> str:
        """The mark of the device without the access code that typed it; empty behind the code."""
        return str(self.document.get("device", ""))


@dataclass(frozen=True)
class Held:
    """Both places of one respondent in one round."""

    respondent: str
    round_id: str
    #: by slot; the second is never held alone
    versions: Mapping[int, Version]

    @property
    def working(self) -> Version | None:
        """The version in the first place."""
        return self.versions.get(WORKING)

    @property
    def other(self) -> Version | None:
        """The version in the second place."""
        return self.versions.get(OTHER)

    @property
    def next_version(self) -> int:
        """A number that no version of this round has had, typed behind the code."""
        return 1 + max((one.version for one in self.versions.values()), default=0)


@dataclass(frozen=True)
class Place:
    """Where something is written."""

    slot: int
    #: the version that it goes on from or differs from; None where there is none
    before: Version | None
    #: it differs from the version in the first place, which stays
    differs: bool = False
    #: what was typed without the code goes from the first place to the second
    moves: bool = False


def held_versions(session: Session, respondent: str, round_id: str) -> Held:
    """Return what is kept in one round."""
    rows = session.execute(_HELD, {"of": respondent, "in_round": round_id}).all()
    found = {row.slot: Version(row.version, row.content, json.loads(row.content)) for row in rows}
    return Held(respondent, round_id, found)


def place_for(
    held: Held, device: str, goes_on: Callable[[Version], bool], *, replaces: bool = False
) -> Place | None:
    """Return where to write what was typed, or None where it cannot be kept.

    Parameters
    ----------
    held
        What is kept.
    device
        The mark of a device without the access code; empty behind the code.
    goes_on
        Whether what was typed goes on from a version, or says the same.
    replaces
        The expert was told that something else was typed without the code, and lets it go.
    """
    if device:
        return _place_without_code(held, device, goes_on, replaces=replaces)
    working, other = held.working, held.other
    if working is None or goes_on(working):
        return Place(WORKING, working)
    if other is None:
        if working.device:
            return Place(WORKING, None, moves=True)
        return Place(OTHER, working, differs=True)
    if not other.device and goes_on(other):
        return Place(OTHER, other, differs=True)
    return None


def _place_without_code(
    held: Held, device: str, goes_on: Callable[[Version], bool], *, replaces: bool
) -> Place | None:
    for slot, one in held.versions.items():
        if one.device:
            is_own = one.device == device
            if (is_own and goes_on(one)) or replaces:
                return Place(slot, one if is_own else None)
            return None
    free = (slot for slot in (WORKING, OTHER) if slot not in held.versions)
    return next((Place(slot, None) for slot in free), None)


def write(
    session: Session, held: Held, place: Place, version: int, document: Mapping[str, Any]
) -> None:
    """Write a version into its place."""
    fresh = {"slot": place.slot, "version": version, "content": canonical_text(document)}
    there = held.versions.get(place.slot)
    if there is None:
        session.execute(_ADD, {"respondent": held.respondent, "round_id": held.round_id, **fresh})
        return
    key = {"of": held.respondent, "in_round": held.round_id, "in_slot": place.slot}
    if place.moves:
        session.execute(
            _CHANGE, {**key, "slot": OTHER, "version": there.version, "content": there.content}
        )
        session.execute(_ADD, {"respondent": held.respondent, "round_id": held.round_id, **fresh})
        return
    session.execute(_CHANGE, {**key, **fresh})


def settle(session: Session, held: Held, version: int, document: Mapping[str, Any]) -> None:
    """Keep one version alone, in the first place."""
    session.execute(
        delete(_drafts).where(
            _drafts.c.respondent == held.respondent,
            _drafts.c.round_id == held.round_id,
            _drafts.c.slot == OTHER,
        )
    )
    write(session, held, Place(WORKING, held.working), version, document)
