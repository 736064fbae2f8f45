"""Figures as printed, names made printable, lines broken where they may be."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.plots.lettering import (
    balance,
    clean,
    column,
    in_language,
    most_places,
    number,
    places,
    printable,
    significant,
    width,
    wrap,
)

MANY = settings(max_examples=60, deadline=None)
LETTERS = st.text(st.sampled_from("信息，。“”（）ab 1.%-"), max_size=30).map(clean)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (14.375, 2, "14.38"),
        (30.625, 2, "30.63"),
        (-30.625, 2, "−30.63"),
        (1.005, 2, "1.01"),
        (-0.0004, 3, "0.000"),
        (2e-7, 3, "0.000"),
        (1e16, 0, "10000000000000000"),
        (math.nan, 2, "—"),
        (math.inf, 2, "—"),
        (None, 2, "—"),
    ],
)
def test_figures_are_rounded_half_away_from_zero_on_their_decimals(
    value: float | None, decimals: int, text: str
) -> None:
    assert number(value, decimals) == text


def test_a_change_has_its_sign_unless_it_is_none() -> None:
    assert [number(value, 1, signed=True) for value in (0.5, -0.5, 0.01)] == ["+0.5", "−0.5", "0.0"]


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0312, "0.031"),
        (7.14e-6, "0.0000071"),
        (0.0995, "0.1"),
        (0.0999, "0.1"),
        (1.0, "1"),
        (0.0, "0"),
        (None, "—"),
        (math.nan, "—"),
    ],
)
def test_probabilities_have_two_significant_digits(p: float | None, text: str) -> None:
    assert significant(p) == text


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([10.0, 55.0], 0), ([10.0, 21.25], 2), ([1 / 3], 3), ([0.1 + 0.2], 1), ([math.nan], 0)],
)
def test_a_column_has_as_many_decimals_as_it_needs(values: list[float], decimals: int) -> None:
    assert places(values, 3) == decimals


def test_a_column_shares_its_decimals() -> None:
    assert column([10, 21.25, math.nan], 3, nothing="?") == ["10.00", "21.25", "?"]
    assert column([0.3 - 0.1, 0], 3, signed=True) == ["+0.2", "0.0"]


def test_shares_have_more_decimals_than_points() -> None:
    assert (most_places(1.0), most_places(4.0), most_places(100.0)) == (5, 3, 3)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language 'fr', expected 'zh' or 'en'"):
        in_language({"zh": "", "en": ""}, "fr")  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ("  a\n b\t", "a b"),
        ("a\x00b\x1b", "a b"),
        ("信息\u200b消费\ufeff", "信息消费"),
        ("e\u0301", "é"),
        ("\ud800x\uffff", "x"),
        ("a\u2028b", "a b"),
    ],
)
def test_names_lose_what_cannot_be_printed_on_a_line(given: str, printed: str) -> None:
    assert clean(given) == printed


def test_a_box_stands_for_what_no_font_has() -> None:
    assert printable("a\ue123b", ("\ue123",)) == "a□b"


@pytest.mark.parametrize(
    ("text", "measure", "lines"),
    [
        ("信息消费供给", 3, ["信息消", "费供给"]),
        ("信息消费，供给", 4, ["信息消", "费，供给"]),
        ("信息（消费）", 3, ["信息", "（消", "费）"]),
        ("Information demand", 6, ["Information", "demand"]),
        ("人均GDP增长", 4, ["人均", "GDP增", "长"]),
        ("Unbreakable", 3, ["Unbre", "akabl", "e"]),
        ("", 5, [""]),
    ],
)
def test_lines_end_where_they_may(text: str, measure: float, lines: list[str]) -> None:
    assert wrap(text, measure) == lines


@MANY
@given(LETTERS, st.floats(1.2, 12))
def test_lines_hold_the_whole_text_and_none_is_too_wide(text: str, measure: float) -> None:
    lines = wrap(text, measure)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= measure for line in lines)
    assert all(line == line.strip() for line in lines)


@MANY
@given(LETTERS, st.floats(4, 12))
def test_balanced_lines_are_as_many_and_no_longer(text: str, measure: float) -> None:
    lines, balanced = wrap(text, measure), balance(text, measure)
    assert len(balanced) == len(lines)
    assert max(map(width, balanced)) <= max(map(width, lines)) + 1e-9 or width(text) <= measure


def test_a_name_does_not_leave_one_character_on_a_line() -> None:
    assert balance("社区医院电子病历普及率", 10) == ["社区医院电子", "病历普及率"]
