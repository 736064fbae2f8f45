"""Reading 100 points as somebody typed them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.answers.constant_sum import check, even_out, fields, remainder
from delphi.domain.answers.typed import Gap, Typed
from tests.domain.answers.drawn import filled
from tests.domain.answers.test_numbers import WRONG
from tests.domain.questionnaires import question

ASKED = question("root", "A", "B", "C")


def points(*values: object) -> Typed:
    return filled(dict(zip(fields(ASKED), values, strict=True)))


def gaps(typed: Typed) -> list[Gap]:
    return check(ASKED, typed)[1]


def test_a_full_answer_has_no_gap() -> None:
    assert fields(ASKED) == ("points.A", "points.B", "points.C")
    assert check(ASKED, points(20, 50, 30)) == ({"A": 20, "B": 50, "C": 30}, [])


@pytest.mark.parametrize(
    "values",
    [("２０", "５０", "３０"), (" 20", "50 ", "3 0"), ("020", "050", "030"), ("100", "0", "0")],
    ids=["full-width digits", "blanks", "leading zeros", "all on one"],
)
def test_numbers_are_read_as_people_type_them(values: tuple[str, ...]) -> None:
    assert gaps(points(*values)) == []


@pytest.mark.parametrize(("text", "code"), WRONG.items())
def test_what_is_no_number_of_points_is_named(text: str, code: str) -> None:
    found = gaps(points(text, 50, 30))
    assert [(gap.code, gap.field, gap.question) for gap in found] == [(code, "points.A", "root")]


def test_a_value_off_the_step_names_its_neighbours() -> None:
    (gap,) = gaps(points(22, 50, 30))
    assert (gap.code, gap.field, gap.found) == ("off_step", "points.A", "22")
    assert (gap.low, gap.high) == (20, 25)


def test_in_steps_of_one_every_whole_number_is_taken() -> None:
    finer = question("root", "A", "B", "C", step=1)
    assert check(finer, points(22, 51, 27)) == ({"A": 22, "B": 51, "C": 27}, [])


@pytest.mark.parametrize(
    ("values", "code", "difference"),
    [((20, 50, 25), "sum_left", 5), ((20, 50, 40), "sum_over", 10), ((0, 0, 0), "sum_left", 100)],
)
def test_a_wrong_sum_says_by_how_much(values: tuple[int, ...], code: str, difference: int) -> None:
    (gap,) = gaps(points(*values))
    assert (gap.code, gap.field) == (code, "points.A")
    assert (gap.low, gap.found) == (difference, str(sum(values)))


def test_every_unreadable_field_is_named_and_the_sum_only_when_all_are_read() -> None:
    assert [gap.code for gap in gaps(points("x", "", 5))] == ["not_a_number", "blank"]


@pytest.mark.parametrize(
    ("values", "left"),
    [((20, 50, 30), 0), ((20, 50, ""), 30), (("x", 50, ""), 50), ((60, 60, ""), -20)],
)
def test_the_points_left_count_what_can_be_read(values: tuple[object, ...], left: int) -> None:
    assert remainder(ASKED, points(*values)) == left


@pytest.mark.parametrize(
    ("values", "evened"),
    [
        (("", "", ""), ("35", "35", "30")),
        ((20, "", ""), ("20", "40", "40")),
        ((20, 50, 30), ("20", "50", "30")),
        ((60, 60, ""), ("60", "60", "")),
        ((100, "", ""), ("100", "0", "0")),
        ((22, "", ""), ("22", "40", "35")),
        (("x", "", ""), ("x", "50", "50")),
    ],
    ids=[
        "all empty",
        "two empty",
        "none empty",
        "too many",
        "nothing left",
        "a rest",
        "unreadable",
    ],
)
def test_what_is_left_is_split_over_the_empty_fields(
    values: tuple[object, ...], evened: tuple[str, ...]
) -> None:
    found = even_out(ASKED, points(*values))
    assert found == dict(zip(fields(ASKED), evened, strict=True))


@settings(max_examples=100)
@given(st.lists(st.none() | st.integers(0, 20).map(lambda n: 5 * n), min_size=3, max_size=3))
def test_evening_out_reaches_one_hundred_whenever_it_can(values: list[int | None]) -> None:
    typed = points(*("" if value is None else value for value in values))
    if None in values and remainder(ASKED, typed) >= 0:
        assert gaps(filled(even_out(ASKED, typed))) == []
