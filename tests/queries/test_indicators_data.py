"""What the page of the indicators reads of a data table."""

from __future__ import annotations

from delphi.db import Database
from delphi.domain.dataset import DataRange, LeafData
from delphi.exchange.dataset import read_data_file
from delphi.queries.setup import IndicatorsPage, indicators_page
from delphi.services.dataset import attach_dataset, remove_dataset
from delphi.surroundings import Surroundings
from tests.studies import FOUR_GROUPS, draft_study

TABLE = b"unit,year,D1,E1\nx,2019,1,\ny,2019,2.5,\nx,2020,3,\ny,2020,10,\n"


def page_of(database: Database, study_id: str) -> IndicatorsPage:
    with database.reading() as session:
        return indicators_page(session, study_id)


def test_each_leaf_stands_with_its_data(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    before = page_of(database, study_id)
    assert before.dataset is None
    assert before.leaf_codes == ("D1", "D2", "S1", "S2", "E1")
    with database.writing() as session:
        attach_dataset(session, study_id, read_data_file(TABLE, "x.csv", before.leaf_codes))
    page = page_of(database, study_id)
    assert page.dataset is not None
    assert page.dataset.file == "x.csv"
    assert page.without_data == ("D2", "S1", "S2", "E1")  # E1 has a column and no value
    assert {row.code: row.data for row in page.rows if row.data} == {
        "D1": LeafData(DataRange("1", "2.75", "10", 2, 2019, 2020), 4)
    }
    with database.writing() as session:
        remove_dataset(session, study_id)
    assert page_of(database, study_id) == before
