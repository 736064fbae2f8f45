"""The walls of the house stand, and each catches whoever breaks through it."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from tests.architecture.walls import ROOT, walls

CONTRACTS = [
    contract["name"]
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
]

#: wall → module and the import that breaks through it
BREACHES = {
    "analysis knows nothing of the application": ("analysis/tables.py", "import flask"),
    "the record is standard library only": ("analysis/record/leaf.py", "import numpy"),
    "domain is standard library and analysis.record only": (
        "delphi/domain/letter.py",
        "import sqlalchemy",
    ),
    "imports point up the list of the house": (
        "delphi/models/study/study.py",
        "import delphi.services.ledger",
    ),
    "identity and answers never meet in the tables": (
        "delphi/models/answer/__init__.py",
        "import delphi.models.identity",
    ),
    "services and queries know no web": ("delphi/services/tick.py", "import flask"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of the packages that a test may spoil."""
    for package in ("analysis", "delphi"):
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "data", "translations"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    translations = ROOT / "delphi" / "translations"
    shutil.copytree(translations, tmp_path / "delphi" / "translations", dirs_exist_ok=True)
    return tmp_path


def test_the_walls_stand() -> None:
    assert walls(ROOT) == dict.fromkeys(CONTRACTS, True)


def test_every_wall_has_a_breach_that_it_must_catch() -> None:
    assert set(BREACHES) == set(CONTRACTS)


def test_each_wall_catches_its_breach(copy: Path) -> None:
    for module, breach in BREACHES.values():
        path = copy / module
        text = path.read_text(encoding="utf-8")
        assert "from __future__ import annotations\n" in text
        path.write_text(
            text.replace(
                "from __future__ import annotations\n",
                f"from __future__ import annotations\n\n{breach}\n",
                1,
            ),
            encoding="utf-8",
        )
    assert walls(copy) == dict.fromkeys(CONTRACTS, False)


def test_an_untouched_copy_stands(copy: Path) -> None:
    assert walls(copy) == dict.fromkeys(CONTRACTS, True)
