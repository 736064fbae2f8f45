"""Settings: the environment first, then a file; what cannot be used is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from delphi.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder without a settings file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> dict[str, str]:
    """Write a settings file; return the environment that names it."""
    path = folder / "my.env"
    path.write_text(text, encoding="utf-8")
    return {"DELPHI_SETTINGS_FILE": str(path)}


def test_without_any_setting_the_program_runs_on_this_machine() -> None:
    assert load_settings({}) == Settings(
        database_url="sqlite:///instance/delphi.db",
        base_url="http://127.0.0.1:8000",
        instance_key_file=Path("instance/instance.key"),
        port=8000,
    )


def test_the_environment_goes_before_the_file(elsewhere: Path) -> None:
    environment = written(elsewhere, "DELPHI_PORT=9001\nDELPHI_BASE_URL=http://localhost:9001\n")
    found = load_settings(environment | {"DELPHI_PORT": "9002"})
    assert (found.port, found.base_url) == (9002, "http://localhost:9001")


def test_an_empty_variable_counts_as_none() -> None:
    assert load_settings({"DELPHI_PORT": ""}).port == 8000


def test_the_file_may_have_remarks_and_blanks(elsewhere: Path) -> None:
    environment = written(elsewhere, "# port\n\n  DELPHI_PORT = 9001 \n")
    assert load_settings(environment).port == 9001


def test_the_file_below_the_working_directory_is_read(elsewhere: Path) -> None:
    (elsewhere / "instance").mkdir()
    (elsewhere / "instance" / "settings.env").write_text("DELPHI_PORT=9003\n", encoding="utf-8")
    assert load_settings({}).port == 9003


@pytest.mark.parametrize("line", ["COLOUR=blue", "DELPHI_PORT", "port=1", "=1"])
def test_a_line_that_is_no_setting_is_refused_with_its_number(elsewhere: Path, line: str) -> None:
    with pytest.raises(
        SettingsError, match=r"my\.env, line 2: expected one of DELPHI_DATABASE_URL"
    ):
        load_settings(written(elsewhere, f"# first\n{line}\n"))


def test_a_file_that_is_named_must_be_there(elsewhere: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.env is not a file"):
        load_settings({"DELPHI_SETTINGS_FILE": str(elsewhere / "nowhere.env")})


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80a", " 80", "８０", "1e3"])
def test_a_port_is_a_number_from_1_to_65535(port: str) -> None:
    with pytest.raises(SettingsError, match="DELPHI_PORT: found"):
        load_settings({"DELPHI_PORT": port})


@pytest.mark.parametrize(
    "url",
    ["delphi.example.org", "ftp://delphi.example.org", "https://", "https://delphi.example.org/a"],
)
def test_a_base_address_is_a_web_address_without_path(url: str) -> None:
    with pytest.raises(SettingsError, match="DELPHI_BASE_URL: found"):
        load_settings({"DELPHI_BASE_URL": url})


@pytest.mark.parametrize(
    ("url", "is_https", "is_loopback"),
    [
        ("https://delphi.example.org/", True, False),
        ("http://localhost:8000", False, True),
        ("http://127.0.0.1", False, True),
        ("http://[::1]:8000", False, True),
        ("http://192.168.1.5", False, False),
    ],
)
def test_the_base_address_tells_how_it_is_reached(
    url: str, *, is_https: bool, is_loopback: bool
) -> None:
    found = load_settings({"DELPHI_BASE_URL": url})
    assert (found.is_https, found.is_loopback) == (is_https, is_loopback)
    assert not found.base_url.endswith("/")


@pytest.mark.parametrize("prefix", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_named_in_any_of_the_usual_ways(prefix: str) -> None:
    found = load_settings({"DELPHI_DATABASE_URL": f"{prefix}://delphi:secret@db/delphi"})
    assert found.database_url == "postgresql+psycopg://delphi:secret@db/delphi"


@pytest.mark.parametrize("url", ["mysql://db/delphi", "delphi.db", "sqlite://", "sqlite+x:///a"])
def test_another_database_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="DELPHI_DATABASE_URL: expected sqlite:///FILE"):
        load_settings({"DELPHI_DATABASE_URL": url})
