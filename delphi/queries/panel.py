"""The panel as its coordinator sees it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delphi.errors import NotFoundError
from delphi.models.identity import Person
from delphi.queries.head import StudyHead, study_head


@dataclass(frozen=True)
class PersonLine:
    """One expert."""

    id: str
    name: str
    salutation: str
    field: str
    email: str | None

    @property
    def called(self) -> str:
        """How a letter addresses them: the form of address, or else the name."""
        return self.salutation or self.name


@dataclass(frozen=True)
class PanelPage:
    """Everybody who is or will be invited."""

    study: StudyHead
    count: int
    #: empty for methodologists, who read answers under pseudonyms and no names
    people: tuple[PersonLine, ...]


def panel_page(session: Session, study_id: str, *, with_names: bool) -> PanelPage:
    """Return the panel by name; raises `NotFoundError` with `study_unknown`."""
    head = study_head(session, study_id)
    panel = select(Person).where(Person.study_id == study_id)
    if not with_names:
        count = session.scalar(select(func.count()).select_from(panel.subquery()))
        return PanelPage(head, count or 0, ())
    rows = session.scalars(panel.order_by(Person.name, Person.id)).all()
    return PanelPage(head, len(rows), tuple(person_line(row) for row in rows))


def person_line(person: Person) -> PersonLine:
    """Return a person as lists show them."""
    return PersonLine(person.id, person.name, person.salutation, person.field, person.email)


def find_person(session: Session, study_id: str, person_id: str) -> PersonLine:
    """Return somebody of a panel; raises `NotFoundError` with `person_unknown`."""
    person = session.get(Person, person_id)
    if person is None or person.study_id != study_id:
        raise NotFoundError("person_unknown")
    return person_line(person)
