"""Panels from files and pasted lines: read whole or refused with every problem."""

from __future__ import annotations

import contextlib
import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.exchange.panel import (
    PanelError,
    PanelProblem,
    PanelRow,
    PanelRules,
    panel_table,
    read_panel_file,
    read_pasted_panel,
)

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
CHEN = PanelRow("陈建平", "陈教授", "城市规划", "chen@example.org")
TABLE = "name,salutation,field,email\n陈建平,陈教授,城市规划,chen@example.org\n"
CHINESE_TABLE = "姓名,称呼,专业,邮箱\n陈建平,陈教授,城市规划,chen@example.org\n"


def rules(*taken: str, room: int = 5000) -> PanelRules:
    return PanelRules(taken, room, lambda text: ADDRESS.fullmatch(text) is not None)


def problems(data: bytes | str, *taken: str, room: int = 5000) -> list[PanelProblem]:
    data = data.encode() if isinstance(data, str) else data
    with pytest.raises(PanelError) as caught:
        read_panel_file(data, rules(*taken, room=room))
    return list(caught.value.problems)


def pasted_problems(text: str, *taken: str) -> list[PanelProblem]:
    with pytest.raises(PanelError) as caught:
        read_pasted_panel(text, rules(*taken))
    return list(caught.value.problems)


