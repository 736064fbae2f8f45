"""`verdict`: the stopping rule for one group."""

from __future__ import annotations

import argparse
import dataclasses
from decimal import Decimal
from typing import Any

import numpy as np

from analysis.cli.concordance import check_at_least
from analysis.cli.stability import (
    add_answer_arguments,
    check_same_items,
    number_option,
    read_answers,
    scale_of,
)
from analysis.errors import InputError, Problem
from analysis.matching import Answers
from analysis.scale import Scale
from analysis.verdict import PRESETS, decide

HELP = "Whether a group has converged, has settled apart or needs another round."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "before", nargs="?", metavar="BEFORE.csv", help="the last comparable round, if any"
    )
    parser.add_argument("after", metavar="AFTER.csv", help="the round to be judged")
    add_answer_arguments(parser)
    parser.add_argument(
        "--invited", type=int, required=True, metavar="N", help="experts invited to the round"
    )
    parser.add_argument(
        "--minimum",
        type=int,
        default=8,
        metavar="N",
        help="least number of experts who answered both rounds (default %(default)s)",
    )
    parser.add_argument(
        "--response",
        default="0.7",
        metavar="SHARE",
        help="least share of the invited who answered (default %(default)s)",
    )
    parser.add_argument("--last", action="store_true", help="the plan has no further round")
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        default=PRESETS[0],
        help="what counts as convergence (default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the verdict and every condition."""
    scale = scale_of(arguments)
    tolerance = number_option("--tolerance", arguments.tolerance, most=Decimal(100))
    response = number_option("--response", arguments.response, most=Decimal(1))
    check_at_least("--invited", arguments.invited, 1)
    check_at_least("--minimum", arguments.minimum, 0)
    before, after = _read(arguments, scale)
    result = decide(
        before,
        after,
        method=arguments.type,
        invited=arguments.invited,
        scale=None if scale is None else scale.floats,
        tolerance=tolerance,
        minimum=arguments.minimum,
        response=response,
        last=arguments.last,
        preset=arguments.preset,
    )
    return {"type": arguments.type, "preset": arguments.preset, **dataclasses.asdict(result)}


def _read(arguments: argparse.Namespace, scale: Scale | None) -> tuple[Answers | None, Answers]:
    before = None
    if arguments.before is not None:
        before = read_answers(arguments.before, arguments.type, scale)
    after = read_answers(arguments.after, arguments.type, scale)
    if before is not None:
        check_same_items(before, after, arguments)
    _check_invited(after, arguments)
    return before, after


def _check_invited(after: Answers, arguments: argparse.Namespace) -> None:
    answered = int(np.count_nonzero((~np.isnan(after.values)).any(axis=1)))
    if answered > arguments.invited:
        expected = f"at most the {arguments.invited} of --invited"
        raise InputError([Problem(arguments.after, f"{answered} experts who answered", expected)])
