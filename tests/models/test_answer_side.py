"""The answer side carries nothing that could join it to a person; each rule catches its breach."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import SchemaItem

from delphi.db import Base, Database
from delphi.models import answer, identity, study
from tests.databases import BACKENDS, MakeDatabase
from tests.models.separation import Sides, breaches


def _tables(package: ModuleType) -> list[Table]:
    name = package.__name__
    return [
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(name) and isinstance(mapper.local_table, Table)
    ]


ANSWER, IDENTITY, STUDY = _tables(answer), _tables(identity), _tables(study)
ANSWER_NAMES = sorted(table.name for table in ANSWER)


def test_the_three_sides_are_all_tables_there_are() -> None:
    assert len(ANSWER + IDENTITY + STUDY) == len(Base.metadata.tables)
    assert ANSWER_NAMES == ["draft", "rationale", "respondent", "submission"]


def test_identities_and_answers_are_apart() -> None:
    assert breaches(Sides(ANSWER, IDENTITY, STUDY)) == []


BAD_COLUMNS: dict[str, tuple[str, SchemaItem]] = {
    "an instant": ("time: bad.noted", Column("noted", DateTime(timezone=True))),
    "a time in text": ("time: bad.submitted_at", Column("submitted_at", String(30))),
    "a day in text": ("time: bad.saved_on", Column("saved_on", String(10))),
    "a default by the clock": (
        "default: bad.salt", Column("salt", String, server_default=func.now()),
    ),
    "an update by the clock": ("update: bad.salt", Column("salt", String, onupdate=func.now())),
    "a sequence": ("default: bad.place", Column("place", Integer, Sequence("places"))),
    "an identity column": ("default: bad.place", Column("place", Integer, Identity())),
    "a running number": ("number: bad.place", Column("place", Integer)),
    "a number in text": ("number: bad.arrival_no", Column("arrival_no", String(9))),
    "an address by type": ("address: bad.origin", Column("origin", INET)),
    "an address by name": ("address: bad.ip", Column("ip", String(45))),
    "a browser": ("address: bad.user_agent", Column("user_agent", String(200))),
    "a language": ("address: bad.language", Column("language", String(5))),
    "a token": ("address: bad.token_hash", Column("token_hash", String(64))),
    "a person without a pointer": ("address: bad.person", Column("person", String(16))),
    "a pointer to a person": ("pointer: bad.who", Column("who", ForeignKey("person.id"))),
    "a column that both have": ("shared: bad.code_hash", Column("code_hash", String(64))),
}  # fmt: skip


def seeded(*extra: SchemaItem, key: Column[str] | None = None, with_rowid: bool = False) -> Sides:
    """Return an identity table and an answer table with something bad in it."""
    metadata = MetaData()
    person = Table(
        "person", metadata, Column("id", String(16), primary_key=True),
        Column("code_hash", String(64)),
    )  # fmt: skip
    key = Column("id", String(32), primary_key=True) if key is None else key
    return Sides([Table("bad", metadata, key, *extra, sqlite_with_rowid=with_rowid)], [person])


def test_a_harmless_table_is_let_through() -> None:
    assert breaches(seeded(Column("content", String), Column("revision", Integer))) == []


@pytest.mark.parametrize("name", BAD_COLUMNS)
def test_a_column_that_could_join_is_caught(name: str) -> None:
    expected, column = BAD_COLUMNS[name]
    assert expected in breaches(seeded(column))


def test_a_table_with_rowid_is_caught() -> None:
    assert breaches(seeded(with_rowid=True)) == ["rowid: bad"]


def test_a_key_that_counts_up_is_caught() -> None:
    sides = seeded(key=Column("key", Integer, primary_key=True))
    assert "autoincrement: bad" in breaches(sides)


def test_a_key_that_is_also_a_pointer_to_a_person_is_caught() -> None:
    sides = seeded(key=Column("id", ForeignKey("person.id"), primary_key=True))
    assert set(breaches(sides)) == {"pointer: bad.id", "shared: bad.id"}


def test_a_pointer_from_a_person_to_an_answer_is_caught() -> None:
    sides = seeded()
    sides.identity[0].append_column(Column("answered", ForeignKey("bad.id")))
    assert breaches(sides) == ["pointer: person.answered"]


def test_a_table_of_the_study_that_points_at_both_sides_is_caught() -> None:
    sides = seeded()
    meeting = Table(
        "meeting", sides.answer[0].metadata, Column("one", ForeignKey("bad.id")),
        Column("other", ForeignKey("person.id")),
    )  # fmt: skip
    joined = Sides(sides.answer, sides.identity, [meeting])
    assert set(breaches(joined)) == {"pointer: meeting.one", "pointer: meeting.other"}


@pytest.fixture(scope="module", params=BACKENDS)
def migrated(request: pytest.FixtureRequest, databases: MakeDatabase) -> Iterator[Database]:
    """Give one migrated database that tests only look at."""
    with databases(request.param) as database:
        yield database


def test_the_stored_tables_are_apart_as_the_models_are(migrated: Database) -> None:
    stored = MetaData()
    stored.reflect(migrated.engine)
    sides = Sides(
        *([stored.tables[table.name] for table in side] for side in (ANSWER, IDENTITY, STUDY))
    )
    for table in sides.answer:
        table.dialect_options["sqlite"]["with_rowid"] = False  # the next test looks at that
    assert breaches(sides) == []


@pytest.mark.parametrize("name", ANSWER_NAMES)
def test_sqlite_tables_of_answers_have_no_rowid(sqlite_database: Database, name: str) -> None:
    rowid = select(text("rowid")).select_from(Base.metadata.tables[name])
    with (
        sqlite_database.reading() as session,
        pytest.raises(OperationalError, match="no such column"),
    ):
        session.execute(rowid)


def test_no_table_counts_its_rows_up(migrated: Database) -> None:
    if migrated.is_sqlite:
        assert "sqlite_sequence" not in inspect(migrated.engine).get_table_names()
        return
    assert inspect(migrated.engine).get_sequence_names() == []
    identities = text("SELECT count(*) FROM pg_attribute WHERE attidentity <> ''")
    with migrated.reading() as session:
        assert session.scalar(identities) == 0


def test_no_trigger_writes_behind_the_programs_back(migrated: Database) -> None:
    triggers = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if migrated.is_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    )
    with migrated.reading() as session:
        assert session.scalar(text(triggers)) == 0
