"""Simulated panels: for demonstration and rehearsal, never for a result."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TOTAL = 100


def simulated_allocations(
    experts: int,
    rounds: int,
    centre: tuple[float, ...],
    *,
    step: int = 5,
    concentration: float = 14.0,
    seed: int = 1,
) -> NDArray[np.int64]:
    """Draw a panel that divides 100 points and converges over the rounds.

    Round 1 draws each expert's shares from a Dirichlet distribution around `centre`. In each later
    round an expert goes part of the way from the own last answer to the panel's mean; how far is
    drawn once per expert, so some hardly move. Answers are rounded to `step` by largest remainder.

    Parameters
    ----------
    experts, rounds
        Numbers of both, at least 1.
    centre
        Mean shares of the items; positive, closed to 1 here.
    step
        Answer step in points; divides 100.
    concentration
        The larger, the closer round 1 lies around the centre.
    seed
        Of NumPy's PCG64 generator; equal arguments give equal answers.

    Returns
    -------
    ndarray of int64, shape (rounds, experts, items)
        Every row sums to 100.

    Raises
    ------
    ValueError
        When a number is not positive or the step does not divide 100.
    """
    if experts < 1 or rounds < 1 or min(centre) <= 0 or step < 1 or TOTAL % step:
        raise ValueError("experts, rounds, centre and step must be positive; step divides 100")
    random = np.random.Generator(np.random.PCG64(seed))
    shares = np.asarray(centre, np.float64) / sum(centre)
    answers = random.dirichlet(shares * concentration, size=experts)
    pull = random.uniform(0.0, 0.6, size=(experts, 1))
    drawn = []
    for _ in range(rounds):
        drawn.append(_to_steps(answers, step))
        answers = answers + pull * (answers.mean(axis=0) - answers)
    return np.stack(drawn)


def _to_steps(shares: NDArray[np.float64], step: int) -> NDArray[np.int64]:
    """Round rows of shares to multiples of `step` that sum to 100 (largest remainder)."""
    seats = TOTAL // step
    quotas = shares * seats
    floors = np.floor(quotas).astype(np.int64)
    left = seats - floors.sum(axis=1)
    # The place of each item by falling remainder: those before `left` get one step more.
    places = np.argsort(np.argsort(-(quotas - floors), axis=1, kind="stable"), axis=1)
    result: NDArray[np.int64] = (floors + (places < left[:, None])) * step
    return result


def simulated_units(
    kinds: tuple[str, ...], units: int, years: int, *, seed: int = 1
) -> NDArray[np.float64]:
    """Draw indicator data of invented units over several years; plainly synthetic.

    Each unit has one level that its indicators share in part. Ratio and score indicators are
    percentages that rise towards 100; value indicators are log-normal and grow by a few percent a
    year.

    Parameters
    ----------
    kinds
        Kind of each indicator: `ratio`, `value` or `score`.
    units, years
        How many of both.
    seed
        Of NumPy's PCG64 generator; equal arguments give equal data.

    Returns
    -------
    ndarray of float64, shape (years, units, indicators)
        Percentages in 0 to 100 with one decimal; values above 0 with two.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    count = len(kinds)
    level = random.normal(size=(units, 1))
    own = 0.6 * level + 0.8 * random.normal(size=(units, count))
    growth = random.uniform(0.02, 0.12, size=count)
    scale = 10.0 ** random.uniform(0.5, 4.0, size=count)
    drawn = []
    for year in range(years):
        drift = own + year * 0.15 + 0.1 * random.normal(size=(units, count))
        percent = np.round(100 / (1 + np.exp(-(drift + 0.4))), 1)
        value = np.round(scale * np.exp(0.5 * drift) * (1 + growth) ** year, 2) + 0.01
        drawn.append(np.where(np.array(kinds) == "value", value, percent))
    return np.stack(drawn)
