"""Movement between two rounds of ratings, by plain NumPy and by loops."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from analysis.aggregation_rules import arithmetic_mean
from analysis.item_movement import item_changes
from analysis.numerics.signed_rank import signed_rank_p_values
from analysis.simplex import aitchison_distance, closure, total_variation
from tests.bench.agreement import SCALE
from tests.bench.combining import closed
from tests.bench.trial import Family, Floats, Trial, Way, figures, ratings

Compared = Callable[[Floats, Floats], Floats]
CATEGORIES = np.arange(SCALE[0], SCALE[1] + 1)
#: Above this many experts an exact p by the text book takes minutes.
MOST_EXPERTS = 1_000
#: Share of the items whose p are computed where one takes long.
_PART = 0.02


def rounds(experts: int, items: int) -> tuple[Floats, Floats]:
    """Draw two rounds; three in five answers move by up to two."""
    before = ratings(experts, items)
    random = np.random.default_rng(1)
    moves = random.integers(-2, 3, size=before.shape) * (random.random(before.shape) < 0.6)
    return before, np.clip(before + moves, *SCALE)


def our_changes(before: Floats, after: Floats) -> Floats:
    """Return histogram change and CV change of every item."""
    return figures(*item_changes(before, after))


def _cv(values: Floats) -> Floats:
    result: Floats = values.std(axis=0, ddof=1) / values.mean(axis=0)
    return result


def plain_changes(before: Floats, after: Floats) -> Floats:
    """Return the same by counting each answer in the whole matrix."""
    counts = [(after == one).sum(axis=0) - (before == one).sum(axis=0) for one in CATEGORIES]
    return figures(np.abs(counts).sum(axis=0) / (2 * len(before)), _cv(after) - _cv(before))


def looped_changes(before: Floats, after: Floats) -> Floats:
    """Return the same, item by item."""
    histogram, cv = [], []
    edges = np.append(CATEGORIES, SCALE[1] + 1)
    for first, second in zip(before.T.copy(), after.T.copy(), strict=True):
        difference = np.histogram(second, edges)[0] - np.histogram(first, edges)[0]
        histogram.append(np.abs(difference).sum() / (2 * len(first)))
        cv.append(_cv(second) - _cv(first))
    return figures(histogram, cv)


def our_moves(before: Floats, after: Floats) -> Floats:
    """Return how far the weights moved, of the panel and of each expert, as shares."""
    first, second = closure(before), closure(after)
    panel = arithmetic_mean(first), arithmetic_mean(second)
    own = total_variation(first, second)
    moves = total_variation(*panel), aitchison_distance(*panel), own.mean(), np.median(own)
    return figures(np.abs(panel[1] - panel[0]).max(), *moves)


def plain_moves(before: Floats, after: Floats) -> Floats:
    """Return the same from whole matrices."""
    first, second = closed(before), closed(after)
    panel = first.mean(axis=0), second.mean(axis=0)
    change = np.abs(panel[1] - panel[0])
    own = np.abs(second - first).sum(axis=1) / 2
    logs = np.log(panel[1]) - np.log(panel[0])
    distance = np.sqrt(((logs - logs.mean()) ** 2).sum())
    return figures(change.max(), change.sum() / 2, distance, own.mean(), np.median(own))


def looped_moves(before: Floats, after: Floats) -> Floats:
    """Return the same, expert by expert."""
    first = np.zeros(before.shape[1])
    second, own = first.copy(), []
    for earlier, later in zip(before, after, strict=True):
        shares = earlier / earlier.sum(), later / later.sum()
        first += shares[0]
        second += shares[1]
        own.append(float(np.abs(shares[1] - shares[0]).sum()) / 2)
    change = np.abs(second - first) / len(own)
    logs = np.log(second) - np.log(first)
    distance = np.sqrt(((logs - logs.mean()) ** 2).sum())
    return figures(change.max(), change.sum() / 2, distance, np.mean(own), np.median(own))


def _groups(differences: Floats) -> tuple[list[int], list[int], int]:
    """Return doubled mid-ranks of the absolute differences, how often each, and the sum found."""
    moved = differences[differences != 0]
    _, where, counts = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    ranks = 2 * np.cumsum(counts) - counts + 1
    unit = math.gcd(*ranks.tolist())
    ranks //= unit
    return ranks.tolist(), counts.tolist(), int(ranks[where[moved > 0]].sum())


def transformed_p(differences: Floats) -> float:
    """Return the exact p by the discrete Fourier transform of the distribution of the rank sum."""
    ranks, counts, found = _groups(differences)
    total = int(np.dot(ranks, counts))
    angles = np.exp(-2j * np.pi * np.arange(total // 2 + 1) / (total + 1))
    transform = np.ones(len(angles), complex)
    for rank, count in zip(ranks, counts, strict=True):
        transform *= ((1 + angles**rank) / 2) ** count
    chances = np.fft.irfft(transform, total + 1)
    return min(1.0, 2 * float(chances[: min(found, total - found) + 1].sum()))


def added_p(differences: Floats) -> float:
    """Return the same by adding one expert after the other to the distribution."""
    ranks, counts, found = _groups(differences)
    total = int(np.dot(ranks, counts))
    chances = np.zeros(total + 1)
    chances[0] = 1.0
    for rank in np.repeat(ranks, counts).tolist():
        chances[rank:] = (chances[rank:] + chances[: total + 1 - rank]) / 2
        chances[:rank] /= 2
    return min(1.0, 2 * float(chances[: min(found, total - found) + 1].sum()))


def tests(experts: int, items: int) -> Trial:
    """Try the exact signed-rank test of every item."""
    before, after = rounds(experts, items)
    change = after - before
    part = items if experts < MOST_EXPERTS else max(1, int(_PART * items))
    columns = list(change[:, :part].T)
    ours = Way(lambda: signed_rank_p_values(change))
    if experts > MOST_EXPERTS:
        return Trial(ours, None, None)
    return Trial(
        ours,
        Way(lambda: figures([transformed_p(column) for column in columns]), part / items),
        Way(lambda: figures([added_p(column) for column in columns]), part / items),
    )


def _of_rounds(ours: Compared, plain: Compared, loop: Compared) -> Callable[[int, int], Trial]:
    def trial(experts: int, items: int) -> Trial:
        pair = rounds(experts, items)
        return Trial(Way(lambda: ours(*pair)), Way(lambda: plain(*pair)), Way(lambda: loop(*pair)))

    return trial


FAMILIES = (
    Family(
        "movement: histogram and CV change of items",
        _of_rounds(our_changes, plain_changes, looped_changes),
    ),
    Family(
        "movement: weights of the panel and of each expert",
        _of_rounds(our_moves, plain_moves, looped_moves),
    ),
    Family("movement: exact signed-rank tests", tests),
)
