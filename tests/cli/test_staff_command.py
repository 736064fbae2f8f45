from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from delphi.cli import main
from delphi.cli.staff import random_password
from delphi.db import Database
from delphi.models.study import Staff
from delphi.services.staff.passwords import is_password

DATABASE = "instance/delphi.db"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder with no settings but the defaults."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "BASE_URL", "INSTANCE_KEY_FILE", "PORT", "SETTINGS_FILE"):
        monkeypatch.delenv(f"DELPHI_{name}", raising=False)
    return tmp_path


@pytest.fixture
def ready(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Stand in a folder where `delphi db upgrade` has been run."""
    run("db", "upgrade")
    capsys.readouterr()
    return folder


def run(*words: str) -> int:
    """Run a command; return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


def account(folder: Path, login: str = "lin") -> Staff:
    database = Database(f"sqlite:///{folder / DATABASE}")
    with database.reading() as session:
        found = session.scalars(select(Staff).where(Staff.login == login)).one()
        session.expunge(found)
    database.dispose()
    return found


def test_upgrading_makes_database_and_key_that_only_the_owner_reads(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("db", "upgrade") == 0
    assert capsys.readouterr().out == "The database is up to date.\n"
    key = folder / "instance/instance.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    assert run("db", "upgrade") == 0
    assert key.read_bytes() == before
    assert (folder / DATABASE).is_file()


def test_adding_prints_a_password_once_that_lets_in(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("staff", "add", "Lin", "--name", "林老师") == 0
    printed = capsys.readouterr()
    found = re.search(r"^login     lin\npassword  (\S+)   \(shown this once\)\n$", printed.out)
    assert found is not None
    assert printed.err == ""
    staff = account(ready)
    assert staff.name == "林老师"
    assert is_password(staff.password_hash, found[1])
    assert staff.totp_sealed is None
    assert found[1].encode() not in (ready / DATABASE).read_bytes()


def test_off_the_loopback_address_a_second_factor_is_printed(
    ready: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELPHI_BASE_URL", "https://delphi.example.org")
    assert run("staff", "add", "lin") == 0
    assert re.search(
        r"^otpauth://totp/Delphi%20Weights%3Alin\?secret=[A-Z2-7]{32}&issuer=Delphi%20Weights",
        capsys.readouterr().out,
        re.M,
    )
    assert account(ready).totp_sealed is not None


def test_renewing_replaces_the_password(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("staff", "add", "lin")
    first = account(ready).password_hash
    assert run("staff", "renew", "lin") == 0
    assert account(ready).password_hash != first


def test_disabling_shuts_the_account(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("staff", "add", "lin")
    capsys.readouterr()
    assert run("staff", "disable", "lin") == 0
    assert capsys.readouterr().out == "lin can no longer sign in.\n"
    assert not account(ready).is_active


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("add", "l in"), "A login has 1 to 60 of a–z, 0–9 and . _ @ -, and begins with a"),
        (("add", "x", "--name", " "), "A name has 1 to 100 characters."),
        (("renew", "nobody"), "There is no account of this name."),
        (("disable", "nobody"), "There is no account of this name."),
    ],
)
def test_a_refusal_is_one_line_and_status_1(
    ready: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], line: str
) -> None:
    assert run("staff", *words) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(line)
    assert printed.err.count("\n") == 1


def test_a_login_that_is_taken_is_refused(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("staff", "add", "lin")
    capsys.readouterr()
    assert run("staff", "add", "LIN") == 1
    assert capsys.readouterr().err == "There is an account of this name already.\n"


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("DELPHI_PORT", "x", "DELPHI_PORT: found 'x', expected a number from 1 to 65535"),
        ("DELPHI_BASE_URL", "ftp://x", "DELPHI_BASE_URL: found 'ftp://x'"),
        ("DELPHI_DATABASE_URL", "mysql://x", "DELPHI_DATABASE_URL: expected sqlite:///FILE"),
        ("DELPHI_SETTINGS_FILE", "/nothing", "DELPHI_SETTINGS_FILE: /nothing is not a file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_status_2(
    ready: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    line: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert run("staff", "add", "lin") == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(line)
    assert printed.err.count("\n") == 1


def test_a_key_that_is_missing_or_open_to_others_is_one_line_and_status_2(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = ready / "instance/instance.key"
    key.chmod(0o644)
    assert run("staff", "add", "lin") == 2
    assert "is readable by others" in capsys.readouterr().err
    key.unlink()
    assert run("staff", "add", "lin") == 2
    assert "`delphi db upgrade` makes it" in capsys.readouterr().err


def test_a_database_that_cannot_be_opened_is_one_line_and_status_2(
    ready: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ready / DATABASE).write_bytes(b"this is no database" * 100)
    assert run("staff", "add", "lin") == 2
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "not a database" in printed.err


def test_passwords_are_random_and_can_be_read_aloud() -> None:
    passwords = {random_password() for _ in range(200)}
    assert len(passwords) == 200
    group = "[2-9a-hjkmnp-z]{4}"
    assert all(re.fullmatch(f"{group}(-{group}){{4}}", one) for one in passwords)


def test_help_lists_the_commands_and_an_unknown_one_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--help") == 0
    out = capsys.readouterr().out
    assert all(re.search(rf"^  {name}\b", out, re.M) for name in ("db", "serve", "staff"))
    assert "opening" not in out
    for name in ("opening", "__main__", "nothing"):
        assert run(name) == 2
        assert f"No such command '{name}'" in capsys.readouterr().err
