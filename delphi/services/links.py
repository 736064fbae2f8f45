"""Personal links, delivered by hand: made at launch, shown with an event, replaced if needed."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain.tokens import access_hash, new_token, participation_tag, pseudonym
from delphi.errors import DomainError, NotFoundError
from delphi.models.identity import Invitation, Participation, Person
from delphi.services.access import RESPONDENT_PURPOSE, open_respondent
from delphi.services.ledger import append_event
from delphi.services.lookup import get_person, get_study, lock_study
from delphi.surroundings import Surroundings

_PURPOSE = "invitation-token"


def issue_invitation(
    session: Session, person: Person, around: Surroundings, *, replaces: Invitation | None = None
) -> str:
    """Make an active invitation for somebody; return its token, which is stored sealed only.

    One that replaces another goes on as the same respondent behind the same access code: whoever
    orders a replacement must not come to see earlier answers by it.
    """
    token = new_token(around.random)
    made = Invitation(
        id=around.new_id(),
        study_id=person.study_id,
        person_id=person.id,
        token_hash=access_hash(token),
        sealed_token=around.key.seal(_PURPOSE, token.encode()),
        tag=participation_tag(token),
        state="active",
        entry="new",
        issued_on=around.day,
    )
    if replaces is not None:
        respondent = _respondent_of(replaces, around)
        made.sealed_respondent = around.key.seal(RESPONDENT_PURPOSE, respondent.encode())
        made.access_code_hash = replaces.access_code_hash
        made.code_failures = replaces.code_failures
        made.code_failures_on = replaces.code_failures_on
    session.add(made)
    session.flush()
    return token


def show_tokens(
    session: Session, study_id: str, person_ids: list[str], around: Surroundings
) -> dict[str, str]:
    """Open the links of some people to be handed on; one event says how many were shown.

    Returns
    -------
    dict
        Person → token.

    Raises
    ------
    NotFoundError
        `person_unknown` when one of them has no link in this study.
    DomainError
        `key_changed` when the instance key is not the one that sealed the links,
        `links_by_mail` when the protocol has them delivered by mail: no page shows them then.
    """
    if json.loads(get_study(session, study_id).protocol)["delivery"] != "by_hand":
        raise DomainError("links_by_mail")
    invitations = session.scalars(
        select(Invitation).where(
            Invitation.study_id == study_id,
            Invitation.state == "active",
            Invitation.person_id.in_(person_ids),
        )
    ).all()
    if len(invitations) != len(set(person_ids)):
        raise NotFoundError("person_unknown")
    tokens = {one.person_id: _open(one, around) for one in invitations}
    append_event(session, study_id, "links.shown", {"links": len(tokens)}, around)
    return tokens


def replace_link(session: Session, study_id: str, person_id: str, around: Surroundings) -> None:
    """Revoke somebody's link and make a new one that goes on as the same respondent.

    The respondent is derived from the sealed token at this moment and sealed into the new
    invitation. The answer side learns nothing: a pair of pseudonyms there would join the one
    replaced link of a study to the one respondent with a pair, without any key.
    """
    lock_study(session, study_id)
    person = get_person(session, study_id, person_id)
    old = session.scalars(
        select(Invitation).where(Invitation.person_id == person_id, Invitation.state == "active")
    ).one_or_none()
    if old is None:
        raise NotFoundError("person_unknown")
    old.state = "revoked"
    session.flush()
    issue_invitation(session, person, around, replaces=old)
    append_event(session, study_id, "link.replaced", {"links": 1}, around)


def mark_sent(
    session: Session, study_id: str, person_id: str, round_id: str, *, sent: bool
) -> None:
    """Set or clear the coordinator's own mark that a link was handed on for a round."""
    person = get_person(session, study_id, person_id)
    row = session.get(Participation, (person.id, round_id))
    if row is None:
        raise NotFoundError("person_unknown")
    row.sent = sent
    session.flush()


def _open(invitation: Invitation, around: Surroundings) -> str:
    token = around.key.open(_PURPOSE, invitation.sealed_token)
    if token is None:
        raise DomainError("key_changed")
    return token.decode()


def _respondent_of(invitation: Invitation, around: Surroundings) -> str:
    if invitation.sealed_respondent is not None:
        return open_respondent(invitation.sealed_respondent, around.key)
    return pseudonym(_open(invitation, around), invitation.study_id)