@pytest.mark.parametrize("table", [TABLE, CHINESE_TABLE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";", "，", "；"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_form_in_which_spreadsheets_write_a_panel_is_read(
    table: str, encoding: str, separator: str, line_end: str
) -> None:
    data = table.replace(",", separator).replace("\n", line_end).encode(encoding)
    assert read_panel_file(data, rules()) == (CHEN,)


def test_columns_may_stand_in_any_order_and_be_left_out() -> None:
    assert read_panel_file("邮箱,姓名\nsu@example.org,苏敏\n,何文静\n".encode(), rules()) == (
        PanelRow("苏敏", "", "", "su@example.org"),
        PanelRow("何文静", "", "", None),
    )


def test_quoted_cells_keep_their_separators() -> None:
    data = b'name,field\n"Chen, Jianping","urban ""planning"""\n'
    assert read_panel_file(data, rules())[0] == PanelRow(
        "Chen, Jianping", "", 'urban "planning"', None
    )


def test_text_that_looks_like_a_formula_or_html_is_only_text() -> None:
    data = b'name,field\n"=HYPERLINK(""x"")",<script>alert(1)</script>\n'
    row = read_panel_file(data, rules())[0]
    assert (row.name, row.field) == ('=HYPERLINK("x")', "<script>alert(1)</script>")


def test_control_characters_and_direction_overrides_are_taken_out() -> None:
    assert read_pasted_panel("陈\u202e建平\x07", rules())[0].name == "陈建平"


@pytest.mark.parametrize("data", [b"", b"  \r\n \n", b"\n,,,\n"])
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    assert problems(data) == [PanelProblem("file_empty")]


def test_a_header_alone_has_no_people() -> None:
    assert problems("姓名,邮箱\n") == [PanelProblem("no_people")]


@pytest.mark.parametrize("data", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest"])
def test_a_workbook_is_named_as_such(data: bytes) -> None:
    assert problems(data) == [PanelProblem("file_workbook")]


@pytest.mark.parametrize("data", [b"name\nA\n\x00\x01\x02", b"name\nA\n\xff\xfe\xff"])
def test_bytes_that_are_no_text_are_refused_with_their_row(data: bytes) -> None:
    assert problems(data) == [PanelProblem("file_not_text", row=3)]


def test_utf_8_with_a_fault_is_not_read_as_another_coding() -> None:
    data = "name\n陈建平\n何文静\n".encode() + b"\xe9\x99\n"
    assert problems(data) == [PanelProblem("file_broken", row=4)]
    assert problems("\ufeffname\n陈".encode()[:-1]) == [PanelProblem("file_broken", row=2)]


def test_a_file_that_is_too_large_is_not_read() -> None:
    assert problems(b"name\n" + b"a" * 1_000_001) == [PanelProblem("file_large", number=1)]


def test_broken_quoting_is_refused_with_its_row() -> None:
    assert problems('name\n"A" B\n') == [PanelProblem("file_quotes", row=2)]


def test_unknown_unnamed_double_and_missing_columns_are_all_named() -> None:
    assert problems("职务,,email,邮箱\nx,y,z,w\n") == [
        PanelProblem("column_unknown", 1, found="职务"),
        PanelProblem("column_unnamed", 1),
        PanelProblem("column_twice", 1, "email", found="邮箱"),
        PanelProblem("column_missing", 1, "name"),
    ]


def test_a_table_without_header_is_refused() -> None:
    codes = [problem.code for problem in problems("陈建平,陈教授\n苏敏,苏主任\n")]
    assert codes == ["column_unknown", "column_unknown", "column_missing"]


def test_rows_with_too_few_or_too_many_cells_are_refused() -> None:
    assert problems("name,email\nA\nB,b@example.org,c\n") == [
        PanelProblem("row_cells", 2, number=1),
        PanelProblem("row_cells", 3, number=3),
    ]


def test_every_bad_cell_is_told_with_row_and_column() -> None:
    table = (
        "name,email\n"
        ",a@example.org\n"
        "—,b@example.org\n"
        "C,no address\n"
        "D,d@example.org\n"
        "E,D@EXAMPLE.ORG\n"
        "F,taken@example.org\n"
        f"{'G' * 101},\n"
        "H\ufffd,\n"
    )
    assert problems(table, "Taken@example.org") == [
        PanelProblem("name_missing", 2, "name"),
        PanelProblem("name_unreadable", 3, "name", "—"),
        PanelProblem("address_bad", 4, "email", "no address"),
        PanelProblem("address_twice", 6, "email", "D@EXAMPLE.ORG", 5),
        PanelProblem("address_taken", 7, "email", "taken@example.org"),
        PanelProblem("cell_long", 8, "name", "G" * 60 + "…", 100),
        PanelProblem("cell_garbled", 9, "name", "H\ufffd"),
    ]


def test_more_people_than_there_is_room_for_are_refused_at_once() -> None:
    assert problems("name\n" + "A\n" * 4, room=3) == [PanelProblem("too_many", found="4", number=3)]


def test_pasted_lines_take_any_separator_and_may_leave_out_later_parts() -> None:
    text = "陈建平，陈教授，城市规划，chen@example.org\n\n苏敏\t苏主任\n何文静;;信息通信\n高远,\n"
    assert read_pasted_panel(text, rules()) == (
        CHEN,
        PanelRow("苏敏", "苏主任", "", None),
        PanelRow("何文静", "", "信息通信", None),
        PanelRow("高远", "", "", None),
    )


def test_a_header_pasted_along_is_taken_as_such() -> None:
    assert read_pasted_panel("邮箱\t姓名\nsu@example.org\t苏敏", rules()) == (
        PanelRow("苏敏", "", "", "su@example.org"),
    )


def test_an_address_in_the_wrong_part_is_not_taken_for_a_salutation() -> None:
    assert pasted_problems("陈建平, chen@example.org") == [
        PanelProblem("address_misplaced", 1, "salutation", "chen@example.org")
    ]


def test_a_pasted_line_with_too_many_parts_is_refused() -> None:
    assert pasted_problems("a,b,c,d@example.org,e") == [PanelProblem("row_cells", 1, number=5)]


@pytest.mark.parametrize("text", ["", " \n\t\n", "姓名,邮箱"])
def test_nothing_pasted_is_said(text: str) -> None:
    assert pasted_problems(text) == [PanelProblem("nothing_pasted")]


@given(st.binary(max_size=400))
@settings(max_examples=100)
def test_any_bytes_give_people_or_the_listed_problems(data: bytes) -> None:
    _read(data)


@given(st.sampled_from(["name,email\n", "姓名\t邮箱\n", "name\n"]), st.text(max_size=200))
@settings(max_examples=100)
def test_any_text_below_a_header_gives_people_or_the_listed_problems(head: str, text: str) -> None:
    _read((head + text).encode("utf-8", "surrogatepass"))
    _read((head + text).encode("gb18030", "replace"))


def _read(data: bytes) -> None:
    try:
        people = read_panel_file(data, rules())
    except PanelError:
        return
    assert people
    for person in people:
        assert 0 < len(person.name) <= 100
        assert person.email is None or ADDRESS.fullmatch(person.email)


@given(st.text(max_size=200))
@settings(max_examples=100)
def test_any_pasted_text_gives_people_or_the_listed_problems(text: str) -> None:
    with contextlib.suppress(PanelError):
        assert read_pasted_panel(text, rules())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "＝", "＋", "\t", "\r", "\n", "−"])
def test_no_cell_of_a_table_runs_as_a_formula(start: str) -> None:
    data = panel_table(["name"], [[f"{start}1+1"], ["plain"]])
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [["name"], [f"'{start}1+1"], ["plain"]]
