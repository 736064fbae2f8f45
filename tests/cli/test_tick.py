"""`delphi tick` and `delphi worker` do what is due."""

import os
import signal
import subprocess
import sys
import time

from click.testing import CliRunner

from delphi.cli import commands


def test_tick_says_what_it_did(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(commands, ["demo", "--json", "--rounds", "0"]).exit_code == 0
    result = runner.invoke(commands, ["tick"])
    assert result.exit_code == 0
    assert result.output == "marks moved: 0, closings resumed: 0, rounds closed: 0\n"


def test_the_worker_ends_quietly_when_it_is_told_to(tmp_path):
    environment = {key: value for key, value in os.environ.items() if "DELPHI" not in key}
    subprocess.run(
        [sys.executable, "-m", "delphi.cli", "db", "upgrade"],
        cwd=tmp_path,
        env=environment,
        check=True,
        capture_output=True,
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "delphi.cli", "worker", "--every", "1"],
        cwd=tmp_path,
        env={**environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ticking every 1 s\n"
    time.sleep(1.5)  # at least one tick
    worker.send_signal(signal.SIGTERM)
    _, told = worker.communicate(timeout=20)
    assert worker.returncode == 0
    assert told == b""
