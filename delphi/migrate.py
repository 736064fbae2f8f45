"""Brings a database to a revision of the schema; every change of tables is a migration."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from delphi.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


class MigrationError(Exception):
    """A migration would lose data."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations up to `revision`."""
    _run(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to `revision` (`base`: all of them)."""
    _run(database, lambda config: command.downgrade(config, revision))


def is_current(database: Database) -> bool:
    """Whether the database has every migration of this program."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory(str(FOLDER)).get_current_head()


def make_revision(database: Database, message: str, revision_id: str) -> None:
    """Write a new migration from the difference between the tables and the database."""
    _run(
        database,
        lambda config: command.revision(config, message, autogenerate=True, rev_id=revision_id),
    )


def _run(database: Database, act: Callable[[Config], object]) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with database.engine.connect() as connection:
        if database.is_sqlite:
            # Rebuilding a table drops it for a moment. The switch works outside transactions only.
            _sqlite(connection).execute("PRAGMA foreign_keys=OFF")
        config.attributes["connection"] = connection
        act(config)
        if database.is_sqlite:
            _refuse_lost_rows(connection)
        connection.commit()
        if database.is_sqlite:
            _sqlite(connection).execute("PRAGMA foreign_keys=ON")


def _refuse_lost_rows(connection: Connection) -> None:
    """Stop before the commit when a row points at one that the migration has lost."""
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost is not None:
        raise MigrationError(f"a row of {lost[0]} would point at a missing row of {lost[2]}")


def _sqlite(connection: Connection) -> Any:
    return connection.connection.driver_connection
