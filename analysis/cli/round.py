"""`round`: weights to a publishing step, so that they still sum to 100."""

from __future__ import annotations

import argparse
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analysis.errors import InputError, Problem, Problems, quoted
from analysis.jsonfile import read_json
from analysis.rounding import Rounding, largest_remainder, step_string
from analysis.tables import parse_decimal

_FRACTION = re.compile(r"\d+(/[1-9]\d*)?", re.ASCII)
#: A printed weight and the fraction behind it differ by less.
_SAME = Fraction(1, 10**12)
HELP = "Round weights by largest remainder, so that they sum to exactly 100."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", metavar="WEIGHTS.json", help="object item → weight, or the answer of `weights`"
    )
    parser.add_argument("--step", required=True, help="publishing step in points of 100, e.g. 5")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the rounded weights and what the rounding did."""
    step = publishing_step(arguments.step)
    weights = read_weights(arguments.file)
    result = largest_remainder(tuple(weights.values()), step)
    return {"step": step_string(step, step), **_answer(tuple(weights), result, step)}


def publishing_step(text: str) -> Fraction:
    """Read the option `--step`.

    Parameters
    ----------
    text
        What was typed.

    Returns
    -------
    Fraction
        Points of 100, above 0, that divide 100.

    Raises
    ------
    InputError
        For anything else.
    """
    number = parse_decimal(text)
    if number is None or number <= 0 or (100 / Fraction(number)).denominator != 1:
        expected = "a step that divides 100, such as 5, 1 or 0.1"
        raise InputError([Problem("--step", quoted(text), expected)])
    return Fraction(number)


def read_weights(path: str) -> dict[str, Fraction]:
    """Read an object item → weight, or the answer of `weights`, whose fractions are taken.

    Parameters
    ----------
    path
        A JSON file.

    Returns
    -------
    dict
        Item → weight, exact and not negative, of any positive total.

    Raises
    ------
    InputError
        For anything else, a weight that is no number or negative, no weights, and weights that are
        all 0.
    """
    document = found = read_json(path)
    prefix = ""
    if isinstance(found, dict) and not isinstance(found.get("weights", 0), (int, Decimal)):
        found, prefix = found["weights"], "weights."
    if not isinstance(found, dict) or not found:
        what = "undefined weights (null)" if prefix and found is None else "no weights"
        expected = "an object item → weight"
        raise InputError([Problem(path, what, expected, column=prefix.rstrip(".") or None)])
    problems = Problems(path)
    for item, weight in found.items():
        number = isinstance(weight, (int, Decimal)) and not isinstance(weight, bool)
        if not number or weight < 0:
            text = quoted(weight) if isinstance(weight, str) else _shown(weight)
            problems.add(text, "a number not below 0", column=f"{prefix}{item}")
    problems.raise_any()
    if not any(found.values()):
        problems.add("weights that are all 0", "at least one above 0")
    problems.raise_any()
    weights = {item: Fraction(weight) for item, weight in found.items()}
    return _exact(document, weights, path) if prefix else weights


def _exact(
    document: dict[str, Any], weights: dict[str, Fraction], path: str
) -> dict[str, Fraction]:
    """Return the fractions beside the printed weights: ties break on these, not on floats."""
    given = document.get("weights_exact")
    if given is None:
        return weights
    problems = Problems(path)
    if not isinstance(given, dict) or list(given) != list(weights):
        problems.add("other items than in weights", "the same items", column="weights_exact")
        problems.raise_any()
    exact = {}
    for item, text in given.items():
        known = isinstance(text, str) and _FRACTION.fullmatch(text)
        exact[item] = Fraction(text) if known else Fraction(-1)
        if abs(exact[item] - weights[item]) > _SAME:
            expected = f"the fraction behind the weight {float(weights[item])}"
            problems.add(_shown(text), expected, column=f"weights_exact.{item}")
    problems.raise_any()
    return exact


def _shown(value: Any) -> str:
    words = {dict: "an object", list: "a list", bool: str(value).lower(), type(None): "null"}
    return words.get(type(value), quoted(str(value)))


def _answer(items: tuple[str, ...], result: Rounding, step: Fraction) -> dict[str, Any]:
    return {
        "rounded": {
            item: step_string(weight, step)
            for item, weight in zip(items, result.rounded, strict=True)
        },
        "max_error": float(result.max_error),
        "zeroed": [items[at] for at in result.zeroed],
        "ties_split": [[items[at] for at in group] for group in result.ties_split],
        "reason": None,
    }
