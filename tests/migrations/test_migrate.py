"""Migrations go up, down and up again with data, and end where the models say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Integer, Table, inspect, text

from delphi import migrate
from delphi.db import Base, Database
from tests.databases import BACKENDS, MakeDatabase, contents
from tests.models.rows import load_one_of_each

LOSSY = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", {before!r}, None, None


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.add_column(sa.Column("title", sa.String(20)))


def downgrade():
    with op.batch_alter_table("person") as batch:
        batch.drop_column("title")
    {damage}
"""


def revisions() -> list[str]:
    """Return every revision, the oldest first."""
    walked = ScriptDirectory(str(migrate.FOLDER)).walk_revisions()
    return [script.revision for script in walked][::-1]


def survives(database: Database, revision: str) -> bool:
    """Whether every row is there again after a way down from `revision` and up."""
    migrate.upgrade(database, revision)
    before = contents(database)
    migrate.downgrade(database, "-1")
    migrate.upgrade(database, revision)
    return contents(database) == before


def test_rows_survive_every_migration_down_and_up(empty_database: Database) -> None:
    migrate.upgrade(empty_database)
    with empty_database.writing() as session:
        load_one_of_each(session)
    for revision in revisions()[:0:-1]:  # the first has nothing below it
        migrate.downgrade(empty_database, revision)
        assert survives(empty_database, revision)


def test_the_way_down_to_nothing_leaves_no_table(empty_database: Database) -> None:
    migrate.upgrade(empty_database)
    with empty_database.writing() as session:
        load_one_of_each(session)
    migrate.downgrade(empty_database, "base")
    left = set(inspect(empty_database.engine).get_table_names()) - {"alembic_version"}
    assert left == set()


def test_the_same_rows_go_in_after_the_way_down_and_up(empty_database: Database) -> None:
    found = []
    for _ in range(2):
        migrate.upgrade(empty_database)
        with empty_database.writing() as session:
            load_one_of_each(session)
        found.append(contents(empty_database))
        migrate.downgrade(empty_database, "base")
    assert found[0] == found[1]
    assert all(len(rows) == 1 for rows in found[0].values())


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the migrations to which a test can add one."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "FOLDER", folder)
    return folder / "versions"


@pytest.mark.parametrize(
    ("damage", "kept"),
    [("pass", True), ('op.execute("DELETE FROM rationale")', False)],
    ids=["honest", "lossy"],
)
def test_a_migration_that_loses_rows_is_caught(
    empty_database: Database, scripts: Path, damage: str, *, kept: bool
) -> None:
    script = LOSSY.format(before=revisions()[-1], damage=damage)
    (scripts / "9999_lossy.py").write_text(script, encoding="utf-8")
    migrate.upgrade(empty_database)
    with empty_database.writing() as session:
        load_one_of_each(session)
    assert survives(empty_database, "9999") is kept


def differences(database: Database) -> list[object]:
    """Return what the tables of a database and the models do not have in common."""
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


def test_the_last_migration_ends_where_the_models_say(database: Database) -> None:
    assert differences(database) == []


def test_a_column_that_no_migration_makes_is_caught(database: Database) -> None:
    person = Base.metadata.tables["person"]
    person.append_column(Column("shoe_size", Integer))
    try:
        assert len(differences(database)) == 1
    finally:
        person._columns.remove(person.c.shoe_size)
    assert differences(database) == []


@pytest.fixture(scope="module", params=BACKENDS)
def migrated(request: pytest.FixtureRequest, databases: MakeDatabase) -> Iterator[Database]:
    """Give one migrated database that tests only look at."""
    with databases(request.param) as database:
        yield database


def constraint_names(database: Database, table: Table) -> set[str | None]:
    """Return the names of all constraints and indexes of a table, as the database has them."""
    found = inspect(database.engine)
    lists = (
        found.get_check_constraints(table.name),
        found.get_unique_constraints(table.name),
        found.get_foreign_keys(table.name),
        found.get_indexes(table.name),
        [found.get_pk_constraint(table.name)],
    )
    return {one["name"] for some in lists for one in some}


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_constraint_has_its_name_in_the_database(migrated: Database, table: str) -> None:
    modelled = Base.metadata.tables[table]
    names = {one.name for one in (*modelled.constraints, *modelled.indexes)}
    assert None not in names
    assert names == constraint_names(migrated, modelled)


def test_checks_say_the_same_as_the_models(sqlite_database: Database) -> None:
    # PostgreSQL rewrites the text of a check; SQLite keeps it to the letter.
    for table in Base.metadata.sorted_tables:
        found = inspect(sqlite_database.engine).get_check_constraints(table.name)
        texts = {one["name"]: one["sqltext"] for one in found}
        for constraint in table.constraints:
            if constraint.name in texts:
                assert texts[constraint.name] == str(constraint.sqltext)


def test_a_current_database_is_told_from_an_old_one(empty_database: Database) -> None:
    assert not migrate.is_current(empty_database)
    migrate.upgrade(empty_database)
    assert migrate.is_current(empty_database)
    migrate.downgrade(empty_database, "base")
    assert not migrate.is_current(empty_database)


def test_upgrading_a_current_database_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        load_one_of_each(session)
    before = contents(database)
    migrate.upgrade(database)
    assert contents(database) == before


def test_a_migration_that_fails_leaves_nothing_half_done(
    empty_database: Database, scripts: Path
) -> None:
    broken = LOSSY.format(before=revisions()[-1], damage="pass").replace(
        "\n\ndef downgrade", '\n    op.execute("SELECT nonsense FROM nowhere")\n\n\ndef downgrade'
    )
    (scripts / "9999_broken.py").write_text(broken, encoding="utf-8")
    with pytest.raises(Exception, match="nowhere"):
        migrate.upgrade(empty_database)
    columns = {one["name"] for one in _columns(empty_database, "person")}
    assert "title" not in columns


def _columns(database: Database, table: str) -> list[dict[str, object]]:
    found = inspect(database.engine)
    return list(found.get_columns(table)) if found.has_table(table) else []


def test_the_stamp_of_a_database_is_the_newest_revision(database: Database) -> None:
    with database.reading() as session:
        stamp = session.scalar(text("SELECT version_num FROM alembic_version"))
    assert stamp == revisions()[-1]
