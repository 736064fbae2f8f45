"""One stored answer as the figures it stands for: points, ratings, or weights derived from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.elicitation.best_worst_exact import exact_weights
from analysis.elicitation.pairwise_exact import exact_rgmm
from analysis.elicitation.ranking import positional_shares
from delphi.domain.answers.checking import Values
from delphi.domain.answers.pairwise import key, pairs
from delphi.domain.methods import (
    BEST_WORST,
    CONSTANT_SUM,
    HEADLINE_RULES,
    PAIRWISE,
    RANKING,
    RATING,
)
from delphi.domain.questionnaire import Question

Row = tuple[Fraction, ...]
#: What an answer says as its figures need it: whole numbers, so that equal answers are told.
Judgments = tuple[Any, ...]


def judged_row(question: Question, values: Values) -> Row:
    """Return what an answer says of each item, as movement, agreement and weights see it.

    Parameters
    ----------
    question
        The question as it was frozen.
    values
        A stored answer to it.

    Returns
    -------
    tuple of Fraction
        In the order of the items: points (constant sum), ratings by the first criterion, or the
        individual weights in points of 100: rank-order centroid (ranking), row geometric mean
        (pairwise), linear model (best-worst).
    """
    read, figures = _METHODS[question.method]
    return figures(read(question, values))


def judged_rows(question: Question, given: Iterable[Values | None]) -> tuple[Row | None, ...]:
    """Return the `judged_row` of each answer of a panel; equal answers are reckoned once.

    Parameters
    ----------
    question
        The question as it was frozen.
    given
        Stored answers to it; None abstained.

    Returns
    -------
    tuple
        One row an answer, in their order; None abstained.
    """
    read, figures = _METHODS[question.method]
    known: dict[Judgments, Row] = {}
    rows: list[Row | None] = []
    for values in given:
        said = None if values is None else read(question, values)
        if said is not None and said not in known:
            known[said] = figures(said)
        rows.append(None if said is None else known[said])
    return tuple(rows)


def places(question: Question, values: Values) -> Row:
    """Return the place that a ranking gives each item, in the order of the items."""
    return tuple(Fraction(values[item.code]) for item in question.items)


def comparison_matrices(question: Question, given: Sequence[Values]) -> NDArray[np.float64]:
    """Return the pairwise comparisons of a panel.

    Parameters
    ----------
    question
        The question as it was frozen.
    given
        Stored answers to it.

    Returns
    -------
    ndarray of float64
        Shape (n_answers, n_items, n_items): row a, column b says a counts so many b.
    """
    count = len(question.items)
    times = np.array([_all_pairs(question, one) for one in given], np.float64)
    times = times.reshape(len(given), count * (count - 1) // 2)
    matrices = np.ones((len(given), count, count))
    rows, columns = np.triu_indices(count, 1)
    matrices[:, rows, columns] = np.where(times > 0, times, -1 / times)
    matrices[:, columns, rows] = np.where(times > 0, 1 / times, -times)
    return matrices


def comparison_vectors(question: Question, values: Values) -> tuple[tuple[int, ...], ...]:
    """Return best to others and others to worst, whole: with the ones that go without saying."""
    to_others = {values["best"]: 1, **values["best_to_others"]}
    to_worst = {
        values["worst"]: 1,
        **values["others_to_worst"],
        values["best"]: values["best_to_others"][values["worst"]],
    }
    codes = [item.code for item in question.items]
    return tuple(tuple(vector[code] for code in codes) for vector in (to_others, to_worst))


def ends_of(question: Question, values: Values) -> tuple[int, int]:
    """Return the positions of the best and of the worst item of an answer."""
    codes = [item.code for item in question.items]
    return codes.index(values["best"]), codes.index(values["worst"])


def _points(question: Question, values: Values) -> Judgments:
    return tuple(values[item.code] for item in question.items)


def _ratings(question: Question, values: Values) -> Judgments:
    return _points(question, values[question.criteria[0]])


def _all_pairs(question: Question, values: Values) -> Judgments:
    return tuple(values[key(pair)] for pair in pairs(question))


def _both_ends(question: Question, values: Values) -> Judgments:
    return (*comparison_vectors(question, values), *ends_of(question, values))


def _as_given(said: Judgments) -> Row:
    return tuple(map(Fraction, said))


def _ranked(said: Judgments) -> Row:
    return _in_points(positional_shares(said, HEADLINE_RULES[RANKING]))


def _compared(said: Judgments) -> Row:
    # n items have n (n - 1) / 2 pairs.
    return _in_points(exact_rgmm(said, (1 + isqrt(1 + 8 * len(said))) // 2))


def _best_and_worst(said: Judgments) -> Row:
    to_others, to_worst, best, worst = said
    return _in_points(exact_weights(to_others, to_worst, best=best, worst=worst))


def _in_points(shares: Row) -> Row:
    return tuple(100 * share for share in shares)


#: Method → how an answer is read, and what it makes of each item.
_METHODS: Mapping[
    str, tuple[Callable[[Question, Values], Judgments], Callable[[Judgments], Row]]
] = {
    CONSTANT_SUM: (_points, _as_given),
    RATING: (_ratings, _as_given),
    RANKING: (_points, _ranked),
    PAIRWISE: (_all_pairs, _compared),
    BEST_WORST: (_both_ends, _best_and_worst),
}
