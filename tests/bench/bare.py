"""A bare Flask handler under the server settings of the program: what a request costs at least.

One short page, one insert into a small table, one commit that waits for the disk; the driver of the
database and nothing around it. `python -m tests.bench.bare` reads the same settings as the program.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable

import psycopg
from flask import Flask, redirect, request
from gunicorn.arbiter import Arbiter
from sqlalchemy.engine import make_url
from werkzeug.wrappers import Response

from delphi.cli.serve import PROCESSES, THREADS, Server
from delphi.settings import load_settings

_PAGE = "<!doctype html><html lang=en><title>Bare</title><p>A short page.</p></html>"
_TABLE = "CREATE TABLE IF NOT EXISTS bench_bare (text VARCHAR(200))"
_own = threading.local()


class BareServer(Server):
    """The same server with another application."""

    def load(self) -> Flask:
        """Make the application, once in each process."""
        return _application(_writer(self._settings.database_url))


def _application(write: Callable[[str], None]) -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def page() -> str:
        return _PAGE

    @app.post("/")
    def sent() -> Response:
        write(request.form["text"])
        return redirect("/", 303)

    return app


def _writer(url: str) -> Callable[[str], None]:
    """Return what inserts one row and commits it; every thread has a connection of its own."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_writer(str(parsed.database))
    # The address of the driver, without the name of the library on top of it.
    return _postgresql_writer(
        parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    )


def _sqlite_writer(path: str) -> Callable[[str], None]:
    def write(text: str) -> None:
        if not hasattr(_own, "connection"):
            _own.connection = sqlite3.connect(path, timeout=15, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                _own.connection.execute(f"PRAGMA {pragma}")
        _own.connection.execute("BEGIN IMMEDIATE")
        _own.connection.execute("INSERT INTO bench_bare VALUES (?)", (text,))
        _own.connection.execute("COMMIT")

    return write


def _postgresql_writer(url: str) -> Callable[[str], None]:
    def write(text: str) -> None:
        if not hasattr(_own, "connection"):
            _own.connection = psycopg.connect(url, options="-c synchronous_commit=on")
        with _own.connection.transaction():
            _own.connection.execute("INSERT INTO bench_bare VALUES (%s)", (text,))

    return write


def _make_table(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(parsed.database))
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(_TABLE)
        connection.close()
        return
    address = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as opened:
        opened.execute(_TABLE)


def main() -> None:
    """Serve until stopped."""
    settings = load_settings()
    _make_table(settings.database_url)
    Arbiter(BareServer(settings, processes=PROCESSES, threads=THREADS)).run()


if __name__ == "__main__":
    main()
