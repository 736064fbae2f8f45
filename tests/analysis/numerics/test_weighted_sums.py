"""Weighted sums of whole numbers: those of fractions, in any order of experts."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numerics.squares import look_at
from analysis.numerics.weighted_sums import bits_of_parts, weighted_squares
from tests.analysis.panels import T1, panel

ANSWERS = arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 4)),
    elements=st.one_of(st.integers(-9, 9), st.just(np.nan)),
)


def found(values, weights):
    answers = look_at(values)
    bits = bits_of_parts(answers)
    assert bits is not None
    return weighted_squares(answers, weights, bits)


@settings(max_examples=60, deadline=None)
@given(ANSWERS.filter(lambda values: not np.isnan(values).all()), st.data())
def test_means_and_squares_are_those_of_fractions_in_any_order(values, data):
    weights = data.draw(arrays(np.float64, len(values), elements=st.floats(0.01, 1)))
    values.flags.writeable = weights.flags.writeable = False
    means, squares = found(values, weights)
    for item, column in enumerate(values.T):
        pairs = [
            (Fraction(float(c)), int(x))
            for c, x in zip(weights, column, strict=True)
            if not np.isnan(x)
        ]
        if not pairs:
            assert np.isnan([means[item], squares[item]]).all()
            continue
        mean = sum(c * x for c, x in pairs) / sum(c for c, _ in pairs)
        spread = sum(c * (x - mean) ** 2 for c, x in pairs)
        assert means[item] == pytest.approx(float(mean), rel=1e-15, abs=1e-15)
        assert squares[item] == pytest.approx(float(spread), rel=4e-15)
    order = data.draw(st.permutations(range(len(values))))
    again = found(values[order], weights[order])
    assert [one.tobytes() for one in again] == [means.tobytes(), squares.tobytes()]


def test_equal_answers_have_their_value_as_mean_and_no_spread():
    weights = np.random.default_rng(1).uniform(0.1, 1, size=3_000)
    means, squares = found(np.full((3_000, 2), 7.0), weights)
    assert means.tolist() == [7.0, 7.0]
    assert squares.tolist() == [0.0, 0.0]


def test_one_dissenter_among_thousands_keeps_all_digits():
    values, weights = np.full((5_000, 1), 9.0), np.random.default_rng(2).uniform(0.1, 1, 5_000)
    values[17] = 1.0
    own, total = Fraction(float(weights[17])), sum(Fraction(float(c)) for c in weights)
    expected = float(64 * own * (total - own) / total)
    assert found(values, weights)[1] == pytest.approx([expected], rel=1e-14)


@pytest.mark.parametrize(
    "values",
    [T1[0] / 2, T1[0] * 1e5, panel("1 2\n. 0.5"), panel(". .")],
    ids=["halves", "large", "gap", "nothing"],
)
def test_other_answers_have_no_parts(values):
    assert bits_of_parts(look_at(values)) is None
