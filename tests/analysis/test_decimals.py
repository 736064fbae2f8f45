from fractions import Fraction as Fr

import pytest

from analysis.decimals import decimal_string, terminating_string


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fr(1, 3), "0.33333333333333333333"),
        (Fr(2, 3), "0.66666666666666666667"),
        (Fr(3, 20), "0.15000000000000000000"),
        (Fr(1), "1.0000000000000000000"),
        (Fr(100), "100.00000000000000000"),
        (Fr(1, 30000), "0.000033333333333333333333"),
        (Fr(0), "0"),
        (Fr(10**25, 3), "3333333333333333333300000"),
        (1 - Fr(1, 10**30), "1.0000000000000000000"),
    ],
)
def test_decimal_strings_have_twenty_significant_digits_and_no_exponent(number, expected):
    assert decimal_string(number) == expected


def test_decimal_strings_round_half_to_even():
    assert [decimal_string(Fr(n, 1000), 2) for n in (125, 135, 145)] == ["0.12", "0.14", "0.14"]


@pytest.mark.parametrize(
    ("number", "places", "expected"),
    [
        (Fr(15), 0, "15"),
        (Fr(55), 1, "55.0"),
        (Fr(25, 2), 0, "12.5"),
        (Fr(1, 8), 0, "0.125"),
        (Fr(0), 2, "0.00"),
        (Fr(1, 10**30), 0, "0." + "0" * 29 + "1"),
    ],
)
def test_terminating_strings_are_written_in_full(number, places, expected):
    assert terminating_string(number, places) == expected


@pytest.mark.parametrize("number", [Fr(1, 3), Fr(1, 7), Fr(-1, 2)])
def test_a_number_without_a_finite_form_is_refused(number):
    with pytest.raises(ValueError, match="no finite decimal form"):
        terminating_string(number)
