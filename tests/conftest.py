"""What every test can ask for: databases, a clock that stands still, surroundings, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.surroundings import Surroundings
from tests.databases import NoServerError, PostgresSource, SqliteSource, postgres_server
from tests.studies import still_surroundings

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--torture", action="store_true", help="run the harnesses with their full counts"
    )


@pytest.fixture(scope="session")
def sqlite_source(tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    return SqliteSource(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_source() -> Iterator[PostgresSource]:
    try:
        with postgres_server() as server:
            source = PostgresSource(server)
            yield source
            source.close()
    except NoServerError as error:
        pytest.fail(str(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Give a migrated database without rows, on SQLite and on PostgreSQL."""
    given: Database = request.getfixturevalue(f"{request.param}_database")
    return given


@pytest.fixture
def sqlite_database(sqlite_source: SqliteSource, tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_source.fresh(tmp_path))
    yield database
    database.dispose()


@pytest.fixture
def postgresql_database(postgres_source: PostgresSource) -> Iterator[Database]:
    name = postgres_source.fresh()
    database = Database(postgres_source.url(name))
    yield database
    database.dispose()
    postgres_source.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.dispose()
        return
    source: PostgresSource = request.getfixturevalue("postgres_source")
    name = source.empty()
    database = Database(source.url(name))
    yield database
    database.dispose()
    source.drop(name)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def around(clock: FixedClock) -> Surroundings:
    """Surroundings that give the same in every run."""
    return still_surroundings(clock)


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """(quick, full) → how often a harness repeats: the second under `--torture`."""
    torture = request.config.getoption("--torture")
    return lambda quick, full: full if torture else quick
