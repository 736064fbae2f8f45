"""Every DELPHI_* key is explained: the program's in README.md, those of the tests beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from delphi.settings import FILE_VARIABLE, KEYS
from tests.architecture.walls import ROOT
from tests.databases import GIVEN_SERVER

_KEY = re.compile(r"\bDELPHI_[A-Z][A-Z_]*[A-Z]\b")
PROGRAM = ("delphi", "analysis", "migrations", "wsgi.py")
TESTS = ("tests", "Makefile", ".ci")


def files(places: Iterable[str]) -> Iterator[Path]:
    """Return every text file in which a key may be read."""
    for name in places:
        place = ROOT / name
        found = place.rglob("*") if place.is_dir() else [place]
        yield from (one for one in found if one.suffix in {".py", ".sh", ""} and one.is_file())


def keys_read(places: Iterable[str]) -> set[str]:
    """Return the keys that stand in the files."""
    here = Path(__file__)
    texts = (
        path.read_text(encoding="utf-8", errors="ignore") for path in files(places) if path != here
    )
    return {key for text in texts for key in _KEY.findall(text)}


def undocumented(keys: Iterable[str], *pages: str) -> set[str]:
    """Return the keys that no page explains."""
    return set(keys) - {key for page in pages for key in _KEY.findall(page)}


def page(name: str) -> str:
    """Return the text of a page at the top."""
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_settings_are_among_the_keys_found() -> None:
    assert {*KEYS, FILE_VARIABLE} <= keys_read(PROGRAM)
    assert GIVEN_SERVER in keys_read(TESTS)


def test_a_key_that_is_not_explained_is_caught() -> None:
    readme = "| `DELPHI_PORT` | port |"
    assert undocumented(["DELPHI_PORT", "DELPHI_BASE_URL"], readme) == {"DELPHI_BASE_URL"}
    assert undocumented(["DELPHI_BASE"], "DELPHI_BASE_URL") == {"DELPHI_BASE"}


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_key_of_the_program_stands_in_the_readme(readme: str) -> None:
    assert undocumented(keys_read(PROGRAM), page(readme)) == set()


def test_every_key_of_the_tests_stands_in_the_readme_or_beside() -> None:
    assert undocumented(keys_read(TESTS), page("README.md"), page("CONTRIBUTING.md")) == set()
