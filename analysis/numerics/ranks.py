"""Mid-ranks in whole numbers, and the permutation tests that count with them.

A mid-rank is a multiple of one half. Twice the mid-rank is therefore a whole number, sums of them
are exact, and no figure can depend on the order in which experts are added.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import factorial, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
#: Cells ranked at once: the sort and its index arrays then stay in the processor's cache.
_BLOCK = 1 << 16
#: Ranks or orders drawn at once, eight bytes each: they stay in the cache as well.
_DRAWN = 1 << 17
#: Up to this many items all orders of a row can be listed, and one number draws the whole row.
_LISTED_ITEMS = 8
#: Entries of a list at most; short lists of several rows are joined up to this.
_LISTED = factorial(_LISTED_ITEMS)
#: What drawing how often an order occurs costs, in drawings from a list.
_COST_OF_COUNT = 8
#: Chance that any draw reaches an S, below which none is drawn: what ties of random bits have too.
_OUT_OF_REACH = 1e-12
#: Bits of a word that holds the rank sums of several items side by side.
_WORD = 64


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
    order, starts, lengths = tied_groups(values)
    doubled = np.empty(rows * columns, np.int64)
    doubled[order] = np.repeat(2 * (starts % columns) + lengths + 1, lengths)
    tied = np.repeat(lengths * lengths - 1, lengths).reshape(rows, columns).sum(axis=1)
    return Midranks(doubled.reshape(rows, columns), tied)


class TiedGroups(NamedTuple):
    """Groups of equal values of each row, in ascending order, one row after the other."""

    #: position of every cell in the flattened matrix, its rows sorted; shape (n_cells,)
    order: Ints
    #: place in `order` at which each group starts; shape (n_groups,)
    starts: Ints
    #: cells of each group; shape (n_groups,)
    lengths: Ints


def tied_groups(values: Floats) -> TiedGroups:
    """Sort every row and find the groups of equal values.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns), at least one column; not changed. NaN stands last, and every NaN
        is a group of its own.

    Returns
    -------
    TiedGroups
        The first group of a row starts at a multiple of n_columns.
    """
    rows, columns = values.shape
    order = np.argsort(values, axis=1)
    order += np.arange(0, rows * columns, columns)[:, None]
    ordered = values.ravel()[order]
    first = np.ones((rows, columns), np.bool_)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
    starts = np.flatnonzero(first)
    return TiedGroups(order.ravel(), starts, np.diff(starts, append=rows * columns))


def arrangements(rows: int, columns: int, *, at_most: int) -> int | None:
    """Return the number of arrangements of ranks, (columns!)^(rows-1).

    Parameters
    ----------
    rows, columns
        Experts and items.
    at_most
        The limit.

    Returns
    -------
    int or None
        None above the limit; a large power is never formed.
    """
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

    Returns
    -------
    int
        1 to (n!)^(m-1).
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
    independent of the order of rows and columns. Nothing is drawn where S is out of reach: with q_i
    the sum of squared deviations of row i, which no shuffle changes, one arrangement has
    P(S* >= S) <= 2 exp(-S / (2 sum of q_i)), and where that leaves all draws together less than
    `_OUT_OF_REACH`, the count is 0.

    Parameters
    ----------
    doubled, four_s
        As for `count_all_shuffles`.
    draws, seed
        How many arrangements, and the seed of the draws.

    Returns
    -------
    int
        0 to `draws`; equal for equal seeds.

    References
    ----------
    Pinelis 1994, Annals of Probability 22:1679-1706, theorem 3.5 (sums of bounded vectors).
    """
    moving = doubled[(doubled != doubled[:, :1]).any(axis=1)]  # the others add the same to all
    if _is_out_of_reach(moving, four_s, draws):
        return 0
    patterns, counts = np.unique(np.sort(moving, axis=1), axis=0, return_counts=True)
    items = doubled.shape[1]
    drawn = _sorted_sums
    if items <= _LISTED_ITEMS:
        # Listing has to be worth it; without any row there is nothing to list.
        lists = factorial(items) * len(patterns)
        drawn = _listed_sums if 0 < lists <= draws * len(moving) else drawn
    random = np.random.default_rng(seed)
    return sum(
        int((_four_s(sums, len(moving)) >= four_s).sum())
        for sums in drawn(patterns, counts, draws, random)
    )


def _is_out_of_reach(moving: Ints, four_s: int, draws: int) -> bool:
    spread = int(((moving - (moving.shape[1] + 1)) ** 2).sum())
    return four_s > 2 * spread * log(2 * draws / _OUT_OF_REACH)


