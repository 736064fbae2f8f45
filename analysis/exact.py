"""From answers to weights in exact fractions: the headline figures.

The same rules as `analysis.aggregation`, one panel at a time and without rounding, so that the
weights of a release come out equal to the last digit on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from math import prod

from analysis.elicitation.ranking import positional_shares
from analysis.numerics.whole_numbers import (
    Number,
    common_denominator,
    common_total,
    smallest_whole_row,
)

Row = Sequence[Number | None]
Weights = tuple[Fraction, ...]

#: The rules of each method; the first is the headline rule.
RULES = {
    "constant_sum": ("arithmetic_mean", "geometric_mean", "median", "trimmed_mean", "l1"),
    "rating": ("mean_of_normalised", "normalised_means", "median"),
    "ranking": ("roc", "rank_sum", "reciprocal"),
}
#: What a zero becomes before logarithms are taken: half a point of 100.
ZERO = Fraction(1, 200)
_ROOT = Context(prec=60, rounding=ROUND_HALF_EVEN, Emin=MIN_EMIN, Emax=MAX_EMAX)


class UndefinedWeightsError(ValueError):
    """The answers are in order but determine no weights.

    Parameters
    ----------
    reason
        Code of why, as in `ExactAggregate.reason`; kept as the attribute of this name.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class ExactAggregate:
    """Weights of a panel with what they rest on."""

    #: shares in item order, summing to exactly 1; None when undefined
    weights: Weights | None
    #: number of experts whose answers went in
    experts_used: int
    #: position of each expert that did not → `abstained`, `incomplete` or `all_zero`
    left_out: dict[int, str]
    #: None, or why `weights` is None: `no_answers`, `no_complete_answers`, `all_zero`,
    #: `fewer_than_3_experts` or `item_without_answers`
    reason: str | None


def aggregate(
    rows: Sequence[Row], *, method: str, rule: str, zero: Fraction = ZERO
) -> ExactAggregate:
    """Turn the answers of a panel into one weight vector.

    Parameters
    ----------
    rows
        One row an expert, one cell an item: points, ratings or ranks, not negative; None where
        there is no answer. They are not changed.
    method, rule
        A method of `RULES` and one of its rules.
    zero
        What the geometric mean puts in the place of a zero, as a share of the row's total.

    Returns
    -------
    ExactAggregate
        An expert without any answer abstains. Incomplete experts are left out, except by the two
        rating rules that work on the available answers (`normalised_means`, `median`). An expert
        whose answers are all 0 has no shares and is left out where shares are taken.

    Raises
    ------
    ValueError
        If the rule is not one of the method, or `zero` leaves nothing for the other items.
    """
    if rule not in RULES.get(method, ()):
        raise ValueError(f"no rule {rule!r} for {method!r}")
    left_out = {
        at: code for at, row in enumerate(rows) if (code := _why_left_out(row, method, rule))
    }
    used = [row for at, row in enumerate(rows) if at not in left_out]
    if not used:
        return ExactAggregate(None, 0, left_out, nobody_left(left_out.values()))
    try:
        weights: Weights | None = _combine(used, method, rule, zero)
        reason = None
    except UndefinedWeightsError as error:
        weights, reason = None, error.reason
    return ExactAggregate(weights, len(used), left_out, reason)


def _why_left_out(row: Row, method: str, rule: str) -> str | None:
    if all(cell is None for cell in row):
        return "abstained"
    if rule == "normalised_means" or (method, rule) == ("rating", "median"):
        return None
    if any(cell is None for cell in row):
        return "incomplete"
    return "all_zero" if method != "ranking" and not any(row) else None


def nobody_left(codes: Iterable[str]) -> str:
    """Name why no expert is left, from why each one was left out.

    Parameters
    ----------
    codes
        `abstained`, `incomplete` or `all_zero`, one an expert; none at all for an empty panel.

    Returns
    -------
    str
        `all_zero` if anybody gave zeros only, else `no_complete_answers` if anybody was
        incomplete, else `no_answers`.
    """
    given = set(codes)
    if "all_zero" in given:
        return "all_zero"
    return "no_complete_answers" if "incomplete" in given else "no_answers"


