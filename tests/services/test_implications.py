"""What the answers imply: frozen for the last round of a group, kept, stored, counted."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from delphi.db import Database
from delphi.domain.methods import PlannedQuestion
from delphi.domain.protocol import Protocol, default_protocol
from delphi.schemas import require_valid
from delphi.services.draft_parts import IMPLICATIONS, TypedPart, save_part
from delphi.services.drafts import Saved
from delphi.services.implications import implied_nodes
from delphi.surroundings import Surroundings
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import FOUR_GROUPS, RunningStudy, running_study, typed

FULL = typed(ANSWER)
ALL = ("D1", "D2", "S1", "S2", "S3", "E11", "E12")


def planned(*rounds: tuple[str, ...]) -> Protocol:
    plan = tuple(tuple(map(PlannedQuestion, groups)) for groups in rounds)
    return replace(default_protocol(["root", "E"]), plan=plan)


@pytest.fixture
def last(database: Database, around: Surroundings) -> RunningStudy:
    """Give a study in the last round of its plan."""
    study = running_study(database, around, tree=IMPLIED, protocol=TWO_ROUNDS).opens_round()
    assert study.questionnaire.implications == ()
    study.submits(0, FULL)
    return study.closes_round().opens_round(departure="Another round.")


def saves(study: RunningStudy, given: dict[str, str], version: int, device: str = "") -> Saved:
    with study.database.writing() as session:
        return save_part(
            session,
            study_id=study.id,
            respondent=study.access(0).respondent,
            round_id=study.round_id,
            part=TypedPart(IMPLICATIONS, given, version, device),
        )


def judges(study: RunningStudy, expert: int, **given: str) -> None:
    study.submits(expert, replace(FULL, judged=given))


def test_every_rule_has_its_exact_share() -> None:
    nodes = {one.code: one for one in implied_nodes(IMPLIED, TWO_ROUNDS, 2)}
    assert {code: (one.of, one.share, one.rule) for code, one in nodes.items()} == {
        "D1": ("D", "1/2", "equal_siblings"),
        "D2": ("D", "1/2", "equal_siblings"),
        "S1": ("S", "1/2", "fixed"),
        "S2": ("S", "3/10", "fixed"),
        "S3": ("S", "1/5", "fixed"),
        "E11": ("E1", "1/3", "equal_leaves"),
        "E12": ("E1", "2/3", "equal_leaves"),
    }
    assert nodes["S3"].name == {"zh": "公共服务", "en": "Public services"}


@pytest.mark.parametrize(
    ("protocol", "number", "codes"),
    [
        (TWO_ROUNDS, 1, ()),
        (planned(("root",), ("root", "E"), ("E",)), 1, ()),
        (planned(("root",), ("root", "E"), ("E",)), 2, ALL[:5]),
        (planned(("root",), ("root", "E"), ("E",)), 3, ALL[5:]),
    ],
)
def test_a_group_is_looked_at_in_the_last_round_that_asks_it(
    protocol: Protocol, number: int, codes: tuple[str, ...]
) -> None:
    assert tuple(one.code for one in implied_nodes(IMPLIED, protocol, number)) == codes


def test_a_group_that_is_asked_in_another_way_afterwards_is_not_at_its_end() -> None:
    way = PlannedQuestion("root", "ranking")
    protocol = replace(planned(("root", "E"), ("E",)), plan=((PlannedQuestion("root"),), (way,)))
    assert implied_nodes(IMPLIED, protocol, 1) == ()
    assert implied_nodes(IMPLIED, protocol, 2)


def test_leaves_and_elicited_groups_imply_nothing() -> None:
    found = implied_nodes(FOUR_GROUPS, default_protocol(["root", "D"], 2), 2)
    assert [(one.code, one.of) for one in found] == [("S1", "S"), ("S2", "S")]


def test_the_last_round_freezes_it(last: RunningStudy) -> None:
    assert tuple(one.code for one in last.questionnaire.implications) == ALL


def test_choices_are_a_part_of_the_draft_with_versions_of_their_own(last: RunningStudy) -> None:
    last.drafts(0, FULL)
    assert saves(last, {}, 0) == Saved(0)
    assert saves(last, {"D1": "too_low"}, 0) == Saved(1)
    assert saves(last, {"D1": "too_low"}, 0) == Saved(1)
    assert saves(last, {"D1": "too_high"}, 0) == Saved(2, conflict=True)
    assert last.drafts(0, typed({**ANSWER, "D": "25", "S": "45"}), version=1) == Saved(3)
    assert saves(last, {}, 1) == Saved(3)
    assert saves(last, {"D1": "acceptable"}, 0, device="d" * 16) == Saved(
        0, conflict=True, kept=False
    )


def test_a_submission_stores_what_follows_from_its_answers(last: RunningStudy) -> None:
    given = {"D1": "too_low", "S3": "too_high", "E11": "acceptable", "X": "too_high", "D2": "odd"}
    judges(last, 0, **given)
    last.submits(1, replace(typed(ANSWER, abstained=["root"]), judged=given))
    judges(last, 2)
    found = {one.respondent: json.loads(one.document) for one in last.submissions()}
    for document in found.values():
        require_valid(document)
    stored = [found[last.access(one).respondent]["implications"] for one in range(3)]
    assert stored == [
        {"D1": "too_low", "E11": "acceptable", "S3": "too_high"},
        {"E11": "acceptable"},
        None,
    ]


def test_a_round_that_implies_nothing_stores_nothing(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    study.submits(0, replace(typed({"D": 20, "S": 50, "E": 30}), judged={"D": "too_high"}))
    (stored,) = study.submissions()
    assert json.loads(stored.document)["implications"] is None
    assert study.closes_round().result()["implications"] is None


def test_counts_are_stored_from_five_answers_on(last: RunningStudy) -> None:
    for expert, said in enumerate(["too_high", "too_high", "acceptable", "too_low", "too_high"]):
        judges(last, expert, D1=said, **({"S1": said} if expert else {}))
    judges(last, 5)
    found = {one["code"]: one for one in last.closes_round().result()["implications"]}
    assert tuple(found) == ALL
    counts = {"acceptable": 1, "too_high": 3, "too_low": 1}
    assert found["D1"] == {"code": "D1", "answered": 5, "counts": counts}
    assert found["S1"] == {"code": "S1", "answered": 4, "counts": None}
    assert found["E12"] == {"code": "E12", "answered": 0, "counts": None}


def test_only_what_counted_is_counted(last: RunningStudy) -> None:
    for expert in range(5):
        judges(last, expert, D1="too_high")
    judges(last, 4, D1="acceptable")
    found = last.closes_round().result()["implications"][0]
    assert found["counts"] == {"acceptable": 1, "too_high": 4, "too_low": 0}
