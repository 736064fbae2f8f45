"""`delphi study`: a draft from a table, and roles."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from analysis.templates import template_text
from delphi.cli import main
from delphi.db import Database
from delphi.models.study import Study, StudyRole


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Path:
    """Stand in a folder with a database, one account and a table."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "BASE_URL", "INSTANCE_KEY_FILE", "PORT", "SETTINGS_FILE"):
        monkeypatch.delenv(f"DELPHI_{name}", raising=False)
    (tmp_path / "icdi.csv").write_text(template_text("icdi_ec_2022"), encoding="utf-8")
    assert run("db", "upgrade") == 0
    assert run("staff", "add", "lin") == 0
    capsys.readouterr()
    return tmp_path


def run(*words: str) -> int:
    """Run a command; return its exit status."""
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    return int(ended.value.code or 0)


def studies(folder: Path) -> list[tuple[str, str, str, str]]:
    database = Database(f"sqlite:///{folder / 'instance/delphi.db'}")
    with database.reading() as session:
        rows = session.execute(
            select(Study.title_zh, Study.title_en, Study.state, StudyRole.role).join(
                StudyRole, StudyRole.study_id == Study.id
            )
        ).all()
    database.dispose()
    return [tuple(row) for row in rows]


def test_a_table_becomes_a_draft_of_the_only_account(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("study", "import", "icdi.csv", "--title-zh", "指数", "--title-en", "Index") == 0
    told = capsys.readouterr().out
    assert re.fullmatch(
        r"study ([0-9a-f]{16}): 37 indicators, coordinator lin\n"
        r"http://127\.0\.0\.1:8000/studies/\1\n",
        told,
    )
    assert studies(folder) == [("指数", "Index", "draft", "coordinator")]


def test_titles_fall_back_to_the_name_of_the_file(folder: Path) -> None:
    assert run("study", "import", "icdi.csv", "--login", "LIN ") == 0
    assert studies(folder) == [("icdi", "icdi", "draft", "coordinator")]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            "code,parent,name_zh,name_en,weight_rule\nA,B,甲,A,elicited\nB,A,乙,B,elicited\n",
            'bad.csv, row 2, column parent: found a cycle through "A", expected a path that ends '
            "at a row without parent (and 1 more)\n",
        ),
        ("", "bad.csv: found an empty file, expected a header row and data\n"),
    ],
)
def test_a_bad_table_is_refused_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], table: str, said: str
) -> None:
    (folder / "bad.csv").write_text(table, encoding="utf-8")
    assert run("study", "import", "bad.csv") == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", said)
    assert studies(folder) == []


def test_a_file_that_is_not_there_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("study", "import", "nothing.csv") == 2
    assert "nothing.csv: found no such file" in capsys.readouterr().err


def test_with_several_accounts_the_coordinator_must_be_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("staff", "add", "wu") == 0
    assert run("study", "import", "icdi.csv") == 2
    assert "there are 2 accounts; name the coordinator: --login LOGIN" in capsys.readouterr().err
    assert run("study", "import", "icdi.csv", "--login", "nobody") == 2
    assert "there is no account 'nobody'" in capsys.readouterr().err
    assert studies(folder) == []


def test_a_title_that_is_too_long_is_refused_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("study", "import", "icdi.csv", "--title-zh", "长" * 201) == 1
    assert capsys.readouterr().err == "The title is too long; at most 200 characters.\n"


def test_a_role_lets_somebody_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("study", "import", "icdi.csv") == 0
    study = re.findall(r"study ([0-9a-f]{16})", capsys.readouterr().out)[0]
    assert run("staff", "add", "wu") == 0
    capsys.readouterr()
    assert run("study", "grant", study, "wu", "--role", "methodologist") == 0
    assert capsys.readouterr().out == f"wu is methodologist of study {study}\n"
    assert sorted(row[3] for row in studies(folder)) == ["coordinator", "methodologist"]
