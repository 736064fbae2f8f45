"""The weights page: preview, release, rounding, other rules, the way of each weight."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.rounding import largest_remainder
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.errors import NotFoundError
from delphi.models.study import Round
from delphi.queries.rounding import rounding_table
from delphi.queries.ways import Way, answer_rows, product, short_labels, way_of
from delphi.queries.weights import WeightsPage, released_weights, weights_page
from delphi.services import trees
from delphi.services.releases import end_study
from delphi.surroundings import Surroundings
from tests.conftest import NOON
from tests.databases import SqliteSource
from tests.studies import (
    FOUR_GROUPS,
    T2,
    RunningStudy,
    running_study,
    still_surroundings,
    typed,
)

EXACT = {"D": Fraction(115, 8), "S": Fraction(440, 8), "E": Fraction(245, 8)}


def page_of(study: RunningStudy, viewer: Viewer = Viewer.COORDINATOR) -> WeightsPage:
    with study.database.reading() as session:
        return weights_page(session, study.id, trees.load_tree(session, study.id), viewer)


def way(study: RunningStudy, code: str, viewer: Viewer = Viewer.COORDINATOR) -> Way | None:
    with study.database.reading() as session:
        tree = trees.load_tree(session, study.id)
        page = weights_page(session, study.id, tree, viewer)
        return way_of(session, page, tree, code, viewer)


def replay(database: Database, around: Surroundings, rounds: int) -> RunningStudy:
    study = running_study(database, around)
    for answers in T2[:rounds]:
        study.opens_round().all_submit(answers).closes_round()
    return study


@pytest.fixture(scope="module")
def preview(
    sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStudy]:
    """Panel T2 after its last round, not ended."""
    database = Database(sqlite_source.fresh(tmp_path_factory.mktemp("preview")))
    yield replay(database, still_surroundings(FixedClock(NOON)), 3)
    database.dispose()


@pytest.fixture(scope="module")
def released(
    sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStudy]:
    """Panel T2 with its weights released."""
    database = Database(sqlite_source.fresh(tmp_path_factory.mktemp("released")))
    study = replay(database, still_surroundings(FixedClock(NOON)), 3)
    with database.writing() as session:
        end_study(session, study.id, study.around)
    yield study
    database.dispose()


def test_without_a_closed_round_there_is_nothing(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    assert page_of(study).state == "empty"
    study.opens_round().all_submit(T2[0])
    page = page_of(study)
    assert (page.state, page.groups, page.nodes) == ("empty", (), ())
    assert way(study, "D") is None


def test_the_preview_has_what_the_last_closed_round_would_give(preview: RunningStudy) -> None:
    page = page_of(preview)
    assert (page.state, page.round, page.answered) == ("preview", 3, 8)
    (group,) = page.groups
    assert {item.code: item.exact for item in group.items} == EXACT
    assert [item.published for item in group.items] == [15, 55, 30]


def test_the_release_says_the_same_as_its_preview(
    preview: RunningStudy, released: RunningStudy
) -> None:
    before, after = page_of(preview), page_of(released)
    assert after.state == "released"
    assert [g.items for g in after.groups] == [g.items for g in before.groups]
    assert [g.rounding for g in after.groups] == [g.rounding for g in before.groups]
    assert after.nodes == before.nodes
    assert after.runs == 1


def test_the_file_has_the_bytes_that_were_hashed(released: RunningStudy) -> None:
    page = page_of(released)
    with released.database.reading() as session:
        found = released_weights(session, released.id)
    assert json.loads(found.content) == found.document
    assert page.size == len(found.content)
    published = {node["code"]: node["published_local_percent"] for node in found.document["nodes"]}
    assert {node.code: node.published_local for node in page.nodes} == {
        code: Fraction(text) for code, text in published.items()
    }


def test_without_a_release_there_is_no_file(preview: RunningStudy) -> None:
    with (
        preview.database.reading() as session,
        pytest.raises(NotFoundError, match="release_unknown"),
    ):
        released_weights(session, preview.id)


def test_other_rules_are_measured_against_the_headline(released: RunningStudy) -> None:
    (group,) = page_of(released).groups
    found = {one.rule: one for one in group.alternatives}
    assert list(found) == ["geometric_mean", "l1", "median", "trimmed_mean", "equal"]
    geometric = found["geometric_mean"]
    assert geometric.weights is not None
    assert [round(float(one), 3) for one in geometric.weights] == [14.133, 55.210, 30.656]
    assert [round(float(one), 3) for one in geometric.differences] == [-0.242, 0.210, 0.031]
    assert group.half_step == Fraction(5, 2)
    assert group.flagged == ()
    assert found["equal"].flagged


def test_a_rule_that_differs_by_more_than_half_a_step_is_flagged(
    sqlite_database: Database, around: Surroundings
) -> None:
    apart = ((90, 5, 5),) * 3 + ((10, 45, 45),) * 5
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(apart).closes_round()
    (group,) = page_of(study).groups
    assert "median" in {one.rule for one in group.flagged}
    assert "equal" not in {one.rule for one in group.flagged}


def test_a_rule_that_leaves_nothing_is_undefined_with_its_reason(
    sqlite_database: Database, around: Surroundings
) -> None:
    lone = ((100, 0, 0), (0, 100, 0), (0, 0, 100), (100, 0, 0), (0, 100, 0), (0, 0, 100))
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(lone).closes_round()
    (group,) = page_of(study).groups
    undefined = {one.rule: one.reason for one in group.alternatives if one.weights is None}
    assert undefined == {"median": "all_zero"}


def test_with_four_answers_no_weights_are_shown(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(T2[0][:4]).closes_round()
    page = page_of(study)
    assert (page.state, page.missing, page.groups) == ("withheld", 1, ())
    assert way(study, "D", Viewer.METHODOLOGIST) is None


# -------------------------------------------------------------------------------------- rounding


def test_rounding_is_shown_step_by_step() -> None:
    table = rounding_table(
        (Fraction(115, 8), Fraction(55), Fraction(245, 8)), Fraction(5), ("D", "S", "E")
    )
    found = [(float(r.quota), r.floor, float(r.remainder), r.extra) for r in table.rows]
    assert found == [(2.875, 2, 0.875, 1), (11.0, 11, 0.0, 0), (6.125, 6, 0.125, 0)]
    assert (table.floors, table.extras, table.quotas) == (19, 1, 20)
    assert not table.harms


@settings(max_examples=60)
@given(st.lists(st.integers(1, 500), min_size=2, max_size=8), st.sampled_from([1, 2, 5, 10]))
def test_the_steps_lead_to_what_is_published(points: list[int], step: int) -> None:
    percents = tuple(Fraction(100 * one, sum(points)) for one in points)
    codes = tuple(str(at) for at in range(len(points)))
    table = rounding_table(percents, Fraction(step), codes)
    assert table.published == largest_remainder(percents, Fraction(step)).rounded
    for row in table.rows:
        assert (row.floor + row.extra) * step == row.published
        assert row.floor + row.remainder == row.quota
        assert row.extra in {0, 1}


def test_a_step_that_harms_is_said_to() -> None:
    split = rounding_table((Fraction(65, 2), Fraction(65, 2), Fraction(35)), Fraction(5), "ABC")
    zeroed = rounding_table((Fraction(2), Fraction(48), Fraction(50)), Fraction(5), "ABC")
    assert (split.split, split.harms) == ((("A", "B"),), True)
    assert (zeroed.zeroed, zeroed.harms) == (("A",), True)


# ------------------------------------------------------------------------------------------- ways


def test_the_way_of_a_weight_leads_back_to_its_sum(released: RunningStudy) -> None:
    found = way(released, "S")
    assert found is not None
    assert found.answers is not None
    assert (found.answers.count, found.answers.sums) == (8, (115, 440, 245))
    assert found.node.local == Fraction(440, 800) == Fraction(11, 20)
    assert found.rounding is not None
    assert found.answers.terms == ""


def test_rows_are_for_methodologists_only(released: RunningStudy) -> None:
    mine, theirs = way(released, "S", Viewer.METHODOLOGIST), way(released, "S")
    assert mine is not None
    assert theirs is not None
    assert theirs.answers is not None
    assert theirs.answers.rows is None
    assert mine.answers is not None
    assert mine.answers.rows is not None
    assert sorted(row.values for row in mine.answers.rows) == sorted(T2[2])
    assert [row.label for row in mine.answers.rows] == sorted(r.label for r in mine.answers.rows)
    assert len(mine.answers.terms.split(" + ")) == 8


def test_the_hashes_of_the_rows_are_those_that_count(released: RunningStudy) -> None:
    with released.database.reading() as session:
        rows = answer_rows(session, released.id, page_of(released).groups[0])
        last = session.get_one(Round, released.round_id)
        assert sorted(row.leaf for row in rows) == json.loads(last.counted or "")


def test_labels_say_nothing_of_the_pseudonym_and_differ() -> None:
    pseudonyms = [f"{number:032x}" for number in range(400)]
    labels = short_labels(pseudonyms)
    assert len(set(labels.values())) == 400
    assert min(map(len, labels.values())) == 2
    assert all(label not in one.upper() for one, label in labels.items() if len(label) > 3)
    assert short_labels(reversed(pseudonyms)) == labels


def test_a_weight_below_is_the_product_along_its_path(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around, tree=FOUR_GROUPS)
    study.opens_round()
    for expert in range(8):
        study.submits(expert, typed({"D": 30, "S": 40, "E": 30, "D1": 60, "D2": 40}))
    study.closes_round()
    equal, alone, weighted = way(study, "S1"), way(study, "E1"), way(study, "D2")
    assert equal is not None
    assert [node.code for node in equal.path] == ["S", "S1"]
    assert (equal.leaves, equal.leaves_of_group, equal.answers) == (1, 2, None)
    assert product(equal.path, published=False) == (Fraction(2, 5), Fraction(1, 2))
    assert equal.node.global_ == Fraction(1, 5)
    assert alone is not None
    assert (alone.siblings, alone.node.rule, alone.node.local) == (1, None, 1)
    assert weighted is not None
    assert weighted.answers is not None
    assert weighted.answers.sums == (480, 320)
    assert weighted.rounding is None
    assert sum(node.global_ for node in page_of(study).nodes if node.is_leaf) == 1


def test_an_unknown_weight_has_no_way(released: RunningStudy) -> None:
    assert way(released, "X") is None
    assert way(released, "") is None


def test_the_preview_is_as_sure_as_the_release(
    preview: RunningStudy, released: RunningStudy
) -> None:
    first, last = (page_of(one).groups[0].uncertainty for one in (preview, released))
    assert first is not None
    assert first == last
    supply = first.items[1]
    assert (supply.low, supply.high) == (Fraction(105, 2), Fraction(115, 2))
    assert all(one.weights != (15, 55, 30) for one in first.others)
    assert sum(one.share for one in first.others) + first.same_rounding <= 100
