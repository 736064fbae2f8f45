"""The feedback of a closed round, as the next one shows it and as it is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.answers.checking import Values
from delphi.domain.methods import CRITERIA, PAIRWISE, RANKING, RATING, PlannedQuestion
from delphi.models.answer import Rationale
from delphi.surroundings import Surroundings
from tests.method_panels import asking_twice
from tests.studies import (
    FOUR_GROUPS,
    T2,
    RunningStudy,
    looking,
    running_study,
    still_surroundings,
    typed,
)


def closed_with(
    database: Database, around: Surroundings, answered: int, *, experts: int = 10
) -> RunningStudy:
    study = running_study(database, around, experts=experts).opens_round()
    return study.all_submit((T2[0] + T2[1])[:answered]).closes_round()


def items(study: RunningStudy) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = study.feedback()["questions"][0]["items"]
    return found


def shown(study: RunningStudy, name: str) -> list[object]:
    return [item[name] for item in items(study)]


@pytest.mark.parametrize("answered", [1, 4])
def test_below_five_answers_nothing_is_shown(
    database: Database, around: Surroundings, answered: int
) -> None:
    study = closed_with(database, around, answered)
    for name in ("median", "low", "high"):
        assert shown(study, name) == [None, None, None]
    assert items(study)[0]["withheld"][:2] == [
        {"figure": "median", "needed": 5},
        {"figure": "quartiles", "needed": 8},
    ]


@pytest.mark.parametrize("answered", [5, 7])
def test_from_five_answers_the_median_is_shown(
    database: Database, around: Surroundings, answered: int
) -> None:
    study = closed_with(database, around, answered)
    assert None not in shown(study, "median")
    assert shown(study, "low") == shown(study, "high") == [None, None, None]
    assert items(study)[0]["withheld"] == [{"figure": "quartiles", "needed": 8}]


def test_from_eight_answers_quartiles_are_shown_too(
    database: Database, around: Surroundings
) -> None:
    study = closed_with(database, around, 8)
    # D: 5 10 10 15 20 20 25 30, quartiles 10 and 21.25, median 17.5
    assert (shown(study, "median")[0], shown(study, "low")[0], shown(study, "high")[0]) == (
        "17.5",
        "10",
        "25",
    )
    assert items(study)[0]["withheld"] == []


def test_figures_are_rounded_and_the_mean_is_not_among_them(
    database: Database, around: Surroundings
) -> None:
    study = closed_with(database, around, 8)
    for item in items(study):
        assert set(item) == {"item", "median", "low", "high", "withheld", "reasons"}
        assert float(item["median"]) % 2.5 == 0
        assert float(item["low"]) % 5 == float(item["high"]) % 5 == 0


def test_an_abstention_counts_as_asked_and_not_as_answered(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=10).opens_round()
    study.all_submit(T2[0][:7])
    study.submits(7, typed(abstained=["root"]))
    (question,) = study.closes_round().feedback()["questions"]
    assert (question["asked"], question["answered"]) == (8, 7)
    assert question["items"][0]["low"] is None  # seven answers: no quartiles


def test_each_question_has_its_own_number_of_answers(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS).opens_round()
    for expert, (one, two, three) in enumerate(T2[0]):
        points = {"D": one, "S": two, "E": three, "D1": 40, "D2": 60}
        study.submits(expert, typed(points, abstained=["D"] if expert < 4 else []))
    root, demand = study.closes_round().feedback()["questions"]
    assert (root["answered"], demand["answered"]) == (8, 4)
    assert root["items"][0]["median"] is not None
    assert demand["items"][0]["median"] is None


def test_where_all_abstain_nothing_is_shown(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()
    for expert in range(8):
        study.submits(expert, typed(abstained=["root"]))
    study.closes_round()
    assert shown(study, "median") == [None, None, None]


def with_reasons(
    database: Database, around: Surroundings, writers: int, *, experts: int = 8
) -> RunningStudy:
    study = running_study(database, around, experts=experts).opens_round()
    for expert, answer in enumerate(T2[0]):
        reason = {"D": f"理由 {expert}"} if expert < writers else {}
        study.submits(expert, answer, reasons=reason)
    return study.closes_round()


def sides(study: RunningStudy) -> dict[str, set[str]]:
    """Return the texts shown on each side of the first item."""
    with looking(study.database) as session:
        texts = {one.id: one.text for one in session.scalars(select(Rationale))}
    reasons = items(study)[0]["reasons"]
    return {side: {texts[one] for one in reasons[side]} for side in ("heavier", "lighter", "other")}


@pytest.mark.parametrize("writers", [1, 2])
def test_fewer_than_three_reasons_are_one_list(
    database: Database, around: Surroundings, writers: int
) -> None:
    study = with_reasons(database, around, writers)
    assert items(study)[0]["reasons"]["split"] is False
    assert sides(study) == {
        "heavier": set(),
        "lighter": set(),
        "other": {f"理由 {expert}" for expert in range(writers)},
    }


def test_from_three_reasons_on_they_are_split_by_side(
    database: Database, around: Surroundings
) -> None:
    study = with_reasons(database, around, 4)
    # The median of D is 17.5: 20 and 30 lie above, twice 10 below.
    assert items(study)[0]["reasons"]["split"] is True
    assert sides(study) == {
        "heavier": {"理由 0", "理由 3"},
        "lighter": {"理由 1", "理由 2"},
        "other": set(),
    }


def test_a_reason_at_the_median_and_one_of_an_abstention_take_no_side(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=6).opens_round()
    for expert, points in enumerate((5, 10, 15, 20, 25)):
        study.submits(expert, (points, 70 - points, 30), reasons={"D": f"理由 {expert}"})
    study.submits(5, typed(abstained=["root"], reasons={"D": "弃权的理由"}))
    study.closes_round()
    assert sides(study) == {
        "heavier": {"理由 3", "理由 4"},
        "lighter": {"理由 0", "理由 1"},
        "other": {"理由 2", "弃权的理由"},
    }


def test_reasons_take_no_side_where_the_median_is_withheld(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    for expert, points in enumerate((10, 30, 50, 60)):
        study.submits(expert, (points, 70 - points, 30), reasons={"D": f"理由 {expert}"})
    study.closes_round()
    assert items(study)[0]["reasons"]["split"] is False
    assert sides(study) == {
        "heavier": set(),
        "lighter": set(),
        "other": {f"理由 {expert}" for expert in range(4)},
    }


@pytest.mark.parametrize("counted", [1, 2])
def test_reasons_of_fewer_than_three_submissions_are_held_and_that_is_said(
    database: Database, around: Surroundings, counted: int
) -> None:
    study = running_study(database, around).opens_round()
    for expert in range(counted):
        study.submits(expert, (20, 50, 30), reasons={"D": f"理由 {expert}"})
    study.closes_round()
    assert sides(study) == {"heavier": set(), "lighter": set(), "other": set()}
    for item in items(study):
        assert item["withheld"][-1] == {"figure": "reasons", "needed": 3}


def test_only_the_reason_of_the_last_revision_is_shown(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around).opens_round()
    study.submits(0, (20, 50, 30), reasons={"D": "旧"})
    study.submits(0, (10, 60, 30), reasons={"D": "新"})
    for expert in (1, 2):
        study.submits(expert, (20, 50, 30))
    study.closes_round()
    assert sides(study)["other"] == {"新"}


def test_reasons_of_an_earlier_round_are_not_shown_again(
    database: Database, around: Surroundings
) -> None:
    study = with_reasons(database, around, 4)
    study.opens_round().all_submit(T2[1]).closes_round()
    assert sides(study) == {"heavier": set(), "lighter": set(), "other": set()}


def orders(study: RunningStudy) -> list[str]:
    """Return the writers in the order in which their reasons stand, for two items."""
    with looking(study.database) as session:
        texts = {one.id: one.text for one in session.scalars(select(Rationale))}
    return ["".join(texts[one] for one in item["reasons"]["other"]) for item in items(study)[:2]]


def test_the_order_of_reasons_tells_nothing_about_their_writers(
    sqlite_database: Database, clock: FixedClock
) -> None:
    first, same = Counter[str](), 0
    for seed in range(40):
        study = running_study(sqlite_database, still_surroundings(clock, seed), experts=5)
        study.opens_round()
        for expert in range(4):
            study.submits(expert, (20, 50, 30), reasons={"D": str(expert), "S": str(expert)})
        demand, supply = orders(study.closes_round())
        assert sorted(demand) == sorted(supply) == ["0", "1", "2", "3"]
        first[demand[0]] += 1
        same += demand[0] == supply[0]
    assert all(2 <= first[str(expert)] <= 20 for expert in range(4))  # 10 expected
    assert same <= 20  # 10 expected: no label follows a writer from one item to the next


def test_the_feedback_holds_no_pseudonym_and_no_text(
    database: Database, around: Surroundings
) -> None:
    study = with_reasons(database, around, 8)
    stored = str(study.feedback())
    for expert in range(8):
        assert study.access(expert).respondent not in stored
        assert f"理由 {expert}" not in stored


def test_the_feedback_is_that_of_the_round_and_its_counted_answers(
    database: Database, around: Surroundings
) -> None:
    study = closed_with(database, around, 8)
    found = study.feedback()
    assert (found["format"], found["study"], found["round"]) == ("delphi-feedback/1", study.id, 1)
    assert found["counted_sha256"] == study.round().counted_sha256


# -------------------------------------------------------------------------------- other methods


def fed(
    database: Database,
    around: Surroundings,
    asked: PlannedQuestion,
    given: Sequence[Values],
    reasons: Mapping[int, str] | None = None,
) -> RunningStudy:
    study = running_study(database, around, protocol=asking_twice(asked)).opens_round()
    for expert, values in enumerate(given):
        said = {"D": reasons[expert]} if reasons and expert in reasons else None
        study.submits_values(expert, {"root": values}, reasons=said)
    return study.closes_round()


def rated(*demand: int) -> list[Values]:
    return [{"importance": {"D": one, "S": 3, "E": 3}} for one in demand]


def test_figures_of_ratings_are_rounded_on_their_scale(
    database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (1, 5), CRITERIA[:1])
    study = fed(database, around, asked, rated(2, 3, 3, 4, 4, 4, 5, 5))
    (question,) = study.feedback()["questions"]
    assert (question["method"], question["scale"]) == ("rating", [1, 5])
    # Quartiles 3 and 4.25: outward to whole ratings.
    assert [shown(study, name)[0] for name in ("median", "low", "high")] == ["4", "3", "5"]


def test_figures_of_ratings_in_hundredths_go_in_fives(
    database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    study = fed(database, around, asked, rated(62, 64, 68, 71, 72, 77, 83, 90))
    assert [shown(study, name)[0] for name in ("median", "low", "high")] == ["72.5", "65", "80"]


def test_figures_of_a_ranking_are_places(database: Database, around: Surroundings) -> None:
    orders: Sequence[Values] = [{"D": 1, "S": 2, "E": 3}] * 5 + [{"D": 3, "S": 1, "E": 2}] * 3
    study = fed(database, around, PlannedQuestion("root", RANKING), orders)
    assert shown(study, "median") == ["1", "2", "3"]
    assert [shown(study, name)[0] for name in ("low", "high")] == ["1", "3"]


def test_a_smaller_place_is_more_weight(database: Database, around: Surroundings) -> None:
    orders: list[Values] = [{"D": 2, "S": 1, "E": 3}] * 6
    orders += [{"D": 1, "S": 2, "E": 3}, {"D": 3, "S": 1, "E": 2}]
    said = {6: "first", 7: "last", 0: "middle"}
    study = fed(database, around, PlannedQuestion("root", RANKING), orders, said)
    sides = items(study)[0]["reasons"]
    with looking(database) as session:
        texts = {one.id: one.text for one in session.scalars(select(Rationale))}
    assert [texts[one] for one in sides["heavier"]] == ["first"]
    assert [texts[one] for one in sides["lighter"]] == ["last"]
    assert [texts[one] for one in sides["other"]] == ["middle"]


def test_weights_from_comparisons_that_lie_on_a_step_stay_on_it(
    database: Database, around: Surroundings
) -> None:
    # 3 : 1 : 1 everywhere: 60, 20 and 20 points, in floats a little beside.
    asked = PlannedQuestion("root", PAIRWISE)
    study = fed(database, around, asked, [{"D:S": 3, "D:E": 3, "S:E": 1}] * 8)
    assert shown(study, "median") == ["60", "20", "20"]
    assert shown(study, "low") == shown(study, "high") == ["60", "20", "20"]
