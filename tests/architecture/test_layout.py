"""Files stay small, are named after what they do, and each has its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.walls import ROOT

LONGEST = 400
#: A test module may hold more cases than a reader wants in one piece of the program.
LONGEST_TESTS = 500
TREES = ("analysis", "delphi", "tests")
#: What is in these is tested module by module.
LAYERS = {
    "record", "elicitation", "scoring", "plots", "cli", "domain", "models", "queries", "services",
    "mail", "exchange", "reports", "web",
}  # fmt: skip
#: Tested page by page through the application, not module by module.
BY_PAGE = ("delphi.web.", "delphi.queries.")
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "tools"}

#: module → why it has no test module of its name
TESTED_ELSEWHERE = {
    "analysis.__main__": "calls analysis.cli and nothing else",
    "analysis.aggregation_rules": "each rule through its panel: tests/analysis/test_aggregation.py",
    "analysis.cli.expertfile": "what it refuses: tests/analysis/cli/test_ahp.py, test_bwm.py",
    "analysis.cli.output": "what every command prints: tests/analysis/cli",
    "analysis.errors": "what every refusal is made of: tests/analysis/test_tables.py",
    "analysis.scoring.assessment": "one run from files: tests/analysis/cli/score",
    "analysis.scoring.document": "its JSON: tests/analysis/cli/score",
    "analysis.scoring.export": "its tables: tests/analysis/cli/score",
    "delphi.cli.__main__": "calls delphi.cli and nothing else",
    "delphi.cli.opening": "how each command begins: tests/cli",
    "delphi.cli.serve": "tests/cli/test_staff_serve.py",
    "delphi.cli.staff": "tests/cli/test_staff_command.py",
    "delphi.cli.worker": "tests/cli/test_tick.py",
    "delphi.translations.extraction": "tests/translations/test_catalogues.py",
    "delphi.translations.typesetting": "tests/translations/test_catalogues.py",
    "delphi.translations.__main__": "calls delphi.translations and nothing else",
    "delphi.errors": "two classes, raised throughout tests/services",
    "delphi.models.study.indicator": "tables only: tests/models",
    "delphi.models.study.ledger": "tables only: tests/models",
    "delphi.models.study.release": "tables only: tests/models",
    "delphi.models.study.round": "tables only: tests/models",
    "delphi.models.study.staff": "tables only: tests/models",
    "delphi.models.study.study": "tables only: tests/models",
}


def modules(*trees: str, root: Path = ROOT) -> dict[str, Path]:
    """Return module → file of every module below the trees."""
    return {
        ".".join(path.relative_to(root).with_suffix("").parts): path
        for tree in trees
        for path in sorted((root / tree).rglob("*.py"))
        if "__pycache__" not in path.parts
    }


def too_long(files: dict[str, Path]) -> dict[str, int]:
    """Return module → lines of those that are longer than allowed."""
    lengths = {
        name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in files.items()
    }
    return {
        name: length
        for name, length in lengths.items()
        if length > (LONGEST_TESTS if name.startswith("tests.") else LONGEST)
    }


def untested(sources: dict[str, Path], tests: dict[str, Path]) -> set[str]:
    """Return the modules without a test module that bears their name.

    `delphi/services/rounds.py` wants a `test_rounds.py` somewhere. What belongs together inside a
    layer may be tested together: `delphi/web/survey/gate.py` in any `test_survey_….py`.
    """
    tested = {name.rsplit(".", 1)[-1] + "_" for name in tests}
    missing = set()
    for module in sources:
        if module.startswith(BY_PAGE):
            continue
        *packages, own = module.split(".")[1:]
        names = [own, *(package for package in packages if package not in LAYERS)]
        if own == "__init__" or f"test_{own}_" in tested:
            continue
        if not any(test.startswith(f"test_{name}_") for name in names[1:] for test in tested):
            missing.add(module)
    return missing


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    assert too_long(modules(*TREES)) == {}


def test_a_file_that_is_too_long_is_caught(tmp_path: Path) -> None:
    (tmp_path / "analysis").mkdir()
    for name, lines in (("short", LONGEST), ("long", LONGEST + 1)):
        (tmp_path / "analysis" / f"{name}.py").write_text("\n" * lines, encoding="utf-8")
    assert too_long(modules("analysis", root=tmp_path)) == {"analysis.long": LONGEST + 1}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [name for name in modules(*TREES) if name.rsplit(".", 1)[-1] in SAYS_NOTHING]


def test_every_module_has_its_test_module() -> None:
    found = untested(modules("analysis", "delphi"), modules("tests"))
    assert found - set(TESTED_ELSEWHERE) == set()


def test_the_list_of_exceptions_names_modules_that_exist() -> None:
    assert set(TESTED_ELSEWHERE) <= set(modules("analysis", "delphi"))


@pytest.mark.parametrize(
    ("module", "missing"),
    [
        ("delphi.services.rounds", False),
        ("delphi.services.round", True),
        ("delphi.services.staff.login", False),
        ("delphi.services.nowhere.login", True),
        ("analysis.__init__", False),
    ],
)
def test_a_module_without_tests_is_caught(module: str, *, missing: bool) -> None:
    tests = {"tests.services.test_rounds": ROOT, "tests.services.test_staff_sessions": ROOT}
    assert (untested({module: ROOT}, tests) == {module}) is missing


def test_only_the_packages_of_the_house_stand_at_the_top() -> None:
    packages = {path.name for path in ROOT.iterdir() if (path / "__init__.py").is_file()}
    assert packages == {"analysis", "delphi", "migrations", "tests"}
