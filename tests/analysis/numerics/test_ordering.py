import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.numerics.ordering import expert_order, sum_over_experts

CELLS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, np.nan]), st.floats(-5, 5))


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float64, st.tuples(st.integers(0, 7), st.integers(0, 4)), elements=CELLS),
    st.randoms(use_true_random=False),
)
def test_every_permutation_of_the_experts_comes_to_one_order(values, shuffler):
    rows = list(range(len(values)))
    shuffler.shuffle(rows)
    first, second = values[expert_order(values)], values[rows][expert_order(values[rows])]
    assert (first + 0.0).tobytes() == (second + 0.0).tobytes()
    assert sorted(expert_order(values).tolist()) == list(range(len(values)))


def test_the_input_is_left_alone():
    values = np.array([[-0.0, 2.0], [1.0, np.nan]])
    before = values.tobytes()
    expert_order(values)
    assert values.tobytes() == before


TERMS = arrays(
    np.float64,
    st.tuples(st.integers(1, 9), st.integers(1, 4)),
    elements=st.one_of(st.floats(-1e6, 1e6), st.floats(-1e-3, 1e-3), st.just(np.nan)),
)


@settings(max_examples=60, deadline=None)
@given(TERMS, st.randoms(use_true_random=False))
def test_no_order_of_experts_changes_a_digit_of_a_sum(terms, shuffler):
    rows = list(range(len(terms)))
    shuffler.shuffle(rows)
    found = sum_over_experts(terms)
    np.testing.assert_array_equal(sum_over_experts(terms[rows]), found)
    largest = np.max(np.abs(terms), initial=0.0, where=~np.isnan(terms))
    np.testing.assert_allclose(
        found, [math.fsum(column) for column in terms.T], rtol=0, atol=len(terms) * largest * 2**-50
    )


def test_a_plain_sum_depends_on_the_order_and_this_one_does_not():
    terms = np.array([[0.1], [0.2], [0.3]])
    assert terms.sum(axis=0) != terms[::-1].sum(axis=0)
    assert sum_over_experts(terms) == sum_over_experts(terms[::-1])


def test_ratings_are_added_exactly_and_in_batches():
    ratings = np.random.default_rng(2).integers(0, 101, (3, 40_000, 2)).astype(float)
    np.testing.assert_array_equal(sum_over_experts(ratings), ratings.sum(axis=1))


def test_many_experts_do_not_overflow():
    ones = np.ones((3 * 2**13, 2))
    np.testing.assert_array_equal(sum_over_experts(ones), [len(ones)] * 2)


def test_a_sum_without_experts_is_0_and_with_a_gap_nan():
    np.testing.assert_array_equal(sum_over_experts(np.empty((0, 2))), [0.0, 0.0])
    terms = np.array([[1.0, np.nan], [2.0, 3.0]])
    terms.flags.writeable = False
    np.testing.assert_array_equal(sum_over_experts(terms), [3.0, np.nan])


@settings(max_examples=40, deadline=None)
@given(TERMS.filter(lambda terms: not np.isnan(terms).any()), st.data())
def test_factors_and_what_is_made_of_a_row_are_added_as_if_made_before(terms, data):
    factors = data.draw(arrays(np.float64, len(terms), elements=st.floats(0, 1)))
    size = float(np.max(np.abs(terms)))

    def sizes(rows):
        return lambda part: np.abs(rows[part])

    found = sum_over_experts(terms, factors, largest=size, of=sizes(terms))
    order = data.draw(st.permutations(range(len(terms))))
    turned = terms[order]
    np.testing.assert_array_equal(
        sum_over_experts(turned, factors[order], largest=size, of=sizes(turned)), found
    )
    np.testing.assert_allclose(
        found, factors @ np.abs(terms), rtol=0, atol=len(terms) * size * 2**-50
    )


def test_a_bound_that_is_a_power_of_two_may_be_reached():
    shares = np.array([[1.0, 0.0]] * 3 + [[0.5, 0.5]])
    np.testing.assert_array_equal(sum_over_experts(shares, largest=1.0), [3.5, 0.5])
