"""The data of invented cities: the same each time, and what a demonstration shows of them."""

from __future__ import annotations

import json

from analysis.templates import template_tree
from delphi.db import Database
from delphi.exchange.dataset import read_data_file
from delphi.models.study import Study
from delphi.services.dataset import load_dataset
from delphi.services.demonstration import TEMPLATE, demonstrate
from delphi.services.invented_cities import FILE, invented_cities
from delphi.surroundings import Surroundings

TREE = template_tree(TEMPLATE)


def test_every_leaf_has_a_value_for_every_city_and_year() -> None:
    data = read_data_file(invented_cities(TREE), FILE, [leaf.code for leaf in TREE.leaves])
    assert list(data.leaves) == [leaf.code for leaf in TREE.leaves]
    assert {(leaf.values, leaf.range.units) for leaf in data.leaves.values()} == {(78, 26)}
    assert {(leaf.range.from_year, leaf.range.to_year) for leaf in data.leaves.values()} == {
        (2018, 2020)
    }


def test_they_are_the_same_each_time() -> None:
    assert invented_cities(TREE) == invented_cities(TREE)


def test_a_demonstration_has_them_attached(sqlite_database: Database, around: Surroundings) -> None:
    made = demonstrate(sqlite_database, around, rounds_closed=0)
    with sqlite_database.reading() as session:
        study = session.get_one(Study, made.study_id)
        kept = load_dataset(study)
    assert kept is not None
    assert kept.file == FILE
    assert len(kept.leaves) == 23
    assert "虚构市" not in json.dumps(kept.to_document(), ensure_ascii=False)
