"""Settings, read once at the start and frozen: environment first, then the settings file.

The file is `instance/settings.env` below the working directory, or what `DELPHI_SETTINGS_FILE`
names: lines of KEY=VALUE.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

FILE_VARIABLE = "DELPHI_SETTINGS_FILE"
DEFAULT_FILE = Path("instance/settings.env")
KEYS = (
    "DELPHI_DATABASE_URL",
    "DELPHI_BASE_URL",
    "DELPHI_INSTANCE_KEY_FILE",
    "DELPHI_PORT",
)


class SettingsError(ValueError):
    """A setting that cannot be used; the text says which and what would do."""


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside."""

    #: SQLAlchemy address of the database; DELPHI_DATABASE_URL
    database_url: str
    #: address under which people reach the program, as written into links; DELPHI_BASE_URL
    base_url: str
    #: file with the instance key, kept apart from the database; DELPHI_INSTANCE_KEY_FILE
    instance_key_file: Path
    #: port of the built-in server on 127.0.0.1; DELPHI_PORT
    port: int

    @property
    def host(self) -> str:
        """Host name of the base address."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_https(self) -> bool:
        """Whether cookies are Secure and carry the `__Host-` prefix."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether the base address is this machine only."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings.

    Raises
    ------
    SettingsError
        Naming the setting, what was found and what would do.
    """
    environment = os.environ if environment is None else environment
    values = _file_values(environment) | {k: environment[k] for k in KEYS if environment.get(k)}
    port = _port(values.get("DELPHI_PORT", "8000"))
    key_file = Path(values.get("DELPHI_INSTANCE_KEY_FILE", "instance/instance.key"))
    return Settings(
        database_url=_database_url(
            values.get("DELPHI_DATABASE_URL", "sqlite:///instance/delphi.db")
        ),
        base_url=_base_url(values.get("DELPHI_BASE_URL", f"http://127.0.0.1:{port}")),
        instance_key_file=key_file,
        port=port,
    )


def _file_values(environment: Mapping[str, str]) -> dict[str, str]:
    named = environment.get(FILE_VARIABLE)
    path = Path(named) if named else DEFAULT_FILE
    if not path.is_file():
        if named:
            raise SettingsError(f"{FILE_VARIABLE}: {path} is not a file")
        return {}
    values = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, separator, value = line.partition("=")
        if not separator or key.strip() not in KEYS:
            raise SettingsError(f"{path}, line {number}: expected one of {', '.join(KEYS)} and =")
        values[key.strip()] = value.strip()
    return values


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"DELPHI_PORT: found {text!r}, expected a number from 1 to 65535")
    return int(text)


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
        raise SettingsError(
            f"DELPHI_BASE_URL: found {text!r}, expected an address such as https://delphi.example.org"
        )
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///"):
        return text
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if text.startswith(prefix):
            return "postgresql+psycopg://" + text.removeprefix(prefix)
    raise SettingsError(
        "DELPHI_DATABASE_URL: expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    )
