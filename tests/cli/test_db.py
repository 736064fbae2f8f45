"""`delphi db`: the schema follows the tables."""

import shutil

from click.testing import CliRunner

from delphi import migrate
from delphi.cli import commands


def test_a_new_migration_is_written_beside_the_others_and_finds_nothing_missing(
    tmp_path, monkeypatch
):
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrate, "FOLDER", folder)
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(commands, ["db", "upgrade"]).exit_code == 0
    written = runner.invoke(commands, ["db", "revision", "nothing new", "--id", "9999"])
    assert written.exit_code == 0, written.output
    text = (folder / "versions" / "9999_nothing_new.py").read_text(encoding="utf-8")
    assert "down_revision = '0001'" in text
    assert "op." not in text
