"""Mid-ranks in whole numbers, and the permutation tests that count with them.

A mid-rank is a multiple of one half. Twice the mid-rank is therefore a whole number, sums of them
are exact, and no figure can depend on the order in which experts are added.
"""

from __future__ import annotations

from math import comb, factorial, gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: Cells ranked at once: the sort and its index arrays then stay in the processor's cache.
_BLOCK = 1 << 16
#: Ranks shuffled at once, eight bytes each.
_SHUFFLED = 4_000_000
#: Up to this many items all orders of one row can be listed instead of shuffled one by one.
_LISTED_ITEMS = 5
#: What drawing how often a listed order occurs costs, in cells of a shuffle.
_COST_OF_COUNT = 6
#: Below this many entries it is not worth asking whether a dense array would be shorter.
_SMALL = 1024


class Midranks(NamedTuple):
    """Ranks of each row within itself."""

    #: twice the mid-rank of every cell, shape (n_rows, n_columns)
    doubled: Ints
    #: per row, the sum of t³ - t over its groups of t equal values, shape (n_rows,)
    ties: Ints


def midranks(values: Floats) -> Midranks:
    """Rank every row within itself, the smallest value first, ties at their mean rank.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns), without NaN. It is not changed.

    Returns
    -------
    Midranks
        Twice the mid-ranks, 2 to 2·n_columns, and the tie sum T_i of each row.
    """
    rows, columns = values.shape
    doubled = np.empty((rows, columns), np.int64)
    ties = np.zeros(rows, np.int64)
    step = max(1, _BLOCK // max(1, columns))
    for start in range(0, rows if columns else 0, step):
        part = slice(start, start + step)
        doubled[part], ties[part] = _block_midranks(np.ascontiguousarray(values[part]))
    return Midranks(doubled, ties)


def _block_midranks(values: Floats) -> Midranks:
    rows, columns = values.shape
    order = np.argsort(values, axis=1)
    order += np.arange(0, rows * columns, columns)[:, None]
    ordered = values.ravel()[order]
    first = np.ones((rows, columns), np.bool_)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
    starts = np.flatnonzero(first)
    lengths = np.diff(starts, append=rows * columns)
    doubled = np.empty(rows * columns, np.int64)
    doubled[order.ravel()] = np.repeat(2 * (starts % columns) + lengths + 1, lengths)
    tied = np.repeat(lengths * lengths - 1, lengths).reshape(rows, columns).sum(axis=1)
    return Midranks(doubled.reshape(rows, columns), tied)


def arrangements(rows: int, columns: int, *, at_most: int) -> int | None:
    """Return (columns!)^(rows-1), or None above a limit; a large power is never formed."""
    orders, total = factorial(min(columns, 20)), 1
    for _ in range(rows - 1):
        total *= orders
        if total > at_most:
            return None
    return total


def count_all_shuffles(doubled: Ints, four_s: int) -> int:
    """Count the arrangements of the ranks whose S is at least the one found.

    All rows but the first take every order independently, which makes (n!)^(m-1) arrangements.
    Sums that differ only in the order of columns have the same future, so each row is added to the
    distinct sorted sums only.

    Parameters
    ----------
    doubled
        Twice the mid-ranks, shape (m, n).
    four_s
        Four times the S found: the sum of squared deviations of the doubled rank sums.
    """
    rows, columns = doubled.shape
    orders = _orders(columns)
    sums, weights = doubled[:1], np.ones(1, np.int64)
    for at in range(1, rows):
        sums = (sums[:, None, :] + doubled[at][orders]).reshape(-1, columns)
        weights = np.repeat(weights, len(orders))
        if at < rows - 1:
            sums, where = np.unique(np.sort(sums, axis=1), axis=0, return_inverse=True)
            weights = np.bincount(where.ravel(), weights).astype(np.int64)
    return int(weights[_four_s(sums, rows) >= four_s].sum())


def count_drawn_shuffles(doubled: Ints, four_s: int, *, draws: int, seed: int) -> int:
    """Count among random arrangements of the ranks those whose S is at least the one found.

    Only the tie patterns of the rows matter for the draws; taken sorted, they make the count
    independent of the order of rows and columns.

    Parameters
    ----------
    doubled, four_s
        As for `count_all_shuffles`.
    draws, seed
        How many arrangements, and the seed of the draws.
    """
    patterns, counts = np.unique(np.sort(doubled, axis=1), axis=0, return_counts=True)
    listed = [_listed(pattern, count) for pattern, count in zip(patterns, counts, strict=True)]
    tables = [(t, c) for t, c in zip(listed, counts, strict=True) if t is not None]
    alone = [0 if t is not None else c for t, c in zip(listed, counts, strict=True)]
    shuffled = np.repeat(patterns, alone, axis=0)
    random = np.random.default_rng(seed)
    found = 0
    for start in range(0, draws, block := max(1, _SHUFFLED // doubled.size)):
        size = min(block, draws - start)
        cells = np.tile(shuffled, (size, 1, 1))
        sums: Ints = random.permuted(cells, axis=-1, out=cells).sum(axis=1)
        for table, count in tables:
            evenly = np.full(len(table), 1 / len(table))
            sums = sums + random.multinomial(count, evenly, size) @ table
        found += int((_four_s(sums, len(doubled)) >= four_s).sum())
    return found


def _orders(columns: int) -> Ints:
    """All orders of so many columns, shape (columns!, columns)."""
    result = np.zeros((1, 0), np.int64)
    for last in range(columns):
        result = np.concatenate([np.insert(result, at, last, axis=1) for at in range(last + 1)])
    return result


def _listed(pattern: Ints, count: int) -> Ints | None:
    """List the distinct orders of one tie pattern, if counting them is less work than shuffling."""
    if len(pattern) > _LISTED_ITEMS:
        return None
    table: Ints = np.unique(pattern[_orders(len(pattern))], axis=0)
    return table if _COST_OF_COUNT * len(table) < count * len(pattern) else None


def _four_s(sums: Ints, rows: int) -> Ints:
    deviations = sums - rows * (sums.shape[1] + 1)
    result: Ints = np.einsum("ij,ij->i", deviations, deviations)
    return result


def signed_rank_p(differences: Floats, *, tie: float = 0.0) -> float | None:
    """Return the two-sided p of Wilcoxon's signed-rank test, exact also with ties.

    Zeros are dropped, equal absolute differences share their mid-rank, and the p is the share of
    all 2^k choices of signs whose positive rank sum lies at least as far from its middle as the
    one found.

    Parameters
    ----------
    differences
        Paired differences, shape (n,), without NaN.
    tie
        Absolute differences not further apart than this count as equal, and up to this as zero.
        It absorbs what floats add to decimals; 0 asks for exact equality.

    Returns
    -------
    float or None
        In (0, 1], at least the smallest normal float; None when nothing differs from zero.
    """
    sizes = np.abs(differences)
    moved = sizes > tie
    if not moved.any():
        return None
    order = np.argsort(sizes[moved], kind="stable")
    ordered = sizes[moved][order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > tie)
    counts = np.diff(starts, append=ordered.size)
    positive = np.add.reduceat((differences[moved][order] > 0).astype(np.int64), starts)
    doubled = 2 * starts + counts + 1
    observed, total = int(doubled @ positive), int(doubled @ counts)
    groups = sorted(
        zip(doubled.tolist(), counts.tolist(), strict=True), key=lambda g: (-g[1], g[0])
    )
    tail = _lower_tail(groups, min(observed, total - observed))
    return min(1.0, max(2.0 * tail, float(np.finfo(np.float64).tiny)))


def _lower_tail(groups: list[tuple[int, int]], limit: int) -> float:
    """P(sum <= limit), each group (rank, count) adding rank times a fair binomial of its count."""
    unit = gcd(*(rank for rank, _ in groups))
    limit //= unit
    groups = [(rank // unit, count) for rank, count in groups]
    # Two halves, joined only by the question how often both together stay within the limit: each
    # is far shorter than the distribution of the whole.
    sums, weights = _sums_up_to(limit, groups[::2])
    order = np.argsort(sums, kind="stable")
    reached = np.cumsum(np.append(0.0, weights[order]))
    others, chances = _sums_up_to(limit, groups[1::2])
    room = np.searchsorted(sums[order], limit - others, side="right")
    return float((chances * reached[room]).sum())


def _sums_up_to(limit: int, groups: list[tuple[int, int]]) -> tuple[Ints, Floats]:
    """Values up to `limit` of the sum over groups, with their probabilities."""
    sums, weights = np.zeros(1, np.int64), np.ones(1)
    for at, (rank, count) in enumerate(groups):
        if sums.size * (count + 1) > max(limit, _SMALL):
            dense = np.bincount(sums, weights).astype(np.float64)
            for later in groups[at:]:
                dense = _spread(dense, *later, limit)
            return np.arange(dense.size), dense
        sums = np.add.outer(sums, rank * np.arange(count + 1)).ravel()
        weights = np.multiply.outer(weights, _fair_binomial(count)).ravel()
        sums, weights = sums[sums <= limit], weights[sums <= limit]
    return sums, weights


def _spread(dense: Floats, rank: int, count: int, limit: int) -> Floats:
    """Add one group to a distribution that stands at its sums 0, 1, 2, ..."""
    result = np.zeros(min(dense.size + rank * count, limit + 1))
    for times, chance in enumerate(_fair_binomial(count).tolist()):
        start = rank * times
        if start >= result.size:
            break
        part = dense[: result.size - start]
        result[start : start + part.size] += chance * part
    return result


def _fair_binomial(count: int) -> Floats:
    whole = 1 << count
    return np.array([comb(count, k) / whole for k in range(count + 1)])
