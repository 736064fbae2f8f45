"""One order of experts, whatever the order of the rows: so that no digit depends on it.

Adding floats in another order changes their last digits. Whatever sums over experts sorts them by
their answers first (experts with equal answers are interchangeable), or adds whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

#: Cells that are worked on at once: 256 kB.
_CELLS = 2**15


def expert_order(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the positions of the rows in an order that depends on their content only.

    Parameters
    ----------
    values
        Answers, shape (n_experts, n_items); NaN = no answer. Not changed.

    Returns
    -------
    ndarray of int64, shape (n_experts,)
        `values[expert_order(values)]` is the same matrix for every permutation of the rows. The
        order is fixed but has no meaning: it is that of the bytes, not of the numbers.
    """
    rows, columns = np.shape(values)
    if not columns:
        return np.arange(rows)
    # Adding 0 turns -0.0 into 0.0; every NaN becomes the same one.
    cells = np.ascontiguousarray(np.asarray(values, np.float64) + 0.0)
    cells[np.isnan(cells)] = np.nan
    keys = cells.view(f"V{cells.itemsize * columns}").ravel()
    order: NDArray[np.int64] = np.argsort(keys, kind="stable")
    return order


def sum_over_experts(
    terms: NDArray[np.float64],
    factors: NDArray[np.float64] | None = None,
    *,
    largest: float | None = None,
    of: Callable[[slice], NDArray[np.float64]] | None = None,
) -> NDArray[np.float64]:
    """Add over experts so that their order changes no digit.

    Every term is rounded to a multiple of 2^(k-52), where no term exceeds 2^(k-1) in size, and the
    multiples are added as whole numbers, which is exact: adding 1.5 · 2^k leaves the multiple in
    the lowest bits. It costs little more than a plain sum and no sorting, and takes batches.

    Parameters
    ----------
    terms
        Shape (..., n_experts, n_items), finite or NaN. Not changed.
    factors
        Shape (n_experts,), finite, not negative: what each expert's terms are multiplied by; 1 if
        not given. Not changed.
    largest
        A size that no term exceeds, 1 for shares; terms must then not be NaN. Found out if not
        given, but needed with `of`.
    of
        What makes the terms of a slice of the experts, shape (..., some_experts, n_items), so that
        they never stand in memory all at once; `terms` then tells the shape only. The rows of
        `terms` if not given.

    Returns
    -------
    ndarray
        Shape (..., n_items), in the unit of the terms; NaN where one of them is NaN, 0 without
        experts. The error of a term is at most 2^-51 of the largest term of the whole call (for
        more than 4,096 experts in proportion to their number, in powers of two); what are whole
        multiples of that, such as ratings, is added exactly.
    """
    top = _largest(terms) if largest is None else largest
    if math.isnan(top):
        missing = np.isnan(terms)
        total = sum_over_experts(np.where(missing, 0.0, terms), factors)
        total[missing.any(axis=-2)] = np.nan
        return total
    if factors is not None and factors.size:
        top *= float(factors.max())
    experts = terms.shape[-2]
    fraction, power = math.frexp(top)  # a power of two itself is 0.5 · 2^power
    # Sums of m multiples stay within 2^63 as long as m is at most 2^12.
    exponent = power + (fraction > 0.5) + max(0, (experts - 1).bit_length() - 12)
    exponent = max(exponent, -1022)  # the smallest of a number with all its bits
    whole = _sum_of_bits(terms, factors, of, math.ldexp(1.5, exponent))
    # The bits of the shift itself were added as often and overflowed; whole numbers of 64 bits wrap
    # around, so that taking them off again leaves the sum of the multiples.
    bits = (exponent + 1023 << 52) + (1 << 51)
    whole -= np.uint64(experts * bits % 2**64)
    result: NDArray[np.float64] = whole.view(np.int64) * np.float64(2.0 ** (exponent - 52))
    return result


def _largest(terms: NDArray[np.float64]) -> float:
    return max(float(terms.max()), -float(terms.min())) if terms.size else 0.0


def _sum_of_bits(
    terms: NDArray[np.float64],
    factors: NDArray[np.float64] | None,
    of: Callable[[slice], NDArray[np.float64]] | None,
    shift: float,
) -> NDArray[np.uint64]:
    """Add the bits of terms + shift over experts, in blocks that stay in the cache."""
    experts = terms.shape[-2]
    step = max(1, experts if terms.size <= _CELLS else _CELLS * experts // terms.size)
    whole = np.zeros((*terms.shape[:-2], terms.shape[-1]), np.uint64)
    room = np.empty((*terms.shape[:-2], min(step, experts), terms.shape[-1]))
    for start in range(0, experts, step):
        part = slice(start, min(start + step, experts))
        block = terms[..., part, :] if of is None else of(part)
        shifted = room[..., : block.shape[-2], :]
        if factors is not None:
            block = np.multiply(block, factors[part, None], out=shifted)
        np.add(block, shift, out=shifted)
        whole += shifted.view(np.uint64).sum(axis=-2)
    return whole
