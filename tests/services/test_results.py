"""What follows from a closed round: the published figures of panel T2, verdicts, edge cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from analysis.record.canonical import canonical_text, parse_canonical
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.protocol import default_protocol
from delphi.services import closing
from delphi.services.results import compute_results, store_results, stored
from delphi.surroundings import Surroundings
from tests.databases import BACKENDS, MakeDatabase, contents
from tests.services.result_parts import conditions, figures, group
from tests.studies import (
    FOUR_GROUPS,
    T2,
    RunningStudy,
    refuses,
    running_study,
    still_surroundings,
    typed,
)

AGREED = [(15, 55, 30)] * 8


@pytest.fixture(scope="module", params=BACKENDS)
def rounds(request: pytest.FixtureRequest, databases: MakeDatabase) -> list[dict[str, Any]]:
    """Give the stored results of the three rounds of T2."""
    around = still_surroundings(FixedClock(datetime(2026, 11, 2, tzinfo=UTC)))
    found = []
    with databases(request.param) as database:
        study = running_study(database, around)
        for answers in T2:
            study.opens_round().all_submit(answers).closes_round()
            found.append(study.result())
    return found


@pytest.mark.parametrize(
    ("number", "mean"),
    [(1, (16.875, 53.75, 29.375)), (2, (15, 54.375, 30.625)), (3, (14.375, 55, 30.625))],
)
def test_means_are_those_of_the_panel(
    rounds: list[dict[str, Any]], number: int, mean: tuple[float, ...]
) -> None:
    result = rounds[number - 1]
    assert figures(result, "mean") == list(mean)
    assert [float(one) for one in group(result)["weights"]["arithmetic_mean"]] == list(mean)


@pytest.mark.parametrize(
    ("number", "sd", "cv", "iqr"),
    [
        (1, (8.425, 11.573, 6.232), (0.4993, 0.2153, 0.2122), (11.25, 17.5, 7.5)),
        (2, (5.345, 7.289, 4.173), (0.3563, 0.1340, 0.1362), (6.25, 11.25, 6.25)),
        (3, (3.204, 3.780, 3.204), (0.2229, 0.0687, 0.1046), (1.25, 2.5, 1.25)),
    ],
)
def test_spread_is_that_of_the_panel(
    rounds: list[dict[str, Any]],
    number: int,
    sd: tuple[float, ...],
    cv: tuple[float, ...],
    iqr: tuple[float, ...],
) -> None:
    result = rounds[number - 1]
    assert figures(result, "sd") == pytest.approx(sd, abs=5e-4)
    assert figures(result, "cv") == pytest.approx(cv, abs=5e-5)
    assert figures(result, "iqr") == list(iqr)


@pytest.mark.parametrize(("number", "w", "chi2"), [(1, 0.971774, 15.548), (2, 1, 16), (3, 1, 16)])
def test_concordance_is_that_of_the_panel(
    rounds: list[dict[str, Any]], number: int, w: float, chi2: float
) -> None:
    found = group(rounds[number - 1])["concordance"]
    assert float(found["w"]) == pytest.approx(w, abs=5e-7)
    assert float(found["chi2"]) == pytest.approx(chi2, abs=5e-4)
    assert found["ties"] == {1: 6, 2: 0, 3: 0}[number]


@pytest.mark.parametrize(
    ("number", "geometric"),
    [(1, (15.353, 54.766, 29.880)), (2, (14.447, 54.736, 30.817)), (3, (14.133, 55.210, 30.656))],
)
def test_the_geometric_mean_stands_beside(
    rounds: list[dict[str, Any]], number: int, geometric: tuple[float, ...]
) -> None:
    found = group(rounds[number - 1])["weights"]["geometric_mean"]
    assert [float(one) for one in found] == pytest.approx(geometric, abs=6e-4)


def test_verdicts_are_continue_continue_and_consensus(rounds: list[dict[str, Any]]) -> None:
    verdicts = [group(result)["verdict"]["verdict"] for result in rounds]
    assert verdicts == ["continue", "continue", "consensus_stable"]


def test_the_second_round_goes_on_because_most_experts_moved(
    rounds: list[dict[str, Any]],
) -> None:
    found = conditions(rounds[1])
    assert (found["weight_change_max"]["holds"], found["weight_change_max"]["value"]) == (
        True,
        "1.875",
    )
    assert (found["median_own_move"]["holds"], found["median_own_move"]["value"]) == (False, "5.0")
    assert found["mean_own_move"]["value"] == "4.375"
    assert not found["mean_own_move"]["decides"]


def test_the_third_round_ends_with_the_mean_own_move_printed_beside(
    rounds: list[dict[str, Any]],
) -> None:
    found = conditions(rounds[2])
    assert found["weight_change_max"]["value"] == "0.625"
    assert found["median_own_move"]["value"] == "2.5"
    assert found["mean_own_move"]["value"] == "3.125"
    assert found["items_agreed"]["value"] == 3


@pytest.mark.parametrize(
    ("number", "moved", "change", "total"), [(2, 7, 1.875, 1.875), (3, 4, 0.625, 0.625)]
)
def test_movement_is_that_of_the_panel(
    rounds: list[dict[str, Any]], number: int, moved: int, change: float, total: float
) -> None:
    movement = group(rounds[number - 1])["movement"]
    assert (movement["moved"], movement["respondents_both"]) == (moved, 8)
    assert float(movement["weight_change_max"]) == change
    assert float(movement["total_variation"]) == total
    changes = [Fraction(one["weight_change"]) for one in movement["items"]]
    assert sum(changes) == 0
    assert max(map(abs, changes)) == Fraction(change)


def test_single_items_carry_their_test_of_movement(rounds: list[dict[str, Any]]) -> None:
    movement = group(rounds[1])["movement"]
    assert [float(item["wilcoxon_p"]) for item in movement["items"]] == [0.375, 1.0, 0.5]


def test_a_first_round_has_no_movement(rounds: list[dict[str, Any]]) -> None:
    assert group(rounds[0])["movement"] is None


def test_a_result_names_what_it_was_computed_from(rounds: list[dict[str, Any]]) -> None:
    for number, result in enumerate(rounds, start=1):
        assert (result["format"], result["round"]) == ("delphi-result/1", number)
        assert (result["invited"], result["answered"]) == (8, 8)
        assert len(result["counted_sha256"]) == 64
        assert group(result)["other_presets"] == {
            "classic": "continue" if number < 3 else "consensus_stable"
        }


def test_a_result_is_a_document_without_floats(rounds: list[dict[str, Any]]) -> None:
    for result in rounds:
        assert parse_canonical(canonical_text(result)) == result


def verdict_after(study: RunningStudy, *rounds: list[tuple[int, int, int]]) -> dict[str, Any]:
    for answers in rounds:
        study.opens_round().all_submit(answers).closes_round()
    found: dict[str, Any] = group(study.result())["verdict"]
    return found


def test_too_few_answers_hold_the_study(database: Database, around: Surroundings) -> None:
    study = running_study(database, around)
    assert verdict_after(study, AGREED[:5])["verdict"] == "hold"  # 62.5 % of eight
    assert group(study.result())["verdict"]["conditions"][0]["name"] == "response"


def test_too_few_experts_in_both_rounds_hold_the_study(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=10)
    study.opens_round().all_submit(AGREED).closes_round()
    study.opens_round()
    for expert in range(2, 10):
        study.submits(expert, (15, 55, 30))
    study.closes_round()
    movement = group(study.result())["movement"]
    assert group(study.result())["verdict"]["verdict"] == "hold"
    assert (movement["respondents_both"], movement["only_before"], movement["only_after"]) == (
        6,
        2,
        2,
    )


def test_stable_without_agreement_is_stable_dissent(
    database: Database, around: Surroundings
) -> None:
    split = [(10, 60, 30)] * 4 + [(40, 30, 30)] * 4
    study = running_study(database, around)
    assert verdict_after(study, split, split)["verdict"] == "stable_dissent"


def test_the_last_round_of_the_plan_ends_in_its_limit(
    database: Database, around: Surroundings
) -> None:
    protocol = default_protocol(["root"], rounds=2)
    study = running_study(database, around, protocol=protocol)
    moved = [(60, 20, 20)] * 8
    assert verdict_after(study, list(T2[0]), moved)["verdict"] == "round_limit"


def test_the_classic_preset_decides_by_its_own_rule(
    database: Database, around: Surroundings
) -> None:
    protocol = replace(default_protocol(["root"]), preset="classic")
    study = running_study(database, around, protocol=protocol)
    verdict_after(study, AGREED, AGREED)
    assert study.result()["preset"] == "classic"
    assert set(group(study.result())["other_presets"]) == {"recommended"}


def test_abstentions_are_no_zeros(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    study.all_submit(T2[2][:6])
    study.submits(6, typed(abstained=["root"]))
    result = study.closes_round().result()
    assert (result["answered"], group(result)["answered"], group(result)["abstained"]) == (7, 6, 1)
    assert figures(result, "n") == [6, 6, 6]
    assert figures(result, "mean")[0] == pytest.approx(sum(row[0] for row in T2[2][:6]) / 6)


def test_where_all_abstain_every_figure_is_undefined(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round()
    for expert in range(8):
        study.submits(expert, typed(abstained=["root"]))
    found = group(study.closes_round().result())
    assert (found["answered"], found["abstained"]) == (0, 8)
    assert found["concordance"] is None
    assert found["weights"] == {}
    for item in found["dispersion"]:
        assert {name: value for name, value in item.items() if value is not None} == {
            "item": item["item"],
            "n": 0,
        }


def test_one_single_answer_has_no_spread(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    study.submits(0, (20, 50, 30))
    found = group(study.closes_round().result())
    assert [item["sd"] for item in found["dispersion"]] == [None, None, None]
    assert [item["mean"] for item in found["dispersion"]] == ["20.0", "50.0", "30.0"]
    assert found["verdict"]["verdict"] == "hold"


def test_equal_answers_of_all_give_figures_and_no_warning(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round()
    equal = [(35, 35, 30)] * 7 + [(100, 0, 0)]
    found = group(study.all_submit(equal).closes_round().result())
    assert len(found["dispersion"]) == 3
    all_zero = running_study(database, around).opens_round().all_submit([(100, 0, 0)] * 8)
    zeros = group(all_zero.closes_round().result())["dispersion"][1]
    assert (zeros["mean"], zeros["cv"]) == ("0.0", None)


def test_each_group_has_its_own_verdict(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS)
    for _ in range(2):
        study.opens_round()
        for expert in range(8):
            parts = {"D1": 40, "D2": 60} if expert < 4 else {"D1": 90, "D2": 10}
            study.submits(expert, typed({"D": 15, "S": 55, "E": 30} | parts))
        study.closes_round()
    verdicts = {one["question"]: one["verdict"]["verdict"] for one in study.result()["groups"]}
    assert verdicts == {"root": "consensus_stable", "D": "stable_dissent"}


def test_an_open_round_has_no_result(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round().all_submit(T2[0])
    with refuses("round_not_closed", number=1), database.reading() as session:
        compute_results(session, study.round_id)


def test_a_result_is_stored_once_whoever_comes_second(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round().all_submit(T2[0])
    with database.writing() as session:
        closing.close_round(session, study.round_id, around)
    with database.reading() as session:
        one, other = (compute_results(session, study.round_id) for _ in range(2))
    assert one == other
    with database.writing() as session:
        store_results(session, one, around)
    before = contents(database)
    with database.writing() as session:
        store_results(session, other, around)
    assert contents(database) == before


def test_figures_are_stored_as_decimal_strings() -> None:
    assert stored({"a": (1.5, np.float64(1e-7), np.int64(3), None, True, "text")}) == {
        "a": ["1.5", "0.0000001", 3, None, True, "text"]
    }
    assert stored(float("nan")) is None
