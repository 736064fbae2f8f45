"""Spread of the answers to each item: CV, quartiles, and how far the panel agrees.

No digit depends on the order of experts: whole numbers are added exactly, anything else is added in
groups of equal answers, from the smallest up.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.answers import answer_matrix
from analysis.numerics.runs import Runs, equal_runs
from analysis.numerics.squares import Answers, ExactSums, exact_sums, look_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: A sum this much smaller than what was added is what floats leave of a zero.
_ZERO = 16 * float(np.finfo(np.float64).eps)
#: Floats add whole numbers exactly below this.
_EXACT = 2.0**53


@dataclass(frozen=True, eq=False)
class Dispersion:
    """Figures of each item, each an array of shape (n_items,); NaN where undefined.

    Without answers everything is undefined, with one answer everything but mean and median.
    """

    #: answers given
    n: NDArray[np.int64]
    #: arithmetic mean, in the unit of the scale
    mean: Floats
    #: standard deviation with n-1
    sd: Floats
    #: coefficient of variation, sd / mean, with the sign of the mean; undefined at mean 0
    cv: Floats
    #: middle of the sorted answers
    median: Floats
    #: lower quartile of type 7, linear between the sorted answers
    q1: Floats
    #: upper quartile of type 7
    q3: Floats
    #: q3 - q1
    iqr: Floats
    #: (q3 - q1) / 2
    quartile_deviation: Floats
    #: (q3 - q1) / (q3 + q1); undefined where the quartiles add up to 0
    cqv: Floats
    #: share of answers at the scale's maximum
    full_score_share: Floats
    #: share of the commonest answer
    mode_share: Floats
    #: Tastle and Wierman's consensus: 1 all equal, 0 split evenly between both ends of the scale
    tastle_wierman: Floats

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item: every figure and `reason`.

        Returns
        -------
        list of dict
            None where undefined; `reason` is None, or a dict of the undefined figures and their
            codes: `no_answers`, `one_answer`, `mean_0`, `quartiles_sum_to_0`.
        """
        names = [field.name for field in fields(self)]
        columns = [getattr(self, name).tolist() for name in names]
        return [_record(dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def _record(figures: dict[str, Any]) -> dict[str, Any]:
    codes = {"cv": "mean_0", "cqv": "quartiles_sum_to_0"}
    few = {0: "no_answers", 1: "one_answer"}.get(figures["n"])
    reason = {name: few or codes[name] for name, value in figures.items() if isnan(value)}
    known = {name: None if name in reason else value for name, value in figures.items()}
    return known | {"reason": reason or None}


def dispersion(values: Floats, scale: tuple[float, float]) -> Dispersion:
    """Describe the spread of the answers to each item.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer, left out of that item. It is not changed.
    scale
        Smallest and largest possible value.

    Returns
    -------
    Dispersion
        tastle_wierman = 1 + mean of log2(1 - |x - mean| / (max - min)).

    Raises
    ------
    ValueError
        If `values` is not a matrix, holds a value off the scale, or the scale is no interval.

    References
    ----------
    Hyndman & Fan 1996 (quantile types); Tastle & Wierman 2007.
    """
    low, high = scale
    if not low < high:
        raise ValueError(f"a scale from {low} to {high}")
    runs, n = _answers(values)
    if ((runs.value < low) | (runs.value > high)).any():
        raise ValueError(f"a value off the scale from {low} to {high}")
    _, mean, sd = _moments(runs, n)
    q1, median, q3 = _quantiles(runs, n, (0.25, 0.5, 0.75))
    several = n > 1
    q1[~several] = q3[~several] = np.nan
    return Dispersion(
        n=n,
        mean=mean,
        sd=sd,
        cv=_quotient(sd, mean),
        median=median,
        q1=q1,
        q3=q3,
        iqr=q3 - q1,
        quartile_deviation=(q3 - q1) / 2,
        cqv=_quotient(q3 - q1, _sum(q3, q1)),
        full_score_share=_share(_totals(runs, n, runs.length * (runs.value == high)), n),
        mode_share=_share(_longest(runs, n), n),
        tastle_wierman=_tastle_wierman(runs, mean, n, high - low),
    )


class Moments(NamedTuple):
    """Mean and spread of each item, arrays of shape (n_items,); NaN where undefined."""

    #: answers given
    n: Ints
    #: arithmetic mean, in the unit of the answers; undefined without answers
    mean: Floats
    #: standard deviation with n-1; undefined with fewer than two answers
    sd: Floats

    @property
    def cv(self) -> Floats:
        """Coefficient of variation, sd / mean, with the sign of the mean; undefined at mean 0."""
        return _quotient(self.sd, self.mean)


def moments(answers: Answers) -> Moments:
    """Return number, mean and SD of the answers to each item alone: those of `dispersion`.

    Parameters
    ----------
    answers
        From `analysis.numerics.squares.look_at`. Not changed.

    Returns
    -------
    Moments
        To the last digit as `dispersion` has them.
    """
    if answers.add_exactly():
        return _from_sums(answers.counts(), exact_sums(answers))
    return _moments(*_answers(answers.values))


def full_score_share(answers: Answers, highest: float) -> Floats:
    """Return the share of the answers to each item at the scale's maximum alone.

    Parameters
    ----------
    answers
        From `analysis.numerics.squares.look_at`. Not changed.
    highest
        The scale's maximum.

    Returns
    -------
    ndarray, shape (n_items,)
        As `dispersion` has it, 0..1; NaN with fewer than two answers.
    """
    return _share((answers.values == highest).sum(axis=0), answers.counts())


def coefficient_of_variation(values: Floats) -> Floats:
    """Return the CV of each item alone: sd / mean, as in `dispersion`.

    Parameters
    ----------
    values
        Shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.

    Returns
    -------
    ndarray, shape (n_items,)
        With the sign of the mean; NaN with fewer than two answers and at mean 0.

    Raises
    ------
    ValueError
        If `values` is not a matrix, or holds an infinite value.
    """
    return moments(look_at(values)).cv


def grouped_cv(runs: Runs, n: Ints) -> Floats:
    """Return the CV of each item from its groups of equal answers.

    Parameters
    ----------
    runs
        Groups of all items, by item and then ascending.
    n
        Answers to each item, shape (n_items,).

    Returns
    -------
    ndarray, shape (n_items,)
        As `coefficient_of_variation`.
    """
    return _moments(runs, n).cv


def _answers(values: Floats) -> tuple[Runs, Ints]:
    """Group the equal answers of each item, and count its answers."""
    matrix = answer_matrix(values)
    runs = equal_runs(np.ascontiguousarray(matrix.T))
    return runs, np.bincount(runs.row, runs.length, matrix.shape[1]).astype(np.int64)


def _totals(runs: Runs, n: Ints, terms: Floats | Ints) -> Floats:
    """Add a term of each group over the groups of each item, from the smallest answer up."""
    return np.bincount(runs.row, terms, len(n)).astype(np.float64)


def _first(runs: Runs, n: Ints) -> Ints:
    """Position of the first group of each item that has an answer."""
    first: Ints = np.searchsorted(runs.row, np.flatnonzero(n))
    return first


def _moments(runs: Runs, n: Ints) -> Moments:
    """Mean and SD by groups; equal answers have an SD of exactly 0 either way."""
    if _add_exactly(runs, n):
        sums = runs.length * runs.value
        return _from_sums(n, ExactSums(_totals(runs, n, sums), _totals(runs, n, sums * runs.value)))
    # Reckoned from the smallest answer, so that a large offset does not eat the digits.
    lowest = np.full(len(n), np.nan)
    lowest[n > 0] = runs.value[_first(runs, n)]
    above = runs.value - lowest[runs.row]
    mean_above = _totals(runs, n, runs.length * above) / np.maximum(n, 1)
    squares = _totals(runs, n, runs.length * (above - mean_above[runs.row]) ** 2)
    return Moments(n, _sum(lowest, mean_above), np.sqrt(_over(squares, n, n - 1)))


def _add_exactly(runs: Runs, n: Ints) -> bool:
    """Tell whether sums are exact; true wherever it is for the answers themselves."""
    most = float(np.abs(runs.value).max(initial=0.0)) * int(n.max(initial=0))
    return most * most < _EXACT and bool((runs.value == np.rint(runs.value)).all())


def _from_sums(n: Ints, exact: ExactSums) -> Moments:
    mean = np.full(len(n), np.nan)
    np.divide(exact.sums, n, out=mean, where=n > 0)
    return Moments(n, mean, np.sqrt(_over(exact.deviations(np.maximum(n, 1)), n, n - 1)))


def _over(totals: Floats, n: Ints, divisor: Ints) -> Floats:
    """Divide where there are several answers; NaN elsewhere."""
    result = np.full(len(n), np.nan)
    np.divide(totals, divisor, out=result, where=n > 1)
    return result


def _sum(first: Floats, second: Floats) -> Floats:
    """Add two arrays; what rounding leaves of an exact zero becomes 0."""
    total: Floats = first + second
    total[np.abs(total) <= _ZERO * (np.abs(first) + np.abs(second))] = 0.0
    return total


def _quotient(numerator: Floats, denominator: Floats) -> Floats:
    """Divide, NaN where the denominator is 0."""
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator != 0)
    return result


def _quantiles(runs: Runs, n: Ints, shares: tuple[float, ...]) -> Floats:
    """Type-7 quantiles of each item, shape (n_shares, n_items)."""
    last = np.maximum(n - 1, 0)
    position = np.multiply.outer(shares, last)
    below = position.astype(np.int64)
    low, high = _answers_at(runs, n, np.stack([below, np.minimum(below + 1, last)]))
    result: Floats = low + (position - below) * (high - low)
    return result


def _answers_at(runs: Runs, n: Ints, position: Ints) -> Floats:
    """Answers of each item, the last axis, at positions of its ascending order, from 0."""
    if not runs.length.size:
        return np.full(position.shape, np.nan)
    smaller = np.cumsum(runs.length) - runs.length
    group = np.searchsorted(smaller, np.cumsum(n) - n + position, side="right") - 1
    return np.where(n > 0, runs.value[group], np.nan)


def _share(count: Floats | Ints, n: Ints) -> Floats:
    return _over(count.astype(np.float64), n, n)


def _longest(runs: Runs, n: Ints) -> Ints:
    """Size of the largest group of each item, 0 without an answer."""
    longest = np.zeros(len(n), np.int64)
    if runs.length.size:
        longest[n > 0] = np.maximum.reduceat(runs.length, _first(runs, n))
    return longest


def _tastle_wierman(runs: Runs, mean: Floats, n: Ints, span: float) -> Floats:
    distance = np.abs(runs.value - mean[runs.row]) / span
    distance[(n == 1)[runs.row]] = 0.0
    terms = runs.length * np.log2(1 - distance)
    clipped: Floats = np.clip(1 + _over(_totals(runs, n, terms), n, n), 0.0, 1.0)
    return clipped
