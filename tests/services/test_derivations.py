"""From counted answers to weights: exact, with alternatives, every run kept."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import sha256_hex
from delphi.db import Database
from delphi.domain.methods import (
    COMPANION_RULES,
    CRITERIA,
    HEADLINE_RULES,
    PAIRWISE,
    RATING,
    PlannedQuestion,
)
from delphi.domain.protocol import Protocol, default_protocol
from delphi.domain.questionnaire import Question
from delphi.models.study import Derivation
from delphi.services.derivations import (
    derive,
    group_uncertainty,
    group_weights,
    load_derivation,
)
from delphi.services.releases import end_study
from delphi.surroundings import Surroundings
from tests.domain.answers.drawn import answers_to
from tests.domain.questionnaires import EVERY_METHOD
from tests.method_panels import ASKED, asking_twice, panel, read
from tests.studies import (
    FOUR_GROUPS,
    T2,
    RunningStudy,
    draft_study,
    looking,
    refuses,
    running_study,
    typed,
)


def derives(study: RunningStudy) -> dict[str, Any]:
    with study.database.writing() as session:
        return load_derivation(derive(session, study.id, study.around))


def after(database: Database, around: Surroundings, answers: Any, **how: Any) -> dict[str, Any]:
    study = running_study(database, around, **how).opens_round()
    return derives(study.all_submit(answers).closes_round())


@pytest.mark.parametrize(
    ("number", "exact"),
    [
        (0, ["27/160", "43/80", "47/160"]),
        (1, ["3/20", "87/160", "49/160"]),
        (2, ["23/160", "11/20", "49/160"]),
    ],
)
def test_the_weights_of_the_panel_are_exact_fractions(
    database: Database, around: Surroundings, number: int, exact: list[str]
) -> None:
    (group,) = after(database, around, T2[number])["groups"]
    assert group["exact"] == exact
    assert sum(map(Fraction, exact)) == 1


def test_published_at_five_percent_they_are_15_55_30(
    database: Database, around: Surroundings
) -> None:
    (group,) = after(database, around, T2[2])["groups"]
    assert group["rounding"]["rounded"] == ["15", "55", "30"]
    assert group["rounding"]["max_error"].startswith("0.625")
    assert (group["rounding"]["zeroed"], group["rounding"]["ties_split"]) == ([], [])


@pytest.mark.parametrize(
    ("step", "rounded"),
    [("1", ["14", "55", "31"]), ("0.1", ["14.4", "55", "30.6"]), (None, None)],
)
def test_another_step_publishes_other_digits(
    database: Database, around: Surroundings, step: str | None, rounded: list[str] | None
) -> None:
    protocol = replace(default_protocol(["root"]), publishing_steps={"root": step})
    (group,) = after(database, around, T2[2], protocol=protocol)["groups"]
    if rounded is None:
        assert group["rounding"] is None
        return
    assert [Fraction(one) for one in group["rounding"]["rounded"]] == list(map(Fraction, rounded))


def test_alternatives_stand_beside_the_headline(database: Database, around: Surroundings) -> None:
    document = after(database, around, T2[2])
    (group,) = document["groups"]
    assert document["rule"] == "arithmetic_mean"
    assert set(group["rules"]) == {
        "arithmetic_mean", "geometric_mean", "l1", "median", "trimmed_mean", "equal",
    }  # fmt: skip
    assert [round(float(one), 5) for one in group["rules"]["l1"]] == [0.15, 0.55, 0.3]
    assert [round(float(one), 5) for one in group["rules"]["median"]] == [0.15, 0.55, 0.3]
    assert [round(float(one), 5) for one in group["rules"]["geometric_mean"]] == [
        0.14133,
        0.5521,
        0.30656,
    ]


def test_local_weights_multiply_along_the_path(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS).opens_round()
    for expert in range(8):
        study.submits(expert, typed({"D": 20, "S": 50, "E": 30, "D1": 40, "D2": 60}))
    document = derives(study.closes_round())
    nodes = {node["code"]: node for node in document["nodes"]}
    assert nodes["D1"]["local_exact"] == "2/5"
    assert float(nodes["D1"]["global"]) == pytest.approx(0.08)
    assert nodes["S1"]["local_exact"] == "1/2"
    assert nodes["E1"]["local_exact"] == "1"
    leaves = [nodes[code]["global"] for code in ("D1", "D2", "S1", "S2", "E1")]
    assert sum(map(Fraction, leaves)) == 1


def test_an_abstention_has_no_part_in_the_weights(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round().all_submit([(20, 50, 30)] * 7)
    study.submits(7, typed(abstained=["root"]))
    (group,) = derives(study.closes_round())["groups"]
    assert (group["answered"], group["exact"]) == (7, ["1/5", "1/2", "3/10"])


def test_the_highest_revision_alone_is_used(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    study.submits(0, (100, 0, 0))
    study.all_submit([(20, 50, 30)] * 8)
    (group,) = derives(study.closes_round())["groups"]
    assert group["exact"] == ["1/5", "1/2", "3/10"]


def test_every_run_is_kept_and_numbered_and_enters_the_ledger(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round().all_submit(T2[0]).closes_round()
    assert derives(study) == derives(study)
    with looking(database) as session:
        rows = session.query(Derivation).order_by(Derivation.number).all()
    runs = [json.loads(one.payload) for one in study.events() if one.type == "derivation.run"]
    assert [row.number for row in rows] == [1, 2]
    assert [(run["number"], run["derivation_sha256"]) for run in runs] == [
        (row.number, row.sha256) for row in rows
    ]
    assert {run["counted_sha256"] for run in runs} == {study.round().counted_sha256}


def test_the_order_of_answers_does_not_matter(database: Database, around: Surroundings) -> None:
    found = [after(database, around, answers)["groups"] for answers in (T2[0], T2[0][::-1])]
    for groups in found:
        assert len(groups[0].pop("counted_sha256")) == 64
    assert found[0] == found[1]


def test_without_a_closed_round_nothing_is_derived(
    database: Database, around: Surroundings
) -> None:
    draft = draft_study(database, around)
    with refuses("nothing_closed"), database.writing() as session:
        derive(session, draft, around)
    study = running_study(database, around).opens_round()
    with refuses("round_still_open", number=1):
        derives(study)


def test_where_all_abstain_there_are_no_weights(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    for expert in range(8):
        study.submits(expert, typed(abstained=["root"]))
    study.closes_round()
    with refuses("group_without_answers", group="root"):
        derives(study)


def test_ratings_of_nothing_but_zeros_give_no_weights(
    database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    study = running_study(database, around, protocol=asking_twice(asked)).opens_round()
    for expert in range(8):
        study.submits_values(expert, {"root": {"importance": {"D": 0, "S": 0, "E": 0}}})
    study.closes_round()
    with refuses("group_without_weights", group="root"):
        derives(study)


PAIRED = PlannedQuestion("D", PAIRWISE)


def two_groups(*plan: tuple[PlannedQuestion, ...]) -> Protocol:
    return Protocol(("root", "D"), publishing_steps={"root": None, "D": None}, plan=plan)


def test_a_group_that_was_not_asked_yet_has_no_weights(
    database: Database, around: Surroundings
) -> None:
    protocol = two_groups((ASKED[0],), (ASKED[0], PAIRED))
    study = running_study(database, around, tree=FOUR_GROUPS, protocol=protocol).opens_round()
    for expert, values in enumerate(panel(ASKED[0])):
        study.submits_values(expert, {"root": values})
    study.closes_round()
    with refuses("group_not_asked", group="D"):
        derives(study)


def test_groups_of_several_rounds_share_one_hash(database: Database, around: Surroundings) -> None:
    protocol = two_groups((ASKED[1], PAIRED), (ASKED[0],))
    study = running_study(database, around, tree=FOUR_GROUPS, protocol=protocol).opens_round()
    for expert, values in enumerate(panel(ASKED[1])):
        study.submits_values(expert, {"root": values, "D": {"D1:D2": 3}})
    study.closes_round()
    first = study.round().counted_sha256
    study.opens_round()
    for expert, values in enumerate(panel(ASKED[0])):
        study.submits_values(expert, {"root": values})
    document = derives(study.closes_round())
    second = study.round().counted_sha256
    groups = {group["question"]: group for group in document["groups"]}
    assert document["rule"] == "arithmetic_mean+geometric_mean"
    assert (groups["root"]["round"], groups["root"]["counted_sha256"]) == (2, second)
    assert (groups["D"]["round"], groups["D"]["counted_sha256"]) == (1, first)
    assert [round(100 * float(Fraction(one))) for one in groups["D"]["exact"]] == [75, 25]
    with study.database.writing() as session:
        release = end_study(session, study.id, study.around)
    weights = json.loads(release.weights)
    assert weights["rules"]["aggregation"] == "arithmetic_mean+geometric_mean"
    lists = [{"round": 1, "counted_sha256": first}, {"round": 2, "counted_sha256": second}]
    assert weights["provenance"]["answers_sha256"] == sha256_hex(lists)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), asked=st.sampled_from(EVERY_METHOD), count=st.integers(1, 9))
def test_whatever_is_answered_gives_weights_by_every_rule_that_sum_to_one(
    data: st.DataObject, asked: Question, count: int
) -> None:
    given_answers = [data.draw(st.none() | answers_to(asked)) for _ in range(count)]
    found = group_weights(read(asked, given_answers), default_protocol([asked.question]))
    assert set(found.rules) == {
        HEADLINE_RULES[asked.method], *COMPANION_RULES[asked.method], "equal",
    }  # fmt: skip
    assert found.used == sum(one is not None for one in given_answers)
    for rule, weights in found.rules.items():
        if weights is None:
            assert found.used == 0 or rule in {"trimmed_mean", "median"}, rule
            continue
        assert sum(weights) == 1
        assert min(weights) >= 0
    uncertain = None if found.used == 0 else group_uncertainty(found)
    assert uncertain is None or len(uncertain["low"]) == len(asked.items)
