"""`score`: from city data and a weight file to index scores, ranks, tiers and growth."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

import numpy as np

from analysis.cli import UsageError
from analysis.errors import InputError, Problem
from analysis.scoring.assessment import Assessment, Rules, assess
from analysis.scoring.composition import Branch, Hierarchy, build_hierarchy
from analysis.scoring.data import (
    UnitData,
    read_data,
    read_thresholds,
    read_tiers,
    read_units,
)
from analysis.scoring.document import document
from analysis.scoring.export import write_tables
from analysis.scoring.thresholds import REFERENCES, Indicator, ThresholdError
from analysis.scoring.tiers import Tier
from analysis.tables import parse_decimal
from analysis.weightfile import WeightFile, read_weight_file

HELP = "score units by a weight file: thresholds, index, ranks, tiers, growth"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--weights", required=True, metavar="JSON", help="weight file delphi-weights/1")
    add("--data", required=True, metavar="CSV", help="unit, year and one column for each leaf")
    add("--units", metavar="CSV", help="unit and columns to group by, such as type or region")
    add("--thresholds", metavar="CSV", help="code, threshold, lower: replaces the rule")
    add("--reference", choices=REFERENCES, default="pooled", help="unit-years of the thresholds")
    add("--base-year", type=int, metavar="Y", help="the year of --reference base-year")
    add("--cap", action="store_true", help="make the capped index the headline")
    add("--weights-used", choices=("published", "exact"), default="published")
    add("--out-of", type=int, choices=(1, 100), default=1, help="scale of index and scores")
    add("--tiers", metavar="CSV", help="tier, name_zh, name_en, lower bound on the printed scale")
    add(
        "--cut",
        type=_cut,
        action="append",
        default=[],
        metavar="C",
        help="count units of each group at or above C (the bounds of --tiers are counted anyway)",
    )
    add("--out", metavar="DIR", help="write the tables as CSV files into this folder too")


def _cut(text: str) -> Decimal:
    number = parse_decimal(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return number


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Score the data; see `analysis.scoring` for every rule.

    Raises
    ------
    UsageError
        When `--base-year` and `--reference base-year` do not come together: the program does not
        guess which year was meant.
    InputError
        For anything wrong in a file, and for an indicator whose threshold cannot be used.
    """
    if (arguments.reference == "base-year") != (arguments.base_year is not None):
        raise UsageError("score: --reference base-year and --base-year need each other")
    weights = read_weight_file(arguments.weights, for_scoring=True)
    data = read_data(arguments.data, [leaf.code for leaf in weights.tree.leaves])
    assessment = _assess(arguments, weights, data)
    answer = _weights(arguments.weights_used, weights, assessment.hierarchy) | document(assessment)
    if arguments.out is not None:
        write_tables(assessment, answer, arguments.out)
    return answer


def _assess(arguments: argparse.Namespace, weights: WeightFile, data: UnitData) -> Assessment:
    indicators = [
        Indicator(leaf.code, str(leaf.kind), str(leaf.direction)) for leaf in weights.tree.leaves
    ]
    rules = _rules(arguments, data)
    given = None
    if arguments.thresholds is not None:
        given = read_thresholds(arguments.thresholds, indicators)
    columns = None
    if arguments.units is not None:
        columns = read_units(arguments.units, set(data.units))
    try:
        return assess(
            data,
            indicators,
            hierarchy_of(weights, arguments.weights_used),
            rules,
            given=given,
            columns=columns,
        )
    except ThresholdError as error:
        problem = Problem(data.file, error.found, error.expected, column=error.code)
        raise InputError([problem]) from None


def _rules(arguments: argparse.Namespace, data: UnitData) -> Rules:
    years = sorted({int(year) for year in data.years})
    if arguments.base_year is not None and arguments.base_year not in years:
        found = f"no rows of the base year {arguments.base_year}"
        listed = ", ".join(map(str, years))
        raise InputError([Problem(data.file, found, f"one of {listed}", column="year")])
    tiers = () if arguments.tiers is None else read_tiers(arguments.tiers)
    cuts = dict.fromkeys([*arguments.cut, *map(_bound, tiers)])
    return Rules(
        reference=arguments.reference,
        base_year=arguments.base_year,
        cap=arguments.cap,
        out_of=arguments.out_of,
        tiers=tiers,
        cuts=tuple(cuts),
    )


def _bound(tier: Tier) -> Decimal:
    """Return the lower bound of a tier as it was written, without trailing zeros."""
    return Decimal(f"{tier.lower:.15g}")


def hierarchy_of(weights: WeightFile, used: str) -> Hierarchy:
    """Return the tree of a weight file with its published or its exact local weights.

    Parameters
    ----------
    weights
        The weight file.
    used
        `published` or `exact`.

    Returns
    -------
    Hierarchy
        Ready for composition.

    Raises
    ------
    InputError
        When a group has no weight above 0.
    """
    local = weights.published_local if used == "published" else weights.local
    try:
        return build_hierarchy(
            Branch(node.code, node.parent, local[node.code]) for node in weights.tree.nodes
        )
    except ValueError as error:
        problem = Problem(weights.file, str(error), "weights that can be used", column="nodes")
        raise InputError([problem]) from None


def _weights(used: str, weights: WeightFile, hierarchy: Hierarchy) -> dict[str, Any]:
    """Return where the weights come from, and the global weight of each leaf as it was used."""
    told = weights.document
    shares = np.round(hierarchy.leaf_weights, 15)
    return {
        "weights_used": used,
        "rehearsal": told["rehearsal"],
        "study": told["study"],
        "round": told["round"],
        "released_on": told["released_on"],
        "leaf_weights": dict(zip(hierarchy.leaves, shares, strict=True)),
    }
