"""`delphi run` makes demonstrations in an empty database only, then serves."""

import pytest
from click.testing import CliRunner

from delphi.cli import commands, serve


@pytest.fixture
def served(monkeypatch):
    calls = []
    monkeypatch.setattr(serve.command, "callback", lambda **options: calls.append(options))
    return calls


def test_an_empty_database_gets_a_running_and_a_finished_study_under_one_login(
    tmp_path, monkeypatch, served
):
    monkeypatch.chdir(tmp_path)
    first = CliRunner().invoke(commands, ["run"])
    assert first.exit_code == 0, first.output
    assert "Running study, round 3 open" in first.output
    assert "Finished study, weights released" in first.output
    assert first.output.count("login demo-") == 1
    assert first.output.count("/s#") == 8
    assert len(served) == 1


def test_a_database_with_studies_is_left_alone(tmp_path, monkeypatch, served):
    monkeypatch.chdir(tmp_path)
    CliRunner().invoke(commands, ["demo", "--json", "--rounds", "0"])
    again = CliRunner().invoke(commands, ["run"])
    assert again.exit_code == 0
    assert "no demonstration was made" in again.output
    assert len(served) == 1
