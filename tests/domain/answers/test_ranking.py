"""Reading places, each given once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delphi.domain.answers.ranking import check, fields
from delphi.domain.answers.typed import Typed
from tests.domain.answers.drawn import filled
from tests.domain.answers.test_numbers import WRONG
from tests.domain.questionnaires import ranking_question

ASKED = ranking_question("D", "A", "B", "C")


def places(*texts: object) -> Typed:
    return filled(dict(zip(fields(ASKED), texts, strict=True)))


def test_places_are_stored_by_item() -> None:
    assert fields(ASKED) == ("place.A", "place.B", "place.C")
    assert check(ASKED, places(2, 3, 1)) == ({"A": 2, "B": 3, "C": 1}, [])


def test_numbers_are_read_as_people_type_them() -> None:
    assert check(ASKED, places("２", " 3 ", "01")) == ({"A": 2, "B": 3, "C": 1}, [])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *((text, f"place_{reason}") for text, reason in WRONG.items() if reason != "blank"),
        ("", "unplaced"),
        ("　", "unplaced"),
        ("0", "place_too_small"),
        ("4", "place_too_large"),
        ("1.5", "place_not_whole"),
        ("first", "place_not_a_number"),
    ],
)
def test_what_is_no_place_is_named_at_its_field(text: str, code: str) -> None:
    values, gaps = check(ASKED, places(2, text, 1))
    (gap,) = gaps
    assert (gap.code, gap.field, gap.question) == (code, "place.B", "D")
    assert (gap.low, gap.high) == (1, 3)
    assert values == {"A": 2, "C": 1}


@pytest.mark.parametrize(
    ("texts", "twice"),
    [
        ((1, 1, 2), ["place.B"]),
        ((2, 1, "２"), ["place.C"]),
        ((1, 2, "01"), ["place.C"]),
        ((3, 3, 3), ["place.B", "place.C"]),
    ],
)
def test_a_place_given_again_is_named_where_it_is_repeated(
    texts: tuple[object, ...], twice: list[str]
) -> None:
    values, gaps = check(ASKED, places(*texts))
    assert [(gap.code, gap.field) for gap in gaps] == [("place_twice", name) for name in twice]
    assert list(values) == [code for code in "ABC" if f"place.{code}" not in twice]


@given(st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_only_a_permutation_of_the_places_is_an_answer(texts: list[int]) -> None:
    asked = ranking_question("D", "A", "B", "C", "E")
    values, gaps = check(asked, filled(dict(zip(fields(asked), texts, strict=True))))
    assert (not gaps) == (sorted(texts) == [1, 2, 3, 4])
    assert len(set(values.values())) == len(values) == 4 - len(gaps)
