"""Figures of each expert's own way of answering: runs, spread, agreement, distance, copies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.exact import ZERO
from analysis.numerics.ordering import sum_over_experts
from analysis.numerics.ranks import midranks
from analysis.simplex import centred_log_ratio, closure, replace_zeros

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def longest_runs(values: Floats) -> Ints:
    """Return the longest run of identical consecutive answers of each expert (longstring).

    Parameters
    ----------
    values
        Shape (n_experts, n_items) in the order in which the questions stood; NaN = no answer, which
        ends a run. Not changed.

    Returns
    -------
    ndarray of int64
        Shape (n_experts,): 0 without answers, else 1 to n_items.

    References
    ----------
    Johnson 2005.
    """
    values = answer_matrix(values)
    experts, items = np.shape(values)
    longest = np.zeros(experts, np.int64)
    run = np.zeros(experts, np.int64)
    for item in range(items):
        answer = values[:, item]
        same = (answer == values[:, item - 1]) if item else np.zeros(experts, np.bool_)
        run = np.where(same, run + 1, 1) * ~np.isnan(answer)
        longest = np.maximum(longest, run)
    return longest


def intra_individual_sd(values: Floats) -> Floats:
    """Return the standard deviation of each expert's own answers (IRV).

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    ndarray
        Shape (n_experts,), in units of the answers, n-1 in the divisor; exactly 0 for equal
        answers, NaN with fewer than two.

    References
    ----------
    Dunn, Heggestad, Shanock & Theilgard 2018.
    """
    values = answer_matrix(values)
    ordered = np.sort(values, axis=1)
    given = ~np.isnan(ordered)
    n = given.sum(axis=1)
    # Reckoned from the smallest answer: equal answers leave exact zeros.
    above = np.where(given, ordered - ordered[:, :1], 0.0)
    mean = above.sum(axis=1) / np.maximum(n, 1)
    squares = (np.where(given, above - mean[:, None], 0.0) ** 2).sum(axis=1)
    result = np.full(len(n), np.nan)
    np.divide(squares, n - 1, out=result, where=n > 1)
    root: Floats = np.sqrt(result)
    return root


def agreement_with_others(values: Floats) -> Floats:
    """Return each expert's Spearman correlation with the mean answers of the others.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    ndarray
        Shape (n_experts,), -1..1, over the items that the expert and somebody else answered; ties
        at their mean rank. NaN with fewer than two such items, or where one side has no order.
    """
    values = answer_matrix(values)
    others = _mean_of_others(values)
    result = np.full(len(values), np.nan)
    both = ~(np.isnan(values) | np.isnan(others))
    for pattern, rows in _by_pattern(both):
        n = int(pattern.sum())
        if n > 1:
            pairs = (values[rows][:, pattern], others[rows][:, pattern])
            own, rest = (midranks(side).doubled - (n + 1) for side in pairs)
            product = np.sqrt((own**2).sum(axis=1) * (rest**2).sum(axis=1))
            part = np.full(len(own), np.nan)
            np.divide((own * rest).sum(axis=1), product, out=part, where=product > 0)
            result[rows] = part
    within: Floats = np.clip(result, -1.0, 1.0)
    return within


def _by_pattern(answered: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], Ints]]:
    """Each pattern of answered items with the positions of the experts who have it."""
    if not answered.size:
        return
    packed = np.packbits(answered, axis=1)
    keys = packed.view(f"V{packed.shape[1]}").ravel()
    _, first, where = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(where, kind="stable")
    ends = np.cumsum(np.bincount(where))
    for at, rows in zip(first.tolist(), np.split(order, ends[:-1]), strict=True):
        yield answered[at], rows


def _mean_of_others(values: Floats) -> Floats:
    given = ~np.isnan(values)
    own = np.where(given, values, 0.0)
    # Nine digits behind the point, so that subtraction leaves equal means equal.
    rest = sum_over_experts(own) - own
    n = given.sum(axis=0) - given
    result = np.full(values.shape, np.nan)
    np.divide(rest, n, out=result, where=n > 0)
    rounded: Floats = np.round(result, 9)
    return rounded


def distance_to_others(values: Floats, *, zero: float = float(ZERO)) -> Floats:
    """Return the Aitchison distance of each expert's shares to the geometric mean of the others.

    Parameters
    ----------
    values
        Points or ratings, shape (n_experts, n_items); NaN = no answer. Not changed.
    zero
        What a share of 0 becomes before logarithms are taken; an item that is 0 for all is left
        out.

    Returns
    -------
    ndarray
        Shape (n_experts,), from 0 up. NaN for an expert without a whole row above 0 in total, for
        everybody if fewer than two have one, and where an answer lies below 0.

    Raises
    ------
    ValueError
        If `zero` is not positive, or leaves nothing for the other items of a row.

    References
    ----------
    Aitchison 1986; Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn 2003 (zeros).
    """
    values = answer_matrix(values)
    result = np.full(len(values), np.nan)
    if (values < 0).any():
        return result
    shares = closure(values)
    whole = ~np.isnan(shares).any(axis=1)
    m = int(whole.sum())
    if m < 2:
        return result
    rows = shares[whole]
    ratios = centred_log_ratio(replace_zeros(rows[:, rows.any(axis=0)], zero))
    middle = sum_over_experts(ratios) / m
    # A row lies m/(m-1) times as far from the mean of the others as from the mean of all.
    result[whole] = np.sqrt(((ratios - middle) ** 2).sum(axis=1)) * (m / (m - 1))
    return result


def identical_answers(values: Floats) -> Ints:
    """Count for each expert how many others gave exactly the same answers.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer, equal to another one. Not changed.

    Returns
    -------
    ndarray of int64
        Shape (n_experts,); 0 for an expert without any answer.
    """
    values = answer_matrix(values)
    rows = np.where(np.isnan(values), np.inf, values)
    _, where, counts = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    others = counts[where.ravel()] - 1
    result: Ints = np.where(np.isnan(values).all(axis=1), 0, others)
    return result