def _combine(rows: Sequence[Row], method: str, rule: str, zero: Fraction) -> Weights:
    if method == "ranking":
        return arithmetic_mean([positional_shares(complete(row), rule) for row in rows])
    if method == "rating":
        available: dict[str, Callable[[Sequence[Row]], Weights]] = {
            "normalised_means": normalised_means,
            "median": median,
        }
        if rule in available:
            return available[rule](rows)
        return arithmetic_mean([complete(row) for row in rows])
    points = [complete(row) for row in rows]
    if rule == "geometric_mean":
        return geometric_mean(points, zero)
    if rule == "median":
        return median(_closed(points))
    rules: dict[str, Callable[[Sequence[Sequence[Number]]], Weights]] = {
        "arithmetic_mean": arithmetic_mean,
        "trimmed_mean": trimmed_mean,
        "l1": l1,
    }
    return rules[rule](points)


def complete(row: Row) -> tuple[Number, ...]:
    """Return a row that has no empty cell.

    Parameters
    ----------
    row
        Answers of one expert; None = no answer.

    Returns
    -------
    tuple
        The same answers.

    Raises
    ------
    ValueError
        For an empty cell, which a caller leaves out before.
    """
    cells = tuple(cell for cell in row if cell is not None)
    if len(cells) != len(row):
        raise ValueError("a row with an empty cell")
    return cells


def shares(row: Sequence[Number]) -> Weights:
    """Divide a row by its total.

    Parameters
    ----------
    row
        Points or weights of all items, not negative.

    Returns
    -------
    tuple of Fraction
        Shares that sum to exactly 1.

    Raises
    ------
    UndefinedWeightsError
        `all_zero` if the total is 0.
    ValueError
        If a value is negative.
    """
    _check(row)
    total = Fraction(sum(row))
    return tuple(cell / total for cell in row)


def _check(row: Sequence[Number]) -> None:
    if any(cell < 0 for cell in row):
        raise ValueError("a negative value")
    if not any(row):
        raise UndefinedWeightsError("all_zero")


def _closed(rows: Sequence[Sequence[Number]]) -> list[list[int]]:
    """Return whole numbers whose shares of one common total are those of the rows."""
    for row in rows:
        _check(row)
    return common_total(rows)


def _columns(rows: Sequence[Row]) -> list[list[int]]:
    """Return the answers of each item as whole numbers of one unit, without the empty cells."""
    table = zip(*common_denominator(rows), strict=True)
    columns = [[cell for cell in column if cell is not None] for column in table]
    if not all(columns):
        raise UndefinedWeightsError("item_without_answers")
    return columns


def arithmetic_mean(rows: Sequence[Sequence[Number]]) -> Weights:
    """Mean share of each item: w_j = sum over experts of x_ij / m. Sums to 1 by itself.

    Parameters
    ----------
    rows
        Points of any positive total, one row an expert, at least one; each counts by its shares.

    Returns
    -------
    tuple of Fraction
        Exact weights.
    """
    return shares([sum(column) for column in zip(*_closed(rows), strict=True)])


def normalised_means(rows: Sequence[Row]) -> Weights:
    """Mean of the available answers of each item, divided by the sum of these means.

    Parameters
    ----------
    rows
        Answers not below 0, one row an expert; None = no answer, left out of that item.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1; `UndefinedWeightsError` `item_without_answers` or `all_zero`
        where there are none.
    """
    return shares([Fraction(sum(column), len(column)) for column in _columns(rows)])


