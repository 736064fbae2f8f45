"""Why a typed text is no whole number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delphi.domain.answers.numbers import whole_number
from delphi.domain.answers.typed import plain_number

#: What is no number in any question, whatever its ends are.
WRONG = {
    "": "blank",
    "  ": "blank",
    "abc": "not_a_number",
    "20 points": "not_a_number",
    "二十": "not_a_number",
    "1e1": "not_a_number",
    "NaN": "not_a_number",
    "٢٠": "not_a_number",
    "<b>": "not_a_number",
    # Each of them is a digit to somebody, and "①0" would be read as 10.
    "5²": "not_a_number",
    "①0": "not_a_number",
    "⑩": "not_a_number",
    "₂0": "not_a_number",
    "⒈": "not_a_number",
    "𝟐0": "not_a_number",
    "½": "not_a_number",
    "Ⅴ": "not_a_number",
    "1:2": "not_a_number",
    "1/3": "not_a_number",
    "-": "not_a_number",
    "12.5": "not_whole",
    "12,5": "not_whole",
    "+5": "not_whole",
    "-5": "negative",
    "−5": "negative",
    "－5": "negative",
    "101": "too_large",
    "1000": "too_large",
    "9" * 40: "too_large",
}


@pytest.mark.parametrize(("text", "reason"), WRONG.items())
def test_what_is_no_whole_number_is_named(text: str, reason: str) -> None:
    assert whole_number(plain_number(text), 0, 100) == reason


@pytest.mark.parametrize(
    ("text", "low", "high", "reason"),
    [
        ("0", 0, 100, None),
        ("100", 0, 100, None),
        ("0", 1, 5, "too_small"),
        ("6", 1, 5, "too_large"),
        ("00", 1, 9, "too_small"),
        ("1", 2, 9, "too_small"),
        ("-1", 1, 9, "negative"),
        ("4.0", 1, 5, "not_whole"),
    ],
)
def test_the_ends_are_allowed_and_what_lies_beyond_is_not(
    text: str, low: int, high: int, reason: str | None
) -> None:
    assert whole_number(text, low, high) == reason


@given(st.text(max_size=6).map(plain_number), st.integers(0, 9), st.integers(0, 100))
def test_what_is_not_refused_is_a_whole_number_between_the_ends(
    text: str, low: int, more: int
) -> None:
    if whole_number(text, low, low + more) is None:
        assert low <= int(text) <= low + more


@given(st.integers(-20, 200))
def test_every_number_between_the_ends_is_taken(number: int) -> None:
    assert (whole_number(str(number), 0, 100) is None) == (0 <= number <= 100)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("２０", "20"),
        (" 2 0 ", "20"),
        ("3\u3000", "3"),
        ("−3", "-3"),
        ("－３", "-3"),
        ("２．５", "2.5"),
    ],
)
def test_full_width_digits_and_blanks_are_made_plain(typed: str, plain: str) -> None:
    assert plain_number(typed) == plain
