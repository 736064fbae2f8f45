"""`screen`: boundary values and what each item fails."""

from __future__ import annotations

import argparse
from math import isnan
from typing import Any

from analysis.scale import parse_scale
from analysis.screening import CRITERIA, screen
from analysis.tables import read_ratings

HELP = (
    "Screen indicators by boundary values (mean, full-score share, CV over items) and, from 1 to "
    "5, by fixed bars. Apply it once a round."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RATINGS.csv", help="column expert, one column an item")
    parser.add_argument(
        "--scale",
        required=True,
        metavar="LOW:HIGH",
        help="smallest and largest value, for example 1:5, or --scale=-3:3",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the boundaries and one record an item."""
    scale = parse_scale(arguments.scale)
    ratings = read_ratings(arguments.file, scale=scale.exact)
    found = screen(ratings.values, scale.floats)
    boundaries = dict(zip(CRITERIA, found.boundaries.tolist(), strict=True))
    undefined = [f"boundaries.{name}" for name, value in boundaries.items() if isnan(value)]
    return {
        "boundaries": boundaries,
        "items": [
            {"item": item, **record}
            for item, record in zip(ratings.items, found.records(), strict=True)
        ],
        "few_items": found.few_items,
        "reason": dict.fromkeys(undefined, "fewer_than_2_items") or None,
    }
