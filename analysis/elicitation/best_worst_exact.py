"""The optimum of the linear best-worst model in exact fractions.

The solver's floats say which deviations are as large as the largest; these, set equal, are a system
of linear equations whose one solution is the optimum, to the last digit and on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from analysis.elicitation.best_worst import BestWorst

Equation = list[Fraction]
#: Deviations this near the largest are taken for equal to it; the solution is checked exactly.
_NEAR = 1e-8


def exact_weights(
    found: BestWorst,
    best_to_others: Sequence[int | Fraction],
    others_to_worst: Sequence[int | Fraction],
    *,
    best: int,
    worst: int,
) -> tuple[Fraction, ...] | None:
    """Return the optimal weights as fractions.

    Parameters
    ----------
    found
        The solution in floats of the same comparisons.
    best_to_others, others_to_worst, best, worst
        As for `best_worst`, exact.

    Returns
    -------
    tuple of Fraction or None
        Shares that sum to exactly 1; None where the equations do not determine them, or their
        solution is not the optimum: then the floats have to do.
    """
    rows = list(_deviations(best_to_others, others_to_worst, best, worst))
    floats = [*found.weights.tolist(), found.xi]
    equations = [[*([Fraction(1)] * len(best_to_others)), Fraction(0), Fraction(1)]]
    for row in rows:
        size = sum(float(a) * w for a, w in zip(row, floats[:-1], strict=True))
        if abs(abs(size) - found.xi) <= _NEAR:
            sign = 1 if size >= 0 else -1
            equations.append([*(sign * a for a in row), Fraction(-1), Fraction(0)])
    if found.xi <= _NEAR:
        equations.append([*([Fraction(0)] * len(best_to_others)), Fraction(1), Fraction(0)])
    solution = _solved(equations)
    if solution is None:
        return None
    *weights, xi = solution
    sizes = [
        abs(sum((a * w for a, w in zip(row, weights, strict=True)), Fraction(0))) for row in rows
    ]
    is_optimum = min(weights) >= 0 and all(size <= xi for size in sizes)
    is_optimum = is_optimum and abs(float(xi) - found.xi) <= _NEAR
    return tuple(weights) if is_optimum else None


def _deviations(
    best_to_others: Sequence[int | Fraction],
    others_to_worst: Sequence[int | Fraction],
    best: int,
    worst: int,
) -> Iterator[Equation]:
    """Give the left side of each deviation: w_B - a_Bj w_j, and w_j - a_jW w_W."""
    count = len(best_to_others)
    for at in range(count):
        if at != best:
            yield _row(count, {best: Fraction(1), at: -Fraction(best_to_others[at])})
    for at in range(count):
        if at not in (best, worst):
            yield _row(count, {at: Fraction(1), worst: -Fraction(others_to_worst[at])})


def _row(count: int, filled: dict[int, Fraction]) -> Equation:
    return [filled.get(at, Fraction(0)) for at in range(count)]


def _solved(equations: list[Equation]) -> list[Fraction] | None:
    """Return the one solution of a system by Gauss-Jordan elimination; None without exactly one."""
    rows = [list(equation) for equation in equations]
    unknowns = len(rows[0]) - 1
    done = 0
    for column in range(unknowns):
        pivot = next((at for at in range(done, len(rows)) if rows[at][column]), None)
        if pivot is None:
            return None
        rows[done], rows[pivot] = rows[pivot], rows[done]
        lead = rows[done][column]
        rows[done] = [cell / lead for cell in rows[done]]
        for at, row in enumerate(rows):
            if at != done and row[column]:
                factor = row[column]
                rows[at] = [a - factor * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    if any(row[-1] for row in rows[done:]):
        return None
    return [row[-1] for row in rows[:unknowns]]
