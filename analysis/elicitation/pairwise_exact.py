"""Row geometric means of one expert's pairwise comparisons in fractions, the same on every machine.

The roots are whole-number roots of scaled products, cut off at one fixed digit; no float decides a
digit, so equal products give equal weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

#: Binary digits of a root behind the point: 38 decimal ones.
_BITS = 128
#: Leading bits of a number that are taken for a float, which ends at 1024.
_LEADING = 1000
#: Parts of 1 that weights are rounded to, so that sums over a panel keep bearable denominators.
PARTS = 10**20


def exact_rgmm(judgments: Sequence[int], items: int) -> tuple[Fraction, ...]:
    """Return the weights of the row geometric mean method as fractions.

    w_i in proportion to (a_i1 · ... · a_in)^(1/n), rounded to `PARTS` parts of 1 and closed.

    Parameters
    ----------
    judgments
        The comparisons above the diagonal, row by row, n (n - 1) / 2 whole numbers: 3 says that the
        earlier item counts three times as much as the later one, -3 the reverse, 1 (or -1) that
        both count the same. None may be missing. Not changed.
    items
        n, at least 1.

    Returns
    -------
    tuple of Fraction
        Shares that sum to exactly 1, one an item; items with equal products of their row get equal
        shares.

    Raises
    ------
    ValueError
        If the number of comparisons is another, or one is 0.

    References
    ----------
    Crawford & Williams 1985.
    """
    if len(judgments) != items * (items - 1) // 2 or not all(judgments):
        raise ValueError(f"{len(judgments)} comparisons of {items} items, or one that is 0")
    for_it, against = [1] * items, [1] * items
    given = iter(judgments)
    for one in range(items):
        for other in range(one + 1, items):
            times = next(given)
            more, less = (one, other) if times > 0 else (other, one)
            for_it[more] *= abs(times)
            against[less] *= abs(times)
    scale = _BITS * items
    roots = [_root((up << scale) // down, items) for up, down in zip(for_it, against, strict=True)]
    total = sum(roots)
    counts = [(2 * PARTS * root + total) // (2 * total) for root in roots]
    whole = sum(counts)
    return tuple(Fraction(count, whole) for count in counts)


def _root(number: int, degree: int) -> int:
    """Return the largest whole number whose power is at most `number`, by Newton from above."""
    # The leading bits fit a float, whose root is good to 1e-15; enlarged by more, it lies above.
    spare = max(0, number.bit_length() - _LEADING) // degree * degree
    start = float(number >> spare) ** (1 / degree)
    root = int(start * (1 + 1e-13)) + 1 << spare // degree
    while True:
        lower = ((degree - 1) * root + number // root ** (degree - 1)) // degree
        if lower >= root:
            return root
        root = lower
