"""`weights`: the answers of a panel to one weight vector."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analysis.cli import UsageError
from analysis.elicitation.constant_sum import check_allocations
from analysis.elicitation.ranking import check_rankings
from analysis.errors import InputError, Problem, quoted
from analysis.exact import RULES, ExactAggregate, aggregate
from analysis.tables import Ratings, parse_decimal, read_ratings

HELP = "Weights of a panel from its answers, by one aggregation rule."


@dataclass(frozen=True)
class WeighedPanel:
    """The answers of a panel and the weights that they give."""

    #: the answers as read and checked
    ratings: Ratings
    #: what was asked
    method: str
    #: the rule that makes weights of it
    rule: str
    #: what a 0 becomes before logarithms are taken, as a share of the total
    zero: Fraction
    #: the weights, exact
    result: ExactAggregate

    def experts_left_out(self) -> dict[str, str]:
        """Return each expert whose answers did not go in, with the code of why.

        Returns
        -------
        dict
            Expert → `abstained`, `incomplete` or `all_zero`.
        """
        return {self.ratings.experts[at]: why for at, why in self.result.left_out.items()}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", metavar="RATINGS.csv", help="column expert, one column an item")
    parser.add_argument("--type", required=True, choices=tuple(RULES), help="what was asked")
    parser.add_argument(
        "--rule",
        required=True,
        metavar="R",
        help="; ".join(f"{method}: {', '.join(rules)}" for method, rules in RULES.items()),
    )
    parser.add_argument(
        "--total", metavar="N", help="constant_sum: what each row must add up to, exactly"
    )
    parser.add_argument(
        "--zero",
        default="0.005",
        metavar="SHARE",
        help="geometric_mean: what a 0 becomes, as a share of the total (default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the weights, in exact arithmetic until they are printed."""
    panel = read_panel(arguments)
    reason = panel.result.reason
    return {
        "type": panel.method,
        "rule": panel.rule,
        "weights": by_item(panel.ratings.items, panel.result.weights),
        "weights_exact": _exact(panel),
        "experts_used": panel.result.experts_used,
        "experts_left_out": panel.experts_left_out(),
        "reason": None if reason is None else {"weights": reason},
    }


def _exact(panel: WeighedPanel) -> dict[str, str] | None:
    """Write the weights as fractions: `round` breaks ties on these, not on floats."""
    if panel.result.weights is None:
        return None
    return dict(zip(panel.ratings.items, map(str, panel.result.weights), strict=True))


def read_panel(arguments: argparse.Namespace) -> WeighedPanel:
    """Read and check the answers, and make weights of them.

    Parameters
    ----------
    arguments
        Those of `add_arguments`.

    Returns
    -------
    WeighedPanel
        With weights that may be undefined, and then have a reason.

    Raises
    ------
    UsageError
        For options that do not go together.
    InputError
        For a file or an option that cannot be used.
    """
    method, rule = arguments.type, arguments.rule
    if rule not in RULES[method]:
        raise UsageError(f"--rule {rule}: for {method} choose from {', '.join(RULES[method])}")
    if arguments.total is not None and method != "constant_sum":
        raise UsageError("--total: only for --type constant_sum")
    total = None if arguments.total is None else _positive("--total", arguments.total)
    zero = _share("--zero", arguments.zero)
    ratings = _read(arguments.file, method, total)
    rows = [[None if cell is None else Fraction(cell) for cell in row] for row in ratings.exact]
    try:
        result = aggregate(rows, method=method, rule=rule, zero=zero)
    except ValueError as error:  # the answers are in order by now, so it is the zero
        expected = "a share that leaves something for the other items"
        raise InputError([Problem("--zero", str(error), expected)]) from None
    return WeighedPanel(ratings, method, rule, zero, result)


def _positive(name: str, text: str) -> Decimal:
    number = parse_decimal(text)
    if number is None or number <= 0:
        raise InputError([Problem(name, quoted(text), "a number above 0")])
    return number


def _share(name: str, text: str) -> Fraction:
    number = parse_decimal(text)
    if number is None or not 0 < number < 1:
        raise InputError([Problem(name, quoted(text), "a share above 0 and below 1")])
    return Fraction(number)


def _read(path: str, method: str, total: Decimal | None) -> Ratings:
    if method == "rating":
        return read_ratings(path, negative=False)
    ratings = read_ratings(path)
    if method == "ranking":
        check_rankings(ratings)
    else:
        check_allocations(ratings, total)
    return ratings


def by_item(
    items: tuple[str, ...], weights: Sequence[Fraction | float] | None
) -> dict[str, float] | None:
    """Return weights as an object in column order.

    Parameters
    ----------
    items
        Headers of the columns.
    weights
        One figure an item, or None where undefined.

    Returns
    -------
    dict or None
        Item → figure, None where undefined.
    """
    if weights is None:
        return None
    return {item: float(weight) for item, weight in zip(items, weights, strict=True)}
