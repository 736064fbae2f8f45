"""The databases of the tests: a real server, or a failure that says what to do; never a skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from delphi.db import Base
from tests import databases
from tests.databases import (
    BACKENDS,
    GIVEN_SERVER,
    MakeDatabase,
    NoServerError,
    PostgresSource,
    contents,
    opened,
    postgres_server,
)
from tests.models.rows import load_one_of_each


def test_a_missing_server_is_an_error_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(GIVEN_SERVER, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(databases, "_BINARIES", tmp_path)
    with pytest.raises(NoServerError, match=r"run `make tools`"), postgres_server():
        pass


def test_a_server_that_was_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(GIVEN_SERVER, "postgresql://somebody@db.example.org/postgres")
    with postgres_server() as server:
        assert server.drivername == "postgresql+psycopg"
        assert server.host == "db.example.org"


def test_the_newest_of_several_servers_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("9", "15", "16"):
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for program in ("initdb", "pg_ctl"):
            (folder / program).touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(databases, "_BINARIES", tmp_path)
    assert databases._find_binaries() == tmp_path / "16" / "bin"


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_test_begins_without_rows(databases: MakeDatabase, backend: str) -> None:
    for _ in range(2):
        with databases(backend) as database:
            assert not any(contents(database).values())
            with database.writing() as session:
                load_one_of_each(session)


def test_a_database_with_other_tables_is_not_lent_again(
    postgres_source: PostgresSource, databases: MakeDatabase
) -> None:
    with databases("postgresql") as database:
        name = database.url.database
        with database.writing() as session:
            session.execute(text("CREATE TABLE leftover (n INTEGER)"))
    with databases("postgresql") as database:
        assert database.url.database != name
        found = set(inspect(database.engine).get_table_names())
    assert found == {*Base.metadata.tables, "alembic_version"}


def test_our_own_server_listens_on_no_network(postgres_source: PostgresSource) -> None:
    if os.environ.get(GIVEN_SERVER):
        return  # a server that was named is somebody else's
    url = postgres_source.url("postgres")
    with opened(url) as database, database.reading() as session:
        assert session.scalar(text("SHOW listen_addresses")) == ""
