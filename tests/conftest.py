"""What every test can ask for: databases, a clock that stands still, surroundings, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.surroundings import Surroundings
from tests.databases import (
    BACKENDS,
    MakeDatabase,
    NoServerError,
    PostgresSource,
    SqliteSource,
    opened,
    postgres_server,
)
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


@pytest.fixture(scope="session")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> MakeDatabase:
    """Give `databases(backend)`: a context with a database of its own, migrated unless `empty`."""

    @contextmanager
    def make(
        backend: str, *, empty: bool = False, new: bool = False, clients: int = 8
    ) -> Iterator[Database]:
        if backend == "sqlite":
            folder = tmp_path_factory.mktemp("database")
            files: SqliteSource = request.getfixturevalue("sqlite_source")
            url = files.empty(folder) if empty else files.fresh(folder)
            with opened(url, clients=clients) as database:
                yield database
            return
        server: PostgresSource = request.getfixturevalue("postgres_source")
        name = server.empty() if empty else server.fresh() if new else server.lend()
        with opened(server.url(name), clients=clients) as database:
            yield database
        if empty or new:
            server.drop(name)
        else:
            server.give_back(name)

    return make


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, databases: MakeDatabase) -> Iterator[Database]:
    """Give a migrated database without rows, on SQLite and on PostgreSQL."""
    with databases(request.param) as database:
        yield database


@pytest.fixture
def sqlite_database(databases: MakeDatabase) -> Iterator[Database]:
    with databases("sqlite") as database:
        yield database


@pytest.fixture
def postgresql_database(databases: MakeDatabase) -> Iterator[Database]:
    with databases("postgresql") as database:
        yield database


@pytest.fixture(params=BACKENDS)
def empty_database(request: pytest.FixtureRequest, databases: MakeDatabase) -> Iterator[Database]:
    """Give a database without any table, on SQLite and on PostgreSQL."""
    with databases(request.param, empty=True) as database:
        yield database


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
