"""What would be stored of a form, whatever is posted: it fits the schema and answers what is asked.

Or nothing is stored, and every gap has a name.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.answers.checking import check, read_fields
from delphi.domain.answers.typed import typed_from_document
from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, METHODS, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import Question
from delphi.domain.self_assessment import AskedAssessment, Dimension, read_assessment
from delphi.domain.submission import to_document
from delphi.schemas import SchemaError, require_valid
from tests.domain.answers.drawn import forms
from tests.domain.questionnaires import EVERY_METHOD, questionnaire

Document = dict[str, Any]
ASSESSMENT = AskedAssessment(
    tuple(Dimension(one.code, one.name) for one in EVERY_METHOD[0].items),
    ("practice", "intuition"),
)
ASKED = replace(questionnaire(*EVERY_METHOD), self_assessment=ASSESSMENT)
ASSESSED = [
    *(f"familiarity.{code}" for code in ("A", "B", "C", "X", "")),
    *(f"basis.{ground}" for ground in ("practice", "intuition", "theory", "x" * 40)),
]
choices = st.dictionaries(
    st.sampled_from(ASSESSED),
    st.one_of(st.text(max_size=4), st.sampled_from(["0", "1", "3", "5", "6", "٣", "1.0", " 2"])),
)


def answers_what_is_asked(asked: Question, values: Document) -> bool:
    """Whether an answer names exactly the items, or pairs, of its question, within its ends."""
    codes = {item.code for item in asked.items}
    if asked.method == CONSTANT_SUM:
        in_steps = all(value % asked.step == 0 <= value for value in values.values())
        return set(values) == codes and in_steps and sum(values.values()) == asked.total
    if asked.method == RATING:
        low, high = asked.ends
        return set(values) == set(asked.criteria) and all(
            set(rated) == codes and all(low <= one <= high for one in rated.values())
            for rated in values.values()
        )
    if asked.method == RANKING:
        return set(values) == codes and sorted(values.values()) == [*range(1, len(codes) + 1)]
    if asked.method == PAIRWISE:
        ordered = [item.code for item in asked.items]
        return set(values) == {f"{one}:{other}" for one, other in combinations(ordered, 2)}
    best, worst = values["best"], values["worst"]
    return (
        best != worst
        and {best, worst} <= codes
        and set(values["best_to_others"]) == codes - {best}
        and set(values["others_to_worst"]) == codes - {best, worst}
    )


@settings(max_examples=300, deadline=None)
@given(form=forms(ASKED), chosen=choices)
def test_whatever_is_posted_what_would_be_stored_fits_the_schema(
    form: dict[str, str], chosen: dict[str, str]
) -> None:
    typed = read_fields(ASKED, form, kept=False)
    answers, gaps = check(ASKED, typed)
    assert check(ASKED, typed_from_document(typed.to_document())) == (answers, gaps)
    if gaps:
        assert {gap.question for gap in gaps} <= {one.question for one in EVERY_METHOD}
        assert all(gap.code and gap.field in {*typed.fields, *reasons()} for gap in gaps)
        return
    assessed = read_assessment(ASSESSMENT, chosen)
    stored = to_document(
        ASKED,
        1,
        answers,
        texts={code: "0" * 64 for code, text in typed.reasons.items() if text},
        confirmed_unchanged=False,
        assessed=assessed,
    )
    require_valid(stored)
    assert (stored["self_assessment"] is None) == (not assessed)
    for asked, answer in zip(EVERY_METHOD, stored["answers"], strict=True):
        assert (answer["question"], answer["method"]) == (asked.question, asked.method)
        assert ("abstain" in answer) == (asked.question in typed.abstained)
        assert "abstain" in answer or answers_what_is_asked(asked, answer["values"])


def reasons() -> set[str]:
    return {f"reason.{item.code}" for one in EVERY_METHOD for item in one.items}


def answered(method: str, values: object, **more: object) -> Document:
    """Return a submission with one answer."""
    stored = to_document(ASKED, 1, (), texts={}, confirmed_unchanged=False)
    answer = {"question": "root", "method": method, "values": values, **more}
    return {**stored, "answers": [answer]}


TWO = {"A": 60, "B": 40}
COMPARED = {
    "best": "A", "worst": "C", "best_to_others": {"B": 2, "C": 9}, "others_to_worst": {"B": 4},
}  # fmt: skip
RIGHT: dict[str, Document] = {
    CONSTANT_SUM: TWO,
    RATING: {"importance": TWO, "operability": {"A": 0, "B": 100}},
    RANKING: {"A": 2, "B": 1},
    PAIRWISE: {"A:B": -9, "A:C.2": 1, "B:C.2": 9},
    BEST_WORST: COMPARED,
}


@pytest.mark.parametrize("method", METHODS)
def test_values_of_every_method_fit(method: str) -> None:
    require_valid(answered(method, RIGHT[method]))


@pytest.mark.parametrize("stored", METHODS)
@pytest.mark.parametrize("named", METHODS)
def test_values_of_another_method_are_refused(named: str, stored: str) -> None:
    values = RIGHT[stored]
    if named == stored or (named, stored) == (CONSTANT_SUM, RANKING):  # places look like points
        return
    with pytest.raises(SchemaError):
        require_valid(answered(named, values))


@pytest.mark.parametrize(
    ("method", "values"),
    [
        (CONSTANT_SUM, {"A": 100}),
        (CONSTANT_SUM, {"A": 101, "B": -1}),
        (CONSTANT_SUM, {"A": "60", "B": "40"}),
        (CONSTANT_SUM, {"A": 60.5, "B": 39.5}),
        (CONSTANT_SUM, {"a b": 60, "B": 40}),
        (CONSTANT_SUM, None),
        (RATING, {}),
        (RATING, {"operability": TWO}),
        (RATING, {"importance": TWO, "beauty": TWO}),
        (RATING, {"importance": {"A": 101, "B": 1}}),
        (RATING, {"importance": {"A": None, "B": 1}}),
        (RATING, {"importance": {"A": 5}}),
        (RANKING, {"A": 0, "B": 1}),
        (RANKING, {"A": 13, "B": 1}),
        (RANKING, {"A": 1}),
        (PAIRWISE, {}),
        *((PAIRWISE, {"A:B": times}) for times in (0, -1, 10, -10, "3", 1.5, None)),
        *((PAIRWISE, {pair: 3}) for pair in ("A", "A:B:C", ":", "A:", "A: B", "A/B")),
        *((BEST_WORST, {**COMPARED, key: None}) for key in COMPARED),
        *((BEST_WORST, {k: COMPARED[k] for k in COMPARED if k != key}) for key in COMPARED),
        (BEST_WORST, {**COMPARED, "middle": "B"}),
        (BEST_WORST, {**COMPARED, "best_to_others": {}}),
        (BEST_WORST, {**COMPARED, "best_to_others": {"B": 10}}),
        (BEST_WORST, {**COMPARED, "others_to_worst": {"B": 0}}),
    ],
)
def test_values_that_no_form_gives_are_refused(method: str, values: object) -> None:
    with pytest.raises(SchemaError):
        require_valid(answered(method, values))


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_is_given_or_abstained_and_by_a_known_method(method: str) -> None:
    both = answered(method, RIGHT[method], abstain=True)
    neither = copy.deepcopy(both)
    del neither["answers"][0]["values"], neither["answers"][0]["abstain"]
    unknown = answered("swara", RIGHT[method])
    unsure = copy.deepcopy(both)
    unsure["answers"][0] |= {"abstain": False}
    for wrong in (both, neither, unknown, unsure):
        with pytest.raises(SchemaError):
            require_valid(wrong)
    right = copy.deepcopy(both)
    del right["answers"][0]["values"]
    require_valid(right)
