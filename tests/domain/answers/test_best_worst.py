"""Reading the best and the worst item, and every other against both."""

from __future__ import annotations

import pytest

from delphi.domain.answers.best_worst import check, chosen, fields, to_fields
from delphi.domain.answers.typed import Gap
from tests.domain.answers.drawn import filled
from tests.domain.answers.test_numbers import WRONG
from tests.domain.questionnaires import best_worst_question

ASKED = best_worst_question("root", "A", "B", "C")
#: Of the method's paper: best C, worst A, C 8 times A and 2 times B, B 5 times A.
WHOLE = {
    "best.root": "C", "worst.root": "A",
    "best_to.A": "8", "best_to.B": "2", "best_to.C": "",
    "to_worst.A": "", "to_worst.B": "5", "to_worst.C": "",
}  # fmt: skip
STORED = {
    "best": "C",
    "worst": "A",
    "best_to_others": {"A": 8, "B": 2},
    "others_to_worst": {"B": 5},
}
NOTHING: dict[str, object] = {"best_to_others": {}, "others_to_worst": {}}


def test_the_fields_are_two_choices_and_two_for_each_item() -> None:
    assert fields(ASKED) == tuple(WHOLE)


def test_comparisons_are_stored_from_the_best_and_to_the_worst() -> None:
    assert check(ASKED, filled(WHOLE)) == (STORED, [])
    assert to_fields(ASKED, STORED) == WHOLE


@pytest.mark.parametrize("text", ["８", " 8", "08"])
def test_numbers_are_read_as_people_type_them(text: str) -> None:
    assert check(ASKED, filled(WHOLE | {"best_to.A": text})) == (STORED, [])


@pytest.mark.parametrize("code", ["", "Z", "a", "root", "A ", "A:B"])
def test_an_item_that_is_none_of_the_group_is_no_choice(code: str) -> None:
    for name, gap in (("best.root", "best_missing"), ("worst.root", "worst_missing")):
        form = filled(WHOLE | {name: code})
        assert check(ASKED, form) == (NOTHING, [Gap(gap, name, "root")])
        assert chosen(ASKED, form).count(None) == 1


def test_before_both_are_chosen_nothing_else_is_asked() -> None:
    assert check(ASKED, filled({"best_to.A": "99"})) == (
        NOTHING,
        [Gap("best_missing", "best.root", "root"), Gap("worst_missing", "worst.root", "root")],
    )


def test_the_best_cannot_be_the_worst() -> None:
    form = filled(WHOLE | {"worst.root": "C"})
    assert chosen(ASKED, form) == ("C", "C")
    assert check(ASKED, form) == (NOTHING, [Gap("best_is_worst", "worst.root", "root")])


@pytest.mark.parametrize("text", [*WRONG, "0", "10", "1.5"])
@pytest.mark.parametrize(
    ("name", "vector"),
    [
        ("best_to.A", "best_to_others"),
        ("best_to.B", "best_to_others"),
        ("to_worst.B", "others_to_worst"),
    ],
)
def test_a_comparison_that_is_missing_is_named_at_its_field(
    name: str, vector: str, text: str
) -> None:
    values, gaps = check(ASKED, filled(WHOLE | {name: text}))
    (gap,) = gaps
    assert (gap.code, gap.field, gap.question) == (f"{vector}_missing", name, "root")
    assert (gap.low, gap.high) == (1, 9)
    assert name.split(".")[1] not in values[vector]
    assert (values["best"], values["worst"]) == ("C", "A")


def test_every_missing_comparison_is_named_in_the_order_of_the_form() -> None:
    _, gaps = check(ASKED, filled({"best.root": "C", "worst.root": "A"}))
    assert [gap.field for gap in gaps] == ["best_to.A", "best_to.B", "to_worst.B"]


@pytest.mark.parametrize("text", ["7", "abc", "-1"])
@pytest.mark.parametrize("name", ["best_to.C", "to_worst.C", "to_worst.A", "best_to.Z"])
def test_fields_that_the_choice_leaves_idle_are_left_alone(name: str, text: str) -> None:
    assert check(ASKED, filled(WHOLE | {name: text})) == (STORED, [])


@pytest.mark.parametrize("times", [1, 9])
def test_one_to_nine_times_can_be_said(times: int) -> None:
    values, gaps = check(ASKED, filled(WHOLE | {"best_to.B": times, "to_worst.B": times}))
    assert (values["best_to_others"]["B"], values["others_to_worst"]["B"]) == (times, times)
    assert gaps == []


def test_two_items_need_one_comparison() -> None:
    two = best_worst_question("root", "A", "B")
    form = {"best.root": "B", "worst.root": "A", "best_to.A": "3"}
    assert check(two, filled(form)) == (
        {"best": "B", "worst": "A", "best_to_others": {"A": 3}, "others_to_worst": {}},
        [],
    )
