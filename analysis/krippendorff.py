"""Krippendorff's alpha: agreement on values, for any number of experts, gaps and four metrics."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.numerics.squares import Answers, item_squares, look_at

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
#: Levels of measurement that alpha knows.
METRICS = ("nominal", "ordinal", "interval", "ratio")
#: Distinct values up to which ratio differences are compared: all pairs of them are needed.
MOST_RATIO_VALUES = 4096
#: Whole numbers over a range up to this are counted without sorting them.
_RANGE = 1024
#: Cells of a table held at once.
_CELLS = 1 << 20


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha of a form; None where `reason` has its key."""

    #: level of measurement
    metric: str
    #: items answered by at least two experts; all others have nothing to compare
    items_used: int
    #: answers to these
    answers: int
    #: disagreement found within items, in squared units of the metric
    observed: float | None
    #: disagreement if answers met at random
    expected: float | None
    #: 1 - observed/expected: 1 full agreement, 0 as by chance, below 0 worse than chance
    alpha: float | None
    #: None, or figure → code of why it is undefined
    reason: dict[str, str] | None


def krippendorff_alpha(ratings: Floats, *, metric: str) -> Alpha:
    """Return Krippendorff's alpha: one minus observed over expected disagreement.

    An item with u answers contributes its u(u-1) ordered pairs with weight 1/(u-1). With N answers
    to items that have at least two, alpha = 1 - (N-1) Σ o_ck δ²_ck / Σ n_c n_k δ²_ck. δ² is 0 or 1
    (nominal), (c-k)² of the pooled mid-ranks (ordinal: equal to the sum of the counts from c to k
    less half of both ends), (c-k)² (interval) or ((c-k)/(c+k))² (ratio). No pair is formed:
    coincidences come from the counts of each value, squared differences from the sums of squares.

    Parameters
    ----------
    ratings
        Shape (n_experts, n_items); NaN = no answer, which takes out nothing but itself. Not
        changed.
    metric
        `nominal`, `ordinal`, `interval` or `ratio`.

    Returns
    -------
    Alpha
        Codes in `reason`: `no_item_with_2_answers`, `no_variation` (all answers equal: 0/0, neither
        perfect agreement nor none), `too_many_values` (ratio, above 4,096 distinct).

    Raises
    ------
    ValueError
        If `ratings` is not a matrix of finite values, for an unknown metric, or a negative value
        on a ratio scale.

    References
    ----------
    Krippendorff 2004, 2011; the figures of the Python package krippendorff.
    """
    answers = look_at(ratings)
    if metric not in METRICS:
        raise ValueError(f"unknown metric {metric}")
    if metric == "ratio" and answers.low < 0:
        raise ValueError("a negative value on a ratio scale")
    units = _Units.of(answers)
    code = None if units.total else "no_item_with_2_answers"
    if units.total and units.answers.low == units.answers.high:
        code = "no_variation"
    sums = _disagreement(units, metric) if code is None else None
    if sums is not None and sums[1] == 0:
        code, sums = "no_variation", None  # too small for its square to be a float
    if sums is None:
        codes = dict.fromkeys(("observed", "expected", "alpha"), code or "too_many_values")
        return Alpha(metric, units.counts.size, units.total, None, None, None, codes)
    observed, expected = sums[0] / units.total, sums[1] / (units.total * (units.total - 1))
    alpha = 1 - observed / expected
    return Alpha(metric, units.counts.size, units.total, observed, expected, alpha, None)


@dataclass(frozen=True, eq=False)
class _Units:
    """The items that at least two experts answered."""

    answers: Answers
    #: answers to each item
    counts: Ints

    @classmethod
    def of(cls, answers: Answers) -> _Units:
        values, given = answers.values, answers.given
        counts = np.full(values.shape[1], len(values)) if given is None else given.sum(axis=0)
        paired = counts > 1
        if paired.all():
            return cls(answers, counts)
        return cls(look_at(values[:, paired]), counts[paired])

    @cached_property
    def total(self) -> int:
        return int(self.counts.sum())

    @cached_property
    def flat(self) -> Floats:
        """All answers, row by row."""
        values, given = self.answers.values, self.answers.given
        result: Floats = values.ravel() if given is None else values[given]
        return result

    def spread_out(self, flat: NDArray[Any]) -> NDArray[Any]:
        """Put one number for each answer where the answer stands; 0 elsewhere."""
        if self.answers.given is None:
            return flat.reshape(self.answers.values.shape)
        result = np.zeros(self.answers.values.shape, flat.dtype)
        result[self.answers.given] = flat
        return result


