"""Personal links, delivered by hand: made at launch, shown with an event, replaced if needed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain.tokens import access_hash, new_token, participation_tag, pseudonym
from delphi.errors import DomainError, NotFoundError
from delphi.models.identity import Invitation, Participation, Person
from delphi.services.access import RESPONDENT_PURPOSE, open_respondent
from delphi.services.ledger import append_event
from delphi.services.lookup import get_person, lock_study
from delphi.surroundings import Surroundings

_PURPOSE = "invitation-token"


def issue_invitation(
    session: Session, person: Person, around: Surroundings, *, respondent: str | None = None
) -> str:
    """Make an active invitation for somebody; return its token, which is stored sealed only.

    `respondent` is whom a replaced link goes on as; None: the token's own pseudonym.
    """
    token = new_token(around.random)
    session.add(
        Invitation(
            id=around.new_id(),
            study_id=person.study_id,
            person_id=person.id,
            token_hash=access_hash(token),
            sealed_token=around.key.seal(_PURPOSE, token.encode()),
            sealed_respondent=None
            if respondent is None
            else around.key.seal(RESPONDENT_PURPOSE, respondent.encode()),
            tag=participation_tag(token),
            state="active",
            entry="new",
            issued_on=around.day,
        )
    )
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
        `key_changed` when the instance key is not the one that sealed the links.
    """
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
    replaced link of a study to the one respondent with a pair, without any key. An access code
    stays with the old link.
    """
    lock_study(session, study_id)
    person = get_person(session, study_id, person_id)
    old = session.scalars(
        select(Invitation).where(Invitation.person_id == person_id, Invitation.state == "active")
    ).one_or_none()
    if old is None:
        raise NotFoundError("person_unknown")
    respondent = (
        pseudonym(_open(old, around), study_id)
        if old.sealed_respondent is None
        else open_respondent(old.sealed_respondent, around.key)
    )
    old.state = "revoked"
    session.flush()
    issue_invitation(session, person, around, respondent=respondent)
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
