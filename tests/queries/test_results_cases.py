"""The convergence page at its edges: what is withheld, other verdicts, odd data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.domain.protocol import with_rounds
from delphi.errors import NotFoundError
from delphi.queries.results import latest_closed
from delphi.queries.results.sheet import figure_sheet
from delphi.services.closing import close_round
from delphi.surroundings import Surroundings
from tests.conftest import NOON
from tests.databases import SqliteSource
from tests.queries.results_studies import (
    RULES,
    TWO,
    group_of,
    keys_of,
    page_of,
    repeated,
    replay,
)
from tests.studies import (
    FOUR_GROUPS,
    HEAD,
    T2,
    THREE,
    RunningStudy,
    running_study,
    still_surroundings,
    typed,
)


@pytest.fixture(scope="module")
def t2(
    sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStudy]:
    """Panel T2 after its three rounds; tests only read it."""
    database = Database(sqlite_source.fresh(tmp_path_factory.mktemp("t2")))
    yield replay(database, still_surroundings(FixedClock(NOON)))
    database.dispose()


# ------------------------------------------------------------------------------ what is withheld


def test_an_open_round_has_no_result_of_any_kind(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(T2[0])
    page = page_of(study, 1)
    assert (page.state, page.answered, page.groups, page.next) == ("open", 0, (), None)
    with study.database.reading() as session, pytest.raises(NotFoundError, match="round_unknown"):
        figure_sheet(session, study.id, 1, Viewer.METHODOLOGIST)


def test_a_round_that_was_never_opened_is_unknown(t2: RunningStudy) -> None:
    with pytest.raises(NotFoundError, match="round_unknown"):
        page_of(t2, 4)


def test_with_four_answers_statistics_are_withheld(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = repeated(sqlite_database, around, [T2[0], T2[1][:4]])
    group = group_of(study, 2)
    assert (group.is_shown, group.missing, group.rows) == (False, 1, ())
    assert group.verdict.code == "hold"
    assert group.verdict.sentence.reason == "hold_response_both"
    assert group.verdict.beside is None
    shown = {row.name for row in group.verdict.conditions if not row.missing}
    assert shown == {"response", "experts_both", "earlier_round", "last_round"}
    assert all(row.holds is None for row in group.verdict.conditions if row.missing)
    assert group.movements[0].figures is None
    assert group.movements[0].missing == 1
    assert [one.is_shown for one in group.series[0].spreads] == [True, False]
    assert all(spread.mean.value is None for one in group.series for spread in one.spreads[1:])
    assert group.orders[1].w.value is None


@pytest.mark.parametrize("viewer", [Viewer.COORDINATOR, Viewer.METHODOLOGIST])
def test_nobody_of_the_staff_opens_a_withheld_figure(
    sqlite_database: Database, around: Surroundings, viewer: Viewer
) -> None:
    study = repeated(sqlite_database, around, [T2[0], T2[1][:4]])
    for key in ("mean-D", "w", "p", "iqr", "weight_change_max", "median_own_move-2", "change-D"):
        assert page_of(study, 2, key, viewer).opened is None
    assert page_of(study, 2, "response", viewer).opened is not None


def test_movement_of_few_is_withheld_though_the_round_is_shown(
    sqlite_database: Database, around: Surroundings
) -> None:
    rules = replace(RULES, minimum=3, response="0.3")
    study = running_study(sqlite_database, around, experts=12, protocol=rules)
    study.opens_round()
    for expert in range(6):
        study.submits(expert, T2[0][expert])
    study.closes_round().opens_round()
    for expert in range(3, 11):
        study.submits(expert, T2[1][expert % 8])
    study.closes_round()
    group = group_of(study, 2)
    assert group.is_shown
    assert group.verdict.sentence.reason == "withheld"
    assert group.movements[0].figures is None
    assert all(row.change is None for row in group.rows)
    hidden = {row.name for row in group.verdict.conditions if row.missing}
    assert hidden == {"weight_change_max", "median_own_move", "mean_own_move"}


def test_smallest_and_largest_are_shown_from_ten_answers_on(
    sqlite_database: Database, around: Surroundings
) -> None:
    few = repeated(sqlite_database, around, [T2[0]])
    assert all(row.extremes is None for row in group_of(few, 1).rows)
    many = repeated(sqlite_database, around, [(*T2[0], *T2[0][:2])], experts=10)
    row = group_of(many, 1).rows[0]
    assert row.extremes is not None
    assert (row.extremes.low_text, row.extremes.high_text) == ("5", "30")


def test_results_that_are_being_computed_are_said_to_be(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(T2[0])
    with study.database.writing() as session:
        close_round(session, study.round_id, around)
    page = page_of(study, 1)
    assert (page.state, page.answered, page.groups) == ("computing", 8, ())


def test_the_last_closed_round_is_found(t2: RunningStudy) -> None:
    with t2.database.reading() as session:
        assert latest_closed(session, t2.id) == 3
        assert latest_closed(session, "unknown") is None


# --------------------------------------------------------------------------------- other verdicts


APART = ((60, 20, 20),) * 4 + ((20, 60, 20),) * 4


def test_stable_dissent_names_the_item_that_is_furthest_apart(
    sqlite_database: Database, around: Surroundings
) -> None:
    group = group_of(repeated(sqlite_database, around, [APART, APART]), 2)
    assert group.verdict.code == "stable_dissent"
    sentence = group.verdict.sentence
    assert (sentence.reason, sentence.ending) == ("dissent_iqr", "end_dissent")
    assert sentence.parameters["value"] == "40"
    assert sentence.parameters["others"] == 1
    tags = {row.name: row.tag for row in group.verdict.conditions if row.decided}
    assert tags["median_own_move"] == "stable"
    assert tags["items_agreed"] == "disagrees"


def test_dissent_may_rest_on_answers_far_from_the_median(
    sqlite_database: Database, around: Surroundings
) -> None:
    far = ((40, 30, 30),) * 6 + ((60, 20, 20), (20, 40, 40)) * 2
    study = repeated(sqlite_database, around, [far, far], experts=10)
    sentence = group_of(study, 2).verdict.sentence
    assert sentence.reason == "dissent_within"
    assert sentence.parameters["share"].low_text == "60"


def test_the_last_round_stops_what_still_moves(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = replay(sqlite_database, around, 2, protocol=with_rounds(RULES, 2))
    verdict = group_of(study, 2).verdict
    assert verdict.code == "round_limit"
    assert (verdict.sentence.reason, verdict.sentence.ending) == (
        "moving_median_own_move",
        "limit",
    )
    assert page_of(study, 2).headline == "round_limit"


def test_both_kinds_of_movement_are_named(sqlite_database: Database, around: Surroundings) -> None:
    other = tuple((20, 60, 20) for _ in range(8))
    group = group_of(repeated(sqlite_database, around, [T2[0], other]), 2)
    assert group.verdict.sentence.reason == "moving_both"


def test_too_few_in_both_rounds_hold_the_verdict(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = repeated(sqlite_database, around, [T2[0], T2[1][:7]])
    verdict = group_of(study, 2).verdict
    assert (verdict.code, verdict.sentence.reason) == ("hold", "hold_both")
    tags = {row.name: row.tag for row in verdict.conditions if row.decided}
    assert tags == {"experts_both": "hold"}
    following = page_of(study, 2).next
    assert following is not None
    assert (following.outcome, following.missing) == ("hold", 1)


def test_the_classic_rule_names_the_item_with_the_largest_cv(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = replay(sqlite_database, around, 3, protocol=replace(RULES, preset="classic"))
    second, third = group_of(study, 2).verdict, group_of(study, 3).verdict
    assert second.sentence.reason == "classic_cv"
    assert second.sentence.parameters["item"]["en"] == "Demand"
    assert third.sentence.reason == "classic_agreed"
    assert {row.name for row in third.conditions if row.decided} == {
        "cv",
        "items_agreed",
        "p_permutation",
    }
    assert page_of(study, 2).headline == "continue_classic"


def test_the_classic_rule_asks_for_an_order_that_is_shared(
    sqlite_database: Database, around: Surroundings
) -> None:
    mixed = ((35, 35, 30), (30, 35, 35), (35, 30, 35), (30, 40, 30)) * 2
    rules = replace(RULES, preset="classic")
    group = group_of(repeated(sqlite_database, around, [mixed, mixed], protocol=rules), 2)
    assert group.verdict.sentence.reason == "classic_p"


def test_without_any_order_the_classic_rule_cannot_be_met(
    sqlite_database: Database, around: Surroundings
) -> None:
    tree = parse_tree(
        HEAD + "".join(f"{c},,甲{c},{c},value,benefit,elicited,\n" for c in "ABCD"),
        "four.csv",
        require_weights=False,
    )
    even = ((25, 25, 25, 25),) * 8
    rules = replace(RULES, preset="classic")
    study = repeated(sqlite_database, around, [even, even], tree=tree, protocol=rules)
    group = group_of(study, 2)
    assert group.verdict.sentence.reason == "classic_no_order"
    assert {one.reason for one in group.undefined} == {"all_constant"}


# ---------------------------------------------------------------------------------- edges of data


def test_an_item_that_all_put_at_zero_has_no_cv(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = repeated(sqlite_database, around, [((0, 50, 50),) * 8])
    group = group_of(study, 1)
    assert group.rows[0].cv.value is None
    assert group.rows[0].cv.reason == "mean_0"
    assert [(one.figure, one.reason) for one in group.undefined] == [("cv", "mean_0")]
    opened = page_of(study, 1, "cv-D").opened
    assert opened is not None
    assert opened.notes[-1].parameters["reason"] == "mean_0"


def test_a_group_of_two_shows_the_split_instead_of_w(
    sqlite_database: Database, around: Surroundings
) -> None:
    answers = ((70, 30),) * 5 + ((40, 60),) * 2 + ((50, 50),)
    study = repeated(sqlite_database, around, [answers], tree=TWO)
    group = group_of(study, 1)
    (split,) = group.splits
    assert (split.m, split.first, split.second, split.equal) == (8, 5, 2, 1)
    assert group.orders == ()
    assert page_of(study, 1, "w").opened is None


def test_a_split_of_few_is_withheld(sqlite_database: Database, around: Surroundings) -> None:
    study = repeated(sqlite_database, around, [((70, 30),) * 4], tree=TWO)
    (split,) = group_of(study, 1).splits
    assert (split.first, split.second, split.missing) == (0, 0, 1)


def test_a_group_that_everybody_abstained_from_has_no_figures(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS)
    study.opens_round()
    points = {"D": 30, "S": 40, "E": 30}
    for expert in range(8):
        study.submits(expert, typed(points, abstained=["D"]))
    study.closes_round()
    page = page_of(study, 1)
    first, second = page.groups
    assert (first.answered, second.answered, second.abstained) == (8, 0, 8)
    assert (second.is_shown, second.missing, second.rows) == (False, 5, ())
    assert second.verdict.code == "hold"
    assert page.headline == "mixed"
    assert page.next is not None
    assert page.next.missing == 8


def test_figures_of_a_second_group_have_keys_of_their_own(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS)
    study.opens_round()
    for expert in range(8):
        study.submits(expert, typed({"D": 30, "S": 40, "E": 30, "D1": 55 + 5 * (expert % 2),
                                     "D2": 45 - 5 * (expert % 2)}))  # fmt: skip
    study.closes_round()
    page = page_of(study, 1, "iqr~D")
    assert [group.suffix for group in page.groups] == ["", "~D"]
    keys = keys_of(page)
    assert len(keys) == len(set(keys))
    assert page.opened is not None
    assert page.opened.key == "iqr~D"
    assert len(page.opened.equations) == 2
    assert page_of(study, 1, "iqr").opened is not None
    assert page_of(study, 1, "iqr~E").opened is None


def test_names_of_three_are_read_from_the_frozen_questionnaire(t2: RunningStudy) -> None:
    group = group_of(t2, 1)
    assert [one["zh"] for one in group.items.values()] == [node.name_zh for node in THREE.nodes]
    assert group.short == group.items
