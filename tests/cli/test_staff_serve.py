"""`delphi serve` as a process: what it answers, logs and leaves behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PATIENCE_SECONDS = 30.0


@dataclass
class Served:
    """A running server."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def get(self, path: str, headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers=headers or {})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def answers(self) -> bool:
        try:
            return self.get("/healthz").status == 200
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(happened: object, process: subprocess.Popen[str] | None = None) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if happened():  # type: ignore[operator]
            return
        if process is not None and process.poll() is not None:
            pytest.fail(f"ended with {process.returncode}: {process.communicate()}")
        time.sleep(0.05)
    pytest.fail("it did not happen in time")


def delphi(*words: str, folder: Path, port: int) -> subprocess.Popen[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-m", "delphi.cli", *words],
        cwd=folder,
        env={**environment, "DELPHI_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    port = free_port()
    upgrade = delphi("db", "upgrade", folder=tmp_path, port=port)
    upgrade.communicate()
    assert upgrade.returncode == 0
    server = Served(delphi("serve", folder=tmp_path, port=port), port, tmp_path)
    try:
        wait_until(server.answers, server.process)
        yield server
    finally:
        server.process.kill()
        server.process.communicate(timeout=PATIENCE_SECONDS)


def children(pid: int) -> set[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return {int(line) for line in listed.stdout.split()}


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


def test_it_answers_quietly_and_stops_with_everything_it_started(served: Served) -> None:
    response = served.get("/?lang=en", {"X-Forwarded-For": "203.0.113.77"})
    assert response.status == 200
    assert response.getheader("Server") is None
    assert response.getheader("Content-Security-Policy")
    assert served.get("/", {"Host": "evil.example"}).status == 400
    send_nonsense(served.port)
    # Two processes and the background loop; the last of them may still be starting.
    wait_until(lambda: len(children(served.process.pid)) == 3)
    family = children(served.process.pid)
    served.process.send_signal(signal.SIGTERM)
    out, err = served.process.communicate(timeout=PATIENCE_SECONDS)
    assert served.process.returncode == 0
    assert (
        out
        == f"Delphi Weights: http://127.0.0.1:{served.port}  (port {served.port} of this machine)\n"
    )
    assert "203.0.113.77" not in err
    assert "127.0.0.1" not in err
    assert "Bad header" not in err
    wait_until(lambda: all(map(is_gone, family)))


def send_nonsense(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nBad header\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")


def test_nothing_survives_when_it_is_killed(served: Served) -> None:
    family = children(served.process.pid)
    served.process.kill()
    wait_until(lambda: all(map(is_gone, family)))


def test_it_names_what_is_missing(tmp_path: Path) -> None:
    process = delphi("serve", folder=tmp_path, port=free_port())
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode != 0
    assert "run: delphi db upgrade" in err
    assert (tmp_path / "instance/instance.key").is_file()


def test_a_form_whose_connection_breaks_is_refused(served: Served) -> None:
    body = b"login=somebody&password=a-long-pass"
    head = (
        f"POST /account/login HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
    )
    for announced, status in ((len(body), b"403"), (len(body) + 5, b"400")):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
            length = f"Content-Length: {announced}\r\nConnection: close\r\n\r\n"
            connection.sendall((head + length).encode() + body)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1000).split()[1] == status
