"""`ahp`: weights and consistency from pairwise comparison matrices."""

from __future__ import annotations

import argparse
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cli.expertfile import ExpertFile, is_number, read_expert_file, shown
from analysis.elicitation.pairwise import (
    DEFAULT_RANDOM_INDEX,
    RANDOM_INDEX,
    Pairwise,
    inconsistent_pairs,
    pairwise,
)
from analysis.elicitation.pairwise_group import PairwiseGroup, pairwise_group
from analysis.elicitation.pairwise_matrix import LARGEST, faults
from analysis.errors import InputError, Problem, Problems
from analysis.tables import parse_decimal

HELP = (
    "Weights from pairwise comparisons (AHP): each expert's with its consistency, and the panel's."
)

Floats = NDArray[np.float64]

#: What no judgment is: `faults` names the cell.
_UNUSABLE = 0.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE.json",
        help='items, experts → matrix of numbers, "a/b" or null, and random_index: '
        f"{', '.join(RANDOM_INDEX)} (default {DEFAULT_RANDOM_INDEX})",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the weights of each expert and of the panel."""
    file = read_expert_file(arguments.file, settings=("random_index",))
    table = file.settings.get("random_index", DEFAULT_RANDOM_INDEX)
    if not isinstance(table, str) or table not in RANDOM_INDEX:
        expected = f"one of {', '.join(RANDOM_INDEX)}"
        raise InputError([Problem(file.file, shown(table), expected, column="random_index")])
    matrices = _matrices(file)
    result = pairwise(matrices, random_index=table)
    return {
        "random_index": {"table": table, "value": result.random_index},
        "experts": {
            expert: _expert(file.items, matrix, result, at)
            for at, (expert, matrix) in enumerate(zip(file.experts, matrices, strict=True))
        },
        "group": _group(file.items, pairwise_group(matrices)),
        "reason": None,
    }


def _matrices(file: ExpertFile) -> Floats:
    problems = Problems(file.file)
    matrices = [
        _matrix(cells, file.items, f"experts.{expert}", problems)
        for expert, cells in file.experts.items()
    ]
    problems.raise_any()
    return np.array(matrices)


def _matrix(cells: Any, items: tuple[str, ...], path: str, problems: Problems) -> Floats:
    if not _is_square(cells, len(items), path, problems):
        return np.eye(len(items))  # never used: the file is refused
    before = len(problems.items)
    matrix = np.array(
        [
            [_judgment(cell, f"{path}[{i}][{j}]", problems) for j, cell in enumerate(row)]
            for i, row in enumerate(cells)
        ]
    )
    for fault in faults(matrix, items) if len(problems.items) == before else ():
        if fault.cell is None:
            problems.add(fault.found, fault.expected, column=path)
        else:
            i, j = fault.cell
            problems.add(shown(cells[i][j]), fault.expected, column=f"{path}[{i}][{j}]")
    return matrix


def _judgment(cell: Any, place: str, problems: Problems) -> float:
    """Read a cell; NaN where not compared, `_UNUSABLE` for a number that is no judgment."""
    if cell is None:
        return np.nan
    exact = Fraction(cell) if is_number(cell) else _quotient(cell)
    if exact is None:
        problems.add(shown(cell), 'a number, "a/b" or null', column=place)
        return np.nan
    return float(exact) if 1 <= exact * int(LARGEST) <= int(LARGEST) ** 2 else _UNUSABLE


def _is_square(cells: Any, n: int, path: str, problems: Problems) -> bool:
    expected = f"{n} rows of {n} cells, one row and one cell an item"
    if not isinstance(cells, list) or len(cells) != n:
        found = f"{len(cells)} rows" if isinstance(cells, list) else shown(cells)
        problems.add(found, expected, column=path)
        return False
    wrong = [
        (at, row) for at, row in enumerate(cells) if not isinstance(row, list) or len(row) != n
    ]
    for at, row in wrong:
        found = f"{len(row)} cells" if isinstance(row, list) else shown(row)
        problems.add(found, f"{n} cells, one an item", column=f"{path}[{at}]")
    return not wrong


def _quotient(cell: Any) -> Fraction | None:
    if not isinstance(cell, str) or cell.count("/") != 1:
        return None
    above, below = (parse_decimal(part.strip()) for part in cell.split("/"))
    if above is None or not below:
        return None
    return Fraction(above) / Fraction(below)


def _expert(items: tuple[str, ...], matrix: Floats, result: Pairwise, at: int) -> dict[str, Any]:
    return {
        "weights_eigenvector": _by_item(items, result.weights_eigenvector[at]),
        "weights_rgmm": _by_item(items, result.weights_rgmm[at]),
        "lambda_max": result.lambda_max[at],
        "ci": result.ci[at],
        "cr": result.cr[at],
        "gci": result.gci[at],
        "missing_comparisons": result.missing[at],
        "redundant_comparisons": result.redundant[at],
        "inconsistent_pairs": [
            {
                "items": [items[item] for item in pair.items],
                "given": pair.given,
                "implied": pair.implied,
                "direction": pair.direction,
            }
            for pair in inconsistent_pairs(matrix)
        ],
        "reason": result.reason,
    }


def _group(items: tuple[str, ...], group: PairwiseGroup) -> dict[str, Any]:
    names = ("aip_geometric", "aip_arithmetic", "aij")
    figures = {name: _by_item(items, getattr(group, name)) for name in names}
    figures |= {
        f"{name}_eigenvector": _by_item(items, getattr(group, f"{name}_eigenvector"))
        for name in names
    }
    return {**figures, "consensus": group.consensus, "reason": group.reason}


def _by_item(items: tuple[str, ...], weights: Floats) -> dict[str, float]:
    return dict(zip(items, weights.tolist(), strict=True))
