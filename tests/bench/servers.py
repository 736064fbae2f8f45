"""Servers to be measured: each a process of its own with its own folder, port and database."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from tests.bench.processes import Used, used_by
from tests.databases import PostgresSource, postgres_server

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Installation:
    """A folder with its database; commands run in it."""

    folder: Path
    port: int
    database_url: str
    #: process of the database server, if there is one and it is ours
    database_pid: int | None

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the program."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DELPHI_DATABASE_URL": self.database_url,
            "DELPHI_PORT": str(self.port),
            "DELPHI_BASE_URL": f"http://127.0.0.1:{self.port}",
        }

    def demonstration(self, *, experts: int, rounds: int = 1) -> dict[str, Any]:
        """Make a demonstration study whose next round is open; return what the command prints."""
        words = ("demo", "--experts", str(experts), "--rounds", str(rounds), "--json")
        done = subprocess.run(
            [sys.executable, "-m", "delphi.cli", *words],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    @contextmanager
    def serving(self, *command: str) -> Iterator[RunningServer]:
        """Run `python -m` with these words until the end of the block."""
        with (self.folder / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        try:
            self._await(process)
            yield RunningServer(self, process.pid)
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)

    def _await(self, process: subprocess.Popen[bytes]) -> None:
        patience = time.monotonic() + START_SECONDS
        while time.monotonic() < patience and process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall(b"GET / HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                    if connection.recv(1):
                        return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError((self.folder / "server.log").read_text()[-2000:])


@dataclass(frozen=True)
class RunningServer:
    """A server that answers."""

    installation: Installation
    pid: int

    def used(self) -> Used:
        """Return what the server has used so far, its children included."""
        return used_by(self.pid)

    def database_cpu(self) -> float | None:
        """Return the CPU seconds of the database server, or None where it is not ours to see."""
        pid = self.installation.database_pid
        return None if pid is None else used_by(pid).cpu


@contextmanager
def installation(backend: str) -> Iterator[Installation]:
    """Give an empty installation on one kind of database; everything is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="delphi-bench-") as name:
        folder = Path(name)
        if backend == "sqlite":
            path = folder / "instance" / "delphi.db"
            yield Installation(folder, free_port(), f"sqlite:///{path}", None)
            return
        with postgres_server() as server:
            source = PostgresSource(server)
            database = source.empty()
            try:
                yield Installation(folder, free_port(), source.url(database), _postmaster(server))
            finally:
                source.drop(database)
                source.close()


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _postmaster(server: URL) -> int | None:
    folder = server.query.get("host")
    if not isinstance(folder, str):
        return None
    try:
        return int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])
    except OSError:
        return None
