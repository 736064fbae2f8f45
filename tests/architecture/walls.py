"""Checks the walls of pyproject.toml over a checkout, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_RESULT = re.compile(r"^(?P<wall>\S.*) (?P<result>KEPT|BROKEN)\b", re.MULTILINE)


def walls(checkout: Path) -> dict[str, bool]:
    """Return wall → whether it is kept."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": str(checkout), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = {match["wall"]: match["result"] == "KEPT" for match in _RESULT.finditer(done.stdout)}
    if not found:
        raise AssertionError(f"the walls were not checked:\n{done.stdout}\n{done.stderr}")
    return found
