"""`stability`: what moved between two rounds."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.cli import UsageError
from analysis.elicitation.constant_sum import check_allocations
from analysis.errors import InputError, Problem, Problems, quoted
from analysis.matching import Answers, match
from analysis.scale import Scale, parse_scale
from analysis.stability import METHODS, Movement, movement
from analysis.tables import parse_decimal, read_ratings

HELP = "Movement of items, weights and experts between two rounds."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("before", metavar="BEFORE.csv", help="the earlier round")
    parser.add_argument("after", metavar="AFTER.csv", help="the later round, with the same items")
    add_answer_arguments(parser)


def add_answer_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what every comparison of rounds must know about the answers.

    Parameters
    ----------
    parser
        The parser of the command; `--type`, `--scale` and `--tolerance` are added to it.
    """
    parser.add_argument("--type", required=True, choices=METHODS, help="what was asked")
    parser.add_argument(
        "--scale",
        metavar="LOW:HIGH",
        help="smallest and largest value, needed for ratings: 1:9, or --scale=-3:3",
    )
    parser.add_argument(
        "--tolerance",
        default="5",
        metavar="T",
        help="in points of 100; weights that move by up to half of it are stable "
        "(default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the movement per item and of the group."""
    scale = scale_of(arguments)
    tolerance = number_option("--tolerance", arguments.tolerance, most=Decimal(100))
    before = read_answers(arguments.before, arguments.type, scale)
    after = read_answers(arguments.after, arguments.type, scale)
    check_same_items(before, after, arguments)
    matched = match(before, after)
    moved = movement(
        matched.before,
        matched.after,
        method=arguments.type,
        scale=None if scale is None else scale.floats,
        tolerance=tolerance,
    )
    counts = {
        "experts_both": len(matched.experts),
        "only_before": len(matched.only_before),
        "only_after": len(matched.only_after),
    }
    return {"type": arguments.type, "tolerance": tolerance, **counts, **_answer(moved, after.items)}


def _answer(moved: Movement, items: tuple[str, ...]) -> dict[str, Any]:
    records = zip(items, moved.records(), strict=True)
    return {
        "items": [{"item": item, **record} for item, record in records],
        "experts_with_weights": moved.experts_with_weights,
        "weights_before": _by_item(items, moved.weights_before),
        "weights_after": _by_item(items, moved.weights_after),
        "weight_change_max": moved.weight_change_max,
        "total_variation": moved.total_variation,
        "aitchison_distance": moved.aitchison_distance,
        "mean_own_move": moved.mean_own_move,
        "median_own_move": moved.median_own_move,
        "stable": moved.stable,
        "reason": moved.reason,
    }


def _by_item(items: tuple[str, ...], weights: NDArray[np.float64]) -> dict[str, float] | None:
    if np.isnan(weights).any():
        return None
    return dict(zip(items, weights.tolist(), strict=True))


def scale_of(arguments: argparse.Namespace) -> Scale | None:
    """Return the scale; ratings cannot do without one.

    Parameters
    ----------
    arguments
        With `type` and `scale`.

    Returns
    -------
    Scale or None
        None for points when no scale was given.

    Raises
    ------
    UsageError
        For ratings without a scale.
    """
    if arguments.scale is not None:
        return parse_scale(arguments.scale)
    if arguments.type == "rating":
        raise UsageError("--type rating needs --scale, for example --scale 1:9")
    return None


def number_option(name: str, text: str, *, most: Decimal) -> float:
    """Return a number above 0 and at most `most`.

    Parameters
    ----------
    name
        The option, for the message.
    text
        What was typed.
    most
        Largest number allowed.

    Returns
    -------
    float
        The number.

    Raises
    ------
    InputError
        For anything else.
    """
    number = parse_decimal(text)
    if number is None or not 0 < number <= most:
        raise InputError([Problem(name, quoted(text), f"a number above 0 and up to {most}")])
    return float(number)


def read_answers(path: str, method: str, scale: Scale | None) -> Answers:
    """Read one round.

    Parameters
    ----------
    path
        The file.
    method
        `constant_sum`, where a row must be usable or empty, or `rating`.
    scale
        Smallest and largest allowed value; None for none.

    Returns
    -------
    Answers
        Shape (n_experts, n_items); NaN = no answer.
    """
    ratings = read_ratings(path, scale=None if scale is None else scale.exact)
    if method == "constant_sum":
        check_allocations(ratings)
    return Answers(ratings.experts, ratings.items, ratings.values)


def check_same_items(before: Answers, after: Answers, arguments: argparse.Namespace) -> None:
    """Refuse rounds that did not ask about the same items.

    Parameters
    ----------
    before, after
        The rounds.
    arguments
        With the names of both files, for the message.
    """
    problems = Problems(arguments.after)
    for item in before.items:
        if item not in after.items:
            expected = f"the items of {arguments.before}"
            problems.add(f"no column {quoted(item)}", expected, row=1, column=item)
    for item in after.items:
        if item not in before.items:
            expected = f"only the items of {arguments.before}"
            problems.add(f"unknown column {quoted(item)}", expected, row=1, column=item)
    problems.raise_any()
