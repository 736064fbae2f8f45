"""Tails of sums of fair coins, against the distribution added up in whole numbers."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.numerics.lattice import upper_tail

COINS = st.dictionaries(st.integers(1, 12), st.integers(1, 9), min_size=1, max_size=6)


def added_up(coins: dict[int, int], twice_start: int) -> Fraction:
    """P(sum r (B - 1/2) >= twice_start / 2), in whole numbers."""
    ways = {0: 1}
    for value, count in coins.items():
        spread: dict[int, int] = {}
        for total, number in ways.items():
            for up in range(count + 1):
                key = total + value * (2 * up - count)
                spread[key] = spread.get(key, 0) + number * comb(count, up)
        ways = spread
    return Fraction(sum(n for total, n in ways.items() if total >= twice_start), sum(ways.values()))


def tail(coins: dict[int, int], twice_start: int) -> float | None:
    values = np.array(sorted(coins))
    return upper_tail(values, np.array([coins[value] for value in sorted(coins)]), twice_start)


@settings(max_examples=60, deadline=None)
@given(COINS, st.integers(1, 200))
def test_the_tail_is_that_of_the_distribution_added_up(coins, above):
    coins = {1: 3, **coins}  # no common divisor
    whole = sum(value * count for value, count in coins.items())
    twice_start = above + (above + whole) % 2
    assume(twice_start <= whole)
    expected = added_up(coins, twice_start)
    assert tail(coins, twice_start) == pytest.approx(float(expected), rel=1e-10)


def test_a_tiny_tail_keeps_its_digits():
    coins = dict.fromkeys(range(1, 41), 1)
    whole = sum(coins)
    assert tail(coins, whole) == pytest.approx(2.0**-40, rel=1e-10)
    assert tail(coins, whole - 2) == pytest.approx(2 * 2.0**-40, rel=1e-10)


def test_a_tail_below_the_smallest_float_is_nothing():
    coins = dict.fromkeys(range(1, 1201), 1)
    assert tail(coins, sum(coins)) == 0.0


def test_more_than_allowed_is_left_to_adding_up():
    values = np.arange(1, 41)
    assert upper_tail(values, np.ones(40, np.int64), 40, at_most=1) is None
