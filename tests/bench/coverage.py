"""How often a nominal 95 % interval holds what it should: W and weights at panels of usual size.

Simulated, so it says how the intervals behave on such panels and proves nothing about others. What
an interval should hold is the mean of the figure over panels of that size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.concordance import kendall_w
from analysis.numerics.ranks import midranks
from analysis.numerics.resampling import count_matrices, percentiles
from analysis.rounding import apportion
from analysis.uncertainty import bootstrap_weights
from tests.bench.printing import section, table

Floats = NDArray[np.float64]
PANELS, QUICK_PANELS = 2_000, 100
EXPERTS = (8, 15, 30)
RESAMPLES = 500
#: What ours must reach.
BAR = 0.90
HEAD = ("figure", "panels", "experts", "target", "ours", "least", "percentile")
_SEED = 20261109
_STEPS = 20  # points are given in steps of 5
#: Draws panels: random numbers, panels, experts → panels x experts x items.
Draw = Callable[[np.random.Generator, int, int], Floats]


@dataclass(frozen=True)
class Coverage:
    """Shares of panels whose interval holds the mean over panels."""

    #: that mean, of W or of the first item's weight
    target: float
    jackknife: float
    percentile: float
    #: lowest share among the items; equal to `jackknife` for W
    worst: float


def five_points(items: int, *, spread: float, middle: float = 3.0, noise: float = 1.0) -> Draw:
    """Return a family of five-point ratings: fixed items, experts who scatter about them."""
    common = spread * np.linspace(-1.7, 1.7, items)

    def draw(random: np.random.Generator, panels: int, experts: int) -> Floats:
        own = random.normal(scale=noise, size=(panels, experts, items))
        return np.clip(np.rint(middle + common + own), 1, 5)

    return draw


def allocations(*centre: float, concentration: float) -> Draw:
    """Return a family of allocations of 100 points in steps of 5."""
    alpha = concentration * np.array(centre) / sum(centre)

    def draw(random: np.random.Generator, panels: int, experts: int) -> Floats:
        steps = apportion(random.dirichlet(alpha, (panels, experts)), _STEPS)
        return 100.0 / _STEPS * steps

    return draw


CONCORDANCE: dict[str, Draw] = {
    "20 items, much agreement": five_points(20, spread=1.1),
    "20 items, little agreement": five_points(20, spread=0.5),
    "8 items, mostly 4 and 5": five_points(8, spread=0.5, middle=4.4, noise=0.7),
}
WEIGHTS: dict[str, Draw] = {
    "15/55/30": allocations(15, 55, 30, concentration=14),
    "40/25/15/12/8": allocations(40, 25, 15, 12, 8, concentration=20),
}
RULES = ("arithmetic_mean", "geometric_mean")


def compare(*, quick: bool) -> None:
    """Print the coverage of every family and size."""
    panels = QUICK_PANELS if quick else PANELS
    section(
        "5. Coverage of 95 % intervals",
        f"{panels:,} simulated panels a line, {RESAMPLES} resamples for the percentile interval;"
        f" ours should reach {BAR:.2f}.",
        "Target: mean over the panels. Weights: share over all items, then the item covered least.",
    )
    table(HEAD, concordance_rows(panels) + weight_rows(panels), texts=2)


def concordance_rows(panels: int) -> list[tuple[str, ...]]:
    """Return the lines of W."""
    return [
        _row("W", name, experts, of_w(draw, experts, panels))
        for name, draw in CONCORDANCE.items()
        for experts in EXPERTS
    ]


def weight_rows(panels: int) -> list[tuple[str, ...]]:
    """Return the lines of weights."""
    return [
        _row(rule.replace("_", " "), name, experts, of_weights(draw, rule, experts, panels))
        for rule in RULES
        for name, draw in WEIGHTS.items()
        for experts in EXPERTS
    ]


def _row(figure: str, name: str, experts: int, found: Coverage) -> tuple[str, ...]:
    shares = (found.target, found.jackknife, found.worst, found.percentile)
    return (figure, name, str(experts), *(f"{share:.3f}" for share in shares))


def of_w(draw: Draw, experts: int, panels: int) -> Coverage:
    """Return how often the intervals of W hold its mean."""
    random = np.random.default_rng(_SEED)
    answers = draw(random, panels, experts)
    found = [kendall_w(ratings, permutations=1) for ratings in answers]
    ours = np.array([(one.w_low, one.w, one.w_high) for one in found], np.float64)
    plain = np.array([percentile_interval_of_w(ratings) for ratings in answers])
    target = float(ours[:, 1].mean())
    held = _held(ours[:, 0], ours[:, 2], target)
    return Coverage(target, held, _held(plain[:, 0], plain[:, 1], target), held)


def percentile_interval_of_w(ratings: Floats) -> Floats:
    """Return the plain 2.5 and 97.5 percentiles of W over resamples of experts: not to be used."""
    doubled, ties = midranks(ratings)
    experts, items = doubled.shape
    columns = np.column_stack([doubled - (items + 1), ties]).astype(np.float64)
    (counts,) = count_matrices(experts, RESAMPLES, seed=_SEED, at_once=RESAMPLES)
    sums = counts @ columns
    four_s = (sums[:, :-1] ** 2).sum(axis=1)
    w = 3 * four_s / (experts**2 * (items**3 - items) - experts * sums[:, -1])
    return percentiles(w[None, :], (0.025, 0.975))[:, 0]


def of_weights(draw: Draw, rule: str, experts: int, panels: int) -> Coverage:
    """Return how often the intervals of the weights hold their means."""
    random = np.random.default_rng(_SEED)
    answers = draw(random, panels, experts)
    found = [
        bootstrap_weights(
            points, method="constant_sum", rule=rule, resamples=RESAMPLES, seed=number
        )
        for number, points in enumerate(answers)
    ]
    target = np.mean([one.weights for one in found], axis=0)
    inside = np.array([(one.t_low <= target) & (target <= one.t_high) for one in found])
    plain = np.array([(one.low <= target) & (target <= one.high) for one in found])
    return Coverage(
        float(target[0]),
        float(inside.mean()),
        float(plain.mean()),
        float(inside.mean(axis=0).min()),
    )


def _held(low: Floats, high: Floats, target: float) -> float:
    return float(((low <= target) & (target <= high)).mean())
