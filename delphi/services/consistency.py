"""How far the comparisons of a panel contradict themselves, counted over its experts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.elicitation.best_worst import input_consistency_ratio, threshold
from analysis.elicitation.pairwise import DEFAULT_RANDOM_INDEX, pairwise
from analysis.elicitation.pairwise_group import consensus
from delphi.bridge import PanelAnswers
from delphi.domain.answers.checking import Values
from delphi.domain.methods import BEST_WORST, PAIRWISE
from delphi.individual_weights import comparison_matrices, comparison_vectors, ends_of

#: Largest consistency ratio of an acceptable matrix (Saaty 1980).
CR_LIMIT = 0.1
#: Largest geometric consistency index: of three items, of four, of more (Aguarón &
#: Moreno-Jiménez 2003).
GCI_LIMITS = (0.31, 0.35, 0.37)
#: What a figure may exceed its limit by and still lie on it.
_ON_LIMIT = 1e-9

Floats = NDArray[np.float64]


def consistency_document(answers: PanelAnswers) -> dict[str, Any] | None:
    """Return counts and medians over the experts of a group; floats still.

    Parameters
    ----------
    answers
        The counted answers to one question.

    Returns
    -------
    dict or None
        None for methods without comparisons, for two items, whose comparison contradicts nothing,
        and without answers. `experts`; `judged`: those whose ratio has a limit; `above`: of these,
        how many exceed it; `limit`, None where it differs from expert to expert; `median` ratio.
        Pairwise comparisons also have `random_index`, `gci_median`, `gci_limit`, `gci_above` and
        `consensus`, Goepel's S*, None for one expert.
    """
    given = [one for one in answers.given if one is not None]
    if not given or len(answers.items) < 3:
        return None
    if answers.asked.method == PAIRWISE:
        return _of_matrices(answers, given)
    return _of_vectors(answers, given) if answers.asked.method == BEST_WORST else None


def _of_matrices(answers: PanelAnswers, given: list[Values]) -> dict[str, Any]:
    found = pairwise(comparison_matrices(answers.asked, given))
    gci_limit = GCI_LIMITS[min(len(answers.items), 5) - 3]
    return {
        **_counted(found.cr, np.full(len(given), CR_LIMIT)),
        "limit": CR_LIMIT,
        "random_index": DEFAULT_RANDOM_INDEX,
        "gci_median": float(np.median(found.gci)),
        "gci_limit": gci_limit,
        "gci_above": int((found.gci > gci_limit + _ON_LIMIT).sum()),
        "consensus": consensus(found.weights_rgmm).s_star,
    }


def _of_vectors(answers: PanelAnswers, given: list[Values]) -> dict[str, Any]:
    ratios, limits = [], []
    for one in given:
        best, worst = ends_of(answers.asked, one)
        vectors = (np.array(row, np.float64) for row in comparison_vectors(answers.asked, one))
        ratios.append(input_consistency_ratio(*vectors, best=best, worst=worst))
        limit = threshold(len(answers.items), float(one["best_to_others"][one["worst"]]))
        limits.append(np.nan if limit is None else limit)
    return {**_counted(np.array(ratios), np.array(limits)), "limit": None}


def _counted(ratios: Floats, limits: Floats) -> dict[str, Any]:
    return {
        "experts": len(ratios),
        "judged": int((~np.isnan(limits)).sum()),
        "above": int((ratios > limits + _ON_LIMIT).sum()),
        "median": float(np.median(ratios)),
    }
