"""Best-worst method: weights from the comparisons with the most and the least important item.

The linear model. Its optimum is unique: with xi above 0 a chain of deviations of exactly xi ties
every item to the best or the worst and these to each other; with xi = 0 the ratios are given. The
program does not rely on that but certifies each solution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.aggregation_rules import arithmetic_mean, geometric_mean
from analysis.simplex import closure

Floats = NDArray[np.float64]

#: Comparisons lie between 1 and LARGEST; beyond it the tolerances of the solver would decide.
LARGEST = 1e6
#: Input-based consistency ratio up to which comparisons are acceptable: a_BW = 3..9 → 3..9 items.
#: Table 3 of Liang, Brunelli & Rezaei 2020, as three programs that cite it have it, digit by digit.
THRESHOLDS = {
    3: (0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667, 0.1667),
    4: (0.1121, 0.1529, 0.1898, 0.2206, 0.2527, 0.2577, 0.2683),
    5: (0.1354, 0.1994, 0.2306, 0.2546, 0.2716, 0.2844, 0.2960),
    6: (0.1330, 0.1990, 0.2643, 0.3044, 0.3144, 0.3221, 0.3262),
    7: (0.1294, 0.2457, 0.2819, 0.3029, 0.3144, 0.3251, 0.3403),
    8: (0.1309, 0.2521, 0.2958, 0.3154, 0.3408, 0.3620, 0.3657),
    9: (0.1359, 0.2681, 0.3062, 0.3337, 0.3517, 0.3620, 0.3662),
}
#: Slack of the solver and of what counts as 0; weights are shares of 1.
_TOLERANCE = 1e-10
#: Widest range of a weight over the optimal solutions that still counts as one point.
_POINT = 1e-7


@dataclass(frozen=True, eq=False)
class BestWorst:
    """Weights and consistency of one expert's best-worst comparisons."""

    #: shape (n_items,), shares of 1; one of the optimal vectors where they are not `unique`
    weights: Floats
    #: largest deviation xi of the linear model at its optimum, a share of 1, from 0 up
    xi: float
    #: input-based consistency ratio, from 0 up
    cr_input: float
    #: largest acceptable `cr_input` for this number of items and this a_BW; None if not tabulated
    threshold: float | None
    #: whether `cr_input` is at most `threshold`; None without one
    acceptable: bool | None
    #: whether `weights` is the only optimal vector
    unique: bool
    #: smallest optimal weight of each item; equal to `weights` where `unique`
    weights_low: Floats
    #: largest optimal weight of each item; equal to `weights` where `unique`
    weights_high: Floats
    #: None, or figure → `not_tabulated`
    reason: dict[str, str] | None


@dataclass(frozen=True, eq=False)
class BestWorstGroup:
    """Weights of a panel, shape (n_items,), shares of 1."""

    #: closed geometric mean of the experts' weights
    geometric_mean: Floats
    #: arithmetic mean of the experts' weights
    arithmetic_mean: Floats
    #: experts whose weights are not unique, so that the means rest on one choice among many
    not_unique: int


def best_worst(
    best_to_others: Floats, others_to_worst: Floats, *, best: int, worst: int
) -> BestWorst:
    """Return the weights of the linear best-worst model.

    Minimise xi subject to |w_B - a_Bj w_j| <= xi and |w_j - a_jW w_W| <= xi for every item j, the
    weights not negative and summing to 1. xi is a distance of weights, not a consistency ratio: it
    depends on the number of items, so `cr_input` is what a threshold speaks about.

    Parameters
    ----------
    best_to_others
        a_Bj, shape (n_items,): how many times as important the best item is as item j, from 1 to
        `LARGEST`, fractions are fine; 1 at `best`. Not changed.
    others_to_worst
        a_jW, shape (n_items,): how many times as important item j is as the worst; 1 at `worst`,
        and at `best` equal to `best_to_others` at `worst`. Not changed.
    best, worst
        Positions of the two items, different ones.

    Returns
    -------
    BestWorst
        The threshold is None with a reason where the table has none: a_BW not a whole number from
        3 to 9, fewer than 3 or more than 9 items.

    Raises
    ------
    ValueError
        If the comparisons are not as described.

    References
    ----------
    Rezaei 2016, Omega 64:126-130; Liang, Brunelli & Rezaei 2020, Omega 96:102175 (consistency).
    """
    model = _Model(*_checked(best_to_others, others_to_worst, best, worst), best, worst)
    found = _minimise(model.objective, model.deviations, model.total)
    weights, xi = closure(np.maximum(found.x[:-1], 0.0)), max(float(found.x[-1]), 0.0)
    low = high = weights
    unique = _certified(model, found)
    if not unique:
        low, high = _range(model, xi + _TOLERANCE)
        unique = bool((high - low).max() <= _POINT)
    cr = input_consistency_ratio(best_to_others, others_to_worst, best=best, worst=worst)
    limit = threshold(len(weights), float(model.best_to_others[worst]))
    undefined = dict.fromkeys(("threshold", "acceptable"), "not_tabulated")
    return BestWorst(
        weights=weights,
        xi=xi,
        cr_input=cr,
        threshold=limit,
        acceptable=None if limit is None else cr <= limit,
        unique=unique,
        weights_low=weights if unique else low,
        weights_high=weights if unique else high,
        reason=undefined if limit is None else None,
    )


