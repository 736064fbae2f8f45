"""Panels that answer by any question method: near a common opinion, nearer in the second round."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.simulation import simulated_allocations
from delphi.domain.answers.checking import Values
from delphi.domain.answers.pairwise import key
from delphi.domain.methods import (
    BEST_WORST,
    CONSTANT_SUM,
    MOST_TIMES,
    PAIRWISE,
    RANKING,
    RATING,
)
from delphi.domain.questionnaire import Question

Floats = NDArray[np.float64]
ROUNDS = 2
#: How even the common opinion is, and how far an expert's logarithms lie from it in each round.
_CONCENTRATION, _OWN = 3.0, (0.5, 0.35)
#: Spread of the logarithm of one comparison around the expert's own weights.
_SLIP = 0.3


def panel(asked: Question, number: int, experts: int) -> list[Values]:
    """Draw what each expert answers to a question.

    Parameters
    ----------
    asked
        The question; its code is part of the seed, so that groups differ.
    number
        Round, from 0; below `ROUNDS`. The experts are the same in each.
    experts
        How many.

    Returns
    -------
    list
        One complete answer an expert, as its method stores it.
    """
    codes = [item.code for item in asked.items]
    seed = zlib.crc32(asked.question.encode())
    random = np.random.default_rng(seed)
    common = random.dirichlet(np.full(len(codes), _CONCENTRATION))
    if asked.method == CONSTANT_SUM:
        drawn = simulated_allocations(experts, ROUNDS, tuple(common.tolist()), seed=seed)[number]
        return [dict(zip(codes, row, strict=True)) for row in drawn.tolist()]
    apart = random.normal(size=(experts, len(codes)))
    slips = np.random.default_rng((seed, number))
    answer = _ANSWERS[asked.method]
    return [answer(asked, codes, row, slips) for row in common * np.exp(_OWN[number] * apart)]


def _times(ratio: float, random: np.random.Generator) -> int:
    """Return a comparison in whole numbers, as it would be typed: 1 or more."""
    return int(np.clip(np.rint(ratio * np.exp(_SLIP * random.normal())), 1, MOST_TIMES))


def _ratings(
    asked: Question, codes: list[str], weights: Floats, _: np.random.Generator
) -> dict[str, dict[str, int]]:
    low, high = asked.scale or (1, 9)
    place = low + (high - low) * weights / weights.max()
    return {
        criterion: dict(zip(codes, np.rint(place).astype(int).tolist(), strict=True))
        for criterion in asked.criteria
    }


def _places(
    _: Question, codes: list[str], weights: Floats, _slips: np.random.Generator
) -> dict[str, int]:
    order = np.argsort(-weights, kind="stable").tolist()
    return {codes[at]: place for place, at in enumerate(order, start=1)}


def _pairs(
    _: Question, codes: list[str], weights: Floats, random: np.random.Generator
) -> dict[str, int]:
    found = {}
    for one, other in combinations(range(len(codes)), 2):
        ratio = float(weights[one] / weights[other])
        times = _times(max(ratio, 1 / ratio), random)
        found[key((codes[one], codes[other]))] = times if ratio >= 1 or times == 1 else -times
    return found


def _ends(
    _: Question, codes: list[str], weights: Floats, random: np.random.Generator
) -> dict[str, Any]:
    best, worst = int(weights.argmax()), int(weights.argmin())
    others = [at for at in range(len(codes)) if at != best]
    between = [at for at in others if at != worst]
    return {
        "best": codes[best],
        "worst": codes[worst],
        "best_to_others": {codes[j]: _times(weights[best] / weights[j], random) for j in others},
        "others_to_worst": {codes[j]: _times(weights[j] / weights[worst], random) for j in between},
    }


_ANSWERS: Mapping[str, Callable[..., Values]] = {
    RATING: _ratings,
    RANKING: _places,
    PAIRWISE: _pairs,
    BEST_WORST: _ends,
}
