"""The server is killed while experts submit: what it has acknowledged is there, unmodified."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from analysis.record.leaf import leaf_hash
from delphi.db import Database
from delphi.instance_key import ensure_instance_key
from delphi.models.answer import Submission
from delphi.models.identity import Invitation
from delphi.surroundings import Surroundings
from tests.architecture.walls import ROOT
from tests.databases import BACKENDS, MakeDatabase
from tests.harness.visitors import Crowd, Receipt, Visitor
from tests.studies import RunningStudy, looking, running_study

pytestmark = pytest.mark.harness
CHANCE = random.SystemRandom()
EXPERTS = 8
START_SECONDS = 60.0


@dataclass
class Installation:
    """A database with an open round, and the server that serves it."""

    study: RunningStudy
    folder: Path
    port: int
    hasty: bool
    receipts: list[Receipt] = field(default_factory=list)

    @contextmanager
    def serving(self) -> Iterator[subprocess.Popen[bytes]]:
        """Start the server in a process group of its own; kill the group at the end."""
        command = [
            sys.executable,
            "-m",
            "tests.harness.server",
            *(["--hasty"] if self.hasty else []),
        ]
        with (self.folder / "server.log").open("ab") as log:
            server = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stderr=log, start_new_session=True
            )
        try:
            self._wait_for(server)
            yield server
        finally:
            with suppress(ProcessLookupError):  # it never came up
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()

    def _environment(self) -> dict[str, str]:
        url = self.study.database.url
        return os.environ | {
            "DELPHI_DATABASE_URL": url.render_as_string(hide_password=False),
            "DELPHI_INSTANCE_KEY_FILE": str(self.folder / "instance.key"),
            "DELPHI_BASE_URL": f"http://127.0.0.1:{self.port}",
            "DELPHI_PORT": str(self.port),
        }

    def _wait_for(self, server: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and server.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError((self.folder / "server.log").read_text(encoding="utf-8"))

    def is_killed_under_fire(self) -> int:
        """Serve, be killed at a random moment; return how many were acknowledged."""
        with self.serving():
            crowd = Crowd(
                [
                    Visitor(self.port, token, expert)
                    for expert, token in enumerate(self.study.tokens)
                ]
            )
            crowd.start()
            time.sleep(CHANCE.uniform(0.6, 1.6))
        crowd.wait()
        assert crowd.errors == []
        self.receipts += crowd.receipts
        return len(crowd.receipts)

    def lost(self) -> list[Receipt]:
        """Return the acknowledged submissions that are not there as they were sent."""
        with looking(self.study.database) as session:
            rows = session.scalars(select(Submission)).all()
        found = {row.nonce[:32]: row for row in rows if is_whole(row)}
        return [
            one
            for one in self.receipts
            if one.browser_nonce not in found or points_of(found[one.browser_nonce]) != one.points
        ]


def is_whole(row: Submission) -> bool:
    return row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))


def points_of(row: Submission) -> object:
    return json.loads(row.document)["answers"][0]["values"]


def is_sound(database: Database) -> bool:
    if not database.is_sqlite:
        return True
    with database.reading() as session:
        return session.scalar(text("PRAGMA integrity_check")) == "ok"


def install(
    database: Database, around: Surroundings, folder: Path, *, hasty: bool = False
) -> Installation:
    """Open a round whose experts have passed the terms, with the key that the server uses."""
    key = ensure_instance_key(folder / "instance.key")
    own = Surroundings(key, around.clock, around.random)
    study = running_study(database, own, experts=EXPERTS).opens_round(days=36_500)
    with database.writing() as session:
        session.execute(update(Invitation).values(entry="ready"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Installation(study, folder, port, hasty)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    databases: MakeDatabase,
    around: Surroundings,
    tmp_path: Path,
    times: Callable[[int, int], int],
    backend: str,
) -> None:
    with databases(backend) as database:
        installation = install(database, around, tmp_path)
        for _ in range(times(3, 500)):
            installation.is_killed_under_fire()
            assert installation.lost() == []
            assert is_sound(database)
        assert len(installation.receipts) > 20
        study = installation.study.closes_round()
        rows = {row.respondent: row for row in study.submissions()}  # revisions come in order
        assert study.counted() == sorted(row.leaf for row in rows.values())


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_server_that_acknowledges_before_it_commits_is_caught(
    databases: MakeDatabase, around: Surroundings, tmp_path: Path, backend: str
) -> None:
    with databases(backend) as database:
        installation = install(database, around, tmp_path, hasty=True)
        for _ in range(12):
            installation.is_killed_under_fire()
            if installation.lost():
                return
    pytest.fail("the planted fault was not seen")
