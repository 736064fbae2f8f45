"""Launch: the readiness list, the frozen protocol, one invitation for each person."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from analysis.record.canonical import sha256_hex
from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.letter import Letter
from delphi.domain.methods import PlannedQuestion
from delphi.domain.protocol import default_protocol
from delphi.models.identity import Invitation
from delphi.models.study import Study
from delphi.services import studies
from delphi.services.launch import launch, readiness_of
from delphi.services.trees import load_tree, tree_sha256
from delphi.surroundings import Surroundings
from tests.studies import HEAD, draft_study, looking, refuses, running_study


def gaps(database: Database, study_id: str) -> dict[str, bool]:
    """Return code → whether it blocks."""
    with database.reading() as session:
        return {gap.code: gap.blocks for gap in readiness_of(session, study_id)}


def asks(database: Database, study_id: str, *questions: PlannedQuestion) -> None:
    """Let each round ask one question."""
    protocol = replace(default_protocol(["root"]), plan=tuple((one,) for one in questions))
    with database.writing() as session:
        studies.set_protocol(session, study_id, protocol)


def test_a_study_with_everything_is_ready(database: Database, around: Surroundings) -> None:
    assert gaps(database, draft_study(database, around, experts=12)) == {}


def test_a_small_panel_is_warned_and_may_start(database: Database, around: Surroundings) -> None:
    found = gaps(database, draft_study(database, around, experts=5))
    assert not any(found.values())
    assert {"panel_small", "minimum_unreachable"} <= set(found)


def test_each_gap_of_a_bare_study_is_listed(database: Database, around: Surroundings) -> None:
    bare = parse_tree(
        HEAD + "D,,需求,Demand,,,equal_leaves,\nS,,供给,Supply,,,equal_leaves,\n", "bare.csv"
    )
    study_id = draft_study(database, around, experts=0, tree=bare)
    with database.writing() as session:
        studies.set_letter(session, study_id, Letter())
    assert gaps(database, study_id) == {
        "nothing_to_weight": True,
        "panel_empty": True,
        "letter_incomplete": True,
        "kind_missing": False,
    }


def test_a_large_group_is_warned_where_points_are_divided(
    database: Database, around: Surroundings
) -> None:
    rows = "".join(f"A{n},,项{n},Item {n},value,benefit,elicited,\n" for n in range(11))
    large = parse_tree(HEAD + rows, "large.csv", require_weights=False)
    study_id = draft_study(database, around, experts=12, tree=large)
    assert gaps(database, study_id) == {"group_too_large": False}
    rated = PlannedQuestion("root", "rating", (1, 5), ("importance",))
    asks(database, study_id, rated, rated)
    assert gaps(database, study_id) == {"weights_from_ratings": False}
    asks(database, study_id, PlannedQuestion("root"), rated, rated)
    assert set(gaps(database, study_id)) == {"group_too_large", "weights_from_ratings"}


@pytest.mark.parametrize(
    ("methods", "found"),
    [
        (("constant_sum", "constant_sum"), set()),
        (("ranking", "constant_sum", "constant_sum"), set()),
        (("pairwise", "pairwise"), set()),
        (("ranking", "ranking"), {"weights_from_ranking"}),
        (("ranking", "ranking", "best_worst"), {"never_compared"}),
        (("constant_sum", "ranking"), {"weights_from_ranking", "never_compared"}),
    ],
)
def test_a_plan_that_weakens_the_weights_is_warned(
    database: Database, around: Surroundings, methods: tuple[str, ...], found: set[str]
) -> None:
    study_id = draft_study(database, around, experts=12)
    asks(database, study_id, *(PlannedQuestion("root", method) for method in methods))
    assert gaps(database, study_id) == dict.fromkeys(found, False)


def test_launch_is_refused_with_the_number_of_gaps_that_block(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, experts=4)
    with database.writing() as session:
        studies.set_letter(session, study_id, Letter())
    with refuses("not_ready", count=2), database.writing() as session:
        launch(session, study_id, around)
    with looking(database) as session:
        assert session.get_one(Study, study_id).state == "draft"
        assert session.scalars(select(Invitation)).all() == []


def test_launch_freezes_the_protocol_by_its_hash(
    database: Database, around: Surroundings, clock: FixedClock
) -> None:
    study = running_study(database, around)
    with looking(database) as session:
        row = session.get_one(Study, study.id)
        tree = load_tree(session, study.id)
    protocol = json.loads(row.protocol)
    assert (row.state, row.launched_on) == ("running", clock.now().date())
    assert row.protocol_sha256 == sha256_hex(protocol)
    assert protocol["tree_sha256"] == tree_sha256(tree)


def test_launch_makes_one_active_invitation_for_each_person(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    with looking(database) as session:
        found = session.scalars(select(Invitation)).all()
    assert sorted(one.person_id for one in found) == sorted(study.people)
    assert {(one.state, one.entry, one.access_code_hash) for one in found} == {
        ("active", "new", None)
    }
    assert len({one.token_hash for one in found} | {one.tag for one in found}) == 16


def test_launch_says_what_was_frozen_and_how_many_were_invited(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    events = {event.type: json.loads(event.payload) for event in study.events()}
    with looking(database) as session:
        frozen = session.get_one(Study, study.id).protocol_sha256
    assert events["protocol.frozen"] == {
        "protocol_sha256": frozen,
        "confidentiality": "confidential",
        "delivery": "by_hand",
    }
    assert events["panel.set"] == {"invited": 8}


def test_a_study_is_launched_once(database: Database, around: Surroundings) -> None:
    study = running_study(database, around)
    with refuses("study_launched"), database.writing() as session:
        launch(session, study.id, around)


def test_what_does_not_exist_cannot_be_launched(database: Database, around: Surroundings) -> None:
    with refuses("study_unknown"), database.writing() as session:
        launch(session, "0" * 16, around)
    with refuses("study_unknown"), database.reading() as session:
        readiness_of(session, "0" * 16)
