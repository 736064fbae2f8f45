"""`delphi db`: the database and the key beside it."""

from __future__ import annotations

import click

from delphi.db import Database
from delphi.instance_key import ensure_instance_key
from delphi.migrate import make_revision, upgrade
from delphi.settings import load_settings


@click.group(name="db")
def command() -> None:
    """Prepare the database."""


@command.command(name="upgrade")
def upgrade_database() -> None:
    """Bring the database to this version; make it, and the key file, where there is none."""
    settings = load_settings()
    ensure_instance_key(settings.instance_key_file)
    database = Database(settings.database_url)
    try:
        upgrade(database)
    finally:
        database.dispose()
    click.echo("The database is up to date.")


@command.command(name="revision")
@click.argument("message")
@click.option("--id", "revision_id", required=True, help="Number of the migration, such as 0002.")
def write_revision(message: str, revision_id: str) -> None:
    """Write a migration from what the tables have and the (upgraded) database has not."""
    database = Database(load_settings().database_url)
    try:
        make_revision(database, message, revision_id)
    finally:
        database.dispose()
