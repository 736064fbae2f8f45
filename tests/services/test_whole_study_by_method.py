"""One study of each method from launch to release, and its weights again by `analysis` alone."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from analysis import exact
from analysis.decimals import decimal_string
from analysis.elicitation.best_worst import best_worst, best_worst_group
from analysis.elicitation.pairwise_group import pairwise_group
from analysis.weightfile import schema
from delphi.db import Database
from delphi.domain.methods import (
    BEST_WORST,
    CRITERIA,
    HEADLINE_RULES,
    PAIRWISE,
    RATING,
    PlannedQuestion,
)
from delphi.services.releases import end_study
from delphi.surroundings import Surroundings
from tests.method_panels import ASKED, CODES, asking, asking_twice, name_of, panel
from tests.studies import RunningStudy, refuses, running_study

POINTS = ASKED[0]
RATED = PlannedQuestion("root", RATING, (1, 5), CRITERIA[:1])


def plays(study: RunningStudy, *rounds: PlannedQuestion) -> RunningStudy:
    for asked in rounds:
        study.opens_round()
        for expert, values in enumerate(panel(asked, study.number)):
            study.submits_values(expert, {"root": values})
        study.closes_round()
    return study


def ends(study: RunningStudy, **how: Any) -> dict[str, Any]:
    with study.database.writing() as session:
        release = end_study(session, study.id, study.around, **how)
    document: dict[str, Any] = json.loads(release.weights)
    return document


def stored_values(study: RunningStudy) -> list[Any]:
    return [json.loads(row.document)["answers"][0]["values"] for row in study.submissions()]


def again_from_comparisons(asked: PlannedQuestion, answers: list[Any]) -> list[float]:
    """Compute the weights from stored comparisons, by `analysis` alone."""
    if asked.method == PAIRWISE:
        group = pairwise_group(np.array([matrix(one) for one in answers]))
        return [float(one) for one in group.aip_geometric]
    found = []
    for one in answers:
        best, worst = (CODES.index(one[end]) for end in ("best", "worst"))
        found.append(best_worst(*map(np.array, vectors(one)), best=best, worst=worst))
    return [float(one) for one in best_worst_group(found).geometric_mean]


def again(asked: PlannedQuestion, answers: list[Any]) -> list[Fraction]:
    """Compute the weights from stored points, ratings or places, exactly, by `analysis` alone."""
    if asked.method == RATING:
        answers = [one["importance"] for one in answers]
    rows = [[Fraction(one[code]) for code in CODES] for one in answers]
    rule = HEADLINE_RULES[asked.method]
    return list(exact.aggregate(rows, method=asked.method, rule=rule).weights or ())


def matrix(values: dict[str, int]) -> list[list[float]]:
    def cell(one: str, other: str) -> float:
        if one == other:
            return 1.0
        given = values.get(f"{one}:{other}")
        if given is not None:
            return float(given) if given > 0 else 1 / -given
        return 1 / cell(other, one)

    return [[cell(one, other) for other in CODES] for one in CODES]


def vectors(values: dict[str, Any]) -> tuple[list[float], list[float]]:
    first = {values["best"]: 1, **values["best_to_others"]}
    second = {values["worst"]: 1, values["best"]: first[values["worst"]]}
    second |= values["others_to_worst"]
    return [float(first[code]) for code in CODES], [float(second[code]) for code in CODES]


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_a_study_ends_in_weights_that_its_answers_give_again(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = running_study(database, around, protocol=asking_twice(asked, "1"))
    plays(study, asked, asked)
    (group,) = study.result()["groups"]
    assert (group["method"], group.get("scale")) == (
        asked.method,
        None if asked.scale is None else list(asked.scale),
    )
    weights = ends(study, departure="a test ends as it likes", accept_rounding=True)
    assert list(Draft202012Validator(schema()).iter_errors(weights)) == []
    assert weights["rules"]["aggregation"] == HEADLINE_RULES[asked.method]
    assert weights["provenance"]["answers_sha256"] == study.round().counted_sha256
    local = [node["local"] for node in weights["nodes"]]
    if asked.method in (PAIRWISE, BEST_WORST):
        nearly = again_from_comparisons(asked, stored_values(study))
        assert [float(one) for one in local] == pytest.approx(nearly, rel=1e-10)
    else:
        found = again(asked, stored_values(study))
        assert local == [decimal_string(one) for one in found]
        assert group["exact"] == [str(one) for one in found]
    assert sum(map(Fraction, group["exact"])) == 1


@pytest.mark.parametrize("asked", ASKED, ids=name_of)
def test_the_second_round_is_compared_with_the_first(
    database: Database, around: Surroundings, asked: PlannedQuestion
) -> None:
    study = running_study(database, around, protocol=asking_twice(asked))
    first, second = (plays(study, asked).result()["groups"][0] for _ in range(2))
    assert first["movement"] is None
    assert first["verdict"]["verdict"] == "continue"
    assert second["movement"]["respondents_both"] == 8
    names = {one["name"]: one for one in second["verdict"]["conditions"]}
    assert ("histogram_change" in names) is (asked.method == RATING)
    assert names["last_round"]["holds"] is True
    assert len(second["dispersion"]) == len(CODES)
    assert set(second["further_criteria"]) == set(asked.criteria[1:])
    assert (second["consistency"] is None) is (asked.method not in (PAIRWISE, BEST_WORST))


def test_a_group_counts_from_the_last_round_that_asked_it(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, protocol=asking(RATED, POINTS, POINTS))
    plays(study, RATED, POINTS)
    (group,) = study.result()["groups"]
    assert group["movement"] is None  # points are not compared with ratings
    plays(study, POINTS)
    (group,) = study.result()["groups"]
    assert group["movement"]["respondents_both"] == 8
    weights = ends(study)
    assert weights["rules"]["aggregation"] == "arithmetic_mean"
    assert [node["local"] for node in weights["nodes"]] == [
        decimal_string(one) for one in again(POINTS, stored_values(study))
    ]


def test_ending_before_the_plan_has_asked_everything_is_a_departure(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, protocol=asking(RATED, RATED, POINTS, POINTS))
    plays(study, RATED, RATED)
    with refuses("departure_needed", number=2):
        ends(study)
    ends(study, departure="the budget has ended")


def test_what_the_plan_asks_first_in_its_last_round_ends_there(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, protocol=asking(RATED, POINTS))
    plays(study, RATED, POINTS)
    assert study.result()["groups"][0]["verdict"]["verdict"] == "continue"
    assert ends(study)["round"] == 2
