"""No difference of shown figures leads to the answer or the move of one or two people."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest

from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.domain.methods import PAIRWISE, RANKING, PlannedQuestion
from delphi.domain.protocol import default_protocol, same_in_every_round
from delphi.queries.results.sheet import figure_sheet
from delphi.surroundings import Surroundings
from tests.method_panels import panel
from tests.queries.method_studies import RATED, answers, judged, rated
from tests.queries.results_studies import RULES, group_of, page_of
from tests.studies import T2, RunningStudy, running_study

MOVES = ("moved", "weight_change_max", "total_variation", "mean_own_move", "median_own_move")
ON_MOVEMENT = {"weight_change_max", "median_own_move", "mean_own_move"}


def two_rounds(
    database: Database,
    around: Surroundings,
    first: Sequence[object],
    second: dict[int, object],
    experts: int = 12,
    preset: str = "recommended",
) -> RunningStudy:
    """Run two rounds; the second is answered by the experts named."""
    rules = replace(RULES, minimum=3, response="0.3", preset=preset)
    study = running_study(database, around, experts=experts, protocol=rules)
    study.opens_round().all_submit(first).closes_round()  # type: ignore[arg-type]  # points
    study.opens_round(departure="to see more")
    for expert, answer in second.items():
        study.submits(expert, answer)  # type: ignore[arg-type]  # points
    return study.closes_round()


def sheet(study: RunningStudy) -> list[dict[str, str]]:
    with study.database.reading() as session:
        text = figure_sheet(session, study.id, 2, Viewer.COORDINATOR)
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def of_second(study: RunningStudy, *figures: str) -> dict[str, set[tuple[str, str]]]:
    return {
        name: {
            (row["value"], row["reason"])
            for row in sheet(study)
            if row["round"] == "2" and row["figure"] == name
        }
        for name in figures
    }


def is_withheld(study: RunningStudy, code: str, reason: str) -> None:
    """Check page, formulas and table: nothing on those who answered both rounds."""
    group = group_of(study, 2)
    assert group.is_shown
    assert (group.movements[0].figures, group.movements[0].unsaid) == (None, code)
    assert group.movements[0].missing == 0
    assert all(row.change is None for row in group.rows)
    rows = {row.name: row for row in group.verdict.conditions if row.unsaid}
    assert ON_MOVEMENT & {row.name for row in group.verdict.conditions} <= set(rows)
    for row in rows.values():
        assert (row.unsaid, row.figures) == (code, ())
        assert page_of(study, 2, row.name).opened is None
    for key in ("weight_change_max-2", "median_own_move-2", "mean_own_move-2", "change-D"):
        assert page_of(study, 2, key).opened is None
    written = of_second(study, *MOVES, "change")
    assert {name: found for name, found in written.items() if found != {("", reason)}} == {}


@pytest.mark.parametrize(
    ("first", "second", "withheld"),
    [
        (8, range(1, 8), True),
        (8, range(2, 8), True),
        (8, range(3, 8), False),
        (8, range(8), False),
        (7, range(8), True),
        (6, range(8), True),
        (5, range(8), False),
        # Three left and one came: the answers of the second round differ by one.
        (8, range(3, 9), True),
    ],
)
def test_where_one_or_two_answered_only_one_round_nothing_is_said_of_those_who_answered_both(
    sqlite_database: Database,
    around: Surroundings,
    first: int,
    second: range,
    *,
    withheld: bool,
) -> None:
    given = {expert: T2[1][expert % 8] for expert in second}
    study = two_rounds(sqlite_database, around, [*T2[0]][:first], given)
    if withheld:
        is_withheld(study, "apart", "1_or_2_answered_only_one_round")
        return
    group = group_of(study, 2)
    assert (group.movements[0].unsaid, group.movements[0].figures is None) == (None, False)
    assert all(reason == "" for _, reason in of_second(study, "change")["change"])


def test_the_answer_of_one_who_left_does_not_follow_from_the_table(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = two_rounds(sqlite_database, around, T2[0], dict(enumerate(T2[1][:7])))
    found = {(r["round"], r["item"], r["figure"]): r["value"] for r in sheet(study)}
    recovered = []
    for code in "DSE":
        first, then = (Fraction(found[number, code, "mean"]) for number in "12")
        change = found["2", code, "change"]
        recovered.append(change and 8 * first - 7 * (then - Fraction(change)))
    assert recovered == ["", "", ""]


@pytest.mark.parametrize(("moved", "withheld"), [(0, False), (1, True), (2, True), (3, False)])
def test_what_only_one_or_two_moved_by_is_not_said(
    sqlite_database: Database, around: Surroundings, moved: int, *, withheld: bool
) -> None:
    again = dict(enumerate(T2[0])) | dict.fromkeys(range(moved), (40, 40, 20))
    study = two_rounds(sqlite_database, around, T2[0], again)
    if withheld:
        is_withheld(study, "still", "only_1_or_2_moved")
    else:
        assert of_second(study, "moved")["moved"] == {(str(moved), "")}
        assert group_of(study, 2).movements[0].figures is not None


@pytest.mark.parametrize("method", [RANKING, PAIRWISE])
def test_derived_weights_are_guarded_alike(
    sqlite_database: Database, around: Surroundings, method: str
) -> None:
    asked = PlannedQuestion("root", method)
    rules = replace(
        default_protocol(["root"]), plan=same_in_every_round((asked,), 2), minimum=3, response="0.3"
    )
    study = running_study(sqlite_database, around, experts=8, protocol=rules)
    for number in (1, 2):
        given = panel(asked, number)[: 9 - number]
        answers(study, [{"root": values} for values in given])
    is_withheld(study, "apart", "1_or_2_answered_only_one_round")


def test_the_histograms_of_ratings_are_guarded_too(
    sqlite_database: Database, around: Surroundings
) -> None:
    first = rated(*[(5, 4, 3), (4, 4, 2), (5, 3, 3), (4, 5, 2), (5, 4, 4), (3, 4, 3), (4, 4, 4)])
    later = rated(*[(4, 4, 3), (4, 3, 2), (5, 5, 3), (4, 5, 3), (5, 4, 3), (3, 3, 3)])
    study = judged(sqlite_database, around, [first, later], minimum=3, response="0.3")
    is_withheld(study, "apart", "1_or_2_answered_only_one_round")
    found = of_second(study, "mean_change", "histogram_change")
    assert set(map(frozenset, found.values())) == {
        frozenset({("", "1_or_2_answered_only_one_round")})
    }


def test_ratings_without_shares_count_for_the_difference_of_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    """Everybody rated twice, one of them all 0 once: the weights differ by this one."""
    asked = replace(RATED, scale=(0, 100))
    first = rated(*[(50 + one, 40, 30) for one in range(8)])
    later = rated((0, 0, 0), *[(40, 40 + one, 30) for one in range(7)])
    study = judged(sqlite_database, around, [first, later], asked, minimum=3, response="0.3")
    (group,) = study.result()["groups"]
    moved = group["movement"]
    assert (moved["only_before"], moved["only_after"], moved["with_weights"]) == (0, 0, 7)
    assert (moved["with_weights_before"], moved["with_weights_after"]) == (8, 7)
    is_withheld(study, "apart", "1_or_2_answered_only_one_round")


def test_the_verdict_is_said_without_the_figures(
    sqlite_database: Database, around: Surroundings
) -> None:
    alike = [(20, 50, 30), (20, 50, 30), (25, 45, 30), (20, 45, 35)] * 2
    settled = two_rounds(sqlite_database, around, alike, dict(enumerate(alike[:7])))
    said = group_of(settled, 2).verdict
    assert (said.code, said.sentence.reason) == ("consensus_stable", "agreed_unsaid")
    assert said.sentence.parameters["unsaid"] == "apart"
    assert "change" not in said.sentence.parameters
    holds = {row.name: row.holds for row in said.conditions if row.unsaid and row.decides}
    assert holds == {"weight_change_max": True, "median_own_move": True}
    far = dict.fromkeys(range(7), (70, 20, 10))
    moving = group_of(two_rounds(sqlite_database, around, alike, far), 2).verdict
    assert (moving.code, moving.sentence.reason) == ("continue", "moving_unsaid")
    assert "change" not in moving.sentence.parameters


def test_a_rule_that_asks_for_no_movement_says_its_own_sentence(
    sqlite_database: Database, around: Surroundings
) -> None:
    given = dict(enumerate(T2[1][:7]))
    study = two_rounds(sqlite_database, around, T2[0], given, preset="classic")
    assert group_of(study, 2).verdict.sentence.reason.startswith("classic_")
