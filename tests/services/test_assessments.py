"""The self-assessment in drafts and submissions, on both databases."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from delphi.db import Database
from delphi.domain.answers.typed import Typed, typed_from_document
from delphi.domain.self_assessment import NOTHING, Assessment
from delphi.models.answer import Draft
from delphi.queries.assessment_rules import usual_protocol
from delphi.services.draft_parts import ASSESSMENT, TypedPart, save_part
from delphi.services.draft_places import OTHER, WORKING
from delphi.services.drafts import Saved, choose_draft
from delphi.surroundings import Surroundings
from tests.studies import RunningStudy, running_study, typed

POINTS = typed({"D": "20", "S": "50", "E": "30"})
SOME = Assessment({"D": 1, "S": 3}, {"practice": 2})
MORE = Assessment({"D": 1, "S": 3, "E": 5}, {"practice": 2})


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    study = running_study(database, around, experts=5, protocol=usual_protocol(["root"]))
    return study.opens_round()


def saves(study: RunningStudy, given: Assessment, version: int, device: str = "") -> Saved:
    with study.database.writing() as session:
        return save_part(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            part=TypedPart(ASSESSMENT, given, version, device),
        )


def held(study: RunningStudy) -> dict[int, Typed]:
    with study.database.reading() as session:
        return {
            one.slot: typed_from_document(json.loads(one.content))
            for one in session.scalars(select(Draft))
        }


def test_the_questionnaire_freezes_what_is_asked(study: RunningStudy) -> None:
    asked = study.questionnaire.self_assessment
    assert asked is not None
    assert [one.code for one in asked.dimensions] == ["D", "S", "E"]
    assert asked.grounds == ("practice", "theory", "peers", "intuition")


def test_it_is_kept_beside_the_points_under_versions_of_its_own(study: RunningStudy) -> None:
    assert study.drafts(0, POINTS) == Saved(1)
    assert saves(study, SOME, 0) == Saved(1)
    assert saves(study, MORE, 1) == Saved(2)
    changed = typed({"D": "25", "S": "45", "E": "30"})
    assert study.drafts(0, changed, version=1) == Saved(2)
    assert held(study) == {WORKING: replace(changed, assessed=MORE, assessed_version=2)}


def test_saving_the_same_or_nothing_is_no_change(study: RunningStudy) -> None:
    study.drafts(0, POINTS)
    assert saves(study, NOTHING, 0) == Saved(0)
    assert held(study) == {WORKING: POINTS}
    saves(study, SOME, 0)
    assert saves(study, SOME, 7) == Saved(1)
    assert saves(study, NOTHING, 1) == Saved(2)
    assert held(study)[WORKING].assessed == NOTHING


def test_it_is_kept_where_nothing_else_was_typed(study: RunningStudy) -> None:
    assert saves(study, SOME, 3) == Saved(4)
    assert held(study)[WORKING].assessed == SOME


@pytest.mark.parametrize("other", [True, False])
def test_two_windows_keep_both_until_one_is_chosen(study: RunningStudy, *, other: bool) -> None:
    study.drafts(0, POINTS)
    saves(study, SOME, 0)
    assert saves(study, MORE, 0) == Saved(2, conflict=True)
    both = held(study)
    assert (both[WORKING].assessed, both[OTHER].assessed) == (SOME, MORE)
    assert both[OTHER].fields == both[WORKING].fields == POINTS.fields
    with study.database.writing() as session:
        choose_draft(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            keep_other=other,
        )
    (left,) = held(study).values()
    assert left.assessed == (MORE if other else SOME)
    assert saves(study, NOTHING, left.assessed_version) == Saved(left.assessed_version + 1)


def test_a_device_without_earlier_answers_neither_reads_nor_replaces_them(
    study: RunningStudy,
) -> None:
    study.drafts(0, POINTS)
    saves(study, SOME, 0)
    assert saves(study, MORE, 1, device="d" * 16) == Saved(2)
    both = held(study)
    assert both[WORKING].assessed == SOME
    assert (both[OTHER].assessed, both[OTHER].fields) == (MORE, {})


@pytest.mark.parametrize("given", [NOTHING, SOME, MORE])
def test_a_submission_stores_it_as_whole_numbers_or_null(
    study: RunningStudy, given: Assessment
) -> None:
    study.submits(0, replace(POINTS, assessed=given))
    (stored,) = study.submissions()
    expected = given.to_document() if given else None
    assert json.loads(stored.document)["self_assessment"] == expected


def test_where_it_is_not_asked_nothing_is_stored(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, experts=5).opens_round()
    assert study.questionnaire.self_assessment is None
    study.submits(0, replace(POINTS, assessed=SOME))
    (stored,) = study.submissions()
    assert json.loads(stored.document)["self_assessment"] is None
