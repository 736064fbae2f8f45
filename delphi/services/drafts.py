"""What is typed is kept: one draft per respondent and round, a second when two windows differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text, sha256_hex
from delphi.db import table_of
from delphi.domain.answers.typed import Typed
from delphi.errors import DomainError
from delphi.models.answer import Respondent
from delphi.services.draft_places import Held, Version, held_versions, place_for, settle, write

#: Parts of a draft that are typed on pages of their own, under versions of their own.
PARTS = ("assessment", "implications", "proposals")
_respondents = table_of(Respondent)
_LOCK_RESPONDENT = (
    select(_respondents.c.pseudonym)
    .where(_respondents.c.pseudonym == bindparam("respondent"))
    .with_for_update(key_share=True)
)
_ADD_RESPONDENT = {
    "sqlite": sqlite.insert(_respondents).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_respondents).on_conflict_do_nothing(),
}


@dataclass(frozen=True)
class Saved:
    """What became of the typed fields."""

    #: the version that the form goes on from
    version: int
    #: another window had saved something different
    conflict: bool = False
    #: what was typed here is kept, with a conflict as the other draft
    kept: bool = True
    #: it is not, for something else was typed without the access code, which may be let go
    replaceable: bool = False


def ensure_respondent(session: Session, respondent: str, study_id: str) -> None:
    """Make the respondent's row when it is not there yet, and take its lock."""
    if session.execute(_LOCK_RESPONDENT, {"respondent": respondent}).first() is None:
        session.execute(
            _ADD_RESPONDENT[session.get_bind().dialect.name],
            {"pseudonym": respondent, "study_id": study_id},
        )
        # Somebody else may have been faster; then the row is there, and its lock still to be taken.
        session.execute(_LOCK_RESPONDENT, {"respondent": respondent}).first()


def save_draft(
    session: Session,
    *,
    study_id: str,
    respondent: str,
    round_id: str,
    typed: Typed,
    version: int | None,
) -> Saved:
    """Keep what is typed, where `draft_places` has a place for it.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    typed
        The fields as typed.
    version
        The version that the form was rendered from; 0 when there was no draft. None on a device
        without the access code: what else was typed without it is let go.
    """
    ensure_respondent(session, respondent, study_id)
    held = held_versions(session, respondent, round_id)
    document = typed.to_document()
    device = device_of(document)

    def goes_on(one: Version) -> bool:
        merged = _with_parts(document, one.document)
        return one.version == version or _follows_a_look(one, version) or _says(one, merged)

    place = place_for(held, device, goes_on, replaces=version is None)
    if place is None:
        return not_kept(held, device, version or 0)
    if place.before is not None:
        document = _with_parts(document, place.before.document)
    there = held.versions.get(place.slot)
    if there is None or place.moves:
        fresh = 1 if device else held.next_version
    elif device_of(there.document) == device and is_only_looked(there.document, document):
        # A look at the own last answers changes nothing that another window could contradict.
        fresh = there.version
    else:
        fresh = there.version + 1 if device else held.next_version
    if there is None or place.moves or there.content != canonical_text(document):
        write(session, held, place, fresh, document)
    return Saved(fresh, conflict=place.differs)


def not_kept(held: Held, device: str, version: int) -> Saved:
    """Return that there is no place for what was typed; the form stays what it is."""
    return Saved(
        version,
        conflict=True,
        kept=False,
        replaceable=bool(device) and any(one.device for one in held.versions.values()),
    )


def device_of(document: Mapping[str, Any]) -> str:
    """Return the mark of the device without the access code that a draft was typed on."""
    return str(document.get("device", ""))


def _with_parts(document: dict[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft with what has a page of its own and is kept beside; a look is for good."""
    return {**document, **{name: held[name] for name in (*PARTS, "looked") if name in held}}


def _says(held: Version, document: Mapping[str, Any]) -> bool:
    """Whether a draft says what is held: the mark of a device says nothing by itself."""
    mark = {"device": held.device} if held.device else {}
    return is_only_looked({**document, **mark}, held.document)


def is_only_looked(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two drafts differ in nothing but a look at the own last answers."""
    return {**one, "looked": True} == {**other, "looked": True}


def _follows_a_look(held: Version, version: int | None) -> bool:
    """Whether a form of the time before the first draft comes after a look, and nothing else."""
    typed = any(held.document[name] for name in ("fields", "abstained", "reasons"))
    return (held.version, version, typed) == (1, 0, False) and _has_looked(held.document)


def shown_as(working: str, other: str) -> str:
    """Return what two versions that are shown to be chosen from are recognised by."""
    return sha256_hex([working, other])


def choose_draft(
    session: Session,
    *,
    study_id: str,
    respondent: str,
    round_id: str,
    keep_other: bool,
    shown: str | None = None,
) -> int:
    """Settle a conflict: go on with the working draft or with the other; return the version.

    What is chosen behind the access code no longer belongs to the device that it was typed on.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    keep_other
        Whether to go on with the other draft.
    shown
        What the two versions are recognised by that were shown, see `shown_as`.

    Raises
    ------
    DomainError
        `draft_settled` when there are no two versions; `draft_changed` when they are not those that
        were shown.
    """
    ensure_respondent(session, respondent, study_id)
    held = held_versions(session, respondent, round_id)
    working, other = held.working, held.other
    if working is None or other is None:
        raise DomainError("draft_settled")
    if shown is not None and shown != shown_as(working.content, other.content):
        raise DomainError("draft_changed")
    document = dict((other if keep_other else working).document)
    document.pop("device", None)
    if _has_looked(working.document) or _has_looked(other.document):
        document["looked"] = True  # a look in either window stays a look
    version = held.next_version
    settle(session, held, version, document)
    return version


def _has_looked(document: Mapping[str, Any]) -> bool:
    return document.get("looked") is True
