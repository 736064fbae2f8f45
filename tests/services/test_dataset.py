"""The data table of a draft, and what a round freezes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analysis.treefile import parse_tree
from delphi.db import Database
from delphi.domain.dataset import DataRange, Dataset
from delphi.exchange.dataset import read_data_file
from delphi.models.study import Study
from delphi.schemas import SchemaError, require_valid
from delphi.services import studies, trees
from delphi.services.dataset import attach_dataset, load_dataset, remove_dataset
from delphi.services.launch import launch
from delphi.surroundings import Surroundings
from tests.studies import FOUR_GROUPS, HEAD, RunningStudy, draft_study, refuses

TABLE = "unit,year,D1,E1\nx,2019,1,\ny,2019,2.5,\nx,2020,3,\ny,2020,10,\n"
#: Two groups that experts weight, one below the other.
DEEP = parse_tree(
    HEAD
    + "A,,甲,First,,,elicited,\nB,,乙,Second,value,cost,elicited,\n"
    + "A1,A,甲一,One,,,equal_leaves,\nA2,A,甲二,Two,value,benefit,equal_leaves,\n"
    + "A1a,A1,甲一子,One a,ratio,benefit,elicited,\nA1b,A1,甲一丑,One b,ratio,benefit,elicited,\n",
    "deep.csv",
    require_weights=False,
)


def dataset(table: str = TABLE, tree: Any = FOUR_GROUPS, file: str = "cities.csv") -> Dataset:
    return read_data_file(table.encode(), file, [leaf.code for leaf in tree.leaves])


def stored(database: Database, study_id: str) -> Dataset | None:
    with database.reading() as session:
        return load_dataset(session.get_one(Study, study_id))


def attach(database: Database, study_id: str, data: Dataset) -> None:
    with database.writing() as session:
        attach_dataset(session, study_id, data)


def test_a_draft_keeps_the_figures_and_not_the_table(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    assert stored(database, study_id) is None
    attach(database, study_id, dataset())
    assert stored(database, study_id) == dataset()
    with database.reading() as session:
        text = session.get_one(Study, study_id).dataset
    assert text is not None
    assert "2.75" in text  # the median
    assert "2.5" not in text  # the value of y


def test_a_table_is_replaced_and_removed(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    other = dataset("unit,year,S1\nx,2020,7\n", file="other.csv")
    for data in (dataset(), other):
        attach(database, study_id, data)
        assert stored(database, study_id) == data
    for _ in range(2):
        with database.writing() as session:
            remove_dataset(session, study_id)
        assert stored(database, study_id) is None


def test_nothing_changes_after_the_launch(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    attach(database, study_id, dataset())
    with database.writing() as session:
        launch(session, study_id, around)
    with refuses("study_launched"), database.writing() as session:
        attach_dataset(session, study_id, dataset("unit,year,S1\nx,2020,7\n"))
    with refuses("study_launched"), database.writing() as session:
        remove_dataset(session, study_id)
    assert stored(database, study_id) == dataset()


@pytest.mark.parametrize("act", [lambda s, i: attach_dataset(s, i, dataset()), remove_dataset])
def test_an_unknown_study_has_no_data(database: Database, act: Any) -> None:
    with refuses("study_unknown"), database.writing() as session:
        act(session, "0" * 16)


def test_the_data_leave_the_protocol_as_it_is(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    with database.reading() as session:
        before = session.get_one(Study, study_id).protocol
        tree = trees.tree_sha256(trees.load_tree(session, study_id))
    attach(database, study_id, dataset())
    with database.reading() as session:
        assert session.get_one(Study, study_id).protocol == before
        assert trees.tree_sha256(trees.load_tree(session, study_id)) == tree


def opened(database: Database, around: Surroundings, data: Dataset | None) -> RunningStudy:
    study_id = draft_study(database, around, tree=DEEP)
    with database.writing() as session:
        if data is not None:
            attach_dataset(session, study_id, data)
        studies.set_weight_rule(session, study_id, "A1", "elicited")
        launch(session, study_id, around)
    return RunningStudy(database, around, study_id, [], []).opens_round()


def test_a_round_freezes_path_and_range_of_each_item(
    database: Database, around: Surroundings
) -> None:
    data = dataset("unit,year,A1a,B\nx,2020,0.5,-3\ny,2021,0.70,\n", DEEP)
    asked = opened(database, around, data).questionnaire
    first, one_a, one_b = (asked.item(code) for code in ("B", "A1a", "A1b"))
    assert first is not None
    assert one_a is not None
    assert one_b is not None
    assert first.path == ()
    assert one_a.path == one_b.path
    assert one_a.path == ({"zh": "甲", "en": "First"}, {"zh": "甲一", "en": "One"})
    assert first.range == DataRange("-3", "-3", "-3", 1, 2020, 2020)
    assert one_a.range == DataRange("0.5", "0.6", "0.7", 2, 2020, 2021)
    assert one_b.range is None


def test_the_stored_document_tells_them_always(database: Database, around: Surroundings) -> None:
    study = opened(database, around, None)
    document = json.loads(study.round().questionnaire or "")
    require_valid(document)
    items = [item for question in document["questions"] for item in question["items"]]
    assert [(item["code"], item["range"]) for item in items] == [
        (code, None) for code in ("A", "B", "A1a", "A1b")
    ]
    assert [len(item["path"]) for item in items] == [0, 0, 2, 2]
    del items[0]["path"]
    with pytest.raises(SchemaError):
        require_valid(document)


@pytest.mark.parametrize(
    "wrong", [{"low": 3}, {"low": "1e3"}, {"units": 0}, {"units": "2"}, {"mean": "3"}]
)
def test_the_schema_refuses_another_range(
    database: Database, around: Surroundings, wrong: dict[str, object]
) -> None:
    study = opened(database, around, dataset("unit,year,B\nx,2020,3\n", DEEP))
    document = json.loads(study.round().questionnaire or "")
    document["questions"][0]["items"][1]["range"] |= wrong
    with pytest.raises(SchemaError):
        require_valid(document)
