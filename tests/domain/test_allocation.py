"""Reading 100 points as somebody typed them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.allocation import (
    LONGEST_FIELD,
    LONGEST_TEXT,
    Gap,
    Typed,
    check,
    clean,
    even_out,
    read_fields,
    remainder,
    typed_from_document,
)
from delphi.domain.questionnaire import LONGEST_REASON
from tests.domain.questionnaires import question, questionnaire

ASKED = questionnaire()
TWO = questionnaire(question("root", "A", "B"), question("A", "A1", "A2"))


def points(*values: object) -> Typed:
    texts = dict(zip("ABC", map(str, values), strict=True))
    return Typed(texts, frozenset(), {})


def gaps(typed: Typed) -> tuple[Gap, ...]:
    return check(ASKED, typed)[1]


def test_a_full_answer_has_no_gap() -> None:
    answers, found = check(ASKED, points(20, 50, 30))
    assert found == ()
    assert answers[0].points == {"A": 20, "B": 50, "C": 30}


@pytest.mark.parametrize(
    "values",
    [("２０", "５０", "３０"), (" 20", "50 ", "3 0"), ("020", "050", "030"), ("100", "0", "0")],
    ids=["full-width digits", "blanks", "leading zeros", "all on one"],
)
def test_numbers_are_read_as_people_type_them(values: tuple[str, ...]) -> None:
    assert gaps(points(*values)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        ("  ", "blank"),
        ("abc", "not_a_number"),
        ("20 points", "not_a_number"),
        ("二十", "not_a_number"),
        ("1e1", "not_a_number"),
        ("NaN", "not_a_number"),
        ("٢٠", "not_a_number"),
        ("<b>", "not_a_number"),
        ("12.5", "not_whole"),
        ("12,5", "not_whole"),
        ("+5", "not_whole"),
        ("-5", "negative"),
        ("−5", "negative"),
        ("－5", "negative"),
        ("105", "too_large"),
        ("1000", "too_large"),
        ("9" * 40, "too_large"),
    ],
)
def test_what_is_no_number_of_points_is_named(text: str, code: str) -> None:
    found = gaps(points(text, 50, 30))
    assert [(gap.code, gap.field, gap.question) for gap in found] == [(code, "points.A", "root")]


def test_a_value_off_the_step_names_its_neighbours() -> None:
    (gap,) = gaps(points(22, 50, 30))
    assert (gap.code, gap.field, gap.found) == ("off_step", "points.A", "22")
    assert (gap.low, gap.high) == (20, 25)


@pytest.mark.parametrize(
    ("values", "code", "difference"),
    [((20, 50, 25), "sum_left", 5), ((20, 50, 40), "sum_over", 10), ((0, 0, 0), "sum_left", 100)],
)
def test_a_wrong_sum_says_by_how_much(values: tuple[int, ...], code: str, difference: int) -> None:
    (gap,) = gaps(points(*values))
    assert (gap.code, gap.low, gap.found) == (code, difference, str(sum(values)))


def test_every_unreadable_field_is_named_and_the_sum_only_when_all_are_read() -> None:
    assert [gap.code for gap in gaps(points("x", "", 5))] == ["not_a_number", "blank"]


def test_an_abstention_needs_no_points_and_names_no_gap() -> None:
    answers, found = check(TWO, Typed({"A": "50", "B": "50"}, frozenset({"A"}), {}))
    assert found == ()
    assert [(one.question, one.points) for one in answers] == [
        ("root", {"A": 50, "B": 50}),
        ("A", None),
    ]


def test_an_abstention_discards_the_points_that_were_typed_before() -> None:
    typed = Typed({"A": "50", "B": "50", "A1": "7"}, frozenset({"A"}), {})
    answers, found = check(TWO, typed)
    assert (answers[1].points, found) == (None, ())


def test_a_reason_may_be_as_long_as_allowed_and_no_longer() -> None:
    right = Typed(points(20, 50, 30).points, frozenset(), {"A": "理" * LONGEST_REASON})
    assert gaps(right) == ()
    over = Typed(right.points, frozenset(), {"A": "理" * (LONGEST_REASON + 1)})
    assert [(gap.code, gap.field, gap.high) for gap in gaps(over)] == [
        ("reason_too_long", "reason.A", LONGEST_REASON)
    ]


def test_a_reason_too_long_is_named_for_an_abstention_too() -> None:
    typed = Typed({}, frozenset({"root"}), {"A": "x" * (LONGEST_REASON + 1)})
    assert [gap.code for gap in gaps(typed)] == ["reason_too_long"]


def test_unknown_fields_of_a_form_are_left_out() -> None:
    form = {
        "points.A": "20",
        "points.Z": "80",
        "reason.Z": "no such item",
        "abstain.nothing": "on",
        "abstain.root": "on",
        "respondent": "somebody else",
    }
    assert read_fields(ASKED, form, kept=False) == Typed(
        {"A": "20", "B": "", "C": ""}, frozenset({"root"}), {"A": "", "B": "", "C": ""}
    )


def test_over_long_fields_are_cut_and_long_reasons_are_kept_to_be_shortened() -> None:
    form = {"points.A": "1" * 100, "reason.A": "r" * (LONGEST_TEXT + 5)}
    read = read_fields(ASKED, form, kept=True)
    assert len(read.points["A"]) == LONGEST_FIELD
    assert len(read.reasons["A"]) == LONGEST_TEXT
    assert read.kept


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\u0000b", "ab"),
        ("a\u0007b\x7f", "ab"),
        ("one\r\ntwo", "one\ntwo"),
        ("one\ttwo", "onetwo"),
        ("a\u202eb\u2066c", "abc"),
        ("a\ud800b", "ab"),
        ("e\u0301", "\u00e9"),
        ("  text \n", "text"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=1+1", "=1+1"),
    ],
)
def test_reasons_are_cleaned_of_what_cannot_be_shown(typed: str, stored: str) -> None:
    assert read_fields(ASKED, {"reason.A": typed}, kept=False).reasons["A"] == stored


@settings(max_examples=100)
@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    once.encode("utf-8")


@settings(max_examples=100)
@given(
    st.dictionaries(
        st.sampled_from(
            ["points.A", "points.B", "points.C", "points.Z", "abstain.root", "reason.A", "other"]
        ),
        st.text(max_size=30) | st.integers(-10, 120).map(str),
    )
)
def test_whatever_is_posted_gives_a_valid_answer_or_a_named_gap(form: dict[str, str]) -> None:
    typed = read_fields(ASKED, form, kept=False)
    (answer,), found = check(ASKED, typed)
    assert set(typed.points) == {"A", "B", "C"}
    if found:
        assert all(gap.field.split(".", 1)[1] in "ABC" for gap in found)
        return
    if answer.points is not None:
        assert set(answer.points) == {"A", "B", "C"}
        assert sum(answer.points.values()) == 100
        assert all(0 <= value <= 100 and value % 5 == 0 for value in answer.points.values())


@settings(max_examples=100)
@given(
    st.dictionaries(st.sampled_from("ABC"), st.text(max_size=10)),
    st.dictionaries(st.sampled_from("ABC"), st.text(max_size=10)),
    st.booleans(),
    st.booleans(),
)
def test_a_draft_gives_back_what_was_typed(
    texts: dict[str, str], reasons: dict[str, str], abstains: bool, kept: bool
) -> None:
    abstained = frozenset({"root"} if abstains else ())
    typed = Typed(texts, abstained, reasons, kept)
    again = typed_from_document(typed.to_document())
    assert again.points == {code: text for code, text in texts.items() if text}
    assert again.reasons == {code: text for code, text in reasons.items() if text}
    assert (again.abstained, again.kept) == (abstained, kept)


def test_a_draft_of_another_shape_is_read_as_empty() -> None:
    assert typed_from_document({"points": 3, "abstained": None}) == Typed({}, frozenset(), {})


@pytest.mark.parametrize(
    ("values", "left"),
    [((20, 50, 30), 0), ((20, 50, ""), 30), (("x", 50, ""), 50), ((60, 60, ""), -20)],
)
def test_the_points_left_count_what_can_be_read(values: tuple[object, ...], left: int) -> None:
    assert remainder(ASKED.questions[0], points(*values)) == left


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
    found = even_out(ASKED.questions[0], points(*values))
    assert tuple(found[code] for code in "ABC") == evened


@settings(max_examples=100)
@given(st.lists(st.none() | st.integers(0, 20).map(lambda n: 5 * n), min_size=3, max_size=3))
def test_evening_out_reaches_one_hundred_whenever_it_can(values: list[int | None]) -> None:
    typed = points(*("" if value is None else value for value in values))
    if None in values and remainder(ASKED.questions[0], typed) >= 0:
        evened = Typed(even_out(ASKED.questions[0], typed), frozenset(), {})
        assert gaps(evened) == ()
