from fractions import Fraction as Fr
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rounding import largest_remainder


def rounded(weights: str, step: str) -> list[str]:
    result = largest_remainder([Fr(weight) for weight in weights.split()], Fr(step))
    return [str(float(weight)).removesuffix(".0") for weight in result.rounded]


@pytest.mark.parametrize(
    ("weights", "step", "expected"),
    [
        ("14.375 55 30.625", "5", "15 55 30"),
        ("14.375 55 30.625", "1", "14 55 31"),
        ("14.375 55 30.625", "0.1", "14.4 55 30.6"),
        ("1 1 1", "1", "34 33 33"),
        ("1 1 1", "5", "35 35 30"),
        (".264 .232 .160 .216 .128", "1", "26 23 16 22 13"),
        (".264 .232 .160 .216 .128", "5", "25 25 15 20 15"),
        ("2 48 50", "5", "0 50 50"),
        ("12.5 37.5 50", "5", "10 40 50"),
        ("17.5 52.5 30", "5", "15 55 30"),
        ("1 1 1 1 1 1 1", "0.01", "14.29 14.29 14.29 14.29 14.28 14.28 14.28"),
        ("16.875 53.75 29.375", "5", "15 55 30"),
        ("15 54.375 30.625", "5", "15 55 30"),
        ("0.33 0.33 0.33", "0.01", "33.34 33.33 33.33"),
        ("3", "5", "100"),
        ("0 1 0", "5", "0 100 0"),
    ],
)
def test_weights_round_to_the_known_percentages(weights, step, expected):
    assert rounded(weights, step) == expected.split()


def test_three_weights_of_a_third_sum_to_the_whole_after_rounding():
    result = largest_remainder([Fr("0.33")] * 3, Fr(1, 100), total=1)
    assert result.rounded == (Fr("0.34"), Fr("0.33"), Fr("0.33"))
    assert sum(result.rounded) == 1


def test_weights_rounded_one_by_one_do_not_sum_to_100_and_together_they_do():
    one_by_one = [round(Fr(100, 3) / 5) * 5 for _ in range(3)]
    assert sum(one_by_one) == 105
    assert sum(largest_remainder([Fr(1)] * 3, Fr(5)).rounded) == 100


def test_unequal_weights_may_be_published_as_equal():
    result = largest_remainder([Fr(w) for w in (".264", ".232", ".160", ".216", ".128")], Fr(5))
    assert result.rounded[0] == result.rounded[1]


def test_the_largest_error_is_on_the_scale_of_the_total():
    assert largest_remainder([Fr("14.375"), Fr(55), Fr("30.625")], Fr(5)).max_error == Fr("0.625")
    assert largest_remainder([Fr(1)] * 3, Fr(5)).max_error == Fr(10, 3)


def test_a_weight_that_becomes_zero_is_named_and_a_zero_is_not():
    assert largest_remainder([Fr(2), Fr(0), Fr(48), Fr(50)], Fr(5)).zeroed == (0,)


def test_equals_that_are_split_are_named_and_others_are_not():
    result = largest_remainder([Fr(1), Fr(1), Fr(1)], Fr(5))
    assert result.ties_split == ((0, 1, 2),)
    assert largest_remainder([Fr(1), Fr(1), Fr(2)], Fr(5)).ties_split == ()
    close = [Fr(w) for w in (".264", ".232", ".160", ".216", ".128")]
    assert largest_remainder(close, Fr(5)).ties_split == ()


def test_two_sets_of_equals_are_named_apart():
    weights = [Fr(9), Fr(9), Fr(41), Fr(41)]
    result = largest_remainder(weights, Fr(20))
    assert result.rounded == (Fr(20), Fr(0), Fr(40), Fr(40))
    assert result.ties_split == ((0, 1),)
    assert result.zeroed == (1,)


def test_an_equal_remainder_goes_to_the_larger_weight_and_then_to_the_earlier_item():
    assert rounded("12.5 37.5 50", "5") == ["10", "40", "50"]
    assert rounded("37.5 12.5 50", "5") == ["40", "10", "50"]
    assert rounded("12.5 12.5 75", "5") == ["15", "10", "75"]


@pytest.mark.parametrize("step", ["3", "0", "-5", "200", "0.3"])
def test_a_step_that_does_not_divide_the_total_is_refused(step):
    with pytest.raises(ValueError, match="does not divide 100"):
        largest_remainder([Fr(1)], Fr(step))


@pytest.mark.parametrize("weights", [[], [Fr(0), Fr(0)], [Fr(2), Fr(-1)]])
def test_weights_without_a_positive_sum_or_with_a_negative_one_are_refused(weights):
    with pytest.raises(ValueError, match="must not be negative"):
        largest_remainder(weights, Fr(5))


@settings(max_examples=100)
@given(
    st.lists(st.fractions(0, 100), min_size=1, max_size=12).filter(any),
    st.sampled_from([Fr(5), Fr(1), Fr(1, 10), Fr(25, 2), Fr(100)]),
)
def test_rounded_weights_are_steps_sum_to_exactly_100_and_stay_within_one_step(weights, step):
    before = list(weights)
    result = largest_remainder(weights, step)
    assert sum(result.rounded) == 100
    assert all((weight / step).denominator == 1 for weight in result.rounded)
    assert min(result.rounded) >= 0
    assert result.max_error < step
    shares = [weight / sum(weights) * 100 for weight in weights]
    assert result.max_error == max(abs(a - b) for a, b in zip(shares, result.rounded, strict=True))
    assert weights == before


@settings(max_examples=60)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8, unique=True))
def test_permuting_unequal_weights_permutes_the_result(numbers):
    weights = [Fr(number) for number in numbers]
    forth = largest_remainder(weights, Fr(5)).rounded
    back = largest_remainder(weights[::-1], Fr(5)).rounded
    assert back[::-1] == forth
    ordered = sorted(zip(weights, forth, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(ordered))