def _sorted_sums(
    patterns: Ints, counts: Ints, draws: int, random: np.random.Generator
) -> Iterator[Ints]:
    """Rank sums of shuffled rows: sorting random numbers that carry the ranks in their last bits.

    Two of the leading 64 - b bits are equal so rarely (once in 10^15 pairs) that it does not count.
    """
    rows = np.repeat(patterns, counts, axis=0).astype(np.uint64)
    ranks = np.uint64((1 << (2 * rows.shape[1]).bit_length()) - 1)
    step = max(1, _DRAWN // max(1, rows.size))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        cells = random.integers(0, 1 << _WORD, (size, *rows.shape), dtype=np.uint64)
        cells &= ~ranks
        cells |= rows
        cells.sort(axis=-1)
        cells &= ranks
        yield cells.sum(axis=1).astype(np.int64)


def _listed_sums(
    patterns: Ints, counts: Ints, draws: int, random: np.random.Generator
) -> Iterator[Ints]:
    """Rank sums of shuffled rows: drawing from the list of all orders of a row, or of several.

    A listed order is a few words, in each of which the ranks of some items stand side by side with
    room for their sums: adding words adds the ranks of all these items.
    """
    items = patterns.shape[1]
    room = (2 * items * int(counts.sum())).bit_length()
    beside = min(items, _WORD // room)
    tables = [_packed(pattern, room, beside) for pattern in patterns]
    short = [_is_counted(table, count) for table, count in zip(tables, counts, strict=True)]
    lists = _lists(tables, np.where(short, 0, counts).tolist())
    step = max(1, _DRAWN // max(1, sum(times for _, times in lists)))
    shifts = np.arange(beside, dtype=np.uint64) * np.uint64(room)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        words = np.zeros((-(-items // beside), size), np.uint64)
        for table, count in ((t, c) for t, c, s in zip(tables, counts, short, strict=True) if s):
            evenly = np.full(table.shape[1], 1 / table.shape[1])
            words += (random.multinomial(count, evenly, size).astype(np.uint64) @ table.T).T
        for table, times in lists:
            chosen = random.integers(0, table.shape[1], (times, size), dtype=np.uint32)
            for word, column in zip(words, table, strict=True):
                np.add(word, column[chosen].sum(axis=0), out=word)
        sums = words.T[:, :, None] >> shifts & np.uint64((1 << room) - 1)
        yield sums.reshape(size, -1)[:, :items].astype(np.int64)


def _is_counted(table: Words, count: int) -> bool:
    """Whether to draw how often each order occurs among many rows, instead of each row's."""
    orders = table.shape[1]
    joined = max(1, int(np.log(_LISTED) / np.log(orders)))
    return bool(_COST_OF_COUNT * orders * joined < count)


def _packed(pattern: Ints, room: int, beside: int) -> Words:
    """List the distinct orders of one tie pattern, shape (n_words, n_orders)."""
    digits = np.uint64(8) * np.arange(len(pattern), dtype=np.uint64)
    orders = pattern.astype(np.uint64)[_orders(len(pattern))]
    distinct = np.unique((orders << digits).sum(axis=1, dtype=np.uint64))
    ranks = distinct[:, None] >> digits & np.uint64(255)
    shifts = np.uint64(room) * np.arange(beside, dtype=np.uint64)
    return np.stack(
        [
            (part << shifts[: part.shape[1]]).sum(axis=1, dtype=np.uint64)
            for part in (ranks[:, at : at + beside] for at in range(0, len(pattern), beside))
        ]
    )


def _lists(tables: list[Words], counts: list[int]) -> list[tuple[Words, int]]:
    """Join the lists of rows while they stay short; return each with how often it is drawn."""
    lists: list[tuple[Words, int]] = []
    joined: Words | None = None
    for table, count in zip(tables, counts, strict=True):
        if not count:
            continue
        together, several = table, 1
        while together.shape[1] * table.shape[1] <= _LISTED and 2 * several <= count:
            together, several = _joined(together, table), several + 1
        lists.append((together, count // several))
        for _ in range(count % several):
            if joined is not None and joined.shape[1] * table.shape[1] > _LISTED:
                lists.append((joined, 1))
                joined = None
            joined = table if joined is None else _joined(joined, table)
    return lists if joined is None else [*lists, (joined, 1)]


def _joined(first: Words, second: Words) -> Words:
    """List the sums of all pairs."""
    return (first[:, :, None] + second[:, None, :]).reshape(len(first), -1)


@lru_cache(maxsize=_LISTED_ITEMS)
def _orders(columns: int) -> Ints:
    """All orders of so many columns, shape (columns!, columns)."""
    result = np.zeros((1, 0), np.int64)
    for last in range(columns):
        result = np.concatenate([np.insert(result, at, last, axis=1) for at in range(last + 1)])
    return result


def _four_s(sums: Ints, rows: int) -> Ints:
    deviations = sums - rows * (sums.shape[1] + 1)
    result: Ints = np.einsum("ij,ij->i", deviations, deviations)
    return result
