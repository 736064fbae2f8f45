"""Pairwise and best-worst comparisons of many experts, by plain NumPy and SciPy and by loops."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from analysis.elicitation.best_worst import best_worst
from analysis.elicitation.pairwise import RANDOM_INDEX, pairwise
from tests.bench.trial import SEED, Family, Floats, Trial, Way, figures

MATRICES, PROBLEMS = 1_000, 100
#: Spread of the logarithm of a judgment: consistency ratios of about 0.1 at nine items.
_NOISE = 0.5
_RANDOM_INDEX = RANDOM_INDEX["saaty_1980"]


def comparisons(matrices: int, items: int) -> Floats:
    """Draw reciprocal matrices of experts who are not quite consistent."""
    random = np.random.default_rng(SEED)
    logs = np.log(random.dirichlet(np.full(items, 2.0), size=matrices))
    noise = np.triu(random.normal(scale=_NOISE, size=(matrices, items, items)), 1)
    return np.exp(logs[:, :, None] - logs[:, None, :] + noise - noise.swapaxes(1, 2))


def our_pairwise(matrices: Floats) -> Floats:
    """Return both weight vectors, the largest eigenvalues and the consistency of all matrices."""
    found = pairwise(matrices)
    return figures(
        found.weights_eigenvector, found.weights_rgmm, found.lambda_max, found.cr, found.gci
    )


def _consistency(matrices: Floats, weights: Floats, largest: Floats) -> tuple[Floats, Floats]:
    items = matrices.shape[-1]
    cr = (largest - items) / (items - 1) / _RANDOM_INDEX[items - 3]
    logs = np.log(matrices * weights[..., None, :] / weights[..., :, None])
    squares = (np.triu(logs, 1) ** 2).sum(axis=(-1, -2))
    return cr, 2 * squares / ((items - 1) * (items - 2))


def plain_pairwise(matrices: Floats) -> Floats:
    """Return the same from one batched call of LAPACK's eigensolver."""
    values, vectors = np.linalg.eig(matrices)
    at = values.real.argmax(axis=-1)
    principal = np.abs(np.take_along_axis(vectors, at[:, None, None], axis=-1)[..., 0])
    principal /= principal.sum(axis=-1, keepdims=True)
    largest = np.take_along_axis(values.real, at[:, None], axis=-1)[:, 0]
    rgmm = np.exp(np.log(matrices).mean(axis=-1))
    rgmm /= rgmm.sum(axis=-1, keepdims=True)
    return figures(principal, rgmm, largest, *_consistency(matrices, rgmm, largest))


def looped_pairwise(matrices: Floats) -> Floats:
    """Return the same, matrix by matrix."""
    found = []
    for matrix in matrices:
        values, vectors = np.linalg.eig(matrix)
        at = int(values.real.argmax())
        principal = np.abs(vectors[:, at])
        rgmm = np.exp(np.log(matrix).mean(axis=1))
        rgmm /= rgmm.sum()
        largest = values.real[at]
        consistency = _consistency(matrix, rgmm, largest)
        found.append((principal / principal.sum(), rgmm, largest, *consistency))
    return figures(*(np.array(part) for part in zip(*found, strict=True)))


def pairwise_trial(matrices: int, items: int) -> Trial:
    """Try matrices of one order."""
    values = comparisons(matrices, items)
    return Trial(
        Way(lambda: our_pairwise(values)),
        Way(lambda: plain_pairwise(values)),
        Way(lambda: looped_pairwise(values)),
    )


def problems(count: int, items: int) -> list[tuple[Floats, Floats]]:
    """Draw best-worst comparisons in whole numbers; the best item is the first, the worst the last.

    The ratios are those of drawn weights, moved by up to one.
    """
    random = np.random.default_rng(SEED)
    drawn = []
    for _ in range(count):
        weights = np.sort(random.dirichlet(np.full(items, 3.0)))[::-1]
        extreme = float(np.clip(np.rint(weights[0] / weights[-1]), 3, 9))
        moved = random.integers(-1, 2, size=(2, items))
        best = np.clip(np.rint(weights[0] / weights) + moved[0], 1, extreme)
        worst = np.clip(np.rint(weights / weights[-1]) + moved[1], 1, extreme)
        best[0] = worst[-1] = 1.0
        best[-1] = worst[0] = extreme
        drawn.append((best, worst))
    return drawn


def our_best_worst(drawn: list[tuple[Floats, Floats]]) -> Floats:
    """Return weights, deviation, consistency and ranges of every problem."""
    found = [best_worst(*one, best=0, worst=len(one[0]) - 1) for one in drawn]
    parts = [(o.weights, o.xi, o.cr_input, o.weights_low, o.weights_high) for o in found]
    return figures(*(figures(*part) for part in parts))


def _program(best: Floats, worst: Floats) -> tuple[Floats, Floats]:
    """Return the bounds of the linear model, row by row, and the row of the total."""
    items = len(best)
    rows = []
    for j in range(items):
        first, second = np.zeros(items), np.zeros(items)
        first[0] += 1
        first[j] -= best[j]
        second[j] += 1
        second[-1] -= worst[j]
        for row in (first, -first, second, -second):
            rows.append(np.append(row, -1.0))
    return np.array(rows), np.append(np.ones(items), 0.0)[None, :]


def _solve(best: Floats, worst: Floats, *, ranges: bool) -> Floats:
    bounds, total = _program(best, worst)
    zero, one = np.zeros(len(bounds)), [1.0]
    items = len(best)
    goal = np.append(np.zeros(items), 1.0)
    found = linprog(goal, bounds, zero, total, one).x
    weights, xi = found[:-1], found[-1]
    extreme = best[-1]
    cr = np.abs(best * worst - extreme).max() / (extreme**2 - extreme)
    low = high = weights
    if ranges:
        limits = [*[(0, 1)] * items, (0, xi + 1e-10)]
        ends = [
            linprog(sign * row, bounds, zero, total, one, bounds=limits).x @ row
            for sign in (1, -1)
            for row in np.eye(items, items + 1)
        ]
        low, high = np.array(ends[:items]), np.array(ends[items:])
    return figures(weights, xi, cr, low, high)


def best_worst_trial(count: int, items: int) -> Trial:
    """Try problems of one size: SciPy's solver once each, and again for every range."""
    drawn = problems(count, items)
    part = drawn[: max(1, count // 20)]
    return Trial(
        Way(lambda: our_best_worst(drawn)),
        Way(lambda: figures(*[_solve(*one, ranges=False) for one in drawn])),
        Way(lambda: figures(*[_solve(*one, ranges=True) for one in part]), len(part) / count),
    )


def _label(count: int, items: int) -> str:
    return f"{count:,} of {items} items"


FAMILIES = (
    Family("pairwise matrices", pairwise_trial, tuple((MATRICES, n) for n in (5, 9, 15)), _label),
    Family(
        "best-worst (NumPy: one linprog each; loop: with all ranges)",
        best_worst_trial,
        tuple((PROBLEMS, n) for n in (5, 9)),
        _label,
    ),
)
