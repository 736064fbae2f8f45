"""One stored answer as the figures it stands for: points, ratings, or weights derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import numpy as np

from analysis import exact
from analysis.elicitation.best_worst import best_worst
from analysis.elicitation.best_worst_exact import exact_weights
from analysis.elicitation.ranking import positional_shares
from delphi.domain.answers.checking import Values
from delphi.domain.answers.pairwise import ratio
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
#: Parts of 1 to which derived weights are rounded before they are closed again, so that the sums of
#: a panel keep denominators of a bearable size. Roots are computed to 60 digits; the linear program
#: of the best-worst method is good to fewer, where its optimum cannot be had in fractions.
ROOT_PARTS = 10**20
PROGRAM_PARTS = 10**12


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
    return _JUDGED[question.method](question, values)


def places(question: Question, values: Values) -> Row:
    """Return the place that a ranking gives each item, in the order of the items."""
    return tuple(Fraction(values[item.code]) for item in question.items)


def comparison_matrix(question: Question, values: Values) -> list[list[Fraction]]:
    """Return the pairwise comparisons of an answer: row a, column b says a counts so many b."""
    codes = [item.code for item in question.items]
    return [[ratio(values, one, other) for other in codes] for one in codes]


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


def _points(question: Question, values: Values) -> Row:
    return tuple(Fraction(values[item.code]) for item in question.items)


def _ratings(question: Question, values: Values) -> Row:
    rated: Mapping[str, int] = values[question.criteria[0]]
    return tuple(Fraction(rated[item.code]) for item in question.items)


def _ranked(question: Question, values: Values) -> Row:
    shares = positional_shares(places(question, values), HEADLINE_RULES[RANKING])
    return tuple(100 * share for share in shares)


def _compared(question: Question, values: Values) -> Row:
    # The row geometric mean of a matrix is the closed geometric mean of its columns.
    columns = list(zip(*comparison_matrix(question, values), strict=True))
    return _in_points(exact.geometric_mean(columns), ROOT_PARTS)


def _best_and_worst(question: Question, values: Values) -> Row:
    best, worst = ends_of(question, values)
    to_others, to_worst = comparison_vectors(question, values)
    return _linear_model(to_others, to_worst, best, worst)


@lru_cache(maxsize=4096)
def _linear_model(
    to_others: tuple[int, ...], to_worst: tuple[int, ...], best: int, worst: int
) -> Row:
    vectors = (np.array(one, np.float64) for one in (to_others, to_worst))
    found = best_worst(*vectors, best=best, worst=worst)
    weights = exact_weights(found, to_others, to_worst, best=best, worst=worst)
    if weights is None:
        return _in_points(tuple(map(Fraction, found.weights.tolist())), PROGRAM_PARTS)
    return tuple(100 * weight for weight in weights)


def _in_points(shares: Row, parts: int) -> Row:
    """Return shares as points of 100: rounded alike, so that equals stay equal, and closed."""
    counts = [round(share * parts) for share in shares]
    return tuple(Fraction(100 * count, sum(counts)) for count in counts)


_JUDGED = {
    CONSTANT_SUM: _points,
    RATING: _ratings,
    RANKING: _ranked,
    PAIRWISE: _compared,
    BEST_WORST: _best_and_worst,
}
