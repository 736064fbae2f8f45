"""From a whole form to answers and back, whatever the methods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.answers.checking import (
    Answer,
    Values,
    check,
    check_question,
    complete_values,
    fields_of,
    read_fields,
    says,
    to_fields,
)
from delphi.domain.answers.typed import Gap, Typed, typed_from_document
from delphi.domain.methods import CRITERIA, METHODS, SCALES
from delphi.domain.questionnaire import LONGEST_REASON, Question
from tests.domain.answers.drawn import answers_to, filled, forms
from tests.domain.questionnaires import (
    EVERY_METHOD,
    best_worst_question,
    item,
    pairwise_question,
    question,
    questionnaire,
    ranking_question,
    rating_question,
)

ASKED = questionnaire(*EVERY_METHOD)
#: More ways to ask than one of each method.
WAYS = (
    *EVERY_METHOD,
    question("D", "A", "B", step=1),
    question("D", *"ABCDEFGHIJKL"),
    *(rating_question("D", "A", "B", scale=scale) for scale in SCALES),
    rating_question("D", "A", "B", scale=(0, 100), criteria=CRITERIA),
    ranking_question("D", "A", "B"),
    ranking_question("D", *"ABCDEFGHIJKL"),
    pairwise_question("D", "A", "B"),
    pairwise_question("D", *"ABCDEFGHI"),
    best_worst_question("D", "A", "B"),
    best_worst_question("D", *"ABCDEFGHI"),
)
#: One answer to each of EVERY_METHOD.
STORED: dict[str, dict[str, Any]] = {
    "root": {"A": 20, "B": 50, "C": 30},
    "A": {
        "importance": {"A1": 9, "A.2": 5, "A-3": 1},
        "operability": {"A1": 1, "A.2": 1, "A-3": 1},
        "availability": {"A1": 7, "A.2": 8, "A-3": 9},
    },
    "B": {"B1": 4, "B.2": 1, "B-3": 2, "B_4": 3},
    "C": {"C1:C.2": 3, "C1:C-3": -5, "C.2:C-3": 1},
    "C1": {
        "best": "C1.2",
        "worst": "C1_4",
        "best_to_others": {"C11": 2, "C1-3": 4, "C1_4": 8},
        "others_to_worst": {"C11": 4, "C1-3": 2},
    },
}


def whole() -> dict[str, str]:
    """Return the form that says what is stored."""
    return {
        name: text
        for one in EVERY_METHOD
        for name, text in to_fields(one, STORED[one.question]).items()
    }


def asked(name: str) -> Question:
    found = ASKED.question(name)
    assert found is not None
    return found


def test_each_method_is_asked_once_here() -> None:
    assert [one.method for one in EVERY_METHOD] == list(METHODS)


def test_a_whole_form_is_stored_question_by_question() -> None:
    answers, gaps = check(ASKED, read_fields(ASKED, whole(), kept=False))
    assert gaps == ()
    assert answers == tuple(
        Answer(one.question, one.method, STORED[one.question]) for one in EVERY_METHOD
    )


def test_an_empty_form_has_gaps_in_every_question_and_field() -> None:
    _, gaps = check(ASKED, read_fields(ASKED, {}, kept=False))
    assert list(dict.fromkeys(gap.question for gap in gaps)) == list(STORED)
    assert {gap.code for gap in gaps} == {
        "blank", "unrated", "unplaced", "uncompared", "best_missing", "worst_missing",
    }  # fmt: skip


def test_no_two_questions_share_a_field() -> None:
    names = [name for one in EVERY_METHOD for name in fields_of(one)]
    assert len(set(names)) == len(names)


def test_only_fields_that_are_asked_are_read() -> None:
    strange = {
        "points.Z": "80", "points.A1": "5", "rating.weight.A1": "3", "rating.importance.A": "3",
        "place.C1": "1", "more.A:B": "foo", "best.root": "Z", "best_to.C1": "2", "study": "x",
    }  # fmt: skip
    assert read_fields(ASKED, strange, kept=True) == replace(
        read_fields(ASKED, {}, kept=True), kept=True
    )


@pytest.mark.parametrize("one", EVERY_METHOD, ids=METHODS)
def test_who_cannot_judge_a_group_is_asked_nothing_more_there(one: Question) -> None:
    for form in ({}, whole(), dict.fromkeys(fields_of(one), "x")):
        typed = read_fields(ASKED, whole() | form | {f"abstain.{one.question}": "on"}, kept=False)
        answers, gaps = check(ASKED, typed)
        assert gaps == ()
        assert [a.question for a in answers if a.values is None] == [one.question]
        assert complete_values(one, typed) is None


def test_a_reason_may_be_as_long_as_allowed_and_no_longer() -> None:
    right = filled(whole(), reasons={"A": "理" * LONGEST_REASON})
    assert check(ASKED, right)[1] == ()
    over = filled(whole(), reasons={"C1-3": "理" * (LONGEST_REASON + 1)})
    assert check(ASKED, over)[1] == (
        Gap("reason_too_long", "reason.C1-3", "C1", high=LONGEST_REASON),
    )


def test_a_reason_too_long_is_named_for_an_abstention_too() -> None:
    typed = filled(whole(), "root", reasons={"A": "x" * (LONGEST_REASON + 1)})
    assert [gap.code for gap in check(ASKED, typed)[1]] == ["reason_too_long"]


@pytest.mark.parametrize("one", WAYS, ids=lambda one: f"{one.method} {len(one.items)}")
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_stored_reads_back_from_its_fields(one: Question, data: st.DataObject) -> None:
    values = data.draw(answers_to(one))
    fields = to_fields(one, values)
    assert set(fields) == set(fields_of(one))
    assert check_question(one, filled(fields)) == (values, [])
    assert complete_values(one, filled(fields)) == values
    assert says(one, filled(fields), values)
    again = typed_from_document(filled(fields).to_document())
    assert check_question(one, again) == (values, [])


@settings(max_examples=150, deadline=None)
@given(forms(ASKED))
def test_whatever_is_posted_each_question_is_answered_or_has_a_named_gap(
    form: dict[str, str],
) -> None:
    typed = read_fields(ASKED, form, kept=False)
    answers, gaps = check(ASKED, typed)
    assert [one.question for one in answers] == list(STORED)
    for one, answer in zip(EVERY_METHOD, answers, strict=True):
        found = [gap for gap in gaps if gap.question == one.question]
        reasons = {f"reason.{item.code}" for item in one.items}
        assert {gap.field for gap in found} <= {*fields_of(one), *reasons}
        values = complete_values(one, typed)
        if answer.values is None:
            assert (one.question in typed.abstained, values) == (True, None)
        elif found:
            assert values is None
        else:
            assert values == answer.values
            assert says(one, typed, values)


def changed(name: str, text: str) -> Typed:
    return filled(whole() | {name: text})


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [
        ("root", "points.A", " ２０"),
        ("root", "points.A", "020"),
        ("A", "rating.importance.A1", "09"),
        ("B", "place.B1", "４"),
        ("C", "times.C1:C.2", "03"),
        ("C", "times.C.2:C-3", "7"),
        ("C1", "best_to.C1_4", "８"),
        ("C1", "best_to.C1.2", "5"),
        ("C1", "to_worst.C1_4", "abc"),
    ],
)
def test_how_it_is_written_and_idle_fields_do_not_change_what_a_form_says(
    name: str, field: str, text: str
) -> None:
    assert says(asked(name), changed(field, text), STORED[name])


@pytest.mark.parametrize(
    ("name", "field", "text"),
    [
        ("root", "points.A", "25"),
        ("root", "points.A", ""),
        ("A", "rating.availability.A-3", "8"),
        ("A", "rating.availability.A-3", ""),
        ("B", "place.B1", "3"),
        ("C", "more.C1:C.2", "second"),
        ("C", "times.C1:C.2", "4"),
        ("C", "more.C.2:C-3", "first"),
        ("C1", "worst.C1", "C11"),
        ("C1", "worst.C1", ""),
        ("C1", "to_worst.C11", "3"),
    ],
)
def test_a_form_with_another_answer_or_a_gap_says_something_else(
    name: str, field: str, text: str
) -> None:
    assert not says(asked(name), changed(field, text), STORED[name])


@pytest.mark.parametrize("one", EVERY_METHOD, ids=METHODS)
def test_an_abstention_says_nothing_but_that(one: Question) -> None:
    values: Values = STORED[one.question]
    assert says(one, filled(whole(), one.question), None)
    assert not says(one, filled(whole(), one.question), values)
    assert not says(one, filled(whole()), None)
    assert not says(one, filled(), None)
    assert not says(one, filled(), values)


def test_a_rating_that_lacks_a_new_criterion_is_not_what_a_form_says() -> None:
    rated = rating_question("D", "A", "B", criteria=CRITERIA[:2])
    before = {"importance": {"A": 4, "B": 5}}
    form = {"rating.importance.A": 4, "rating.importance.B": 5}
    assert not says(rated, filled(form), before)
    more = {"rating.operability.A": 1, "rating.operability.B": 1}
    assert not says(rated, filled(form | more), before)
    assert says(replace(rated, criteria=CRITERIA[:1]), filled(form), before)


def test_a_group_of_one_method_reads_nothing_of_another() -> None:
    items = (item("A"), item("B"), item("C"))
    form = filled(whole() | {"points.A": "20", "points.B": "50", "points.C": "30"})
    for one in EVERY_METHOD[1:]:
        other = replace(one, question="D", items=items)
        assert complete_values(other, form) is None
