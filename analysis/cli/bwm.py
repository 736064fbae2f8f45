"""`bwm`: weights and consistency from best-worst comparisons."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cli.expertfile import (
    ExpertFile,
    check_keys,
    is_number,
    read_expert_file,
    shown,
)
from analysis.elicitation.best_worst import LARGEST, BestWorst, best_worst, best_worst_group
from analysis.errors import Problems

HELP = "Weights from best-worst comparisons: each expert's with its consistency, and the panel's."

Floats = NDArray[np.float64]

_VECTORS = ("best_to_others", "others_to_worst")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE.json",
        help="items, experts → best, worst, best_to_others, others_to_worst",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the weights of each expert and of the panel."""
    file = read_expert_file(arguments.file)
    results = _results(file)
    group = best_worst_group(tuple(results.values()))
    return {
        "experts": {expert: _expert(file.items, result) for expert, result in results.items()},
        "group": {
            "geometric_mean": _by_item(file.items, group.geometric_mean),
            "arithmetic_mean": _by_item(file.items, group.arithmetic_mean),
            "experts_not_unique": group.not_unique,
        },
        "reason": None,
    }


def _results(file: ExpertFile) -> dict[str, BestWorst]:
    problems = Problems(file.file)
    answers = {
        expert: _answers(found, file.items, f"experts.{expert}", problems)
        for expert, found in file.experts.items()
    }
    problems.raise_any()
    return {
        expert: best_worst(first, second, best=best, worst=worst)
        for expert, (first, second, best, worst) in answers.items()
    }


def _answers(
    found: Any, items: tuple[str, ...], path: str, problems: Problems
) -> tuple[Floats, Floats, int, int]:
    """Read one expert; what comes back means nothing if there were problems."""
    before = len(problems.items)
    nothing = np.ones(len(items))
    if not isinstance(found, dict):
        problems.add(shown(found), "an object with best and worst", column=path)
        return nothing, nothing, 0, 0
    check_keys(found, ("best", "worst", *_VECTORS), problems, path=path)
    if len(problems.items) == before:
        _check_ends(found, items, path, problems)
    if len(problems.items) > before:
        return nothing, nothing, 0, 0
    ends = found["best"], found["worst"]
    first, second = (
        _vector(found[name], items, own, f"{path}.{name}", problems)
        for name, own in zip(_VECTORS, ends, strict=True)
    )
    best, worst = (items.index(end) for end in ends)
    if len(problems.items) == before and first[worst] != second[best]:
        place = f"{path}.others_to_worst.{ends[0]}"
        expected = f"{first[worst]:g} as in best_to_others.{ends[1]}"
        problems.add(shown(found["others_to_worst"][ends[0]]), expected, column=place)
    return first, second, best, worst


def _check_ends(
    found: dict[str, Any], items: tuple[str, ...], path: str, problems: Problems
) -> None:
    for name in ("best", "worst"):
        if not isinstance(found[name], str) or found[name] not in items:
            problems.add(shown(found[name]), "one of the items", column=f"{path}.{name}")
    if found["best"] == found["worst"]:
        expected = "another item than the best"
        problems.add(shown(found["worst"]), expected, column=f"{path}.worst")


def _vector(found: Any, items: Sequence[str], own: str, path: str, problems: Problems) -> Floats:
    """Read one comparison an item; that of an item with itself may be left out."""
    result = np.ones(len(items))
    if not isinstance(found, dict):
        problems.add(shown(found), "an object item → number", column=path)
        return result
    others = [item for item in items if item != own]
    check_keys(found, others, problems, optional=(own,), path=path)
    for at, item in enumerate(items):
        number = _number(found.get(item, 1))
        limit = f"a number from 1 to {LARGEST:.0f}" if item != own else "1 or nothing"
        if number is None or (item == own and number != 1):
            problems.add(shown(found[item]), limit, column=f"{path}.{item}")
        else:
            result[at] = float(number)
    return result


def _number(value: Any) -> Fraction | None:
    if not is_number(value) or not 1 <= value <= LARGEST:
        return None
    return Fraction(value)


def _expert(items: tuple[str, ...], result: BestWorst) -> dict[str, Any]:
    return {
        "weights": _by_item(items, result.weights),
        "xi": result.xi,
        "cr_input": result.cr_input,
        "threshold": result.threshold,
        "acceptable": result.acceptable,
        "unique": result.unique,
        "weights_low": _by_item(items, result.weights_low),
        "weights_high": _by_item(items, result.weights_high),
        "reason": result.reason,
    }


def _by_item(items: tuple[str, ...], weights: Floats) -> dict[str, float]:
    return dict(zip(items, weights.tolist(), strict=True))
