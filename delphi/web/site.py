"""What every request of one running program shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import current_app

from delphi.clock import Clock
from delphi.db import Database
from delphi.instance_key import InstanceKey
from delphi.settings import Settings
from delphi.surroundings import Surroundings, system_surroundings

_EXTENSION = "delphi_site"


@dataclass(frozen=True)
class Site:
    """Settings, database, key and clock, made once by `create_app`."""

    settings: Settings
    database: Database
    key: InstanceKey
    clock: Clock

    @property
    def around(self) -> Surroundings:
        """What services take: time, randomness, the instance key."""
        return system_surroundings(self.key, self.clock)

    def cookie_name(self, name: str) -> str:
        """Return the name of a cookie: with `__Host-` exactly when the address is https."""
        return f"__Host-{name}" if self.settings.is_https else name


def install_site(extensions: dict[str, object], site: Site) -> None:
    """Keep the site with the application."""
    extensions[_EXTENSION] = site


def current_site() -> Site:
    """Return the site of the application that answers the present request."""
    return cast(Site, current_app.extensions[_EXTENSION])
