"""Every connection is opened so that nothing acknowledged is lost."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from delphi.db import BUSY_TIMEOUT_MS, Database
from tests.databases import opened

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
}

FAILURE = "INSERT INTO login_failure VALUES ('1', '2', '3', '2026-11-02')"


def asked(database: Database, statement: str, *, writing: bool = False) -> object:
    """Return the one value that a statement gives."""
    with database.writing() if writing else database.reading() as session:
        return session.execute(text(statement)).scalar_one()


@pytest.mark.parametrize("writing", [False, True], ids=["reading", "writing"])
@pytest.mark.parametrize(("pragma", "value"), PRAGMAS.items(), ids=PRAGMAS)
def test_sqlite_connections_have_the_pragma(
    sqlite_database: Database, pragma: str, value: object, *, writing: bool
) -> None:
    assert asked(sqlite_database, f"PRAGMA {pragma}", writing=writing) == value


def test_every_connection_of_the_pool_has_the_pragmas(sqlite_database: Database) -> None:
    with sqlite_database.reading() as first, sqlite_database.reading() as second:
        for session in (first, second):
            found = {one: session.execute(text(f"PRAGMA {one}")).scalar_one() for one in PRAGMAS}
            assert found == PRAGMAS


def test_waiting_for_a_lock_goes_on_for_at_least_ten_seconds() -> None:
    assert BUSY_TIMEOUT_MS >= 10_000


def begins(database: Database, *, writing: bool) -> list[str]:
    """Return the statements with which a transaction begins."""
    seen: list[str] = []
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
    with database.writing() if writing else database.reading() as session:
        session.execute(text("SELECT 1"))
    with database.engine.connect() as connection:
        assert connection.connection.driver_connection is raw
        raw.set_trace_callback(None)
    return [one for one in seen if one.startswith("BEGIN")][:1]


def test_a_writer_takes_the_lock_at_its_beginning(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'one.db'}") as database:
        assert begins(database, writing=True) == ["BEGIN IMMEDIATE"]


def test_a_reader_begins_without_the_lock(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'one.db'}") as database:
        assert begins(database, writing=False) == ["BEGIN"]


def test_what_a_reader_looked_at_cannot_change_before_it_ends(sqlite_database: Database) -> None:
    count = "SELECT count(*) FROM login_failure"
    with sqlite_database.reading() as session:
        assert session.execute(text(count)).scalar_one() == 0
        _fail_a_login(sqlite_database)
        assert session.execute(text(count)).scalar_one() == 0
    assert asked(sqlite_database, count) == 1


def test_two_writers_never_lose_an_update(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE counter (n INTEGER)"))
        session.execute(text("INSERT INTO counter VALUES (0)"))

    def count() -> None:
        look = "SELECT n FROM counter" if database.is_sqlite else "SELECT n FROM counter FOR UPDATE"
        for _ in range(20):
            with database.writing() as session:
                found = session.execute(text(look)).scalar_one()
                session.execute(text("UPDATE counter SET n = :n"), {"n": found + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(database, "SELECT n FROM counter") == 80


def test_a_writer_without_the_lock_is_refused_at_once(sqlite_database: Database) -> None:
    # What a plain BEGIN does: the busy timeout does not help a reader that turns into a writer.
    with sqlite_database.reading() as session:
        session.execute(text("SELECT count(*) FROM login_failure")).scalar_one()
        _fail_a_login(sqlite_database)
        with pytest.raises(OperationalError, match="database is locked"):
            session.execute(text("DELETE FROM login_failure"))


def test_reading_writes_nothing(database: Database) -> None:
    with suppress(DBAPIError), database.reading() as session:  # refusing is as good as forgetting
        session.execute(text(FAILURE))
    assert asked(database, "SELECT count(*) FROM login_failure") == 0


def test_an_error_takes_everything_back(database: Database) -> None:
    def interrupted() -> None:
        with database.writing() as session:
            session.execute(text(FAILURE))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        interrupted()
    assert asked(database, "SELECT count(*) FROM login_failure") == 0


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_postgresql_answers_only_when_it_has_written(
    postgresql_database: Database, setting: str
) -> None:
    assert asked(postgresql_database, f"SHOW {setting}") == "on"


def test_postgresql_keeps_no_time_of_commits(postgresql_database: Database) -> None:
    assert asked(postgresql_database, "SHOW track_commit_timestamp") == "off"


def test_a_server_that_answers_early_by_default_is_overruled(
    postgresql_database: Database,
) -> None:
    name = postgresql_database.url.database
    with postgresql_database.writing() as session:
        session.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))
    with opened(postgresql_database.url.render_as_string(hide_password=False)) as again:
        assert asked(again, "SHOW synchronous_commit", writing=True) == "on"


def test_a_reader_sees_one_state_on_both_databases(database: Database) -> None:
    count = "SELECT count(*) FROM login_failure"
    with database.reading() as session:
        assert session.execute(text(count)).scalar_one() == 0
        _fail_a_login(database)
        assert session.execute(text(count)).scalar_one() == 0


def _fail_a_login(database: Database) -> None:
    with database.writing() as session:
        session.execute(text(FAILURE))
