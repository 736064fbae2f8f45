"""The release: one per study, from at least eight answers, with every guard asked first."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, select

from delphi.db import Database
from delphi.domain.protocol import default_protocol
from delphi.models.study import Derivation, Release, RoundResult, Study
from delphi.services import closing
from delphi.services.releases import end_study
from delphi.services.rounds import LONGEST_DEPARTURE
from delphi.surroundings import Surroundings
from tests.databases import contents
from tests.studies import FOUR_GROUPS, T2, RunningStudy, looking, refuses, running_study, typed


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around)


def plays(study: RunningStudy, *rounds: Any) -> RunningStudy:
    for answers in rounds:
        study.opens_round().all_submit(answers).closes_round()
    return study


def ends(study: RunningStudy, **how: Any) -> dict[str, Any]:
    with study.database.writing() as session:
        release = end_study(session, study.id, study.around, **how)
    document: dict[str, Any] = json.loads(release.weights)
    return document


def test_the_release_of_the_panel_is_15_55_30(study: RunningStudy) -> None:
    weights = ends(plays(study, *T2))
    nodes = {node["code"]: node for node in weights["nodes"]}
    assert {code: node["published_local_percent"] for code, node in nodes.items()} == {
        "D": "15",
        "S": "55",
        "E": "30",
    }
    assert [nodes[code]["local"].rstrip("0") for code in "DSE"] == ["0.14375", "0.55", "0.30625"]
    assert weights["panel"] == {"invited": 8, "answered": 8, "used": 8}
    assert (weights["format"], weights["round"]) == ("delphi-weights/1", 3)
    assert weights["rules"]["rounding_step_percent"] == "5"


def test_the_release_names_what_it_was_derived_from(study: RunningStudy) -> None:
    weights = ends(plays(study, *T2))
    with looking(study.database) as session:
        row = session.get_one(Study, study.id)
    assert weights["study"]["protocol_sha256"] == row.protocol_sha256
    assert weights["provenance"]["answers_sha256"] == study.round().counted_sha256
    assert weights["released_on"] == "2026-11-02"


def test_the_release_is_stored_byte_for_byte_with_its_hash(study: RunningStudy) -> None:
    ends(plays(study, *T2))
    with looking(study.database) as session:
        release = session.scalars(select(Release)).one()
        derivation = session.scalars(select(Derivation)).one()
    assert release.weights_sha256 == sha256(release.weights.encode()).hexdigest()
    assert release.derivation_id == derivation.id
    (event,) = [one for one in study.events() if one.type == "weights.released"]
    assert json.loads(event.payload) == {
        "round": 3,
        "derivation": 1,
        "derivation_sha256": derivation.sha256,
        "weights_sha256": release.weights_sha256,
        "rehearsal": False,
    }


def test_a_released_study_is_finished_and_its_last_round_published(study: RunningStudy) -> None:
    ends(plays(study, *T2))
    with looking(study.database) as session:
        assert session.get_one(Study, study.id).state == "finished"
    assert study.round().state == "published"


def test_there_is_one_release_a_study(study: RunningStudy) -> None:
    ends(plays(study, *T2))
    before = contents(study.database)
    with refuses("study_not_running"):
        ends(study)
    with refuses("study_not_running"):
        study.opens_round()
    assert contents(study.database) == before


def test_a_rehearsal_is_marked_in_its_file(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, rehearsal=True)
    assert ends(plays(study, *T2))["rehearsal"] is True
    (event,) = [one for one in study.events() if one.type == "weights.released"]
    assert json.loads(event.payload)["rehearsal"] is True


def test_ending_where_the_rule_goes_on_needs_a_written_reason(study: RunningStudy) -> None:
    plays(study, T2[0])
    for reason in (None, "", " \n", "\u202e"):
        with refuses("departure_needed", number=1):
            ends(study, departure=reason)
    with refuses("departure_too_long"):
        ends(study, departure="长" * (LONGEST_DEPARTURE + 1))
    ends(study, departure="委托方需要在年内发布")
    (event,) = [one for one in study.events() if one.type == "protocol.departed"]
    assert json.loads(event.payload) == {
        "round": 1,
        "what": "end",
        "reason": "委托方需要在年内发布",
    }


def test_a_refused_end_leaves_everything_as_it_was(study: RunningStudy) -> None:
    plays(study, T2[0][:6])
    before = contents(study.database)
    with refuses("release_needs_answers"):
        ends(study, departure="我们不能再等")
    assert contents(study.database) == before


def test_a_release_needs_eight_answers(study: RunningStudy) -> None:
    plays(study, T2[0][:7])
    with refuses("release_needs_answers", found=7, needed=8):
        ends(study, departure="It is enough")


def test_a_release_needs_eight_answers_in_every_group(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS, experts=9).opens_round()
    for expert in range(9):
        points = {"D": 20, "S": 50, "E": 30, "D1": 40, "D2": 60}
        study.submits(expert, typed(points, abstained=["D"] if expert < 2 else []))
    study.closes_round()
    with refuses("release_needs_answers", found=7, needed=8):
        ends(study, departure="It is enough")


def test_a_release_waits_for_the_close(study: RunningStudy) -> None:
    with refuses("nothing_closed"):
        ends(study)
    study.opens_round().all_submit(T2[0])
    with refuses("round_still_open", number=1):
        ends(study)


def test_a_release_waits_for_the_results(study: RunningStudy) -> None:
    study.opens_round().all_submit(T2[0])
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)
    with refuses("results_missing", number=1):
        ends(study)
    study.ticks()
    with study.database.writing() as session:
        session.execute(delete(RoundResult))
    with refuses("results_missing"):
        ends(study)


def test_a_step_that_makes_a_weight_zero_is_refused_unless_told(study: RunningStudy) -> None:
    tiny = [(0, 50, 50)] * 7 + [(10, 40, 50)]
    plays(study, tiny, tiny)
    with refuses("rounding_harms", zeroed="D", split=""):
        ends(study)
    weights = ends(study, accept_rounding=True)
    assert weights["nodes"][0]["published_local_percent"] == "0"


def test_a_step_that_splits_equal_weights_is_refused_unless_told(study: RunningStudy) -> None:
    equal = [(35, 35, 30)] * 4 + [(30, 30, 40)] * 4
    plays(study, equal, equal)
    with refuses("rounding_harms", zeroed="", split="D, S"):
        ends(study, departure="Both sides stand firm")
    assert ends(study, departure="Both sides stand firm", accept_rounding=True)


def test_without_a_publishing_step_nothing_is_rounded(
    database: Database, around: Surroundings
) -> None:
    protocol = replace(default_protocol(["root"]), publishing_steps={"root": None})
    weights = ends(plays(running_study(database, around, protocol=protocol), *T2))
    assert weights["rules"]["rounding_step_percent"] is None
    assert [Fraction(node["published_local_percent"]) for node in weights["nodes"]] == [
        Fraction("14.375"),
        55,
        Fraction("30.625"),
    ]


def test_steps_of_several_groups_are_told_apart(database: Database, around: Surroundings) -> None:
    protocol = replace(default_protocol(["root", "D"]), publishing_steps={"root": "5", "D": "1"})
    study = running_study(database, around, tree=FOUR_GROUPS, protocol=protocol)
    for _ in range(2):
        study.opens_round()
        for expert in range(8):
            study.submits(expert, typed({"D": 20, "S": 50, "E": 30, "D1": 40, "D2": 60}))
        study.closes_round()
    weights = ends(study)
    assert weights["rules"]["rounding_step_percent"] == {"root": "5", "D": "1"}
    assert {node["code"]: node["published_local_percent"] for node in weights["nodes"]}[
        "D1"
    ] == "40"


def test_two_studies_with_the_same_answers_release_the_same_weights(
    database: Database, around: Surroundings
) -> None:
    nodes = [ends(plays(running_study(database, around), *T2))["nodes"] for _ in range(2)]
    assert nodes[0] == nodes[1]
