"""What is typed is kept: one draft per respondent and round, a second when two windows differ."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_text
from delphi.db import table_of
from delphi.domain.answers.typed import Typed
from delphi.errors import DomainError
from delphi.models.answer import Draft, Respondent

WORKING, OTHER = 1, 2
#: Parts of a draft that are typed on pages of their own, under versions of their own.
PARTS = ("assessment", "implications", "proposals")
_respondents = table_of(Respondent)
_drafts = table_of(Draft)
_LOCK_RESPONDENT = (
    select(_respondents.c.pseudonym)
    .where(_respondents.c.pseudonym == bindparam("respondent"))
    .with_for_update(key_share=True)
)
_ADD_RESPONDENT = {
    "sqlite": sqlite.insert(_respondents).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_respondents).on_conflict_do_nothing(),
}
_WORKING_DRAFT = select(_drafts.c.version, _drafts.c.content).where(
    _drafts.c.respondent == bindparam("respondent"),
    _drafts.c.round_id == bindparam("round_id"),
    _drafts.c.slot == WORKING,
)
_ADD_DRAFT = insert(_drafts)
_CHANGE_WORKING_DRAFT = (
    update(_drafts)
    .where(
        _drafts.c.respondent == bindparam("of"),
        _drafts.c.round_id == bindparam("in_round"),
        _drafts.c.slot == WORKING,
    )
    .values(version=bindparam("version"), content=bindparam("content"))
)


@dataclass(frozen=True)
class Saved:
    """What became of the typed fields."""

    #: version of the working draft
    version: int
    #: another window had saved something different; what was typed here is kept as the other draft
    conflict: bool = False
    #: whether it is: a device without earlier answers never takes the place of what was kept there
    kept: bool = True


def ensure_respondent(session: Session, respondent: str, study_id: str) -> None:
    """Make the respondent's row when it is not there yet, and take its lock."""
    who = {"respondent": respondent}
    if session.scalar(_LOCK_RESPONDENT, who) is None:
        session.execute(
            _ADD_RESPONDENT[session.get_bind().dialect.name],
            {"pseudonym": respondent, "study_id": study_id},
        )
        # Somebody else may have been faster; then the row is there, and its lock still to be taken.
        session.execute(_LOCK_RESPONDENT, who)


def save_draft(
    session: Session, *, study_id: str, respondent: str, round_id: str, typed: Typed, version: int
) -> Saved:
    """Keep what is typed.

    Parameters
    ----------
    study_id, respondent, round_id
        Whose draft of which round.
    typed
        The fields as typed.
    version
        The version that the form was rendered from; 0 when there was no draft.
    """
    ensure_respondent(session, respondent, study_id)
    working = working_draft(session, respondent, round_id)
    if working is None:
        add_draft(session, respondent, round_id, canonical_text(typed.to_document()))
        return Saved(1)
    held = json.loads(working.content)
    document = _with_parts(typed.to_document(), held)
    content = canonical_text(document)
    if working.content == content:
        return Saved(working.version)
    foreign = is_foreign(document, held)
    if not foreign and is_only_looked(held, document):
        # A look at the own last answers changes nothing that another window could contradict.
        change_draft(session, respondent, round_id, working.version, content)
        return Saved(working.version)
    differs = working.version != version and not _follows_a_look(working.version, version, held)
    if foreign or differs:
        kept = keep_other(session, respondent, round_id, working.version, content)
        return Saved(working.version, conflict=True, kept=kept)
    change_draft(session, respondent, round_id, working.version + 1, content)
    return Saved(working.version + 1)


def _with_parts(document: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """Return a draft with what has a page of its own and is kept beside; a look is for good.

    A device without earlier answers gets only what was typed on it.
    """
    if is_foreign(document, held):
        return document
    return {**document, **{name: held[name] for name in (*PARTS, "looked") if name in held}}


def is_foreign(document: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Whether a draft was typed on a device that may not show the one that is held."""
    return document.get("device") not in (None, held.get("device"))


def is_only_looked(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two drafts differ in nothing but a look at the own last answers."""
    return {**one, "looked": True} == {**other, "looked": True}


def _follows_a_look(now: int, version: int, held: Mapping[str, Any]) -> bool:
    """Whether a form of the time before the first draft comes after a look, and nothing else."""
    typed = any(held[name] for name in ("fields", "abstained", "reasons"))
    return (now, version, typed) == (1, 0, False) and held.get("looked") is True


def working_draft(session: Session, respondent: str, round_id: str) -> Any:
    """Return `version` and `content` of the draft in work, or None."""
    key = {"respondent": respondent, "round_id": round_id}
    return session.execute(_WORKING_DRAFT, key).one_or_none()


def add_draft(session: Session, respondent: str, round_id: str, content: str) -> None:
    """Store the first draft of a round."""
    key = {"respondent": respondent, "round_id": round_id}
    session.execute(_ADD_DRAFT, {**key, "slot": WORKING, "version": 1, "content": content})


def change_draft(
    session: Session, respondent: str, round_id: str, version: int, content: str
) -> None:
    """Store the draft in work anew."""
    session.execute(
        _CHANGE_WORKING_DRAFT,
        {"of": respondent, "in_round": round_id, "version": version, "content": content},
    )


def keep_other(
    session: Session, respondent: str, round_id: str, version: int, content: str
) -> bool:
    """Keep what another window holds beside the draft in work; return whether it is kept."""
    held = other_document(session, respondent, round_id)
    if held and "device" not in held and is_foreign(json.loads(content), held):
        return False
    _replace(session, _draft(respondent, round_id, OTHER, version, content))
    return True


def other_document(session: Session, respondent: str, round_id: str) -> dict[str, Any]:
    """Return the draft that is kept beside the one in work; empty without one."""
    other = session.get(Draft, (respondent, round_id, OTHER))
    return {} if other is None else dict(json.loads(other.content))


def choose_draft(
    session: Session, *, study_id: str, respondent: str, round_id: str, keep_other: bool
) -> int:
    """Settle a conflict: go on with the working draft or with the other; return the version."""
    ensure_respondent(session, respondent, study_id)
    working = session.get(Draft, (respondent, round_id, WORKING))
    other = session.get(Draft, (respondent, round_id, OTHER))
    if working is None or other is None:
        raise DomainError("draft_settled")
    if keep_other:
        working.content, working.version = _chosen(other, working), working.version + 1
    elif _has_looked(other):
        working.content = _chosen(working, other)
    session.delete(other)
    session.flush()
    return working.version


def _chosen(draft: Draft, left: Draft) -> str:
    """Return the content that is gone on with; a look in either window stays a look."""
    if not _has_looked(left):
        return draft.content
    return canonical_text({**json.loads(draft.content), "looked": True})


def _has_looked(draft: Draft) -> bool:
    return json.loads(draft.content).get("looked") is True


def _draft(respondent: str, round_id: str, slot: int, version: int, content: str) -> Draft:
    return Draft(
        respondent=respondent, round_id=round_id, slot=slot, version=version, content=content
    )


def _replace(session: Session, draft: Draft) -> None:
    session.execute(
        delete(Draft).where(
            Draft.respondent == draft.respondent,
            Draft.round_id == draft.round_id,
            Draft.slot == draft.slot,
        )
    )
    session.add(draft)
    session.flush()
