"""The database: base class, column types, engines with explicit transactions.

SQLite is opened so that nothing acknowledged is lost and no reader sees a half state: WAL,
`synchronous=FULL`, foreign keys, `secure_delete`, and `BEGIN IMMEDIATE` for writers. With the
driver's default a SELECT is not part of the transaction, and a round could be closed between the
look and the insert.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session

BUSY_TIMEOUT_MS = 15_000
#: Whether the transaction that is being begun will write.
_writes: ContextVar[bool] = ContextVar("delphi_writes", default=False)
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every table; constraints have the same names on both databases."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(model: type[Base]) -> Table:
    """Return the table of a class, for the statements that run on every request of an expert.

    Over tables, put together once as a constant of the module and given their values when they run,
    they cost a fifth of what statements over classes cost that are put together each time.
    """
    return cast(Table, model.__table__)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; SQLite drops the zone on the way, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse an instant without a zone; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One database with its two ways in: `reading()` and `writing()`."""

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self.engine = _engine(url, pool_size)
        self._reader = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that sees one state and writes nothing."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session in a write transaction: commit at the end, roll back on any error."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            writes = _writes.set(True)
            try:
                session.connection()  # begins: SQLite gives the lock here and nowhere later
            finally:
                _writes.reset(writes)
            yield session

    def rewrite(self, *tables: str) -> None:
        """Rewrite tables in key order: deleted rows and the order of arrival leave the files.

        SQLite knows no single table here: the whole file is rewritten and its log truncated.
        """
        if self.is_sqlite:
            raw = self.engine.raw_connection()  # no transaction: VACUUM refuses to run in one
            try:
                raw.cursor().execute("VACUUM")
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                # Rewrites in key order; unlike VACUUM FULL it keeps no order of arrival.
                connection.exec_driver_sql(f'CLUSTER "{table}" USING "pk_{table}"')

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, pool_size=pool_size, max_overflow=pool_size)
        event.listen(engine, "connect", _prepare_sqlite)
        # Not by an event: where one is listened to, every statement asks who listens.
        engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]  # its own does nothing
        return engine
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        # Whatever the server's default: an answer is acknowledged only when it is on disk.
        connect_args={"options": "-c synchronous_commit=on"},
    )


def _prepare_sqlite(connection: Any, record: Any) -> None:
    del record
    connection.isolation_level = None  # transactions are begun by `_begin_sqlite`, never implied
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(dbapi_connection: Any) -> None:
    dbapi_connection.execute("BEGIN IMMEDIATE" if _writes.get() else "BEGIN")
