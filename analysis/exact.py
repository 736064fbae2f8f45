"""From answers to weights in exact fractions: the headline figures.

The same rules as `analysis.aggregation`, one panel at a time and without rounding, so that the
weights of a release come out equal to the last digit on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction

from analysis.elicitation.ranking import positional_shares

Row = Sequence[Fraction | None]
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
        return arithmetic_mean([shares(complete(row)) for row in rows])
    closed = [shares(complete(row)) for row in rows]
    if rule == "geometric_mean":
        return geometric_mean(closed, zero)
    rules: dict[str, Callable[[Sequence[Weights]], Weights]] = {
        "arithmetic_mean": arithmetic_mean,
        "median": median,
        "trimmed_mean": trimmed_mean,
        "l1": l1,
    }
    return rules[rule](closed)


def complete(row: Row) -> Weights:
    """Return a row that has no empty cell.

    Parameters
    ----------
    row
        Answers of one expert; None = no answer.

    Returns
    -------
    tuple of Fraction
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


def shares(row: Sequence[Fraction]) -> Weights:
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
    if any(cell < 0 for cell in row):
        raise ValueError("a negative value")
    total = _sum(row)
    if total == 0:
        raise UndefinedWeightsError("all_zero")
    return tuple(cell / total for cell in row)


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    """Add in pairs: one running sum would drag a huge common denominator through every step."""
    parts = list(numbers) or [Fraction(0)]
    while len(parts) > 1:
        odd = parts[-1:] if len(parts) % 2 else []
        parts = [a + b for a, b in zip(parts[::2], parts[1::2], strict=False)] + odd
    return parts[0]


def _columns(rows: Sequence[Row]) -> list[list[Fraction]]:
    """Return the answers of each item, without the empty cells."""
    columns = [[cell for cell in column if cell is not None] for column in zip(*rows, strict=True)]
    if not all(columns):
        raise UndefinedWeightsError("item_without_answers")
    return columns


def arithmetic_mean(rows: Sequence[Weights]) -> Weights:
    """Mean share of each item: w_j = sum over experts of x_ij / m. Sums to 1 by itself.

    Parameters
    ----------
    rows
        Shares of 1, one row an expert, at least one.

    Returns
    -------
    tuple of Fraction
        Exact weights.
    """
    return shares([_sum(column) / len(column) for column in _columns(rows)])


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
    return shares([_sum(column) / len(column) for column in _columns(rows)])


def geometric_mean(rows: Sequence[Weights], zero: Fraction = ZERO) -> Weights:
    """Geometric mean of each item's shares, closed to 1; correct to 50 digits.

    In a row with c zeros each zero becomes `zero` and the other shares are multiplied by
    1 - c·zero, which keeps the total. An item that is 0 for everybody keeps weight 0 and takes no
    part in this.

    Parameters
    ----------
    rows
        Shares of 1, one row an expert, at least one.
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
    somewhere = [any(column) for column in zip(*rows, strict=True)]
    replaced = [_without_zeros(row, somewhere, zero) for row in rows]
    roots = []
    with localcontext(_ROOT):
        for counts, column in zip(somewhere, zip(*replaced, strict=True), strict=True):
            product = Decimal(1)
            for share in sorted(column) if counts else ():  # any order of experts, equal digits
                product *= Decimal(share.numerator) / Decimal(share.denominator)
            root = (product.ln() / len(rows)).exp() if counts else Decimal(0)
            roots.append(Fraction(root))
    return shares(roots)


def _without_zeros(row: Weights, somewhere: Sequence[bool], zero: Fraction) -> Weights:
    zeros = sum(1 for share, counts in zip(row, somewhere, strict=True) if counts and not share)
    rest = 1 - zero * zeros
    if zero <= 0 or rest <= 0:
        raise ValueError(f"a zero replaced by {float(zero):g} with {zeros} zeros in a row")
    return tuple(share * rest if share else zero for share in row)


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
    return shares([_middle(sorted(column)) for column in _columns(rows)])


def _middle(ordered: list[Fraction]) -> Fraction:
    last = len(ordered) - 1
    return (ordered[last // 2] + ordered[(last + 1) // 2]) / 2


def trimmed_mean(rows: Sequence[Weights]) -> Weights:
    """Mean of each item without its lowest and its highest share, closed to 1.

    Parameters
    ----------
    rows
        Shares of 1, one row an expert.

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
    return shares([_sum(sorted(column)[1:-1]) / (len(rows) - 2) for column in _columns(rows)])


def l1(rows: Sequence[Weights]) -> Weights:
    """Shares that sum to 1 and lie nearest to all experts by the sum of absolute differences.

    Each item's shares are sorted with 0 in front and 1 behind. With r the largest rank at which
    the values v_j(r) still sum to at most 1, the weight is clamp(y, v_j(r), v_j(r+1)), with the one
    y that makes the sum 1. Nobody gains by misreporting who wants the result near the own answer
    in this distance (Freeman et al. 2021).

    Parameters
    ----------
    rows
        Shares of 1, one row an expert, at least one.

    Returns
    -------
    tuple of Fraction
        Weights that sum to exactly 1.
    """
    ladders = [[Fraction(0), *sorted(column), Fraction(1)] for column in _columns(rows)]
    rank = max(r for r in range(len(rows) + 1) if _sum([steps[r] for steps in ladders]) <= 1)
    low = [steps[rank] for steps in ladders]
    high = [steps[rank + 1] for steps in ladders]
    filled, level = max(
        (total, level) for level in {*low, *high} if (total := _filled(level, low, high)) <= 1
    )
    rising = sum(1 for a, b in zip(low, high, strict=True) if a <= level < b)
    if filled < 1:
        level += (1 - filled) / rising
    return shares([min(max(level, a), b) for a, b in zip(low, high, strict=True)])


def _filled(level: Fraction, low: list[Fraction], high: list[Fraction]) -> Fraction:
    return _sum([min(max(level, a), b) for a, b in zip(low, high, strict=True)])
