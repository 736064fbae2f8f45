"""The index of many units over years beside plain NumPy, and the whole command from its files."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.scoring.composition import Branch, Hierarchy, build_hierarchy
from analysis.scoring.score import score_units
from analysis.simulation import simulated_units
from analysis.tree import Tree, local_weights
from analysis.treefile import parse_tree
from analysis.weightfile import weight_document
from tests.bench.printing import digits, milliseconds, ratio, section, table
from tests.bench.servers import ROOT
from tests.bench.timing import take_turns

Floats = NDArray[np.float64]
UNITS, YEARS = 242, 5
QUICK_UNITS = 60
#: Roots, their children, and leaves under each of these: 60 leaves.
_SHAPE = (3, 4, 5)
_FIRST_YEAR = 2018
_MISSING = 0.02
MEBIBYTE = 1 << 20
#: What somebody would write who needs no thresholds, tiers or messages.
_PLAIN = """
import csv, json, sys
import numpy as np
nodes = json.load(open(sys.argv[1]))["nodes"]
parents = {node["parent"] for node in nodes}
weights = {n["code"]: float(n["global"]) for n in nodes if n["code"] not in parents}
with open(sys.argv[2], encoding="utf-8-sig", newline="") as file:
    head, *rows = csv.reader(file)
values = np.array([[float(cell) for cell in row[2:]] for row in rows])
upper = np.full(values.shape[1], 100.0)
index = (values / upper) @ np.array([weights[code] for code in head[2:]])
json.dump([[*row[:2], score] for row, score in zip(rows, index.tolist())], sys.stdout)
"""


@dataclass(frozen=True)
class Case:
    """A tree with weights, and data for it."""

    tree: Tree
    hierarchy: Hierarchy
    #: shape (n_unit_years, n_leaves)
    values: Floats
    upper: Floats


@dataclass(frozen=True)
class Used:
    """What a command has used."""

    seconds: float
    cpu: float
    #: bytes at the highest
    memory: int


def compare(*, quick: bool) -> None:
    """Print the comparison."""
    units = QUICK_UNITS if quick else UNITS
    case = make_case(units)
    section(
        f"3. Scoring {units} units x {len(case.hierarchy.leaves)} leaves x {YEARS} years",
        "Plain NumPy: values / thresholds, then one product with the weights of the leaves in every"
        " inner node and in the index.",
        "CPU time of one thread, contestants take turns; memory above what the data take.",
    )
    table(("in memory", "ms", "ratio", "MiB"), in_memory(case))
    head = ("from files", "s", "CPU s", "ratio of CPU", "MiB at most")
    table(head, from_files(case, units))


def make_case(units: int) -> Case:
    """Return simulated data on a tree of three levels."""
    tree = parse_tree(_tree_text(), "bench.csv", for_scoring=True)
    local = local_weights(tree)
    branches = (Branch(node.code, node.parent, local[node.code]) for node in tree.nodes)
    hierarchy = build_hierarchy(branches)
    years = simulated_units(("ratio",) * len(hierarchy.leaves), units, YEARS)
    values = np.asarray(years).reshape(-1, len(hierarchy.leaves))
    return Case(tree, hierarchy, values, np.full(len(hierarchy.leaves), 100.0))


def _tree_text() -> str:
    lines = ["code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent"]
    roots, groups, leaves = _SHAPE
    for root in range(1, roots + 1):
        lines.append(f"R{root},,维度{root},Dimension {root},,,equal_siblings,")
        for group in range(1, groups + 1):
            code = f"R{root}G{group}"
            lines.append(f"{code},R{root},组{code},Group {code},,,equal_leaves,")
            for leaf in range(1, leaves + 1):
                own = f"{code}L{leaf}"
                lines.append(f"{own},{code},指标{own},Leaf {own},ratio,benefit,equal_siblings,")
    return "\n".join(lines) + "\n"


def in_memory(case: Case) -> list[tuple[str, ...]]:
    """Return the rows of the computation alone."""
    holes = case.values.copy()
    holes[np.random.default_rng(1).random(holes.shape) < _MISSING] = np.nan
    upper, tree = case.upper, case.hierarchy
    contestants: dict[str, Callable[[], object]] = {
        "plain NumPy": lambda: plain(case),
        "score_units": lambda: score_units(case.values, tree, upper=upper),
        f"score_units, {_MISSING:.0%} missing": lambda: score_units(holes, tree, upper=upper),
    }
    times = take_turns(contestants)
    base = times["plain NumPy"]
    return [
        (name, milliseconds(times[name]), ratio(times[name], base), _peak(run))
        for name, run in contestants.items()
    ]


def plain(case: Case) -> tuple[Floats, Floats]:
    """Return the scores of the inner nodes and the index."""
    normalised = case.values / case.upper
    scores = normalised @ case.hierarchy.paths
    return scores, normalised @ case.hierarchy.leaf_weights


def _peak(run: Callable[[], object]) -> str:
    tracemalloc.start()
    run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return digits(peak / MEBIBYTE)


def from_files(case: Case, units: int, *, runs: int = 3) -> list[tuple[str, ...]]:
    """Return the rows of whole commands: start, files, computation, output."""
    with tempfile.TemporaryDirectory(prefix="delphi-bench-") as name:
        folder = Path(name)
        weights, data = folder / "weights.json", folder / "data.csv"
        document = weight_document(case.tree, local_weights(case.tree))
        weights.write_text(json.dumps(document), encoding="utf-8")
        _write_data(case, units, data)
        base = _best(runs, "-c", _PLAIN, str(weights), str(data))
        command = ("-m", "analysis", "score", "--weights", str(weights), "--data", str(data))
        commands = {
            "plain NumPy script": base,
            "score": _best(runs, *command),
            "score, tables too": _best(runs, *command, "--out", str(folder / "out")),
        }
    return [
        (
            label,
            digits(used.seconds),
            digits(used.cpu),
            ratio(used.cpu, base.cpu),
            digits(used.memory / MEBIBYTE),
        )
        for label, used in commands.items()
    ]


def _write_data(case: Case, units: int, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("unit", "year", *case.hierarchy.leaves))
        for at, row in enumerate(case.values.tolist()):
            year, unit = divmod(at, units)
            writer.writerow((f"C{unit:03}", _FIRST_YEAR + year, *(f"{cell:.2f}" for cell in row)))


def _best(runs: int, *arguments: str) -> Used:
    """Return the run with the least CPU time."""
    return min((_run(arguments) for _ in range(runs)), key=lambda used: used.cpu)


def _run(arguments: tuple[str, ...]) -> Used:
    began = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        with contextlib.suppress(OSError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
            os.chdir(ROOT)
            os.execv(sys.executable, [sys.executable, *arguments])
        os._exit(127)
    _, status, used = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{arguments[:3]} ended with {os.waitstatus_to_exitcode(status)}")
    return Used(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
