"""Reading ratings by one criterion or several."""

from __future__ import annotations

import pytest

from delphi.domain.answers.rating import check, fields, to_fields
from delphi.domain.answers.typed import Gap
from delphi.domain.methods import CRITERIA, SCALES
from tests.domain.answers.drawn import filled
from tests.domain.answers.test_numbers import WRONG
from tests.domain.questionnaires import rating_question

ASKED = rating_question("D", "A", "B.1", criteria=CRITERIA[:2])
FIELDS = (
    "rating.importance.A",
    "rating.operability.A",
    "rating.importance.B.1",
    "rating.operability.B.1",
)


def rated(*texts: object) -> dict[str, object]:
    return dict(zip(FIELDS, texts, strict=True))


def test_fields_go_item_by_item() -> None:
    assert fields(ASKED) == FIELDS


def test_ratings_are_stored_criterion_by_criterion() -> None:
    assert check(ASKED, filled(rated(5, 3, 4, 1))) == (
        {"importance": {"A": 5, "B.1": 4}, "operability": {"A": 3, "B.1": 1}},
        [],
    )


def test_numbers_are_read_as_people_type_them() -> None:
    values, gaps = check(ASKED, filled(rated("５", " 3", "4 ", "01")))
    assert (values["importance"], gaps) == ({"A": 5, "B.1": 4}, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, f"rating_{reason}") for text, reason in WRONG.items() if reason != "blank"),
        ("", "unrated"),
        ("\u3000", "unrated"),
        ("0", "rating_too_small"),
        ("6", "rating_too_large"),
        ("-1", "rating_negative"),
        ("4.5", "rating_not_whole"),
        ("五", "rating_not_a_number"),
    ],
)
def test_what_is_no_rating_is_named_at_its_field(text: str, code: str) -> None:
    values, gaps = check(ASKED, filled(rated(5, text, 4, 1)))
    (gap,) = gaps
    assert (gap.code, gap.field, gap.question) == (code, "rating.operability.A", "D")
    assert (gap.low, gap.high) == (1, 5)
    assert values["operability"] == {"B.1": 1}


def test_every_missing_rating_is_named() -> None:
    values, gaps = check(ASKED, filled(rated("", 3, "", "")))
    assert gaps == [Gap("unrated", FIELDS[at], "D", "", 1, 5) for at in (0, 2, 3)]
    assert values == {"importance": {}, "operability": {"A": 3}}


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_reaches_from_end_to_end(scale: tuple[int, int]) -> None:
    asked = rating_question("D", "A", "B", scale=scale)
    low, high = scale
    names = fields(asked)
    for text, code in (
        (low - 1, "rating_too_small" if low else "rating_negative"),
        (low, None),
        (high, None),
        (high + 1, "rating_too_large"),
    ):
        _, gaps = check(asked, filled({names[0]: text, names[1]: low}))
        assert [gap.code for gap in gaps] == ([] if code is None else [code])


def test_equal_ratings_and_zero_are_answers() -> None:
    asked = rating_question("D", "A", "B", scale=(0, 100))
    assert check(asked, filled(dict.fromkeys(fields(asked), "0"))) == (
        {"importance": {"A": 0, "B": 0}},
        [],
    )


def test_a_criterion_that_was_not_asked_before_stays_open() -> None:
    earlier = {"importance": {"A": 5, "B.1": 4}}
    assert to_fields(ASKED, earlier) == {FIELDS[0]: "5", FIELDS[2]: "4"}


def test_a_criterion_that_is_no_longer_asked_is_left_out() -> None:
    only = rating_question("D", "A", "B.1")
    earlier = {"importance": {"A": 5, "B.1": 4}, "operability": {"A": 3, "B.1": 1}}
    assert to_fields(only, earlier) == {FIELDS[0]: "5", FIELDS[2]: "4"}