def weight_range(
    best_to_others: Floats, others_to_worst: Floats, *, best: int, worst: int, xi: float
) -> tuple[Floats, Floats]:
    """Return how far each weight can move while no deviation exceeds `xi`.

    At the optimal xi this is the range of the optimal weights; a little above it, it shows how much
    the answer owes to the last bit of fit. Two linear programs an item.

    Parameters
    ----------
    best_to_others, others_to_worst, best, worst
        As in `best_worst`.
    xi
        Largest deviation allowed, a share of 1; not below the optimum.

    Returns
    -------
    low, high : ndarray
        Shape (n_items,), shares of 1.

    Raises
    ------
    ValueError
        If the comparisons are not usable, or no weights fit within `xi`.

    References
    ----------
    Rezaei 2016, Omega 64:126-130.
    """
    model = _Model(*_checked(best_to_others, others_to_worst, best, worst), best, worst)
    return _range(model, xi)


def input_consistency_ratio(
    best_to_others: Floats, others_to_worst: Floats, *, best: int, worst: int
) -> float:
    """Return the largest |a_Bj a_jW - a_BW| / (a_BW² - a_BW) over the items.

    It needs no weights, so an expert can be told while answering.

    Parameters
    ----------
    best_to_others, others_to_worst, best, worst
        As in `best_worst`.

    Returns
    -------
    float
        From 0 up, at most 1 if no comparison exceeds a_BW; 0 where a_BW is 1, by definition.

    Raises
    ------
    ValueError
        If the comparisons are not usable.

    References
    ----------
    Liang, Brunelli & Rezaei 2020, Omega 96:102175.
    """
    first, second = _checked(best_to_others, others_to_worst, best, worst)
    whole = float(first[worst])
    if whole == 1:
        return 0.0
    return float(np.abs(first * second - whole).max() / (whole**2 - whole))


def threshold(n_items: int, best_to_worst: float) -> float | None:
    """Return the largest acceptable input-based consistency ratio.

    Parameters
    ----------
    n_items
        Number of items.
    best_to_worst
        a_BW.

    Returns
    -------
    float or None
        In (0, 1); None outside 3..9 items and whole a_BW from 3 to 9. Nothing is interpolated.

    References
    ----------
    Liang, Brunelli & Rezaei 2020, Omega 96:102175.
    """
    if not 3 <= n_items <= 9 or best_to_worst not in THRESHOLDS:
        return None
    return THRESHOLDS[int(best_to_worst)][n_items - 3]


def best_worst_group(results: Sequence[BestWorst]) -> BestWorstGroup:
    """Return the weights of a panel from those of its experts.

    Parameters
    ----------
    results
        One result an expert, over the same items; at least one. Their order changes no digit.

    Returns
    -------
    BestWorstGroup
        Both means. Ratios were asked, so the geometric one is the usual choice; the arithmetic one
        keeps a linear index equal to the mean of the experts' indices.

    Raises
    ------
    ValueError
        If there are no results or they differ in the number of items.

    References
    ----------
    Mohammadi, Tamburri & Rezaei 2023, Group Decision and Negotiation (geometric mean).
    """
    if len({len(result.weights) for result in results}) != 1:
        raise ValueError("results of experts on the same items are needed, at least one")
    rows = np.array([result.weights for result in results])
    return BestWorstGroup(
        geometric_mean(rows), arithmetic_mean(rows), sum(not result.unique for result in results)
    )


