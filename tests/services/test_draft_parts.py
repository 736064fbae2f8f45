"""Parts of a draft: kept beside each other and the weights, each under versions of its own."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from delphi.db import Database
from delphi.models.answer import Draft
from delphi.services.draft_parts import PartOf, TypedPart, save_part
from delphi.services.drafts import PARTS, Saved
from delphi.surroundings import Surroundings
from delphi.web.survey.desk import TypedHere
from tests.studies import RunningStudy, running_study, typed

POINTS = typed({"D": "20", "S": "50", "E": "30"})


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5).opens_round()


def a_list(name: str) -> PartOf[list[str]]:
    return PartOf(name, lambda given: {"given": given}, [])


def saves(
    study: RunningStudy,
    name: str,
    given: list[str],
    version: int = 0,
    device: str = "",
    *,
    replaces: bool = False,
) -> Saved:
    with study.database.writing() as session:
        return save_part(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            part=TypedPart(a_list(name), given, version, device),
            replaces=replaces,
        )


def held(study: RunningStudy) -> dict[int, tuple[int, dict[str, object]]]:
    with study.database.reading() as session:
        return {
            one.slot: (one.version, json.loads(one.content))
            for one in session.scalars(select(Draft))
        }


@pytest.mark.parametrize("name", PARTS)
def test_a_part_has_versions_of_its_own(study: RunningStudy, name: str) -> None:
    study.drafts(0, POINTS)
    assert saves(study, name, []) == Saved(0)
    assert saves(study, name, ["x"]) == Saved(1)
    assert saves(study, name, ["x"], 7) == Saved(1)
    assert saves(study, name, [], 1) == Saved(2)
    ((version, content),) = held(study).values()
    assert (version, content[name]) == (1, {"version": 2, "given": []})


def test_parts_and_points_leave_each_other_alone(study: RunningStudy) -> None:
    for name in PARTS:
        assert saves(study, name, [name]) == Saved(1)
    assert study.drafts(0, POINTS, version=1) == Saved(2)
    ((_, content),) = held(study).values()
    assert {name: content[name] for name in PARTS} == {
        name: {"version": 1, "given": [name]} for name in PARTS
    }
    assert content["fields"] == POINTS.to_document()["fields"]


def test_two_windows_keep_both(study: RunningStudy) -> None:
    study.drafts(0, POINTS)
    saves(study, "implications", ["here"])
    assert saves(study, "implications", ["there"]) == Saved(2, conflict=True)
    assert [content["implications"] for _, content in held(study).values()] == [
        {"version": 1, "given": ["here"]},
        {"version": 2, "given": ["there"]},
    ]


def test_a_device_without_earlier_answers_starts_anew(study: RunningStudy) -> None:
    saves(study, "implications", ["here"])
    assert saves(study, "implications", ["away"], 1, "d" * 16) == Saved(2)
    (_, working), (_, other) = held(study).values()
    assert working["implications"] == {"version": 1, "given": ["here"]}
    assert (other["device"], other["implications"]) == ("d" * 16, {"version": 2, "given": ["away"]})


def test_what_is_written_where_the_code_is_known_leaves_the_other_device(
    study: RunningStudy,
) -> None:
    name = PARTS[0]
    assert saves(study, name, ["on the strange device"], device="d" * 16) == Saved(1)
    assert saves(study, name, ["at home"], version=1) == Saved(2)
    ((_, content),) = held(study).values()
    assert "device" not in content


def test_a_second_conflict_keeps_what_the_waiting_version_holds_besides(
    study: RunningStudy,
) -> None:
    study.drafts(0, POINTS)
    other = typed({"D": "30", "S": "40", "E": "30"}, reasons={"D": "Not to be lost."})
    assert study.drafts(0, other, version=0).conflict
    saves(study, PARTS[0], ["one"])
    assert saves(study, PARTS[0], ["two"]).conflict
    waiting = held(study)[2][1]
    assert waiting["reasons"] == {"D": "Not to be lost."}
    assert waiting[PARTS[0]] == {"version": 2, "given": ["two"]}


def test_a_strange_device_takes_the_place_of_nothing(study: RunningStudy) -> None:
    study.drafts(0, POINTS)
    assert study.drafts(0, typed({"D": "100"}), version=0).conflict
    before = held(study)
    strange = TypedHere(POINTS.fields, frozenset(), {}, device="d" * 16)
    for version in (0, 1, 2):
        assert study.drafts(0, strange, version=version) == Saved(
            version, conflict=True, kept=False
        )
    assert saves(study, PARTS[0], ["x"], device="d" * 16).kept is False
    assert held(study) == before


def test_a_strange_device_that_guesses_the_version_replaces_nothing(study: RunningStudy) -> None:
    study.drafts(0, POINTS)
    strange = TypedHere({"points.D": "1"}, frozenset(), {}, device="d" * 16)
    assert study.drafts(0, strange, version=1) == Saved(1)
    assert held(study)[1][1]["fields"] == POINTS.fields


def test_a_part_of_a_third_window_is_told_that_it_is_not_kept(study: RunningStudy) -> None:
    study.drafts(0, POINTS)
    name = PARTS[0]
    saves(study, name, ["one"])
    assert saves(study, name, ["two"]) == Saved(2, conflict=True)
    before = held(study)
    assert saves(study, name, ["three"]) == Saved(0, conflict=True, kept=False)
    assert held(study) == before
    assert saves(study, name, ["two and more"], 2) == Saved(3, conflict=True)
    assert held(study)[1] == before[1]


def test_a_part_without_the_code_replaces_another_only_when_that_is_let_go(
    study: RunningStudy,
) -> None:
    name = PARTS[0]
    saves(study, name, ["one"], device="a" * 16)
    before = held(study)
    told = Saved(1, conflict=True, kept=False, replaceable=True)
    assert saves(study, name, ["two"], 1, device="b" * 16) == told
    assert held(study) == before
    assert saves(study, name, ["two"], 1, "b" * 16, replaces=True) == Saved(2)
    assert [one["device"] for _, one in held(study).values()] == ["b" * 16]
