"""The panel before launch."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from delphi.db import Database
from delphi.models.identity import Person
from delphi.services import panel
from delphi.services.panel import NewPerson, add_people, addresses, is_address, remove_person
from delphi.surroundings import Surroundings
from tests.studies import draft_study, looking, refuses, running_study

CHEN = NewPerson("陈建平", "陈教授", "统计", "chen@example.org")


def names(database: Database, study_id: str) -> list[str]:
    with looking(database) as session:
        query = select(Person.name).where(Person.study_id == study_id).order_by(Person.name)
        return list(session.scalars(query))


def test_people_are_added_with_what_is_known_of_them(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, experts=0)
    with database.writing() as session:
        assert add_people(session, study_id, [CHEN, NewPerson("何文静")], around) == 2
    with looking(database) as session:
        chen, he = session.scalars(select(Person).order_by(Person.email.is_(None))).all()
    assert (chen.name, chen.salutation, chen.field) == ("陈建平", "陈教授", "统计")
    assert (he.name, he.salutation, he.field, he.email) == ("何文静", "", "", None)
    with looking(database) as session:
        assert addresses(session, study_id) == ["chen@example.org"]


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (NewPerson(""), "person_nameless"),
        (NewPerson("何", email="no address"), "address_bad"),
        (NewPerson("何", email=""), "address_bad"),
        (NewPerson("何", email="Chen@Example.org"), "address_taken"),
    ],
)
def test_all_are_added_or_none(
    database: Database, around: Surroundings, second: NewPerson, code: str
) -> None:
    study_id = draft_study(database, around, experts=0)
    with refuses(code), database.writing() as session:
        add_people(session, study_id, [CHEN, second], around)
    assert names(database, study_id) == []


def test_an_address_stands_once_in_a_panel(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, experts=0)
    with database.writing() as session:
        add_people(session, study_id, [CHEN], around)
    again = NewPerson("陈", email="CHEN@example.org")
    with (
        refuses("address_taken", address="CHEN@example.org"),
        database.writing() as session,
    ):
        add_people(session, study_id, [again], around)


def test_an_address_may_stand_in_two_panels(database: Database, around: Surroundings) -> None:
    for _ in range(2):
        study_id = draft_study(database, around, experts=0)
        with database.writing() as session:
            add_people(session, study_id, [CHEN], around)
        assert names(database, study_id) == ["陈建平"]


def test_a_panel_has_a_largest_size(
    database: Database, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert panel.LARGEST_PANEL == 5000
    monkeypatch.setattr(panel, "LARGEST_PANEL", 3)
    study_id = draft_study(database, around, experts=2)
    with database.writing() as session:
        add_people(session, study_id, [NewPerson("三")], around)
    with refuses("panel_too_large", most=3), database.writing() as session:
        add_people(session, study_id, [NewPerson("四")], around)


def test_somebody_is_taken_out_of_a_draft(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, experts=2)
    with database.writing() as session:
        person = session.scalars(select(Person).order_by(Person.name)).first()
        assert person is not None
        remove_person(session, study_id, person.id)
    assert names(database, study_id) == ["Expert 002"]


def test_somebody_of_another_study_is_unknown_here(
    database: Database, around: Surroundings
) -> None:
    one, other = (draft_study(database, around, experts=1) for _ in range(2))
    with looking(database) as session:
        person = session.scalars(select(Person.id).where(Person.study_id == one)).one()
    with refuses("person_unknown"), database.writing() as session:
        remove_person(session, other, person)
    with refuses("person_unknown"), database.writing() as session:
        remove_person(session, one, "0" * 16)


def test_the_panel_stays_as_it_was_launched(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, experts=5)
    with refuses("study_launched"), database.writing() as session:
        add_people(session, study.id, [CHEN], around)
    with refuses("study_launched"), database.writing() as session:
        remove_person(session, study.id, study.people[0])
    assert len(names(database, study.id)) == 5


@pytest.mark.parametrize(
    "text", ["a@b.cn", "chen.j-p@mail.example.org", "陈@example.org", "a" * 242 + "@example.org"]
)
def test_an_address_is_taken_as_written(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "chen", "@example.org", "chen@", "chen@example", "a@b@example.org", "a b@example.org",
     "a@example.org\n", "a@example.org,b@example.org", "<a@example.org>", "a@example.org;",
     '"a"@example.org', "a@example.org.", "a" * 243 + "@example.org", "a@exam\nple.org"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(text: str) -> None:
    assert not is_address(text)
