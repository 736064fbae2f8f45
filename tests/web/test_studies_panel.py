"""The panel page: pasted lines, files in every coding, everybody or nobody."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from delphi.exchange.panel import PanelError, PanelRules, read_panel_file
from delphi.models.identity import Person
from delphi.services.panel import is_address
from delphi.web.site import Site
from delphi.web.studies.problems import panel_problems
from tests.web.studies_desk import Desk, heading, words

TABLE = "姓名,称呼,专业,邮箱\n陈建平,陈教授,城市规划,chen@example.org\n苏敏,苏主任,统计,\n"
BAD_FILES = {
    "wrong columns": ("职务,单位\nx,y\n".encode(), "Row 1: Unknown column “职务”."),
    "no name column": (b"email\na@example.org\n", "Row 1, name: No column for the name."),
    "bad address": (
        b"name,email\nA,nobody\n",
        "Row 2, e-mail: “nobody” is no mail address; one such as chen@example.org is expected.",
    ),
    "double address": (
        b"name,email\nA,a@example.org\nB,A@example.org\n",
        "Row 3, e-mail: “A@example.org” stands on row 2 already; each address once.",
    ),
    "address of the panel": (
        b"name,email\nA,taken@example.org\n",
        "Row 2, e-mail: “taken@example.org” is in the panel already.",
    ),
    "missing name": (b"name,email\n,a@example.org\n", "Row 2, name: The name is missing."),
    "ragged": (b"name,email\nA,b,c\n", "Row 2: 3 cells do not fit the columns."),
    "empty": (b"", "The file is empty."),
    "header only": (b"name\n", "The file has a header and nobody below it."),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", "This is not a text file."),
    "workbook": (b"PK\x03\x04\x14\x00", "This is a workbook."),
    "too many": (b"name\n" + b"A\n" * 5001, "5001 people, but the panel has room for 4999."),
}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


@pytest.fixture
def base(desk: Desk) -> str:
    """Give a study with one person in the panel."""
    base = desk.empty()
    answer = desk.post(f"{base}/panel/paste", {"people": "何文静,,,taken@example.org"})
    assert answer.status_code == 303
    return base


def send(desk: Desk, base: str, data: bytes, language: str = "en") -> TestResponse:
    file = {"file": (io.BytesIO(data), "panel.csv")}
    return desk.post(f"{base}/panel/import", file, language=language)


def people(desk: Desk) -> int:
    with desk.site.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_file_is_taken_as_excel_writes_it(
    desk: Desk, base: str, encoding: str, separator: str
) -> None:
    answer = send(desk, base, TABLE.replace(",", separator).encode(encoding))
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.headers["Location"], "zh-CN")
    assert heading(page) == "专家组有 3 位专家"
    assert "已添加 2 位专家，专家组现有 3 位。" in words(page)
    for text in ("陈建平", "陈教授", "城市规划", "chen@example.org", "苏敏"):
        assert text in page


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_adds_nobody_and_says_every_problem(desk: Desk, base: str, case: str) -> None:
    data, said = BAD_FILES[case]
    before = people(desk)
    answer = send(desk, base, data)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert "Nobody was added" in answer.text
    assert "<title>Error: " in answer.text
    assert people(desk) == before


def test_one_bad_row_keeps_all_others_out(desk: Desk, base: str) -> None:
    before = people(desk)
    answer = send(desk, base, b"name,email\nA,a@example.org\nB,nobody\nC,also nobody\n")
    assert "2 problems in the list" in words(answer.text)
    assert people(desk) == before


def test_no_file_is_said(desk: Desk, base: str) -> None:
    answer = desk.post(f"{base}/panel/import")
    assert answer.status_code == 422
    assert "Choose the file with your table." in answer.text


def test_pasted_lines_are_kept_when_they_are_refused(desk: Desk, base: str) -> None:
    text = "陈建平，陈教授\n苏敏, su@example.org\n"
    answer = desk.post(f"{base}/panel/paste", {"people": text}, language="zh-CN")
    assert answer.status_code == 422
    assert "第 2 行，称呼：“su@example.org”是邮箱地址，放错了位置。" in words(answer.text)
    assert "陈建平，陈教授\n苏敏, su@example.org\n</textarea>" in answer.text.replace("\r\n", "\n")


def test_pasted_lines_add_people(desk: Desk, base: str) -> None:
    answer = desk.post(f"{base}/panel/paste", {"people": "陈建平；陈教授；城市规划\n高远"})
    assert answer.status_code == 303
    page = words(desk.get(answer.headers["Location"]))
    assert "2 experts were added; the panel now has 3." in page


def test_text_that_looks_like_code_is_only_text(desk: Desk, base: str) -> None:
    evil = '"=HYPERLINK(""http://evil"")","<script>alert(1)</script>{{7*7}}"'
    assert send(desk, base, f"name,field\n{evil}\n".encode()).status_code == 303
    page = desk.get(f"{base}/panel")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "=HYPERLINK(&#34;http://evil&#34;)" in page


def test_somebody_is_taken_out_after_a_question(desk: Desk, base: str) -> None:
    with desk.site.database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.name == "何文静")).one()
    address = f"{base}/panel/{person}/remove"
    assert heading(desk.get(address, "zh-CN")) == "要把何文静移出专家组吗？"
    assert desk.get(f"{base}/panel").count("taken@example.org") == 1
    answer = desk.post(address)
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    assert heading(page) == "Nobody is in the panel yet"
    assert "One expert was taken out; the panel now has 0." in words(page)
    assert desk.client.get(address).status_code == 404


def test_a_launched_panel_no_longer_changes(desk: Desk) -> None:
    study = desk.running()
    base = f"/studies/{study.id}"
    before = people(desk)
    for address, fields in (
        (f"{base}/panel/paste", {"people": "A"}),
        (f"{base}/panel/import", {"file": (io.BytesIO(b"name\nA\n"), "p.csv")}),
        (f"{base}/panel/{study.people[0]}/remove", {}),
    ):
        answer = desk.post(address, fields)
        assert answer.status_code in {409, 422}
        assert "The study has been launched" in answer.text
    assert people(desk) == before
    assert "/remove" not in desk.get(f"{base}/panel")


@pytest.mark.parametrize(
    ("language", "header"),
    [("en", ["name", "salutation", "field", "email"]), ("zh-CN", ["姓名", "称呼", "专业", "邮箱"])],
)
def test_the_sample_is_itself_a_panel_that_can_be_imported(
    desk: Desk, base: str, language: str, header: list[str]
) -> None:
    sample = desk.client.get(f"{base}/panel/sample.csv", headers={"Accept-Language": language})
    assert sample.headers["Content-Disposition"] == 'attachment; filename="panel-sample.csv"'
    rows = list(csv.reader(io.StringIO(sample.data.decode("utf-8-sig"))))
    assert rows[0] == header
    assert send(desk, base, sample.data).status_code == 303


@given(
    st.binary(max_size=300)
    | st.text(max_size=150).map(lambda text: f"name\n{text}".encode("gb18030", "replace"))
)
@settings(max_examples=60)
def test_any_file_gives_people_or_problems_that_have_words(data: bytes) -> None:
    try:
        assert read_panel_file(data, PanelRules([], 5000, is_address))
    except PanelError as error:
        shown = panel_problems(error.problems)
        assert shown.lines
        assert "%(" not in "".join(shown.lines)