def _checked(
    best_to_others: Floats, others_to_worst: Floats, best: int, worst: int
) -> tuple[Floats, Floats]:
    first = np.asarray(best_to_others, np.float64)
    second = np.asarray(others_to_worst, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("two vectors with one comparison an item are needed")
    if best == worst or not (0 <= best < len(first) and 0 <= worst < len(first)):
        raise ValueError(f"best {best} and worst {worst}: two different items are needed")
    if not all((row >= 1).all() and (row <= LARGEST).all() for row in (first, second)):
        raise ValueError(f"comparisons must be numbers from 1 to {LARGEST:g}")
    if first[best] != 1 or second[worst] != 1:
        raise ValueError("an item compared with itself must be 1")
    if first[worst] != second[best]:
        raise ValueError(
            f"best to worst is {first[worst]:g} in one vector and {second[best]:g} in the other"
        )
    return first, second


@dataclass(frozen=True, eq=False)
class _Model:
    """The linear program in the variables w_1, ..., w_n, xi."""

    best_to_others: Floats
    others_to_worst: Floats
    best: int
    worst: int

    @cached_property
    def deviations(self) -> Floats:
        """Rows that must not be above 0: both signs of each difference, less xi.

        The differences are w_B - a_Bj w_j and w_j - a_jW w_W, the one of both items only once.
        """
        n = len(self.best_to_others)
        items, at = np.eye(n), np.arange(n)
        others, inner = at != self.best, (at != self.best) & (at != self.worst)
        from_best = items[self.best] - self.best_to_others[others, None] * items[others]
        to_worst = items[inner] - self.others_to_worst[inner, None] * items[self.worst]
        rows = np.vstack([from_best, to_worst])
        return np.hstack([np.vstack([rows, -rows]), np.full((2 * len(rows), 1), -1.0)])

    @property
    def objective(self) -> Floats:
        return np.append(np.zeros(len(self.best_to_others)), 1.0)

    @property
    def total(self) -> Floats:
        return np.append(np.ones(len(self.best_to_others)), 0.0)


def _minimise(objective: Floats, rows: Floats, total: Floats, limits: Any = 0.0) -> Any:
    from scipy.optimize import linprog  # loading it takes longer than any figure here

    found = linprog(
        objective,
        A_ub=rows,
        b_ub=np.broadcast_to(limits, len(rows)),
        A_eq=total[None],
        b_eq=[1.0],
        method="highs",
        options={
            "primal_feasibility_tolerance": _TOLERANCE,
            "dual_feasibility_tolerance": _TOLERANCE,
        },
    )
    if found.status:
        raise ValueError(f"no weights fit: {found.message}")
    return found


def _certified(model: _Model, found: Any) -> bool:
    """Tell whether the multipliers prove that there is one solution only.

    Every optimal solution meets each constraint that has a positive multiplier with equality, and
    with xi = 0 every comparison. If these equations have full rank, they have one solution.
    """
    if found.x[-1] <= _TOLERANCE:
        binding = np.vstack([model.deviations[:, :-1], model.total[:-1]])
    else:
        held = model.deviations[found.ineqlin.marginals < -_TOLERANCE]
        at_zero = np.eye(len(found.x))[found.lower.marginals > _TOLERANCE]
        binding = np.vstack([held, at_zero, model.total])
    binding /= np.abs(binding).max(axis=1, keepdims=True)
    return bool(np.linalg.matrix_rank(binding) == binding.shape[1])


def _range(model: _Model, xi: float) -> tuple[Floats, Floats]:
    n = len(model.best_to_others)
    rows, ends = model.deviations[:, :-1], np.empty((2, n))
    for at, item in enumerate(np.eye(n)):
        for end, sign in enumerate((1.0, -1.0)):
            ends[end, at] = _minimise(sign * item, rows, np.ones(n), xi).x[at]
    return ends[0], ends[1]
