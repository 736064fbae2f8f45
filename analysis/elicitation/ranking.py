"""Rankings: positional weights that stand in for what a rank does not say.

The surrogate, not the expert, sets the ratio between two items: a rank carries order only.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate, groupby

import numpy as np
from numpy.typing import NDArray

from analysis.errors import Problems, quoted
from analysis.numerics.ranks import tied_groups
from analysis.tables import Ratings

#: Ways to turn a position into a weight; the first is the default.
SCHEMES = ("roc", "rank_sum", "reciprocal")
#: Cells ranked at once: they stay in the processor's cache.
_BLOCK = 1 << 16


def check_rankings(ratings: Ratings) -> None:
    """Refuse values that cannot be ranks.

    A rank lies between 1 (most important) and the number of items; mid-ranks such as 2.5 and ties
    are fine. This is what catches points or ratings given as a ranking, which would turn every
    order upside down.

    Parameters
    ----------
    ratings
        The answers as read; an empty cell is none of this function's business.

    Raises
    ------
    InputError
        Naming each cell that is off.
    """
    problems = Problems(ratings.file)
    last = Decimal(len(ratings.items))
    for line, cells in zip(ratings.lines, ratings.exact, strict=True):
        for item, cell in zip(ratings.items, cells, strict=True):
            if cell is not None and not 1 <= cell <= last:
                problems.add(quoted(f"{cell}"), f"a rank from 1 to {last}", row=line, column=item)
    problems.raise_any()


def positional_weights(n_items: int, scheme: str) -> tuple[Fraction, ...]:
    """Weights of the positions 1..n, most important first; they sum to 1.

    Parameters
    ----------
    n_items
        Number of positions, at least 1.
    scheme
        `roc`, rank-order centroid: (1/n) sum over i = k..n of 1/i (Barron & Barrett 1996);
        `rank_sum`: 2 (n + 1 - k) / (n (n + 1)); `reciprocal`: (1/k) / (sum of 1/i).

    Returns
    -------
    tuple of Fraction
        Falling shares, exact.

    Raises
    ------
    ValueError
        For another scheme or no positions.
    """
    if n_items < 1:
        raise ValueError("a ranking of nothing")
    inverses = [Fraction(1, k) for k in range(1, n_items + 1)]
    if scheme == "roc":
        return tuple(tail / n_items for tail in accumulate(reversed(inverses)))[::-1]
    if scheme == "rank_sum":
        return tuple(
            Fraction(2 * (n_items + 1 - k), n_items * (n_items + 1)) for k in range(1, n_items + 1)
        )
    if scheme == "reciprocal":
        return tuple(inverse / sum(inverses) for inverse in inverses)
    raise ValueError(f"no scheme {scheme!r}: choose from {', '.join(SCHEMES)}")


def positional_shares(ranks: Sequence[Fraction | int], scheme: str) -> tuple[Fraction, ...]:
    """Weights of one complete ranking, exact; tied items share the weights of their positions.

    Only the order of `ranks` counts: 1, 2, 2, 4 and 1, 2.5, 2.5, 4 give the same.

    Parameters
    ----------
    ranks
        One number an item, the smallest for the most important; ties allowed, none missing.
    scheme
        One of `SCHEMES`; see `positional_weights`.

    Returns
    -------
    tuple of Fraction
        One share an item, in the order of `ranks`, summing to exactly 1.
    """
    result = [Fraction(0)] * len(ranks)
    start = 0
    for _, tied in groupby(sorted(range(len(ranks)), key=ranks.__getitem__), ranks.__getitem__):
        places = list(tied)
        for at in places:
            result[at] = _mean_weight(len(ranks), scheme, start, start + len(places))
        start += len(places)
    return tuple(result)


@lru_cache(maxsize=4096)
def _mean_weight(n_items: int, scheme: str, start: int, end: int) -> Fraction:
    """Mean weight of the positions from `start` (counted from 0) to before `end`."""
    return sum(positional_weights(n_items, scheme)[start:end], Fraction(0)) / (end - start)


def ranking_weights(ranks: NDArray[np.float64], scheme: str) -> NDArray[np.float64]:
    """Weights of many rankings at once, as `positional_shares`.

    Parameters
    ----------
    ranks
        Shape (..., n_items), 1 = most important; not changed.
    scheme
        One of `SCHEMES`.

    Returns
    -------
    ndarray
        Shares of the same shape. A ranking with an empty place is NaN throughout.
    """
    places = np.asarray(ranks, np.float64)
    rows = np.ascontiguousarray(places.reshape(-1, places.shape[-1]))
    parts = accumulate(positional_weights(rows.shape[1], scheme), initial=Fraction(0))
    up_to = np.array([float(part) for part in parts])
    result = np.empty(rows.shape)
    step = max(1, _BLOCK // rows.shape[1])
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        result[part] = _block_weights(rows[part], up_to)
    return result.reshape(places.shape)


def _block_weights(rows: NDArray[np.float64], up_to: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of complete rankings; `up_to` holds the sums of the positional weights."""
    order, starts, lengths = tied_groups(rows)
    before = starts % rows.shape[1]
    cells = np.empty(rows.size)
    cells[order] = np.repeat((up_to[before + lengths] - up_to[before]) / lengths, lengths)
    result = cells.reshape(rows.shape)
    result[np.isnan(rows).any(axis=1)] = np.nan
    return result
