"""Simulated panels: for demonstration, rehearsal, and forecasts marked as such; never a result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.rounding import apportion

Floats = NDArray[np.float64]
TOTAL = 100
#: Distances this small, relative to the answers, are what floats leave of none.
_NONE = 1e-12


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
        drawn.append(step * apportion(answers, TOTAL // step))
        answers = answers + pull * (answers.mean(axis=0) - answers)
    return np.stack(drawn)


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


@dataclass(frozen=True, eq=False)
class Moves:
    """How experts moved between two rounds, relative to the panel's centre."""

    #: share of the way to the centre, -1..1, shape (n_experts, n_items); 0 without a way
    pull: Floats
    #: the rest of the move, in units of the answers, shape (n_experts, n_items)
    aside: Floats
    #: which answers changed, shape (n_experts, n_items)
    changed: NDArray[np.bool_]


def observed_moves(before: Floats, after: Floats, centre: Floats, *, whole_rows: bool) -> Moves:
    """Take the moves between two rounds apart into a pull towards the centre and the rest.

    With d the way from the earlier answer to the centre and v the move, the pull is v·d / d·d cut
    to [-1, 1], and what is left, v - pull · d, is kept beside it.

    Parameters
    ----------
    before, after
        Answers of the same experts, shape (n_experts, n_items); NaN = no answer. Not changed.
    centre
        What the panel was shown of the earlier round, shape (n_items,).
    whole_rows
        Whether a row is one answer, as an allocation of points is, and has one pull; otherwise each
        item has its own.

    Returns
    -------
    Moves
        An answer that is missing in one of the rounds has not moved.
    """
    known = ~(np.isnan(before) | np.isnan(after))
    way = np.where(known, centre - before, 0.0)
    move = np.where(known, after - before, 0.0)
    scale = _NONE * np.maximum(1.0, np.abs(np.where(known, before, 0.0)))
    changed = np.abs(move) > scale
    along, length = move * way, way * way
    if whole_rows:
        along, length = (part.sum(axis=1, keepdims=True) for part in (along, length))
        changed = np.broadcast_to(changed.any(axis=1, keepdims=True), move.shape)
    pull = np.zeros(along.shape)
    np.divide(along, length, out=pull, where=length > _NONE)
    pull = np.broadcast_to(np.clip(pull, -1.0, 1.0), move.shape)
    return Moves(pull, move - pull * way, changed)


def repeated_moves(
    answers: Floats, centre: Floats, moves: Moves, donors: NDArray[np.int64]
) -> Floats:
    """Let every expert move as another one was seen to: part of the way, and the rest added.

    Parameters
    ----------
    answers
        Latest answers, shape (n_experts, n_items); NaN = no answer. Not changed.
    centre
        What the panel will be shown of them, shape (n_items,).
    moves
        Moves seen. Not changed.
    donors
        Shape (n_panels, n_experts): whose move each expert repeats, a position in `moves`.

    Returns
    -------
    ndarray
        Shape (n_panels, n_experts, n_items): answers as they would be on a scale without bounds or
        steps; exactly as before where the donor's did not change.
    """
    moved = answers + moves.pull[donors] * (centre - answers) + moves.aside[donors]
    result: Floats = np.where(moves.changed[donors], moved, answers)
    return result


def to_allocations(points: Floats, step: float) -> Floats:
    """Bring simulated allocations back to what the form takes: at least 0, steps, 100 in all.

    Parameters
    ----------
    points
        Shape (..., n_items), rows summing to about 100; values below 0 become 0. Not changed.
    step
        Answer step in points; divides 100.

    Returns
    -------
    ndarray
        Same shape: multiples of the step by largest remainder, each row summing to 100.

    Raises
    ------
    ValueError
        If the step does not divide 100.
    """
    if step <= 0 or not (TOTAL / step).is_integer():
        raise ValueError(f"a step of {step} does not divide {TOTAL}")
    positive = np.maximum(points, 0.0)
    shares = positive / positive.sum(axis=-1, keepdims=True)
    result: Floats = np.float64(step) * apportion(shares, int(TOTAL / step))
    return result


def to_ratings(
    values: Floats, scale: tuple[float, float], step: float, random: np.random.Generator
) -> Floats:
    """Bring simulated ratings back to the scale and its steps.

    A value between two steps goes up with a probability equal to its share of the way: to the
    nearest step, small moves of many experts would vanish altogether.

    Parameters
    ----------
    values
        Shape (...); NaN = no answer. Not changed.
    scale
        Smallest and largest rating.
    step
        Distance between two ratings, above 0, counted from the smallest.
    random
        Generator of the draws.

    Returns
    -------
    ndarray
        Same shape, within the scale.
    """
    low, high = scale
    places = (np.clip(values, low, high) - low) / step
    whole = np.floor(places + 1e-9)
    up = random.random(places.shape) < places - whole
    result: Floats = np.minimum(low + step * (whole + up), high)
    return result