def _disagreement(units: _Units, metric: str) -> tuple[float, float] | None:
    """Return Σ o δ² and Σ n n δ², both over ordered pairs of answers."""
    if metric == "interval":
        return _squared_differences(units, units.answers)
    distinct, codes = _coded(units.flat, units.answers)
    if metric == "ordinal":
        pooled = np.bincount(codes, minlength=len(distinct))
        doubled_ranks = (2 * np.cumsum(pooled) - pooled + 1).astype(np.float64)
        ranks = doubled_ranks[codes]
        ends = float(doubled_ranks[0]), float(doubled_ranks[-1])
        given = units.answers.given
        return _squared_differences(units, Answers(units.spread_out(ranks), given, *ends))
    if metric == "nominal":
        return _unequal_pairs(units, units.spread_out(codes), len(distinct))
    if len(distinct) > MOST_RATIO_VALUES:
        return None
    return _ratio_differences(units, units.spread_out(codes), distinct)


def _coded(flat: Floats, answers: Answers) -> tuple[Floats, Ints]:
    """Return ascending values, and of each answer the position of its value among them."""
    if answers.high - answers.low <= _RANGE:
        codes = (flat - answers.low).astype(np.int64)
        if np.array_equal(codes + answers.low, flat):
            return answers.low + np.arange(int(answers.high - answers.low) + 1.0), codes
    distinct, places = np.unique(flat, return_inverse=True)
    return distinct.astype(np.float64), places


def _squared_differences(units: _Units, answers: Answers) -> tuple[float, float]:
    _, means, squares = item_squares(answers)
    # fsum: no digit depends on the order of the items either.
    middle = math.fsum(units.counts * means) / units.total
    between = math.fsum(units.counts * (means - middle) ** 2)
    observed = math.fsum(2 * units.counts * squares / (units.counts - 1))
    return observed, 2 * units.total * (math.fsum(squares) + between)


def _value_counts(units: _Units, codes: Ints, values: int) -> Iterator[Ints]:
    """Count each value of each item, a block of items at a time: shape (items, values)."""
    step = max(1, _CELLS // values)
    for start in range(0, codes.shape[1], step):
        block = codes[:, start : start + step]
        keys = block + values * np.arange(block.shape[1])
        if units.answers.given is not None:
            keys = keys[units.answers.given[:, start : start + step]]
        size = block.shape[1] * values
        yield np.bincount(keys.ravel(), minlength=size).reshape(-1, values)


def _unequal_pairs(units: _Units, codes: Ints, values: int) -> tuple[float, float]:
    equal, pooled = [], np.zeros(values, np.int64)
    for counts in _value_counts(units, codes, values):
        equal.append(np.einsum("ij,ij->i", counts, counts))
        pooled += counts.sum(axis=0)
    different = units.counts**2 - np.concatenate(equal)
    observed = math.fsum(different / (units.counts - 1))
    return observed, float(units.total**2 - int(pooled @ pooled))


def _ratio_differences(units: _Units, codes: Ints, distinct: Floats) -> tuple[float, float]:
    tables = list(_value_counts(units, codes, len(distinct)))
    counts = np.concatenate(tables).astype(np.float64)
    pooled = counts.sum(axis=0)
    observed, expected = np.zeros(len(counts)), 0.0
    step = max(1, _CELLS // len(distinct))
    for start in range(0, len(distinct), step):
        part = slice(start, start + step)
        sums = distinct[part, None] + distinct
        squares = ((distinct[part, None] - distinct) / np.where(sums > 0, sums, 1.0)) ** 2
        observed += np.einsum("ij,ij->i", counts[:, part], counts @ squares.T)
        expected += float(pooled[part] @ squares @ pooled)
    return math.fsum(observed / (units.counts - 1)), expected
