"""Reading comparisons of every two items."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delphi.domain.answers.pairwise import check, fields, pairs, ratio, to_fields
from delphi.domain.answers.typed import Gap
from tests.domain.answers.drawn import COMPARISONS, answers_to, filled
from tests.domain.answers.test_numbers import WRONG
from tests.domain.questionnaires import pairwise_question

ASKED = pairwise_question("D", "A", "B", "C")
#: A counts 3 times as much as B, C 4 times as much as A; B and C are equal.
WHOLE = {
    "more.A:B": "first", "times.A:B": "3",
    "more.A:C": "second", "times.A:C": "4",
    "more.B:C": "equal", "times.B:C": "",
}  # fmt: skip
STORED = {"A:B": 3, "A:C": -4, "B:C": 1}


def test_every_pair_has_two_fields_in_the_order_of_the_tree() -> None:
    assert pairs(ASKED) == (("A", "B"), ("A", "C"), ("B", "C"))
    assert fields(ASKED) == tuple(WHOLE)
    assert len(pairs(pairwise_question("D", *"ABCDEFGHI"))) == 36


def test_comparisons_are_stored_by_pair() -> None:
    assert check(ASKED, filled(WHOLE)) == (STORED, [])
    assert to_fields(ASKED, STORED) == WHOLE


@pytest.mark.parametrize("text", ["３", " 3 ", "03", "3\u3000"])
def test_numbers_are_read_as_people_type_them(text: str) -> None:
    assert check(ASKED, filled(WHOLE | {"times.A:B": text})) == (STORED, [])


@pytest.mark.parametrize("side", ["", "foo", "First", "A", "third", "1"])
def test_a_side_that_is_none_is_not_compared(side: str) -> None:
    values, gaps = check(ASKED, filled(WHOLE | {"more.A:B": side}))
    assert gaps == [Gap("uncompared", "more.A:B", "D", side)]
    assert values == {"A:C": -4, "B:C": 1}


@pytest.mark.parametrize("side", ["first", "second"])
@pytest.mark.parametrize("text", [*WRONG, "0", "1", "10", "2.5", "1/3"])
def test_a_side_without_a_number_of_times_is_named_there(side: str, text: str) -> None:
    values, gaps = check(ASKED, filled(WHOLE | {"more.A:C": side, "times.A:C": text}))
    (gap,) = gaps
    assert (gap.code, gap.field, gap.question) == ("times_missing", "times.A:C", "D")
    assert (gap.low, gap.high) == (2, 9)
    assert values == {"A:B": 3, "B:C": 1}


@pytest.mark.parametrize("times", [2, 9])
def test_two_to_nine_times_can_be_said_of_either(times: int) -> None:
    for side, stored in (("first", times), ("second", -times)):
        values, gaps = check(ASKED, filled(WHOLE | {"more.A:B": side, "times.A:B": str(times)}))
        assert (values["A:B"], gaps) == (stored, [])


@pytest.mark.parametrize("text", ["", "7", "1", "abc", "-3"])
def test_how_many_times_is_left_alone_where_both_count_the_same(text: str) -> None:
    assert check(ASKED, filled(WHOLE | {"times.B:C": text})) == (STORED, [])


def test_every_pair_that_was_not_compared_is_named() -> None:
    values, gaps = check(ASKED, filled())
    assert [(gap.code, gap.field) for gap in gaps] == [
        ("uncompared", "more.A:B"),
        ("uncompared", "more.A:C"),
        ("uncompared", "more.B:C"),
    ]
    assert values == {}


@pytest.mark.parametrize("pair", ["B:A", "A:A", "A:Z", "A", "A:B:C"])
def test_a_pair_that_is_not_asked_is_not_read(pair: str) -> None:
    values, gaps = check(ASKED, filled({f"more.{pair}": "first", f"times.{pair}": "3"}))
    assert (values, len(gaps)) == ({}, 3)


@pytest.mark.parametrize(
    ("one", "other", "times"),
    [
        ("A", "B", Fraction(3)),
        ("B", "A", Fraction(1, 3)),
        ("A", "C", Fraction(1, 4)),
        ("C", "A", Fraction(4)),
        ("B", "C", Fraction(1)),
        ("C", "B", Fraction(1)),
        ("A", "A", Fraction(1)),
    ],
)
def test_a_comparison_reads_in_both_directions(one: str, other: str, times: Fraction) -> None:
    assert ratio(STORED, one, other) == times


def test_what_was_not_compared_has_no_ratio() -> None:
    with pytest.raises(KeyError):
        ratio({"A:B": 3}, "A", "C")


@given(answers_to(ASKED))
def test_each_ratio_is_the_inverse_of_its_reverse(values: dict[str, int]) -> None:
    assert set(values.values()) <= set(COMPARISONS)
    for one, other in pairs(ASKED):
        assert ratio(values, one, other) * ratio(values, other, one) == 1


@given(st.dictionaries(st.sampled_from(fields(ASKED)), st.text(max_size=6) | st.just("first")))
def test_a_pair_is_stored_or_named_and_never_both(form: dict[str, str]) -> None:
    values, gaps = check(ASKED, filled(form))
    named = [gap.field.split(".", 1)[1] for gap in gaps]
    assert sorted([*values, *named]) == ["A:B", "A:C", "B:C"]
