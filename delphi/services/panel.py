"""The panel before launch: people in, people out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delphi.errors import DomainError
from delphi.models.identity import Person
from delphi.services.lookup import get_person, lock_draft_study
from delphi.surroundings import Surroundings

LARGEST_PANEL = 5000
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")


@dataclass(frozen=True)
class NewPerson:
    """An expert to be invited; texts are already clean."""

    name: str
    salutation: str = ""
    field: str = ""
    email: str | None = None


def is_address(text: str) -> bool:
    """Whether `text` looks like one mail address."""
    return len(text) <= 254 and _EMAIL.fullmatch(text) is not None


def add_people(
    session: Session, study_id: str, people: Sequence[NewPerson], around: Surroundings
) -> int:
    """Add people to the panel of a draft, all or none; return how many.

    Raises
    ------
    DomainError
        `study_launched`; `person_nameless`; `address_bad` and `address_taken` with `address`;
        `panel_too_large`.
    """
    lock_draft_study(session, study_id)
    present = session.scalar(
        select(func.count()).select_from(Person).where(Person.study_id == study_id)
    )
    if (present or 0) + len(people) > LARGEST_PANEL:
        raise DomainError("panel_too_large", most=LARGEST_PANEL)
    taken = {address.casefold() for address in addresses(session, study_id)}
    for person in people:
        _check(person, taken)
        session.add(
            Person(
                id=around.new_id(),
                study_id=study_id,
                name=person.name,
                salutation=person.salutation,
                field=person.field,
                email=person.email,
            )
        )
    session.flush()
    return len(people)


def addresses(session: Session, study_id: str) -> list[str]:
    """Return the mail addresses of the panel."""
    return [
        address
        for address in session.scalars(select(Person.email).where(Person.study_id == study_id))
        if address
    ]


def _check(person: NewPerson, taken: set[str]) -> None:
    if not person.name:
        raise DomainError("person_nameless")
    if person.email is None:
        return
    if not is_address(person.email):
        raise DomainError("address_bad", address=person.email)
    if person.email.casefold() in taken:
        raise DomainError("address_taken", address=person.email)
    taken.add(person.email.casefold())


def remove_person(session: Session, study_id: str, person_id: str) -> None:
    """Take somebody out of the panel of a draft."""
    lock_draft_study(session, study_id)
    session.delete(get_person(session, study_id, person_id))
    session.flush()
