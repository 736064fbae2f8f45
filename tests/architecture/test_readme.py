"""The front page says what is true."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.zh-CN.md", "zh")])
def test_the_table_of_recomputed_figures_is_what_the_command_prints(name, language):
    text = (ROOT / name).read_text(encoding="utf-8")
    table = text.split("<!-- reproduce -->")[1].split("<!-- /reproduce -->")[0].strip()
    command = [sys.executable, "-m", "analysis", "reproduce", "--format", "markdown"]
    printed = subprocess.run(
        [*command, "--lang", language], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    assert table == printed.strip()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_named_exists(name):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE))
    assert len(named) >= 4
    assert named <= targets


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_picture_and_page_that_is_linked_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = re.findall(r"\]\(([^)]+)\)", text)
    assert [target for target in linked if not (ROOT / target).exists()] == []


def test_every_module_that_the_tour_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:analysis|delphi|static|tests|templates|migrations)/[^`<*]*)`", text)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
