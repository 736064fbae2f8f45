"""`dispersion`: spread of the answers to each item."""

from __future__ import annotations

import argparse
from typing import Any

from analysis.dispersion import dispersion
from analysis.scale import parse_scale
from analysis.tables import read_ratings

HELP = "Mean, SD, CV, quartiles, full-score share and agreement of each item."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RATINGS.csv", help="column expert, one column an item")
    parser.add_argument(
        "--scale",
        required=True,
        metavar="LOW:HIGH",
        help="smallest and largest value, for example 1:9, or --scale=-3:3",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return one record an item."""
    scale = parse_scale(arguments.scale)
    ratings = read_ratings(arguments.file, scale=scale.exact)
    records = dispersion(ratings.values, scale.floats).records()
    return {
        "items": [
            {"item": item, **record} for item, record in zip(ratings.items, records, strict=True)
        ]
    }
