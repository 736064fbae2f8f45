"""`analysis` needs NumPy, SciPy and matplotlib at most, and loads the slow two only when asked."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_layout import modules
from tests.architecture.walls import ROOT

ALLOWED = {"analysis", "numpy", "scipy", "matplotlib"}
#: Each takes longer to load than most figures take to compute.
SLOW = ("scipy", "matplotlib")
#: Makes what the program ships, and is never run with it.
WORKSHOP = {"analysis.plots.fonts.make_subset"}
MODULES = {name: path for name, path in modules("analysis").items() if name not in WORKSHOP}
_LOADED = """
import importlib, json, sys
for name in {names!r}:
    importlib.import_module(name)
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def foreign(source: str) -> list[str]:
    """Return what a module imports, at any depth, beyond what is allowed."""
    return sorted(set(_imported(ast.parse(source))) - ALLOWED - sys.stdlib_module_names)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "analysis" if node.level else (node.module or "").partition(".")[0]


def loaded(names: list[str], folder: Path = ROOT) -> set[str]:
    """Return the top-level packages of a fresh process that has imported these modules."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(names=names)],
        cwd=folder,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_nothing_that_a_user_has_not_installed(module: str) -> None:
    assert foreign(MODULES[module].read_text(encoding="utf-8")) == []


def test_importing_everything_loads_neither_scipy_nor_matplotlib() -> None:
    names = [name.removesuffix(".__init__") for name in MODULES if name != "analysis.__main__"]
    assert len(names) > 50
    found = loaded(names)
    assert {"analysis", "numpy"} <= found
    assert found.isdisjoint(SLOW)


def test_everything_needed_at_run_time_is_in_the_list_of_requirements() -> None:
    lines = (ROOT / "requirements" / "run.in").read_text(encoding="utf-8").splitlines()
    needed = {line.split("=")[0].split(">")[0].split("<")[0].strip().lower() for line in lines}
    assert ALLOWED - {"analysis"} <= needed


# The checks can fail


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pandas as pd", ["pandas"]),
        ("from statsmodels.stats import anova", ["statsmodels"]),
        ("def f():\n    import sklearn.decomposition", ["sklearn"]),
        ("import flask, json", ["flask"]),
        ("import scipy.stats\nfrom numpy.typing import NDArray\nfrom . import tree", []),
        ("from __future__ import annotations\nfrom analysis.tree import Tree", []),
    ],
)
def test_a_foreign_import_is_found_at_any_depth(source: str, found: list[str]) -> None:
    assert foreign(source) == found


def test_a_module_that_loads_scipy_at_once_is_found(tmp_path: Path) -> None:
    (tmp_path / "hasty.py").write_text("import scipy.special\n", encoding="utf-8")
    assert "scipy" in loaded(["hasty"], tmp_path)
