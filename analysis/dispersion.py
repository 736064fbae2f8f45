"""Spread of the answers to each item: CV, quartiles, and how far the panel agrees.

Answers are sorted before anything is added, so that no digit depends on the order of experts.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: A sum this much smaller than what was added is what floats leave of a zero.
_ZERO = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, eq=False)
class Dispersion:
    """Figures of each item, each an array of shape (n_items,); NaN where undefined.

    Without answers everything is undefined, with one answer everything but mean and median.
    """

    #: answers given
    n: NDArray[np.int64]
    mean: Floats
    #: standard deviation with n-1
    sd: Floats
    #: coefficient of variation, sd / mean, with the sign of the mean; undefined at mean 0
    cv: Floats
    median: Floats
    #: quartiles of type 7, linear between the sorted answers
    q1: Floats
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
        """Return one dict an item: every figure, None where undefined, and `reason`.

        `reason` is None, or a dict of the undefined figures and their codes: `no_answers`,
        `one_answer`, `mean_0`, `quartiles_sum_to_0`.
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
    answers = _sorted_answers(values, scale)
    n = np.count_nonzero(~np.isnan(answers), axis=1)
    given = np.arange(answers.shape[1]) < n[:, None]
    mean, sd = _moments(answers, n, given)
    q1, median, q3 = (_quantile(answers, n, share) for share in (0.25, 0.5, 0.75))
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
        full_score_share=_share(np.count_nonzero(answers == scale[1], axis=1), n),
        mode_share=_share(_longest_run(answers), n),
        tastle_wierman=_tastle_wierman(answers, mean, n, scale),
    )


def _sorted_answers(values: Floats, scale: tuple[float, float]) -> Floats:
    """One contiguous row an item, its answers ascending, NaN behind; at least one column."""
    matrix = np.asarray(values, np.float64)
    low, high = scale
    if matrix.ndim != 2:
        raise ValueError("values must be a matrix of experts x items")
    if not low < high:
        raise ValueError(f"a scale from {low} to {high}")
    if matrix.size and ((matrix < low) | (matrix > high)).any():
        raise ValueError(f"a value off the scale from {low} to {high}")
    rows = matrix.T if len(matrix) else np.full((matrix.shape[1], 1), np.nan)
    # Adding 0 turns the -0.0 of a cell "-0" into 0.0.
    return np.sort(np.ascontiguousarray(rows) + 0.0, axis=1)


def _moments(
    answers: Floats, n: NDArray[np.int64], given: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Mean and SD, reckoned from the smallest answer: equal answers have an SD of exactly 0."""
    lowest = answers[:, :1]
    above = np.where(given, answers - lowest, 0.0)
    divisor = np.where(n > 0, n, 1)[:, None]
    mean_above = _total(above)[:, None] / divisor
    mean = _sum(lowest[:, 0], mean_above[:, 0])
    squares = _total(np.where(given, (above - mean_above) ** 2, 0.0))
    return mean, _root_mean(squares, n)


def _total(terms: Floats) -> Floats:
    """Add each row from left to right, so that zeros behind the answers change no digit."""
    total: Floats = np.cumsum(terms, axis=1)[:, -1]
    return total


def _root_mean(squares: Floats, n: NDArray[np.int64]) -> Floats:
    result = np.full(len(n), np.nan)
    np.divide(squares, n - 1, out=result, where=n > 1)
    root: Floats = np.sqrt(result)
    return root


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


def _quantile(answers: Floats, n: NDArray[np.int64], share: float) -> Floats:
    """Type-7 quantile of each row of ascending answers, of which n are not NaN."""
    position = np.maximum(n - 1, 0) * share
    below = position.astype(np.int64)
    above = np.minimum(below + 1, np.maximum(n - 1, 0))
    rows = np.arange(len(answers))
    low, high = answers[rows, below], answers[rows, above]
    result: Floats = low + (position - below) * (high - low)
    return result


def _share(count: NDArray[np.int64], n: NDArray[np.int64]) -> Floats:
    result = np.full(len(n), np.nan)
    np.divide(count, n, out=result, where=n > 1)
    return result


def _longest_run(answers: Floats) -> NDArray[np.int64]:
    """Length of the longest run of equal answers in each row; NaN is equal to nothing."""
    at = np.arange(answers.shape[1])
    new = np.ones(answers.shape, np.bool_)
    np.not_equal(answers[:, 1:], answers[:, :-1], out=new[:, 1:])
    start = np.maximum.accumulate(np.where(new, at, 0), axis=1)
    longest: NDArray[np.int64] = (at - start + 1).max(axis=1)
    return longest


def _tastle_wierman(
    answers: Floats, mean: Floats, n: NDArray[np.int64], scale: tuple[float, float]
) -> Floats:
    several = n > 1
    distance = np.abs(answers - mean[:, None]) / (scale[1] - scale[0])
    distance[~several] = np.nan
    terms = np.where(np.isnan(distance), 0.0, np.log2(1 - distance))
    result = np.full(len(n), np.nan)
    np.divide(_total(terms), n, out=result, where=several)
    clipped: Floats = np.clip(1 + result, 0.0, 1.0)
    return clipped
