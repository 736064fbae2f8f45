"""Tail probabilities of sums of fair coins with whole-number values, read off their transform.

The distribution of sum r (B - 1/2), B a coin, is periodic in its transform, and a tail is a finite
sum over nodes of that transform: no approximation but floats, if every node is taken. Nearly all
nodes are nothing; which ones is proved beforehand by one FFT over the values, and the rest taken.
Tilting the coins towards the tail keeps the relative accuracy where the tail is tiny.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Nodes per standard deviation of the sum: other periods then add less than 1e-14 of the tail.
_NODES = 18.0
#: Least tilt in units of one over the standard deviation, for the same reason.
_LEAST_TILT = 2.0
#: Logarithm below which a node is nothing, before it is compared with the width of the peak.
_NOTHING = 34.0
#: Steps of Newton's method; it approaches from below and any tilt is right.
_STEPS = 12
#: Grid points of the proof for each unit of the largest value.
_GRID = 8
#: Nodes times groups above which this is no longer quick.
MOST_CELLS = 50_000_000
_CELLS_AT_ONCE = 1 << 17
_LOG_LEAST = log(float(np.finfo(np.float64).tiny))


@dataclass(frozen=True, eq=False)
class _Tilted:
    """Coins tilted towards the tail."""

    values: Floats
    counts: Floats
    #: what the tail starts at, above the middle of the sum
    start: float
    tilt: float
    #: standard deviation of the sum of fair coins
    sd: float

    @property
    def log_scale(self) -> float:
        """Logarithm of what the tilt takes out of the tail; the tail is at most its exponential."""
        half = self.tilt * self.values / 2
        # log cosh, without overflow
        logs = half + np.log1p(np.exp(-2 * half)) - log(2)
        return float(self.counts @ logs) - self.tilt * self.start

    @property
    def variances(self) -> Floats:
        """Of the tilted coins of each value together, as shares of the squared value."""
        result: Floats = self.counts * (1 - np.tanh(self.tilt * self.values / 2) ** 2) / 4
        return result


def upper_tail(
    values: Ints, counts: Ints, twice_start: int, *, at_most: int = MOST_CELLS
) -> float | None:
    """Return P(sum over coins of value (B - 1/2) >= start), B being 0 or 1 with equal chances.

    With s = tilt + i·theta and M the moment generating function, the tail is the mean of
    M(s) exp(-s start) / (1 - exp(-s)) over theta = 2 pi n / N for n = 0..N-1, up to what lies N
    further out. |M| at a node is at most exp(-sum of v (1 - cos(r theta))) of its peak, v being
    the variance of the tilted coins over r²; that sum is a trigonometric polynomial, so values on
    a grid bound it between the grid points.

    Parameters
    ----------
    values
        Distinct values r of the coins, shape (n_groups,), whole, above 0, without a common divisor.
    counts
        Coins of each value, shape (n_groups,), at least 1.
    twice_start
        Twice the start of the tail, above 0, odd if the sum of all values is.
    at_most
        Nodes times groups that may be looked at.

    Returns
    -------
    float or None
        In [0, 1], to about 12 digits also where it is tiny, 0 below the smallest normal float;
        None where more has to be looked at than `at_most`: add the coins up instead.

    References
    ----------
    Daniels 1987 (tail probabilities by tilting); Lugannani & Rice 1980.
    """
    coins = _tilted(values, counts, twice_start / 2)
    log_scale = coins.log_scale
    if log_scale < _LOG_LEAST:
        return 0.0
    period = ceil(_NODES * coins.sd) | 1
    nodes = _nodes_that_count(coins, period, at_most)
    if nodes is None:
        return None
    total = 0.0
    step = max(1, _CELLS_AT_ONCE // len(values))
    for at in range(0, len(nodes), step):
        part = nodes[at : at + step]
        # The second half of the period repeats the first, but for the node at 0.
        total += float(np.where(part == 0, 1.0, 2.0) @ _terms(coins, 2 * pi * part / period))
    return float(np.clip(np.exp(log_scale) * total / period, 0.0, 1.0))


def _tilted(values: Ints, counts: Ints, start: float) -> _Tilted:
    r, c = values.astype(np.float64), counts.astype(np.float64)
    variance = float(c @ (r * r)) / 4
    tilt = start / variance
    for _ in range(_STEPS):
        bend = np.tanh(tilt * r / 2)
        mean = float(c @ (r * bend)) / 2
        slope = float(c @ (r * r * (1 - bend * bend))) / 4
        if slope <= 0 or abs(start - mean) < 1e-3 * sqrt(variance):
            break
        tilt += (start - mean) / slope
    return _Tilted(r, c, start, max(tilt, _LEAST_TILT / sqrt(variance)), sqrt(variance))


def _nodes_that_count(coins: _Tilted, period: int, at_most: int) -> Ints | None:
    """Nodes of the first half of the period that are not proved to be nothing."""
    v, r = coins.variances, coins.values
    needed = _NOTHING + log(coins.sd)
    squares, fourth = float(v @ r**2), float(v @ r**4)
    length = 1 << ceil(log(_GRID * float(r.max()), 2))
    weights = np.zeros(length)
    weights[r.astype(np.int64)] = v
    fall = float(v.sum()) - np.fft.rfft(weights).real
    # Between grid points a straight line errs by at most this.
    slack = (2 * pi / length) ** 2 / 8 * squares
    cells = np.flatnonzero(np.minimum(fall[:-1], fall[1:]) - slack < needed)
    low, high = (-(-(cells + more) * period // length) for more in (0, 1))
    high = np.minimum(high, period // 2 + 1)
    if int((high - low).sum()) * len(r) > at_most:
        return None
    ends = np.cumsum(high - low)
    nodes: Ints = np.arange(int(ends[-1])) + np.repeat(high - ends, high - low)
    # Up to pi / r every factor falls, so what is nothing stays so; 1 - cos x > x²/2 - x⁴/24.
    root = squares**2 / 4 - fourth * needed / 6
    if root > 0:
        cut = sqrt(12 * (squares / 2 - sqrt(root)) / fourth)
        angles = 2 * pi * nodes / period
        nodes = nodes[(angles <= cut) | (angles > pi / float(r.max()))]
    return nodes


def _terms(coins: _Tilted, angles: Floats) -> Floats:
    """Real part of the tilted integrand at each angle, without its scale."""
    half = np.multiply.outer(angles, coins.values / 2)
    real, imaginary = np.cos(half), np.sin(half)
    imaginary *= np.tanh(coins.tilt * coins.values / 2)
    turns = np.arctan2(imaginary, real) @ coins.counts - angles * coins.start
    sizes = np.log(real * real + imaginary * imaginary) @ coins.counts / 2
    waves = np.exp(sizes + 1j * turns)
    result: Floats = (waves / (1 - np.exp(-coins.tilt - 1j * angles))).real
    return result