def geometric_mean(rows: Sequence[Sequence[Number]], zero: Fraction = ZERO) -> Weights:
    """Geometric mean of each item's shares, closed to 1; correct to 50 digits.

    In a row with c zeros each zero becomes `zero` and the other shares are multiplied by
    1 - c·zero, which keeps the total. An item that is 0 for everybody keeps weight 0 and takes no
    part in this.

    Parameters
    ----------
    rows
        Points of any positive total, one row an expert, at least one.
    zero
        The replacement, a share of 1.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1; the roots behind them are rounded to 60 digits.

    Raises
    ------
    ValueError
        If `zero` is not positive or leaves nothing for the other items of a row.
    """
    for row in rows:
        _check(row)
    somewhere = [any(column) for column in zip(*rows, strict=True)]
    # What a row has in common drops out of the ratios, so each keeps its own total.
    replaced = [_without_zeros(smallest_whole_row(row), somewhere, zero) for row in rows]
    roots = []
    with localcontext(_ROOT):
        for counts, column in zip(somewhere, zip(*replaced, strict=True), strict=True):
            root = (Decimal(prod(column)).ln() / len(rows)).exp() if counts else Decimal(0)
            roots.append(Fraction(root))
    return shares(roots)


def _without_zeros(row: list[int], somewhere: Sequence[bool], zero: Fraction) -> list[int]:
    """Replace the zeros of a row of whole numbers; the result has another total."""
    zeros = sum(1 for cell, counts in zip(row, somewhere, strict=True) if counts and not cell)
    rest = zero.denominator - zero.numerator * zeros
    if zero <= 0 or rest <= 0:
        raise ValueError(f"a zero replaced by {float(zero):g} with {zeros} zeros in a row")
    if not zeros:
        return row
    instead = zero.numerator * sum(row)
    return [cell * rest if cell else instead for cell in row]


def median(rows: Sequence[Row]) -> Weights:
    """Median of each item over the available answers, closed to 1.

    Parameters
    ----------
    rows
        Shares or answers not below 0, one row an expert; None = no answer, left out of that item.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1, undefined like those of `normalised_means`.
    """
    return shares([_twice_the_middle(sorted(column)) for column in _columns(rows)])


def _twice_the_middle(ordered: list[int]) -> int:
    last = len(ordered) - 1
    return ordered[last // 2] + ordered[(last + 1) // 2]


def trimmed_mean(rows: Sequence[Sequence[Number]]) -> Weights:
    """Mean of each item without its lowest and its highest share, closed to 1.

    Parameters
    ----------
    rows
        Points of any positive total, one row an expert; each counts by its shares.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1.

    Raises
    ------
    UndefinedWeightsError
        `fewer_than_3_experts`, or `all_zero` if nothing but zeros is left.
    """
    if len(rows) < 3:
        raise UndefinedWeightsError("fewer_than_3_experts")
    columns = zip(*_closed(rows), strict=True)
    return shares([sum(column) - min(column) - max(column) for column in columns])


def l1(rows: Sequence[Sequence[Number]]) -> Weights:
    """Shares that sum to 1 and lie nearest to all experts by the sum of absolute differences.

    Each item's shares are sorted with 0 in front and 1 behind. With r the largest rank at which
    the values v_j(r) still sum to at most 1, the weight is clamp(y, v_j(r), v_j(r+1)), with the one
    y that makes the sum 1. Nobody gains by misreporting who wants the result near the own answer
    in this distance (Freeman et al. 2021).

    Parameters
    ----------
    rows
        Points of any positive total, one row an expert, at least one; each counts by its shares.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1.
    """
    closed = _closed(rows)
    total = sum(closed[0])
    ladders = [[0, *sorted(column), total] for column in zip(*closed, strict=True)]
    rank = max(r for r in range(len(rows) + 1) if sum(steps[r] for steps in ladders) <= total)
    low = [steps[rank] for steps in ladders]
    high = [steps[rank + 1] for steps in ladders]
    filled, level = max(
        (found, level)
        for level in {*low, *high}
        if (found := sum(_clamped(level, low, high))) <= total
    )
    if filled == total:
        return shares(_clamped(level, low, high))
    rising = sum(1 for a, b in zip(low, high, strict=True) if a <= level < b)
    return shares(_clamped(level + Fraction(total - filled, rising), low, high))


def _clamped(level: Number, low: list[int], high: list[int]) -> list[Number]:
    return [min(max(level, a), b) for a, b in zip(low, high, strict=True)]
