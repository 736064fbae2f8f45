"""Which three judgments of one expert pull against each other most; advice, never a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, permutations
from math import log, sqrt
from typing import Any

from delphi.domain.answers.pairwise import key, ratio
from delphi.domain.questionnaire import Question

Triad = tuple[str, str, str]
#: Three judgments fit together while their geometric consistency index is at most 0.31 (Aguarón &
#: Moreno-Jiménez 2003, three items; about CR 0.10). With e = ln(a_ij · a_jk · a_ki) it is e² / 3.
LARGEST_INDEX = 0.31
#: As the smallest limit of the input-based consistency ratio (Liang, Brunelli & Rezaei 2020).
LARGEST_RATIO = 0.1667


def worst_triad(question: Question, values: Mapping[str, int]) -> Triad | None:
    """Return the three items whose comparisons fit together least.

    Parameters
    ----------
    question
        A pairwise question.
    values
        Its comparisons as stored; some may be missing still.

    Returns
    -------
    tuple or None
        Three codes i, j, k with all three comparisons, of the largest |ln(a_ij · a_jk · a_ki)|;
        None where every triad has a geometric consistency index of at most 0.31.
    """
    codes = [item.code for item in question.items]
    found = [
        (_round_trip(values, triad), triad)
        for triad in combinations(codes, 3)
        if all(key(pair) in values for pair in combinations(triad, 2))
    ]
    if not found:
        return None
    product, triad = max(found, key=lambda one: one[0])
    return triad if log(product) > sqrt(3 * LARGEST_INDEX) else None


def in_descent(values: Mapping[str, int], triad: Triad) -> Triad:
    """Return three items so that each counts at least as much as the next, as two judgments say.

    Parameters
    ----------
    values
        Comparisons as stored, all three of these items among them.
    triad
        The items.

    Returns
    -------
    tuple
        The same codes. The third judgment, of the first item and the last, may say otherwise.
    """
    return next(
        chain
        for chain in permutations(triad, 3)
        if ratio(values, *chain[:2]) >= 1 and ratio(values, *chain[1:]) >= 1
    )


def along(values: Mapping[str, int], chain: Triad) -> tuple[Fraction, Fraction, Fraction]:
    """Return three judgments: of first and second item, of second and third, of first and third.

    Raises
    ------
    KeyError
        If two of them were not compared.
    """
    first, second, third = chain
    return ratio(values, first, second), ratio(values, second, third), ratio(values, first, third)


def is_order_kept(upper: Fraction, lower: Fraction, whole: Fraction) -> bool:
    """Whether three judgments agree which items count more, whatever they say of how much.

    Parameters
    ----------
    upper, lower
        How many times as much a first item counts as a second, and the second as a third: at
        least 1.
    whole
        How many times as much the first counts as the third.
    """
    return whole == 1 if upper == lower == 1 else whole > 1


def _round_trip(values: Mapping[str, int], triad: Triad) -> Fraction:
    """Return a_ij · a_jk · a_ki, or its inverse where that is larger; exact, so that equals tie."""
    one, middle, other = triad
    product = ratio(values, one, middle) * ratio(values, middle, other) * ratio(values, other, one)
    return max(product, 1 / product)


def worst_triple(values: Mapping[str, Any]) -> str | None:
    """Return the item whose comparisons with the best and the worst fit theirs least.

    Parameters
    ----------
    values
        A complete answer to a best-worst question, as stored.

    Returns
    -------
    str or None
        The item j of the largest |a_Bj · a_jW - a_BW| / (a_BW² - a_BW); None where it is at most
        0.1667, or a_BW is 1 and every product is 1.
    """
    limit = values["best_to_others"][values["worst"]]
    gaps = {
        code: abs(values["best_to_others"][code] * down - limit)
        for code, down in values["others_to_worst"].items()
    }
    if not gaps:
        return None
    code = max(gaps, key=lambda one: gaps[one])
    largest = LARGEST_RATIO * (limit * limit - limit)
    return code if gaps[code] > largest else None
