"""What the pages show is what the program does; pages come in two languages and find each other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import (
    DOCS,
    INDEX,
    ROOT,
    anchors,
    broken_links,
    commands,
    examples,
    failures,
    page_name,
    pages,
    twin,
    unlisted,
    unrun,
    wrong_commands,
)

PAGES = pages()
FRONT = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
METHODS = pages(DOCS / "methods")
TUTORIALS = [path for path in PAGES if path.name.startswith("tutorial")]

every_page = pytest.mark.parametrize("page", [*PAGES, *FRONT], ids=page_name)
every_method = pytest.mark.parametrize("page", METHODS, ids=page_name)
every_tutorial = pytest.mark.parametrize("page", TUTORIALS, ids=page_name)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder that holds the data of the pages, as a reader in `docs/` would."""
    if (DOCS / "data").is_dir():
        shutil.copytree(DOCS / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@every_page
def test_the_worked_examples_give_what_the_page_says(page: Path, desk: Path) -> None:
    assert failures(page) == ""


@every_page
def test_the_commands_print_what_the_page_says(page: Path, desk: Path) -> None:
    assert wrong_commands(page, desk) == []


@every_method
def test_a_page_on_a_method_has_a_worked_example(page: Path) -> None:
    assert len(examples(page).examples) >= 3


@every_tutorial
def test_the_tutorial_has_worked_examples_and_commands(page: Path) -> None:
    assert len(examples(page).examples) > 30
    assert len(list(commands(page))) > 5


@every_page
def test_a_block_of_python_is_an_example_that_runs(page: Path) -> None:
    assert unrun(page) == []


@every_page
def test_a_page_has_its_twin_in_the_other_language(page: Path) -> None:
    assert twin(page).is_file()


@every_page
def test_links_lead_to_pages_and_headings_that_exist_in_the_same_language(page: Path) -> None:
    assert broken_links(page) == []


@pytest.mark.parametrize("index", INDEX, ids=page_name)
def test_the_index_lists_every_page(index: Path) -> None:
    assert unlisted(index, PAGES) == []


def test_there_are_pages_to_look_at() -> None:
    assert len(METHODS) >= 20
    assert {path.name for path in TUTORIALS} == {"tutorial.md", "tutorial.zh-CN.md"}


# The checks can fail


@pytest.fixture
def written(tmp_path: Path):
    """Write a page into an empty folder."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


EXAMPLE = """# W

```python
>>> from analysis.concordance import coefficient
>>> import numpy as np
>>> coefficient(np.array([[1.0, 2, 3], [1, 2, 3]]))
1.0

```
"""


def test_a_right_example_passes_and_a_wrong_one_is_caught(written) -> None:
    assert failures(written("right.md", EXAMPLE)) == ""
    said = failures(written("wrong.md", EXAMPLE.replace("\n1.0\n", "\n0.9\n")))
    assert "Expected:\n    0.9\nGot:\n    1.0\n" in said


@pytest.mark.parametrize(
    "old_and_new",
    [
        ("coefficient(np", "coeficient(np"),
        ("1.0\n\n", "1.0\n"),  # the fence itself is read as output
        ("[[1.0, 2, 3]", "[[1.0, 2, 3"),
        ("\n1.0\n", "\n"),
    ],
)
def test_an_example_that_fails_or_prints_what_is_not_shown_is_caught(written, old_and_new) -> None:
    assert failures(written("wrong.md", EXAMPLE.replace(*old_and_new))) != ""


def test_one_page_does_not_change_how_another_prints(written) -> None:
    text = "```python\n>>> import numpy as np\n{}>>> print(np.array([1 / 3]))\n{}\n\n```\n"
    set_ = ">>> np.set_printoptions(precision=2)\n"
    assert failures(written("own.md", text.format(set_, "[0.33]"))) == ""
    assert failures(written("other.md", text.format("", "[0.33333333]"))) == ""


def test_a_block_without_an_example_is_caught(written) -> None:
    page = written("page.md", "```python\nw = coefficient(x)\n```\n\n```sh\nmake run\n```\n")
    assert unrun(page) == ["w = coefficient(x)\n"]
    assert len(examples(page).examples) == 0


def test_commands_are_run_and_their_output_is_held_against_the_page(written, tmp_path) -> None:
    (tmp_path / "r.csv").write_text("expert,a,b\nx,1,2\ny,1,2\n", encoding="utf-8")
    call = "$ python -m analysis concordance r.csv"
    right = f'```console\n{call}\n{{\n  "experts": 2,\n...\n$ {call[2:]} > w.json\n```\n'
    assert wrong_commands(written("right.md", right), tmp_path) == []
    assert (tmp_path / "w.json").is_file()
    wrong = right.replace('"experts": 2', '"experts": 3')
    (said,) = wrong_commands(written("wrong.md", wrong), tmp_path)
    assert said.startswith(f"{call}\nexit code 0")
    refused = written("refused.md", f"```console\n{call}x\n```\n")
    assert "exit code 2" in wrong_commands(refused, tmp_path)[0]


def test_an_error_may_be_shown_where_the_page_says_so(written, tmp_path) -> None:
    call = "$ python -m analysis concordance none.csv || echo refused with $?"
    text = f"```console\n{call}\nnone.csv: found no such file...\nrefused with 2\n```\n"
    assert wrong_commands(written("page.md", text), tmp_path) == []


@pytest.mark.parametrize(
    ("target", "broken"),
    [
        ("there.md", False),
        ("there.md#how-it-is-done-w", False),
        ("#own-heading", False),
        ("https://example.org/none", False),
        ("page.zh-CN.md", False),
        ("none.md", True),
        ("there.md#no-such-heading", True),
        ("#none", True),
        ("there.zh-CN.md", True),
    ],
)
def test_a_link_that_leads_nowhere_is_caught(written, target: str, broken: bool) -> None:
    written("there.md", "# How it is done: W\n")
    written("there.zh-CN.md", "# 怎样计算\n")
    written("page.zh-CN.md", "# 页\n")
    page = written("page.md", f"# Own heading\n\n[a]({target}) `[b](never.md)`\n")
    assert broken_links(page) == ([target] if broken else [])


def test_a_missing_twin_is_caught_both_ways(written) -> None:
    english, chinese = written("only.md", ""), written("nur.zh-CN.md", "")
    assert not twin(english).is_file()
    assert not twin(chinese).is_file()
    assert twin(written("nur.md", "")).name == "nur.zh-CN.md"
    assert twin(chinese).is_file()


def test_a_page_that_the_index_leaves_out_is_caught(written, tmp_path) -> None:
    for name in ("a.md", "a.zh-CN.md", "b.md", "b.zh-CN.md"):
        written(name, "")
    index = written("README.md", "[a](a.md) [b](b.zh-CN.md)")
    assert unlisted(index, pages(tmp_path)) == ["b.md"]


def test_anchors_are_formed_as_code_hosts_form_them() -> None:
    assert anchors("# W, and its p\n## 协调系数 W\n```\n# no\n```\n") == {
        "w-and-its-p", "协调系数-w"
    }  # fmt: skip
