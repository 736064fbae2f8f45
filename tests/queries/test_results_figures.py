"""Figures and their arithmetic: rounded once, sums taken back exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.dispersion import dispersion
from delphi.queries.figures import (
    Figure,
    decimals,
    places_needed,
    rounded,
    squares,
    whole,
    working,
)
from delphi.services.results import stored


@pytest.mark.parametrize(
    ("value", "most", "expected"),
    [
        ("30.625", 2, "30.63"),
        ("14.375", 2, "14.38"),
        ("-0.0005", 3, "-0.001"),
        ("0.0004", 3, "0"),
        ("-0.0004", 3, "0"),
        ("5.0", 3, "5"),
        ("100.0", 3, "100"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, most: int, expected: str) -> None:
    assert rounded(value, most) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(Fraction(1, 3), "33.333"), (Fraction(23, 160), "14.375"), (Fraction(-1, 6), "-16.667")],
)
def test_a_fraction_is_written_from_its_exact_value(value: Fraction, expected: str) -> None:
    assert decimals(100 * value, 3) == expected


def test_a_fraction_that_rounds_to_zero_has_no_sign() -> None:
    assert decimals(Fraction(-1, 10_000), 3) == "0.000"


def test_figures_in_a_formula_have_enough_digits() -> None:
    assert working("3.2043497223082786") == "3.2043497"
    assert working("0.0000071444901") == "0.0000071444901"
    assert working("0") == "0"


def test_a_column_shares_its_decimals() -> None:
    assert places_needed(["15.0", "17.5", None], 3) == 1
    assert places_needed(["15.0"], 3) == 0
    assert places_needed(["0.33333"], 3) == 3
    assert places_needed([], 3) == 0


def test_a_share_is_printed_in_percent() -> None:
    assert Figure("response", "0.875", "share").low_text == "87.5"
    assert Figure("response", "0.6666666666666666", "share").low_text == "66.7"


def test_a_figure_without_a_value_prints_nothing() -> None:
    assert Figure("cv-D", None, reason="mean_0").low_text is None
    assert not Figure("cv-D", None, reason="mean_0").is_positive


answers = st.lists(st.integers(0, 20).map(lambda n: 5 * n), min_size=2, max_size=60)


@settings(max_examples=80)
@given(answers)
def test_sums_come_back_exactly_from_the_stored_figures(points: list[int]) -> None:
    column = np.array(points, np.float64)[:, None]
    found = dispersion(column, (0.0, 100.0))
    mean, sd = stored(found.mean[0]), stored(found.sd[0])
    n, total = len(points), sum(points)
    assert whole(mean, n) == total
    assert squares(sd, n) == sum(Fraction(one * n - total, n) ** 2 for one in points)
