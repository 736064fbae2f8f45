"""What most commands begin with: settings, key, database."""

from __future__ import annotations

from dataclasses import dataclass

import click

from delphi import migrate
from delphi.db import Database
from delphi.instance_key import ensure_instance_key, load_instance_key
from delphi.settings import Settings, load_settings
from delphi.surroundings import Surroundings, system_surroundings


@dataclass(frozen=True)
class Opened:
    """An installation, ready to be worked on."""

    settings: Settings
    database: Database
    around: Surroundings


def open_installation(*, create: bool = False) -> Opened:
    """Open the installation that the settings name.

    Parameters
    ----------
    create
        Make the key file and bring the database up to date first; otherwise a missing key and an
        outdated database are refused with the command that mends them.
    """
    settings = load_settings()
    path = settings.instance_key_file
    key = ensure_instance_key(path) if create else load_instance_key(path)
    database = Database(settings.database_url)
    if create:
        migrate.upgrade(database)
    elif not migrate.is_current(database):
        raise click.ClickException("the database is not up to date; run: delphi db upgrade")
    return Opened(settings, database, system_surroundings(key))
