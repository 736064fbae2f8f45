"""The data table behind the fact cards on the page of the indicators."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from delphi.db import Database
from delphi.models.study import Study
from delphi.web.security import LARGEST_BODY
from delphi.web.site import Site
from tests.studies import FOUR_GROUPS
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, STRANGER, Desk, foreign_words, words

GOOD = "unit,year,D1,S2\n甲,2019,3.10,1\n乙,2019,88,\n甲,2020,41,2\n乙,2020,,-5\n"
#: table, what is said in English, what is said in Chinese
BAD_TABLES: dict[str, tuple[str | bytes, str, str]] = {
    "unknown column": (
        "unit,year,D1,D9\n甲,2020,1,2\n",
        "Row 1, column D9: found the unknown column “D9”, expected unit, year or the code of an "
        "indicator with nothing below it",
        "第 1 行 D9 列：发现无法识别的列“D9”，应为 unit、year 或末级指标的代码",
    ),
    "inner code": (
        "unit,year,D\n甲,2020,1\n",
        "Row 1, column D: found the unknown column “D”",
        "第 1 行 D 列：发现无法识别的列“D”",
    ),
    "text in a cell": (
        "unit,year,D1\n甲,2020,1\n乙,2020,n/a\n",
        "Row 3, column D1: found “n/a”, expected a number or an empty cell",
        "第 3 行 D1 列：发现“n/a”，应为数或空单元格",
    ),
    "not UTF-8": (
        "unit,year,D1\n甲,2020,1\n".encode("gb18030"),
        "Row 2: found bytes that are not UTF-8, expected a file saved as “CSV UTF-8",
        "第 2 行：发现",
    ),
    "a workbook": (
        b"PK\x03\x04\x14\x00\x06\xff\x08\x00",
        "Row 1: found bytes that are not UTF-8",
        "第 1 行：发现",
    ),
    "empty": (
        "",
        "Whole table: found an empty file, expected a header row and data",
        "整个表格：发现空文件，应为列名一行，之后是数据",
    ),
    "no rows": (
        "unit,year,D1\n",
        "Row 1: found no rows, expected one row for each unit and year",
        "第 1 行：发现没有数据行，应为每个评价对象每年一行",
    ),
    "no leaf": (
        "unit,year\n甲,2020\n",
        "Row 1: found no column of an indicator, expected one column for each indicator with "
        "nothing below it, headed by its code",
        "第 1 行：发现没有任何指标的列，应为每个末级指标一列，以代码为列名",
    ),
    "no number": (
        "unit,year,D1\n甲,2020,\n",
        "Whole table: found no number, expected a number in at least one cell",
        "整个表格：发现没有一个数，应为至少有一个单元格填了数",
    ),
    "no unit": (
        "unit,year,D1\n,2020,1\n",
        "Row 2, column unit: found no unit, expected a name or code",
        "第 2 行 unit 列：发现没有评价对象，应为名称或代码",
    ),
    "no year": (
        "unit,year,D1\n甲,last,1\n",
        "Row 2, column year: found “last”, expected a year as a whole number",
        "第 2 行 year 列：发现“last”，应为整数年份",
    ),
    "twice": (
        "unit,year,D1\n甲,2020,1\n甲,2020,2\n",
        "Row 3, column unit: found unit “甲” twice in 2020, expected each unit once a year",
        "第 3 行 unit 列：发现 2020 年的评价对象“甲”重复出现，应为每个评价对象每年只出现一次",
    ),
    "no column": (
        "year,D1\n2020,1\n",
        "Row 1: found no column “unit”, expected a column unit",
        "第 1 行：发现没有“unit”列，应为 unit 列",
    ),
}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def sends(desk: Desk, base: str, table: str | bytes, **how: Any) -> TestResponse:
    """Send a data table."""
    data = table.encode() if isinstance(table, str) else table
    file = (io.BytesIO(data), how.pop("name", "my cities.csv"))
    return desk.post(f"{base}/indicators/data", {"file": file}, **how)


def stored(database: Database, base: str) -> str | None:
    with database.reading() as session:
        return session.get_one(Study, base.rsplit("/", 1)[1]).dataset


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_table_the_page_says_what_it_is_for(desk: Desk, language: str) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    page = desk.get(f"{base}/indicators", language)
    said = "No data table yet" if language == "en" else "还没有数据表"
    assert f"<h2>{said}</h2>" in page
    assert f'href="{base}/indicators/data/sample.csv"' in page
    assert "data/remove" not in page
    assert ("Smallest" if language == "en" else "最小值") not in page
    if language != "en":
        assert foreign_words(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attached_table_is_shown_leaf_by_leaf(
    desk: Desk, sqlite_database: Database, language: str
) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    answer = sends(desk, base, GOOD)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"], language)
    plain = words(page)
    for said in (
        ("The data table is attached.", "2 of 5 indicators with nothing below them", "D2, S1, E1",
         "SmallestMedianLargestValuesAssessed unitsYears", "Replace the table")
        if language == "en" else
        ("数据表已附上。", "5 个末级指标中的 2 个", "D2、S1、E1",
         "最小值中位数最大值数值个数评价对象数年份", "替换表格")
    ):  # fmt: skip
        assert said in plain
    assert "3.1 41 88 3 2 2019–2020" in plain
    assert "−5 1 2 3 2 2019–2020" in plain
    assert "my cities.csv" in plain
    assert "乙" not in page  # no row of the table is kept
    assert "乙" not in (stored(sqlite_database, base) or "")
    if language != "en":
        assert foreign_words(page) == []


def test_a_table_is_replaced_and_taken_away(desk: Desk, sqlite_database: Database) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    sends(desk, base, GOOD)
    sends(desk, base, "unit,year,E1\nx,2021,7\n", name="other.csv")
    page = words(desk.get(f"{base}/indicators"))
    assert "other.csv" in page
    assert "my cities.csv" not in page
    answer = desk.post(f"{base}/indicators/data/remove")
    assert answer.status_code == 303
    page = words(desk.get(answer.headers["Location"]))
    assert "The data table is taken away." in page
    assert "No data table yet" in page
    assert stored(sqlite_database, base) is None


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_refused_by_file_row_and_column(
    desk: Desk, sqlite_database: Database, name: str
) -> None:
    table, english, chinese = BAD_TABLES[name]
    base = desk.draft(tree=FOUR_GROUPS)
    sends(desk, base, GOOD)
    before = stored(sqlite_database, base)
    for language, said, heading in (
        ("en", english, "1 problem in my cities.csv"),
        ("zh-CN", chinese, "my cities.csv 里有 1 处问题"),
    ):
        answer = sends(desk, base, table, language=language)
        assert answer.status_code == 422
        plain = words(answer.text)
        assert said in plain
        assert heading in plain
        assert '<a href="#in-list">' in answer.text
        assert 'aria-describedby="data-file-error data-file-hint"' in answer.text
    assert foreign_words(answer.text) == []
    assert stored(sqlite_database, base) == before


def test_every_problem_is_listed_and_the_rules_are_shown_as_stored(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    answer = sends(desk, base, "unit,year,D1,S2\n甲,2020,a,b\n乙,20x,1,2\n")
    plain = words(answer.text)
    assert "3 problems in my cities.csv" in plain
    assert "The data table has not been changed" in plain
    assert answer.text.count(" selected>") == 3


def test_without_a_file_the_field_says_so(desk: Desk) -> None:
    base = desk.draft()
    for answer in (desk.post(f"{base}/indicators/data"), sends(desk, base, "", name="")):
        assert answer.status_code == 422
        assert '<a href="#data-file">Choose the file with your table.</a>' in answer.text


def test_a_table_that_is_too_large_is_refused_whole(desk: Desk, sqlite_database: Database) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
    body = head + b"unit,year,D1\r\n" + b"x,2020,1\r\n" * (LARGEST_BODY // 10) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = desk.client.post(f"{base}/indicators/data", data=body, content_type=kind)
    assert answer.status_code == 413
    assert stored(sqlite_database, base) is None


def test_a_table_full_of_mistakes_shows_the_first_hundred(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    rows = "".join(f"x{number},2020,x,x,x,x,x\n" for number in range(20_000))
    answer = sends(desk, base, "unit,year,D1,D2,S1,S2,E1\n" + rows)
    assert answer.status_code == 422
    assert "100000 problems in my cities.csv" in words(answer.text)
    assert len(answer.text) < 60_000


def test_the_data_of_a_launched_study_stay(desk: Desk, sqlite_database: Database) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    sends(desk, base, GOOD)
    before = stored(sqlite_database, base)
    assert desk.post(f"{base}/launch").status_code == 303
    page = desk.get(f"{base}/indicators")
    assert "my cities.csv" in page
    assert 'type="file"' not in page
    for answer, status in (
        (sends(desk, base, "unit,year,E1\nx,2021,7\n"), 422),
        (desk.post(f"{base}/indicators/data/remove"), 409),
    ):
        assert answer.status_code == status
        assert "The study has been launched" in answer.text
    assert stored(sqlite_database, base) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_launched_study_without_data_says_so(desk: Desk, language: str) -> None:
    page = words(desk.get(f"/studies/{desk.running().id}/indicators", language))
    said = "No data table was attached" if language == "en" else "没有附数据表"
    assert said in page


def test_methodologists_read_and_change_nothing(desk: Desk, sqlite_database: Database) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    sends(desk, base, GOOD)
    browser = desk.browser(METHODOLOGIST)
    page = desk.get(f"{base}/indicators", client=browser)
    assert "my cities.csv" in page
    assert 'type="file"' not in page
    assert "data/remove" not in page
    before = stored(sqlite_database, base)
    assert sends(desk, base, GOOD, client=browser).status_code == 403
    assert desk.post(f"{base}/indicators/data/remove", client=browser).status_code == 403
    assert sends(desk, base, GOOD, client=desk.browser(STRANGER)).status_code == 404
    assert stored(sqlite_database, base) == before


def test_the_sample_has_the_columns_of_the_tree_and_is_read_once_filled_in(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    sample = desk.client.get(f"{base}/indicators/data/sample.csv")
    assert sample.mimetype == "text/csv"
    header, row = csv.reader(io.StringIO(sample.data.decode("utf-8-sig")))
    assert header == ["unit", "year", "D1", "D2", "S1", "S2", "E1"]
    assert row == ["City A", "2025", "", "", "", "", ""]
    filled = sample.data.replace(b',"","","","",""', b',"1","2","3","4","5"')
    assert sends(desk, base, filled).status_code == 303


@pytest.mark.parametrize("act", ["data", "data/remove"])
def test_a_reload_of_a_refused_table_leads_back(desk: Desk, act: str) -> None:
    base = desk.draft()
    answer = desk.client.get(f"{base}/indicators/{act}?lang=zh-CN")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{base}/indicators?lang=zh-CN"


def test_a_refused_weight_rule_is_not_said_of_the_data(desk: Desk) -> None:
    answer = desk.post(f"{desk.draft(tree=FOUR_GROUPS)}/indicators", {"rule.root": "voted"})
    assert "The weight rules have not been changed" in answer.text
    assert "The data table has not been changed" not in answer.text


def test_names_and_cells_of_a_table_are_text(desk: Desk) -> None:
    base = desk.draft(tree=FOUR_GROUPS)
    name, cell = "<img src=x onerror=alert(1)>.csv", "<script>alert(1)</script>"
    answer = sends(desk, base, f"unit,year,D1\n{cell},2020,{cell}\n", name=name)
    assert answer.status_code == 422
    assert sends(desk, base, f"unit,year,D1\n{cell},2020,1\n", name=name).status_code == 303
    for page in (answer.text, desk.get(f"{base}/indicators")):
        assert "&lt;img src=x onerror=alert(1)&gt;.csv" in page
        assert "<img src=x" not in page
        assert "<script>alert" not in page
