"""Many experts to one weight vector, vectorised: for resampling, alternatives and audits.

The same rules as in `analysis.exact`, on float arrays (`analysis.aggregation_rules`). Each takes
leading batch dimensions, so that thousands of resampled panels are one call: shape (..., n_experts,
n_items) gives (..., n_items). What is undefined is NaN in all items of that panel. The order of
experts changes no digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation_rules import (
    DEFAULT_ZERO,
    arithmetic_mean,
    geometric_mean,
    l1,
    mean_of_shares,
    median,
    normalised_means,
    trimmed_mean,
)
from analysis.answers import answer_matrix
from analysis.elicitation.ranking import ranking_weights
from analysis.exact import RULES, nobody_left
from analysis.simplex import closure, share_totals

Floats = NDArray[np.float64]

#: Rules that work on each item's available answers, with their method.
AVAILABLE_ANSWERS = (("rating", "normalised_means"), ("rating", "median"))
#: Rules that take the mean of shares of the answers.
MEANS_OF_SHARES = ("arithmetic_mean", "mean_of_normalised")


@dataclass(frozen=True, eq=False)
class Aggregate:
    """Weights of a panel with what they rest on."""

    #: shape (n_items,), shares summing to 1; NaN throughout when undefined
    weights: Floats
    #: number of experts whose answers went in
    experts_used: int
    #: None, or the code of why the weights are undefined, as in `analysis.exact.ExactAggregate`
    reason: str | None


def aggregate(values: Floats, *, method: str, rule: str, zero: float = DEFAULT_ZERO) -> Aggregate:
    """Turn the answers of one panel into one weight vector.

    Parameters
    ----------
    values
        Shape (n_experts, n_items): points, ratings or ranks, not negative; NaN = no answer. Not
        changed.
    method
        `constant_sum`, `rating` or `ranking`.
    rule
        One of the method's rules in `analysis.exact.RULES`; `analysis.aggregation_rules` says what
        each keeps and gives up. A ranking's rule is the scheme that turns positions into shares,
        which are then averaged.
    zero
        What the geometric mean puts in the place of a zero, as a share of the row's total.

    Returns
    -------
    Aggregate
        Undefined weights are NaN with a reason, never 0. The same experts are left out as by
        `analysis.exact.aggregate`: who answered nothing; incomplete rows, except where available
        answers do; rows of zeros where shares are taken.

    Raises
    ------
    ValueError
        If `analysis.answers.answer_matrix` refuses the answers, for a rule that is not one of the
        method, or a `zero` that leaves nothing for the other items.
    """
    answers = answer_matrix(values, negative=False)
    check_rule(method, rule)
    if rule in MEANS_OF_SHARES:
        return _mean_of_shares(answers)
    rows = expert_rows(answers, method=method, rule=rule)
    used = answered_rows(rows, method=method, rule=rule)
    count = int(np.count_nonzero(used))
    if not count:
        return _nobody(rows, answers)
    rows = rows if count == len(rows) else rows[used]
    weights = combine(rows, method=method, rule=rule, zero=zero)
    return Aggregate(weights, count, why_undefined(weights, rows, rule))


def _mean_of_shares(answers: Floats) -> Aggregate:
    totals = share_totals(answers)
    used = ~np.isnan(totals)
    count = int(np.count_nonzero(used))
    if not count:
        return _nobody(answers, answers)
    if count < len(answers):
        answers, totals = answers[used], totals[used]
    return Aggregate(mean_of_shares(answers, totals), count, None)


def _nobody(rows: Floats, answers: Floats) -> Aggregate:
    nothing = np.full(answers.shape[-1], np.nan)
    return Aggregate(nothing, 0, nobody_left(_left_out(rows, answers)))


def answered_rows(rows: Floats, *, method: str, rule: str) -> NDArray[np.bool_]:
    """Tell which rows of `expert_rows` take part.

    Parameters
    ----------
    rows
        Shape (..., n_experts, n_items), from `expert_rows`. Not changed.
    method, rule
        As there.

    Returns
    -------
    ndarray of bool, shape (..., n_experts)
        False for an expert that is left out.
    """
    # Shares are missing throughout or not at all: their first column tells.
    told = rows if (method, rule) in AVAILABLE_ANSWERS else rows[..., :1]
    return np.asarray((~np.isnan(told)).any(axis=-1))


def _left_out(rows: Floats, answers: Floats) -> set[str]:
    """Codes of why the experts of a panel, of whom nobody is left, were left out."""
    empty = np.isnan(answers)
    codes = set()
    if rows.size and (~empty.any(axis=-1)).any():
        codes.add("all_zero")
    if (empty.any(axis=-1) & ~empty.all(axis=-1)).any():
        codes.add("incomplete")
    return codes


def why_undefined(weights: Floats, rows: Floats, rule: str) -> str | None:
    """Name why the weights of a panel are undefined.

    Parameters
    ----------
    weights
        Shape (n_items,), from `combine` or a weighted companion.
    rows
        Shape (n_experts, n_items), at least one expert: what the weights were made of.
    rule
        The rule that made them.

    Returns
    -------
    str or None
        None if they are defined; else `fewer_than_3_experts`, `item_without_answers` or `all_zero`.
    """
    if not np.isnan(weights).any():
        return None
    if rule == "trimmed_mean" and len(rows) < 3:
        return "fewer_than_3_experts"
    return "item_without_answers" if np.isnan(rows).all(axis=0).any() else "all_zero"


def expert_rows(values: Floats, *, method: str, rule: str) -> Floats:
    """Turn each expert's answers into the row that `combine` takes; NaN rows are left out.

    Constant sum: shares of the row's total. Ranking: positional weights. Rating: shares for
    `mean_of_normalised`, the answers themselves for `normalised_means` and `median`.

    Parameters
    ----------
    values
        Shape (..., n_experts, n_items), NaN = no answer. Not changed.
    method, rule
        A method of `analysis.exact.RULES` and one of its rules.

    Returns
    -------
    ndarray
        Same shape; answers themselves are not copied. Drop the rows that are NaN throughout before
        resampling.

    Raises
    ------
    ValueError
        For a rule that is not one of the method.
    """
    check_rule(method, rule)
    if method == "ranking":
        return ranking_weights(values, rule)
    if (method, rule) in AVAILABLE_ANSWERS:
        return np.asarray(values, np.float64)
    return closure(values)


def check_rule(method: str, rule: str) -> None:
    """Refuse a rule that is not one of the method.

    Parameters
    ----------
    method, rule
        Of `analysis.exact.RULES`.

    Raises
    ------
    ValueError
        If the method has no such rule.
    """
    if rule not in RULES.get(method, ()):
        raise ValueError(f"no rule {rule!r} for {method!r}")


def combine(rows: Floats, *, method: str, rule: str, zero: float = DEFAULT_ZERO) -> Floats:
    """Apply a rule to the rows of `expert_rows`.

    Parameters
    ----------
    rows
        Shape (..., n_experts, n_items), at least one expert, without those that are left out. Not
        changed.
    method, rule, zero
        As in `aggregate`.

    Returns
    -------
    ndarray
        Shape (..., n_items), each vector summing to 1, or NaN throughout where undefined.

    Raises
    ------
    ValueError
        For a rule that is not one of the method, or a `zero` that leaves nothing.
    """
    check_rule(method, rule)
    if rule == "geometric_mean":
        return geometric_mean(rows, zero=zero)
    rules: dict[str, Callable[[Floats], Floats]] = {
        "normalised_means": normalised_means,
        "median": median,
        "trimmed_mean": trimmed_mean,
        "l1": l1,
    }
    return rules.get(rule, arithmetic_mean)(rows)
