"""`concordance`: Kendall's W of a panel, its interval and its tests."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.concordance import PERMUTATIONS, kendall_w
from analysis.concordance_gaps import generalised_w
from analysis.errors import InputError, Problem
from analysis.tables import Ratings, read_ratings

#: Cells that the generalised W may rank: half a second; above, it is left out with a reason.
MOST_RANKS = 2 * 10**7
HELP = "Kendall's W of a panel: tie-corrected, with interval, chi-square, F and permutation p."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RATINGS.csv", help="column expert, one column an item")
    parser.add_argument(
        "--permutations",
        type=int,
        default=PERMUTATIONS,
        metavar="N",
        help="how many to draw where they are too many to list (default %(default)s)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="S", help="seed of the draws (default %(default)s)"
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return every figure of the panel."""
    check_at_least("--permutations", arguments.permutations, 1)
    check_at_least("--seed", arguments.seed, 0)
    ratings = read_ratings(arguments.file)
    order = _order(ratings)
    result = kendall_w(order, permutations=arguments.permutations, seed=arguments.seed)
    generalised = generalised_w(order, most_ranks=MOST_RANKS)
    return {**dataclasses.asdict(result), "generalised": dataclasses.asdict(generalised)}


def check_at_least(name: str, number: int, least: int) -> None:
    """Refuse an option below its smallest value.

    Parameters
    ----------
    name
        The option as the user types it.
    number
        What was given.
    least
        The smallest value allowed.

    Raises
    ------
    InputError
        If the number is smaller.
    """
    if number < least:
        raise InputError([Problem(name, str(number), f"a whole number, at least {least}")])


def _order(ratings: Ratings) -> NDArray[np.float64]:
    """Replace each cell by its place among all: what was typed must be equal to be a tie."""
    distinct = sorted({cell for row in ratings.exact for cell in row if cell is not None})
    place = {cell: float(at) for at, cell in enumerate(distinct)}
    return np.array(
        [[np.nan if cell is None else place[cell] for cell in row] for row in ratings.exact]
    )
