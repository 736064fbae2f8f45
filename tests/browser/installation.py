"""An installation of its own: a folder, a database, a key, and `delphi serve` on a free port."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_START = 30.0
LONGEST_COMMAND = 120


@dataclass(frozen=True)
class Account:
    """A login as `delphi staff add` prints it."""

    login: str
    password: str


class Installation:
    """Runs the commands of the program with settings from the environment alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._port = _free_port()
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("DELPHI_")},
            "DELPHI_DATABASE_URL": f"sqlite:///{folder / 'delphi.db'}",
            "DELPHI_INSTANCE_KEY_FILE": str(folder / "instance.key"),
            "DELPHI_BASE_URL": self.base_url,
            "DELPHI_PORT": str(self._port),
        }
        self._server: subprocess.Popen[bytes] | None = None
        self.run("db", "upgrade")

    def run(self, *arguments: str) -> str:
        """Run a `delphi` command; return what it prints."""
        return self._python("delphi.cli", *arguments)

    def analysis(self, *arguments: str) -> Any:
        """Run `python -m analysis` on files alone; return the document that it prints."""
        return json.loads(self._python("analysis", *arguments))

    def add_staff(self, login: str, name: str) -> Account:
        """Make an account the way an operator does."""
        printed = self.run("staff", "add", login, "--name", name)
        found = re.search(r"^password\s+(\S+)", printed, re.MULTILINE)
        assert found, printed
        return Account(login, found.group(1))

    def demonstration(self, *, experts: int = 8, rounds: int = 3) -> dict[str, Any]:
        """Make a demonstration study."""
        printed = self.run("demo", "--json", "--experts", str(experts), "--rounds", str(rounds))
        return dict(json.loads(printed))

    def lets_deadline_pass(self, study: str) -> None:
        """Put the deadline of the open round into the past; no page can."""
        with closing(sqlite3.connect(self.folder / "delphi.db", timeout=30)) as database, database:
            due = "UPDATE round SET due_at = datetime('now', '-1 day') "
            database.execute(due + "WHERE study_id = ? AND state = 'open'", (study,))

    def start(self) -> None:
        """Start the server with its background loop and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "delphi.cli", "serve"],
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + LONGEST_START
        while not self._answers():
            assert self._server.poll() is None, f"the server ended:\n{self.log}"
            assert time.monotonic() < until, f"the server does not answer:\n{self.log}"
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server; it stops its background loop itself."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=30)

    @property
    def log(self) -> str:
        """What the server has written."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except OSError:  # refused, reset, or too slow to answer
            return False
        finally:
            connection.close()

    def _python(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=LONGEST_COMMAND,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}"
        return done.stdout


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
