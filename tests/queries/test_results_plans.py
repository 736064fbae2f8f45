"""Verdicts on ratings, and plans whose rounds ask otherwise, on the pages of results."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from delphi.db import Database
from delphi.domain.methods import CRITERIA, PAIRWISE, RATING, PlannedQuestion
from delphi.domain.protocol import Protocol
from delphi.surroundings import Surroundings
from tests.method_panels import asking, panel
from tests.queries.method_studies import (
    POINTS,
    RATED,
    answers,
    judged,
    plays,
    rated,
    way,
    weights_of,
)
from tests.queries.results_studies import group_of, page_of
from tests.studies import FOUR_GROUPS, running_study

# --------------------------------------------------------------------------------------- verdicts

AGREED = rated(*[(5, 4, 3)] * 8)
APART = rated(*[(5, 4, 1)] * 4, *[(5, 4, 5)] * 4)
UNEVEN = rated(*[(5, 4, 1)] * 5, *[(5, 4, 2)] * 3)


@pytest.mark.parametrize(
    ("rounds", "verdict", "reason", "ending"),
    [
        ((AGREED, AGREED), "consensus_stable", "rating_agreed", "end"),
        ((APART, APART), "stable_dissent", "rating_dissent_iqr", "end_dissent"),
        ((UNEVEN, UNEVEN), "stable_dissent", "rating_dissent_cv", "end_dissent"),
        ((APART, AGREED), "continue", "rating_moving", "again"),
    ],
)
def test_ratings_are_judged_by_histogram_iqr_and_cv(
    sqlite_database: Database,
    around: Surroundings,
    rounds: Sequence[list[dict[str, Any]]],
    verdict: str,
    reason: str,
    ending: str,
) -> None:
    found = group_of(judged(sqlite_database, around, rounds), 2).verdict
    assert (found.code, found.sentence.reason, found.sentence.ending) == (verdict, reason, ending)
    names = [row.name for row in found.conditions if row.decides]
    assert names == [
        *("response", "experts_both", "earlier_round", "histogram_change"),
        *("iqr", "cv", "items_agreed", "last_round"),
    ]
    tags = {row.name: row.tag for row in found.conditions if row.tag}
    assert "histogram_change" in tags


def test_a_rating_near_zero_is_not_asked_for_its_cv(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(90, 60, 0)] * 4, *[(90, 60, 9)] * 4)
    study = judged(sqlite_database, around, (given, given), asked)
    assert group_of(study, 2).verdict.code == "consensus_stable"
    opened = page_of(study, 2, opened="cv-E").opened
    assert opened is not None
    assert "cv_exempt" in [note.code for note in opened.notes]
    condition = page_of(study, 2, opened="cv").opened
    assert condition is not None
    assert "cv_exempt_some" in [note.code for note in condition.notes]


def test_an_item_that_all_rate_zero_has_no_cv_and_says_why(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(90, 60, 0)] * 8)
    group = group_of(judged(sqlite_database, around, (given, given), asked), 2)
    assert [one.reason for one in group.undefined if one.figure == "cv"] == ["mean_0_rated"]


def test_the_classic_rule_judges_ratings_too(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = judged(sqlite_database, around, (APART, APART), preset="classic")
    assert group_of(study, 2).verdict.sentence.reason == "classic_cv"
    same = rated(*[(4, 4, 4)] * 8)
    study = judged(sqlite_database, around, (same, same), preset="classic")
    found = group_of(study, 2)
    assert found.verdict.sentence.reason == "classic_no_order_rated"
    assert {one.reason for one in found.undefined} == {"all_constant_rated"}


# ------------------------------------------------------------------------------------------- plans


def test_rounds_that_ask_otherwise_are_named_and_not_compared(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, protocol=asking(RATED, RATED, POINTS, POINTS))
    plays(study, RATED, RATED, POINTS)
    last = page_of(study, 3)
    (group,) = last.groups
    assert group.other_ways == ((1, RATED), (2, RATED))
    assert [one.round for one in group.history] == [3]
    assert group.movements == ()
    assert last.headline == "first"
    second = page_of(study, 2)
    assert second.headline == "round_limit_plan"
    assert second.groups[0].verdict.sentence.ending == "other_way"
    assert second.next is not None
    assert (second.next.outcome, second.next.ends) == ("plan", False)
    ((change),) = second.next.changes
    assert (change.names, change.now, change.then) == (None, RATED, POINTS)
    condition = next(row for row in second.groups[0].verdict.conditions if row.name == "last_round")
    assert (condition.last, condition.tag) == (2, "round_limit")


def test_what_is_asked_first_in_the_last_round_ends_there(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, protocol=asking(RATED, POINTS))
    plays(study, RATED, POINTS)
    page = page_of(study, 2)
    assert page.headline == "first_and_last"
    assert page.groups[0].verdict.sentence.ending == "limit"
    assert page.next is not None
    assert (page.next.outcome, page.next.may_end) == ("end", True)


PAIRED = PlannedQuestion("D", PAIRWISE)


def two_groups(*plan: tuple[PlannedQuestion, ...]) -> Protocol:
    steps = {"root": None, "D": None}
    return Protocol(groups=("root", "D"), publishing_steps=steps, plan=plan)


def one_round(asked: PlannedQuestion, pairs: Sequence[int] = ()) -> list[dict[str, Any]]:
    found = [{"root": values} for values in panel(asked)]
    for answer, times in zip(found, pairs, strict=False):
        answer["D"] = {"D1:D2": times}
    return found


def test_a_group_that_is_not_asked_again_keeps_its_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    protocol = two_groups((RATED, PAIRED), (POINTS,), (POINTS,))
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS, protocol=protocol)
    answers(study, one_round(RATED, [2, 2, 3, 3, 4, 4, 1, -2]))
    page = page_of(study, 1)
    endings = [group.verdict.sentence.ending for group in page.groups]
    assert endings == ["other_way", "not_again"]
    assert page.next is not None
    assert [(one.names and one.names["en"], one.then) for one in page.next.changes] == [
        (None, POINTS),
        ("Demand", None),
    ]
    before = weights_of(study).group("D")
    answers(study, one_round(POINTS))
    after = weights_of(study)
    first, below = after.groups
    assert (first.round, below.round, after.round) == (2, 1, 2)
    assert below == before
    assert first.counted_sha256 != below.counted_sha256
    used = way(study, "D1").answers
    assert used is not None
    assert len(used.rows or ()) == 8
    last = page_of(study, 2)
    assert [group.question for group in last.groups] == ["root"]
    assert last.next is not None
    assert len(last.next.outlook) == 2


def test_there_is_no_preview_before_every_group_was_asked(
    sqlite_database: Database, around: Surroundings
) -> None:
    protocol = two_groups((POINTS,), (POINTS, PAIRED), (POINTS, PAIRED))
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS, protocol=protocol)
    answers(study, one_round(POINTS))
    page = weights_of(study)
    assert page.state == "unasked"
    assert [one and one["en"] for one in page.unasked] == ["Demand"]
    found = page_of(study, 1).next
    assert found is not None
    assert (found.may_end, found.missing) == (False, 0)
    assert [(one.now, one.then) for one in found.changes] == [(None, PAIRED)]


def test_ratings_of_nothing_but_zeros_give_no_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    study = judged(sqlite_database, around, [rated(*[(0, 0, 0)] * 8)], asked)
    assert weights_of(study).state == "undefined"
    found = page_of(study, 1)
    assert found.next is not None
    assert (found.next.may_end, found.next.missing) == (False, 8)


def test_whoever_rates_everything_zero_is_not_among_the_weights(
    sqlite_database: Database, around: Surroundings
) -> None:
    asked = PlannedQuestion("root", RATING, (0, 100), CRITERIA[:1])
    given = rated(*[(60, 30, 10)] * 7, (0, 0, 0))
    study = judged(sqlite_database, around, [given, given], asked)
    (group,) = weights_of(study).groups
    assert (group.answered, group.used) == (8, 7)
    assert list(group.exact) == [60, 30, 10]
    used = way(study, "D").answers
    assert used is not None
    assert (used.count, used.sums[0]) == (7, Fraction(42, 10))
    movement = page_of(study, 2, opened="mean_own_move-2").opened
    assert movement is not None
    assert movement.notes[0].parameters["m"] == 7
