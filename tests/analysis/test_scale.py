"""A scale as it is typed on the command line."""

from decimal import Decimal

import pytest

from analysis.errors import InputError
from analysis.scale import parse_scale


@pytest.mark.parametrize(
    ("text", "low", "high"), [("1:9", "1", "9"), ("-3:3", "-3", "3"), (" 0 : 1.5 ", "0", "1.5")]
)
def test_two_numbers_are_a_scale(text, low, high):
    scale = parse_scale(text)
    assert scale.exact == (Decimal(low), Decimal(high))
    assert scale.floats == (float(low), float(high))


@pytest.mark.parametrize("text", ["", "1", "1:", ":9", "1:2:3", "a:b", "1-9"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="expected smallest:largest, for example 1:9"):
        parse_scale(text)


@pytest.mark.parametrize("text", ["9:1", "5:5"])
def test_the_smaller_number_comes_first(text):
    with pytest.raises(InputError, match="the smaller number before the larger"):
        parse_scale(text)
