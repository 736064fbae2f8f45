"""One submission for each question method, and for all of them together, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import canonical_text
from analysis.record.leaf import leaf_hash
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.answers.checking import check, read_fields
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import PlannedQuestion
from delphi.models.answer import Submission
from delphi.schemas import require_valid
from delphi.surroundings import Surroundings
from tests.databases import MakeDatabase
from tests.domain.answers.drawn import filled, forms
from tests.five_methods import FIVE_METHODS, PLAN, STORED, five_methods, full_answer
from tests.method_panels import ASKED, asking_twice, name_of, panel
from tests.studies import (
    RunningStudy,
    looking,
    refuses,
    running_study,
    still_surroundings,
)


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    every = five_methods()
    return running_study(
        database, around, experts=5, tree=FIVE_METHODS, protocol=every
    ).opens_round()


def answers(study: RunningStudy) -> list[dict[str, Any]]:
    """Return the answers of the only submission, checked against schema and leaf."""
    (row,) = study.submissions()
    document = json.loads(row.document)
    require_valid(document)
    assert canonical_text(document) == row.document
    assert row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))
    found: list[dict[str, Any]] = document["answers"]
    return found


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_an_answer_is_stored_as_its_method_stores_it(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = running_study(database, around, experts=5, protocol=asking_twice(asked)).opens_round()
    (question,) = study.questionnaire.questions
    assert question.planned == asked
    values = panel(asked)[0]
    study.submits_values(0, {"root": values})
    assert answers(study) == [{"question": "root", "method": asked.method, "values": values}]


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_an_empty_form_is_refused_and_an_abstention_is_stored(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = running_study(database, around, experts=5, protocol=asking_twice(asked)).opens_round()
    with refuses("answers_incomplete"):
        study.submits(0, filled())
    assert study.submissions() == []
    study.submits_values(0, {"root": None})
    assert answers(study) == [{"question": "root", "method": asked.method, "abstain": True}]


def test_every_method_is_stored_in_one_document(study: RunningStudy) -> None:
    study.submits(0, full_answer())
    assert answers(study) == [
        {"question": one.group, "method": one.method, "values": STORED[one.group]} for one in PLAN
    ]


@pytest.mark.parametrize(
    ("changed", "gaps"),
    [
        ({"more.D:S": "foo"}, 1),
        ({"times.D:S": "", "times.S:E": "10"}, 2),
        ({"rating.operability.D2": "6"}, 1),
        ({"points.D1.1": "60"}, 1),
        ({"place.S1": "4", "place.S3": ""}, 2),
        ({"best.E": "Z", "worst.E": ""}, 2),
        ({"best.E": "E3"}, 1),
        ({"best.E": "E2"}, 2),
        ({"rating.importance.E1.1": "101"}, 1),
    ],
)
def test_gaps_of_every_method_are_counted_and_nothing_is_stored(
    study: RunningStudy, changed: dict[str, str], gaps: int
) -> None:
    with refuses("answers_incomplete", count=gaps):
        study.submits(0, full_answer(changed))
    assert study.submissions() == []


def test_what_is_not_asked_is_not_stored(study: RunningStudy) -> None:
    idle = {"times.D:E": "7", "best_to.E1": "9", "to_worst.E3": "x", "to_worst.E1": "3"}
    strange = {"points.Z": "5", "more.D:D": "first", "rating.beauty.D1": "5", "place.D1": "1"}
    study.submits(0, full_answer(idle | strange))
    assert {one["question"]: one["values"] for one in answers(study)} == STORED


@pytest.fixture(scope="module")
def lasting(databases: MakeDatabase) -> Iterator[RunningStudy]:
    """Give one study for many examples."""
    around = still_surroundings(FixedClock(datetime(2026, 11, 2, tzinfo=UTC)))
    with databases("sqlite") as database:
        yield running_study(
            database, around, experts=5, tree=FIVE_METHODS, protocol=five_methods()
        ).opens_round()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_posted_is_stored_as_it_was_read_or_refused(
    lasting: RunningStudy, data: st.DataObject
) -> None:
    questionnaire = lasting.questionnaire
    typed: Typed = read_fields(questionnaire, data.draw(forms(questionnaire)), kept=False)
    read, gaps = check(questionnaire, typed)
    if gaps:
        before = len(lasting.submissions())
        with refuses("answers_incomplete", count=len(gaps)):
            lasting.submits(0, typed)
        assert len(lasting.submissions()) == before
        return
    submission = lasting.submits(0, typed)
    with looking(lasting.database) as session:
        row = session.get_one(Submission, submission)
    document = json.loads(row.document)
    require_valid(document)
    assert [one.get("values") for one in document["answers"]] == [one.values for one in read]
    assert row.leaf == leaf_hash(row.document.encode(), bytes.fromhex(row.nonce))
