"""Databases for tests: SQLite files and a real PostgreSQL server, a fresh one for every test.

The server is the one named by DELPHI_TEST_POSTGRES_URL, or one of our own: `initdb` and `pg_ctl` of
the system in a temporary folder, reached by its socket only, with every sync switched on. A missing
server is a failure with its remedy, never a skip.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, Delete, Engine, create_engine, make_url, text

from delphi import migrate
from delphi.db import Base, Database

BACKENDS = ("sqlite", "postgresql")
#: backend → a database for the length of a `with`; `empty`: without tables; `new`: with new files
MakeDatabase = Callable[..., AbstractContextManager[Database]]
GIVEN_SERVER = "DELPHI_TEST_POSTGRES_URL"
DRIVER = "postgresql+psycopg"
REMEDY = f"no PostgreSQL server: run `make tools`, or name one in {GIVEN_SERVER}"
_BINARIES = Path("/usr/lib/postgresql")
_SETTINGS = "-c listen_addresses='' -c max_connections=200 -c unix_socket_directories="


_TABLES = (
    "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)


class NoServerError(Exception):
    """There is no PostgreSQL to test on; the text says what to do."""


@contextmanager
def opened(url: str, *, clients: int = 8) -> Iterator[Database]:
    """Open a database for so many at once; close every connection to it afterwards."""
    database = Database(url, pool_size=clients)
    try:
        yield database
    finally:
        database.dispose()


class SqliteSource:
    """Gives copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        with opened(f"sqlite:///{self._template}") as database:
            migrate.upgrade(database)
            database.rewrite()  # moves the write-ahead log into the file that is copied

    def empty(self, folder: Path) -> str:
        """Return the address of a database without any table."""
        return f"sqlite:///{folder / 'delphi.db'}"

    def fresh(self, folder: Path) -> str:
        """Return the address of a migrated database without rows."""
        shutil.copyfile(self._template, folder / "delphi.db")
        return self.empty(folder)


class PostgresSource:
    """Gives copies of one migrated database of a server."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._returned: list[str] = []
        self._prefix = f"delphi_test_{os.getpid()}"
        # Administration only; CREATE DATABASE refuses to run in a transaction.
        self._admin: Engine = create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1)
        self._template = self.empty()
        with opened(self.url(self._template)) as database:
            migrate.upgrade(database)

    def url(self, name: str) -> str:
        """Return the address of one database of the server."""
        return self._server.set(database=name).render_as_string(hide_password=False)

    def empty(self, template: str = "template0") -> str:
        """Make a database, by default without any table; return its name."""
        name = f"{self._prefix}_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return name

    def fresh(self) -> str:
        """Make a migrated database without rows; return its name."""
        return self.empty(self._template)

    def lend(self) -> str:
        """Return the name of a migrated database without rows that may have had some before."""
        return self._returned.pop() if self._returned else self.fresh()

    def give_back(self, name: str) -> None:
        """Empty a database for the next test; making a new one takes twenty times as long."""
        address = make_url(self.url(name)).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
            found = connection.execute(_TABLES).fetchone()
            is_as_made = found == (len(Base.metadata.tables) + 1,)  # and alembic's own
            if is_as_made:
                connection.execute("SET LOCAL lock_timeout = '5s'")
                connection.execute("; ".join(map(str, _deletions())))
        if is_as_made:
            self._returned.append(name)
        else:
            self.drop(name)

    def drop(self, name: str) -> None:
        """Remove a database, also when something is still connected to it."""
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def close(self) -> None:
        """Remove what was made and leave the server."""
        for name in (*self._returned, self._template):
            self.drop(name)
        self._admin.dispose()


@contextmanager
def postgres_server() -> Iterator[URL]:
    """Give the address of a server: the one that was named, else one of our own.

    Raises
    ------
    NoServerError
        When neither is to be had.
    """
    given = os.environ.get(GIVEN_SERVER)
    if given:
        yield make_url(given).set(drivername=DRIVER)
        return
    binaries = _find_binaries()
    with _server_folder() as folder:
        data, socket = folder / "data", folder
        _run(
            binaries / "initdb", "-D", data, "-U", "delphi", "--auth=trust", "--no-sync",
            "--encoding=UTF8", "--locale=C",
        )  # fmt: skip
        control = (binaries / "pg_ctl", "-D", data, "-s", "-w")
        _run(*control, "-l", folder / "log", "-o", _SETTINGS + str(socket), "start")
        try:
            yield URL.create(
                DRIVER, username="delphi", database="postgres", query={"host": str(socket)}
            )
        finally:
            _run(*control, "-m", "immediate", "stop")


@contextmanager
def _server_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="delphi-pg-"))
    try:
        if os.geteuid() == 0:  # the server refuses to run as root
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                raise NoServerError(REMEDY) from None
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find_binaries() -> Path:
    on_path = shutil.which("pg_ctl")
    found = [Path(on_path).resolve()] if on_path else []
    found += sorted(_BINARIES.glob("*/bin/pg_ctl"), key=_version, reverse=True)
    for program in found:
        if program.with_name("initdb").exists():
            return program.parent
    raise NoServerError(REMEDY)


def _version(program: Path) -> int:
    major = program.parent.parent.name
    return int(major) if major.isdigit() else 0


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    folder = words[words.index("-D") + 1]
    options: dict[str, object] = {"cwd": Path(folder).parent}
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        options |= {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
    done = subprocess.run(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
        **options,
    )
    if done.returncode:
        raise NoServerError(f"{Path(words[0]).name} failed: {done.stderr.strip()}\n{REMEDY}")


def _deletions() -> list[Delete]:
    """Return the statements that empty every table, children first."""
    return [table.delete() for table in reversed(Base.metadata.sorted_tables)]


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, sorted: two databases that say the same compare equal."""
    with database.reading() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(table.select())), key=repr)
            for table in Base.metadata.sorted_tables
        }


def refill(database: Database, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Put a database back to what `contents` gave."""
    with database.writing() as session:
        for deletion in _deletions():
            session.execute(deletion)
        for table in Base.metadata.sorted_tables:
            names = [column.name for column in table.columns]
            for row in _parents_first(rows[table.name], names):
                session.execute(table.insert().values(row))


def _parents_first(rows: list[tuple[object, ...]], names: list[str]) -> list[dict[str, object]]:
    """Return rows as records; those of the tree in its own order."""
    records = [dict(zip(names, row, strict=True)) for row in rows]
    return (
        sorted(records, key=lambda record: record["position"]) if "position" in names else records
    )
