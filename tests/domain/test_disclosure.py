"""Who sees what, and from how many answers on."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.disclosure import (
    EXTREMES_FROM,
    HISTOGRAM_FROM,
    LAUNCH_FROM,
    MEDIAN_FROM,
    QUARTILES_FROM,
    REASONS_FROM,
    RELEASE_FROM,
    STATISTICS_FROM,
    Viewer,
    Withheld,
    item_feedback,
    shown_count,
    shows_reasons,
    splits_reasons,
    staff_may_see,
)

STAFF = (Viewer.COORDINATOR, Viewer.METHODOLOGIST)


def quarters(low: str, median: str, high: str) -> tuple[Fraction, Fraction, Fraction]:
    return Fraction(low), Fraction(median), Fraction(high)


def test_the_limits_are_those_of_the_method() -> None:
    assert (MEDIAN_FROM, QUARTILES_FROM, REASONS_FROM, HISTOGRAM_FROM) == (5, 8, 3, 15)
    assert (STATISTICS_FROM, EXTREMES_FROM, RELEASE_FROM, LAUNCH_FROM) == (5, 10, 8, 5)


@pytest.mark.parametrize("answered", [0, 1, 4])
def test_below_five_answers_nothing_is_shown(answered: int) -> None:
    shown = item_feedback("D", answered, quarters("10", "15", "20") if answered else None, 5)
    assert (shown.median, shown.low, shown.high) == (None, None, None)
    assert shown.withheld == (Withheld("median", 5), Withheld("quartiles", 8))


@pytest.mark.parametrize("answered", [5, 6, 7])
def test_from_five_answers_the_median_is_shown_alone(answered: int) -> None:
    shown = item_feedback("D", answered, quarters("10", "15", "20"), 5)
    assert (shown.median, shown.low, shown.high) == (15, None, None)
    assert shown.withheld == (Withheld("quartiles", 8),)


@pytest.mark.parametrize("answered", [8, 9, 100])
def test_from_eight_answers_quartiles_are_shown_too(answered: int) -> None:
    shown = item_feedback("D", answered, quarters("10", "15", "20"), 5)
    assert (shown.median, shown.low, shown.high) == (15, 10, 20)
    assert shown.withheld == ()


@pytest.mark.parametrize(
    ("median", "step", "rounded"),
    [
        ("15", 5, "15"),
        ("16.25", 5, "17.5"),  # half of half a step goes up
        ("16", 5, "15"),
        ("16.5", 5, "17.5"),
        ("17.5", 5, "17.5"),
        ("18.75", 5, "20"),
        ("0", 5, "0"),
        ("100", 5, "100"),
        ("33.25", 1, "33.5"),
        ("33.2", 1, "33"),
        ("33.5", 1, "33.5"),
    ],
)
def test_the_median_is_rounded_to_half_a_step(median: str, step: int, rounded: str) -> None:
    shown = item_feedback("D", 8, quarters("0", median, "100"), step)
    assert shown.median == Fraction(rounded)


@pytest.mark.parametrize(
    ("low", "high", "step", "shown"),
    [
        ("11.25", "17.5", 5, (10, 20)),
        ("10", "20", 5, (10, 20)),
        ("14.99", "15.01", 5, (10, 20)),
        ("15", "15", 5, (15, 15)),
        ("0", "100", 5, (0, 100)),
        ("33.25", "33.75", 1, (33, 34)),
    ],
)
def test_quartiles_are_rounded_outward_to_the_step(
    low: str, high: str, step: int, shown: tuple[int, int]
) -> None:
    found = item_feedback("D", 8, quarters(low, low, high), step)
    assert (found.low, found.high) == shown


POINTS = st.fractions(0, 100, max_denominator=4)


@settings(max_examples=100)
@given(st.lists(POINTS, min_size=3, max_size=3), st.sampled_from([1, 5]), st.integers(8, 60))
def test_the_shown_range_always_holds_the_true_one(
    points: list[Fraction], step: int, answered: int
) -> None:
    low, median, high = sorted(points)
    shown = item_feedback("D", answered, (low, median, high), step)
    assert shown.low is not None
    assert shown.high is not None
    assert shown.median is not None
    assert 0 <= shown.low <= low
    assert high <= shown.high <= 100
    assert shown.low <= shown.median <= shown.high
    assert abs(shown.median - median) <= Fraction(step, 4)
    assert shown.low % step == shown.high % step == 0
    assert shown.median % Fraction(step, 2) == 0
    assert low - shown.low < step
    assert shown.high - high < step


@settings(max_examples=100)
@given(st.lists(POINTS, min_size=3, max_size=3), st.sampled_from([1, 5]), st.integers(0, 60))
def test_whatever_is_missing_is_said_and_nothing_else(
    points: list[Fraction], step: int, answered: int
) -> None:
    low, median, high = sorted(points)
    shown = item_feedback("D", answered, (low, median, high), step)
    withheld = {one.figure: one.needed for one in shown.withheld}
    assert ("median" in withheld) == (shown.median is None) == (answered < 5)
    assert ("quartiles" in withheld) == (shown.low is None) == (shown.high is None)
    assert ("quartiles" in withheld) == (answered < 8)
    assert all(needed > answered for needed in withheld.values())


@settings(max_examples=100)
@given(st.lists(POINTS, min_size=3, max_size=3), st.sampled_from([1, 5]), POINTS)
def test_nothing_shown_to_few_depends_on_their_answers(
    points: list[Fraction], step: int, other: Fraction
) -> None:
    low, median, high = sorted(points)
    for answered in range(5):
        assert item_feedback("D", answered, (low, median, high), step) == item_feedback(
            "D", answered, (other, other, other), step
        )


def test_reasons_are_split_by_side_from_three_on() -> None:
    assert [splits_reasons(count, 8) for count in range(5)] == [False, False, False, True, True]


def test_reasons_take_no_side_of_a_median_that_is_withheld() -> None:
    assert [splits_reasons(4, answered) for answered in (4, 5)] == [False, True]


def test_reasons_of_fewer_than_three_submissions_are_not_shown() -> None:
    assert [shows_reasons(counted) for counted in range(5)] == [False, False, False, True, True]


def test_how_many_answered_is_said_exactly_only_when_nobody_skipped() -> None:
    assert shown_count(12, 12) == "12"
    assert shown_count(11, 12) == "5+"
    assert shown_count(5, 12) == "5+"


@pytest.mark.parametrize("answered", range(5))
def test_how_many_answered_is_not_said_below_five(answered: int) -> None:
    assert shown_count(answered, answered) is None
    assert shown_count(answered, 12) is None


@pytest.mark.parametrize("figure", ["statistics", "extremes", "rows"])
@pytest.mark.parametrize("answered", [0, 5, 10, 1000])
def test_an_expert_never_sees_a_figure_of_the_staff(figure: str, answered: int) -> None:
    assert not staff_may_see(Viewer.EXPERT, figure, answered)


@pytest.mark.parametrize("viewer", STAFF)
@pytest.mark.parametrize(
    ("figure", "needed"), [("statistics", 5), ("extremes", 10)], ids=["statistics", "extremes"]
)
def test_staff_see_a_figure_from_its_number_of_answers_on(
    viewer: Viewer, figure: str, needed: int
) -> None:
    assert not staff_may_see(viewer, figure, needed - 1)
    assert staff_may_see(viewer, figure, needed)


@pytest.mark.parametrize("answered", [0, 5, 1000])
def test_rows_are_for_methodologists_only(answered: int) -> None:
    assert staff_may_see(Viewer.METHODOLOGIST, "rows", answered)
    assert not staff_may_see(Viewer.COORDINATOR, "rows", answered)


def test_a_figure_that_has_no_rule_is_not_shown_by_mistake() -> None:
    with pytest.raises(KeyError, match="histogram of names"):
        staff_may_see(Viewer.METHODOLOGIST, "histogram of names", 1000)
