"""The stopping rule applied to many simulated rounds at once.

The conditions are those of `analysis.verdict` and `analysis.stability`, vectorised. One figure is
an approximation: under `classic` the p of W is that of chi-square, since a permutation test of each
simulated round would take far too long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.concordance import coefficient
from analysis.item_movement import TIE, histogram_changes
from analysis.simplex import closure, total_variation
from analysis.stability import HISTOGRAM_LIMIT, ON_LIMIT, TOTAL, enough_items, limits_of
from analysis.verdict import P_LIMIT, PRESETS, agreed_items

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
#: Verdicts in the order of the rule.
VERDICTS = ("hold", "consensus_stable", "stable_dissent", "round_limit", "continue")


@dataclass(frozen=True)
class StoppingRule:
    """Settings of the rule for the round to come, named as in `analysis.verdict.decide`."""

    #: `constant_sum` or `rating`
    method: str
    #: experts that will be invited
    invited: int
    #: smallest and largest rating; needed for `rating`
    scale: tuple[float, float] | None = None
    #: t, in points of 100
    tolerance: float = 5.0
    #: least number of experts who answered both rounds
    minimum: int = 8
    #: least share of the invited who answered
    response: float = 0.7
    #: whether the round to come is the last of the plan
    last: bool = False
    #: `recommended` or `classic`
    preset: str = "recommended"

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value of an answer."""
        return limits_of(self.method, self.scale)

    @property
    def classic(self) -> bool:
        """Whether the classic conditions are asked for.

        Raises
        ------
        ValueError
            For an unknown preset.
        """
        if self.preset not in PRESETS:
            raise ValueError(f"preset {self.preset!r}, expected one of {', '.join(PRESETS)}")
        return self.preset == "classic"


@dataclass(frozen=True, eq=False)
class JudgedRounds:
    """Figures of simulated rounds, one entry or row each; NaN where nobody has a weight vector."""

    #: panel weights, shares of 1, shape (n_rounds, n_items)
    weights: Floats
    #: largest change of a panel weight since the latest round, in points of 100
    weight_change_max: Floats
    #: median over experts of the total variation of the own weights, in points
    median_own_move: Floats
    #: whether the group is stable
    stable: Flags
    #: position in `VERDICTS`
    verdicts: NDArray[np.int64]


def own_weights(values: Floats, rule: StoppingRule) -> Floats:
    """Return the weight vectors of the experts.

    Parameters
    ----------
    values
        Points or ratings, shape (..., n_items); NaN = no answer. Not changed.
    rule
        Says the method and scale.

    Returns
    -------
    ndarray
        Same shape, shares of 1. NaN for an incomplete row, one that is 0 throughout, and for all
        on a scale that goes below 0.
    """
    if rule.limits[0] < 0:
        return np.full(np.shape(values), np.nan)
    return closure(values)


def judge_rounds(latest: Floats, rounds: Floats, rule: StoppingRule) -> JudgedRounds:
    """Apply the stopping rule to simulated next rounds.

    Parameters
    ----------
    latest
        Points of 100 or ratings of the latest round, shape (n_experts, n_items); NaN = no answer.
        Everybody here has answered. Not changed.
    rounds
        Simulated answers of the same experts, shape (n_rounds, n_experts, n_items). Not changed.
    rule
        The rule of the round to come.

    Returns
    -------
    JudgedRounds
        What `decide` would say of each, but for the p of W under `classic`.

    Raises
    ------
    ValueError
        If a setting of the rule is not one of these, a value is off the scale, or fewer are invited
        than answered.
    """
    experts, items = latest.shape
    if rule.invited < max(1, experts):
        raise ValueError(f"{experts} answered, but only {rule.invited} were invited")
    weights, change, own = _movement(latest, rounds, rule)
    if rule.method == "rating":
        changes = _histogram_changes(latest, rounds, rule)
        settled = (changes <= HISTOGRAM_LIMIT + ON_LIMIT).sum(axis=1)
        stable = settled >= enough_items(items)
    else:
        stable = np.maximum(change, own) <= rule.tolerance / 2 + ON_LIMIT
    agreed = _agreed(rounds, rule)
    if rule.classic and items > 2:
        agreed[agreed] = _concordant(rounds[agreed])
    return JudgedRounds(weights, change, own, stable, _verdicts(stable, agreed, experts, rule))


def _movement(latest: Floats, rounds: Floats, rule: StoppingRule) -> tuple[Floats, Floats, Floats]:
    before, after = own_weights(latest, rule), own_weights(rounds, rule)
    # A vector lacks all of its shares or none of them.
    both: Flags = ~(np.isnan(before[:, 0]) | np.isnan(after[:, :, 0]))
    count = both.sum(axis=1)[:, None]
    means = []
    for own in (before, after):
        total = np.where(both[:, :, None], own, 0.0).sum(axis=1)
        mean = np.full(total.shape, np.nan)
        means.append(np.divide(total, count, out=mean, where=count > 0))
    change = TOTAL * np.abs(means[1] - means[0]).max(axis=1)
    moves = np.where(both, TOTAL * total_variation(before, after), np.nan)
    return means[1], change, _medians(moves, count[:, 0])


def _medians(values: Floats, count: NDArray[np.int_]) -> Floats:
    """Median of each row over its `count` numbers; NaN stands behind them once sorted."""
    ordered, rows, last = np.sort(values, axis=1), np.arange(len(values)), np.maximum(count - 1, 0)
    result: Floats = (ordered[rows, last // 2] + ordered[rows, (last + 1) // 2]) / 2
    return result


def _histogram_changes(latest: Floats, rounds: Floats, rule: StoppingRule) -> Floats:
    """Histogram change of each item in each simulated round, shape (n_rounds, n_items)."""
    tie = TIE * max(abs(bound) for bound in rule.limits)
    changes = histogram_changes(np.tile(latest, (1, len(rounds))), _side_by_side(rounds), tie=tie)
    return changes.reshape(len(rounds), -1)


def _side_by_side(rounds: Floats) -> Floats:
    """Experts down, the items of all simulated rounds across."""
    return rounds.transpose(1, 0, 2).reshape(rounds.shape[1], -1)


def _agreed(rounds: Floats, rule: StoppingRule) -> Flags:
    count, _, items = rounds.shape
    met = agreed_items(
        _side_by_side(rounds),
        method=rule.method,
        scale=rule.scale,
        tolerance=rule.tolerance,
        preset=rule.preset,
    )
    needed = items if rule.classic else enough_items(items)
    result: Flags = met.reshape(count, items).sum(axis=1) >= needed
    return result


def _concordant(rounds: Floats) -> Flags:
    from scipy import special  # loading it takes longer than any figure here

    items = rounds.shape[2]
    w = np.array([coefficient(panel) for panel in rounds], np.float64)  # None becomes NaN
    complete = ~np.isnan(rounds).any(axis=2)
    chi2 = complete.sum(axis=1) * (items - 1) * w
    result: Flags = special.chdtrc(items - 1, np.nan_to_num(chi2)) < P_LIMIT
    return result


def _verdicts(stable: Flags, agreed: Flags, experts: int, rule: StoppingRule) -> NDArray[np.int64]:
    held = experts < rule.minimum or experts / rule.invited < rule.response
    reached = (
        np.full(len(stable), held),
        agreed if rule.classic else agreed & stable,
        np.zeros_like(stable) if rule.classic else stable,
        np.full(len(stable), rule.last),
    )
    return np.select(reached, range(4), default=4).astype(np.int64)
