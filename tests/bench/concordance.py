"""Kendall's W beside plain NumPy: the same ranks by a sort of all rows at once, and row by row."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from analysis.concordance import coefficient, kendall_w
from tests.bench.printing import digits, milliseconds, ratio, section, table
from tests.bench.timing import take_turns

Floats = NDArray[np.float64]
#: Experts and items.
SIZES = ((15, 23), (50, 100), (1_000, 200))
QUICK_SIZES = SIZES[:2]
_SCALE = 9
_SEED = 20261102


def compare(*, quick: bool) -> None:
    """Print the comparison."""
    section(
        "4. Kendall's W",
        f"Ratings from 1 to {_SCALE}; ratio: time / time of plain NumPy. CPU time of one thread,"
        " contestants take turns.",
        "Everything: interval, tests, permutations where their number allows.",
    )
    sizes = QUICK_SIZES if quick else SIZES
    head = (
        "experts x items", "NumPy ms", "ours ms", "ratio", "row by row ms", "ratio",
        "everything ms", "differs by",
    )  # fmt: skip
    table(head, [measure(experts, items) for experts, items in sizes])


def measure(experts: int, items: int) -> tuple[str, ...]:
    """Return the row of one size."""
    ratings = _ratings(experts, items)
    times = take_turns(
        {
            "numpy": lambda: by_sorting(ratings),
            "ours": lambda: coefficient(ratings),
            "loop": lambda: row_by_row(ratings),
        }
    )
    everything = take_turns({"all": lambda: kendall_w(ratings)}, rounds=3, turn=0.0)["all"]
    plain = by_sorting(ratings)
    differs = max(abs(plain - other) for other in (coefficient(ratings) or 0, row_by_row(ratings)))
    return (
        f"{experts:,} x {items}",
        milliseconds(times["numpy"]),
        milliseconds(times["ours"]),
        ratio(times["ours"], times["numpy"]),
        milliseconds(times["loop"]),
        ratio(times["loop"], times["numpy"]),
        milliseconds(everything),
        digits(0.0) if differs == 0 else f"1e{math.ceil(math.log10(differs))}",
    )


def _ratings(experts: int, items: int) -> Floats:
    random = np.random.default_rng(_SEED)
    common = random.normal(size=items)
    noisy = 5.0 + 1.5 * common + random.normal(scale=1.5, size=(experts, items))
    return np.clip(np.rint(noisy), 1, _SCALE)


def by_sorting(ratings: Floats) -> float:
    """Return W: mid-ranks of all rows from one sort."""
    experts, items = ratings.shape
    order = np.argsort(ratings, axis=1)
    ordered = np.take_along_axis(ratings, order, axis=1)
    starts = np.ones((experts, items), bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.flatnonzero(starts)
    size = np.diff(first, append=experts * items)
    ranks = np.empty_like(ratings)
    middle = np.repeat(first % items + (size + 1) / 2, size).reshape(experts, items)
    np.put_along_axis(ranks, order, middle, axis=1)
    return _w(ranks.sum(axis=0), float((size**3 - size).sum()), experts, items)


def row_by_row(ratings: Floats) -> float:
    """Return W: a loop over the experts."""
    experts, items = ratings.shape
    sums, ties = np.zeros(items), 0.0
    for row in ratings:
        _, place, size = np.unique(row, return_inverse=True, return_counts=True)
        sums += (np.cumsum(size) - (size - 1) / 2)[place]
        ties += float((size**3 - size).sum())
    return _w(sums, ties, experts, items)


def _w(sums: Floats, ties: float, experts: int, items: int) -> float:
    spread = float(((sums - sums.mean()) ** 2).sum())
    return 12 * spread / (experts**2 * (items**3 - items) - experts * ties)
