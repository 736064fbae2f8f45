"""A new study from a template or a table; every bad table is refused with row and column."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from analysis.errors import InputError
from analysis.templates import template_text
from delphi.exchange.tree import read_tree_file
from delphi.models.study import Indicator, Study
from delphi.web.site import Site
from delphi.web.studies.problems import phrase, table_problems
from tests.web.studies_desk import LANGUAGES, STRANGER, Desk, heading, words

HEAD = "code,parent,name_zh,name_en,weight_rule\n"
GOOD = HEAD + "A,,甲,A,elicited\nB,,乙,B,elicited\n"
#: table, what is said in English, what is said in Chinese
BAD_TABLES = {
    "cycle": (
        HEAD + "A,,甲,A,elicited\nB,C,乙,B,elicited\nC,B,丙,C,elicited\n",
        "Row 3, column parent: found a cycle through “B”, expected a path that ends at a row "
        "without parent",
        "第 3 行 parent 列：发现经过“B”的循环，应为逐级向上能到达没有 parent 的一行",
    ),
    "orphan": (
        HEAD + "A,,甲,A,elicited\nB,X,乙,B,elicited\n",
        "Row 3, column parent: found “X”, expected the code of another row",
        "第 3 行 parent 列：发现“X”，应为另一行的代码",
    ),
    "duplicate code": (
        HEAD + "A,,甲,A,elicited\nA,,乙,B,elicited\n",
        "Row 3, column code: found “A”, expected each code once (also on row 2)",
        "第 3 行 code 列：发现“A”，应为每个代码只出现一次（第 2 行已有）",
    ),
    "missing name": (
        HEAD + "A,,,A,elicited\nB,,乙,,elicited\n",
        "Row 2, column name_zh: found no name, expected a name in Chinese",
        "第 2 行 name_zh 列：发现没有名称，应为中文名称",
    ),
    "no leaves": (
        HEAD,
        "Whole table: found no indicators, expected one row for each indicator",
        "整个表格：发现没有指标，应为每个指标一行",
    ),
    "empty": (
        "",
        "Whole table: found an empty file, expected a header row and data",
        "整个表格：发现空文件，应为列名一行，之后是数据",
    ),
    "no column": (
        "code,parent\nA,\n",
        "Row 1: found no column “name_zh”, expected a column name_zh",
        "第 1 行：发现没有“name_zh”列，应为 name_zh 列",
    ),
    "ragged": (
        HEAD + "A,,甲\n",
        "Row 2: found 3 cells, expected 5 as in the header",
        "第 2 行：发现 3 个单元格，应为与列名一样是 5 个",
    ),
    "unknown rule": (
        HEAD + "A,,甲,A,voted\nB,,乙,B,voted\n",
        "Row 2, column weight_rule: found “voted”, expected elicited, equal_siblings, "
        "equal_leaves or fixed",
        "第 2 行 weight_rule 列：发现“voted”，应为 elicited, equal_siblings, equal_leaves 或 fixed",
    ),
    "several rules": (
        HEAD + "A,,甲,A,elicited\nB,,乙,B,equal_leaves\n",
        "Row 3, column weight_rule: found “equal_leaves”, expected elicited as on its sibling “A”",
        "第 3 行 weight_rule 列：发现“equal_leaves”，应为与同组的“A”相同，即 elicited",
    ),
    "bad code": (
        HEAD + "A 1,,甲,A,elicited\nroot,,乙,B,elicited\n",
        "Row 2, column code: found “A 1”, expected 1 to 32 letters A-Z a-z, digits and . _ -, "
        "a letter or digit first, no spaces",
        "第 2 行 code 列：发现“A 1”，应为 1 至 32 个字符",
    ),
    "sum": (
        HEAD.replace("\n", ",local_percent\n") + "A,,甲,A,fixed,60\nB,,乙,B,fixed,30\n",
        "Row 2, column local_percent: found a sum of 90 over “A, B”, expected a sum of exactly 100",
        "第 2 行 local_percent 列：发现“A, B”合计 90，应为合计正好 100",
    ),
    "percent": (
        HEAD.replace("\n", ",local_percent\n") + "A,,甲,A,fixed,many\nB,,乙,B,fixed,\n",
        "Row 2, column local_percent: found “many”, expected a number from 0 to 100",
        "第 2 行 local_percent 列：发现“many”，应为 0 至 100 的数",
    ),
    "long name": (
        HEAD + f"A,,{'长' * 201},A,elicited\nB,,乙,B,elicited\n",
        "Column name_zh: found 201 characters at A, expected at most 200 characters",
        "name_zh 列：发现 A 处有 201 个字符，应为至多 200 个字符",
    ),
    "quotes": (
        HEAD + 'A,,"甲" 乙,A,elicited\n',
        "Row 2: found broken quotation marks, expected cells separated by commas",
        "第 2 行：发现引号不成对，应为用逗号隔开的单元格",
    ),
}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def upload(desk: Desk, table: str | bytes, language: str = "en", **titles: str) -> str:
    """Send a table that must be refused; return the page."""
    data = table.encode() if isinstance(table, str) else table
    fields = {"title_zh": "城市指数", "title_en": "City index", "tree": "upload", **titles}
    answer = desk.post(
        "/studies/new", {**fields, "file": (io.BytesIO(data), "my tree.csv")}, language=language
    )
    assert answer.status_code == 422, answer.text
    return answer.text


@pytest.mark.parametrize("template", ["icdi_ec_2022", "dei_2021"])
def test_a_template_makes_a_draft_of_whoever_asked(desk: Desk, template: str) -> None:
    stranger = desk.browser(STRANGER)
    fields = {"title_zh": " 城市\t指数 ", "title_en": "City index", "tree": template}
    answer = desk.post("/studies/new", fields, client=stranger)
    assert answer.status_code == 303
    base = answer.headers["Location"]
    assert "City index" in desk.get(base, client=stranger)
    assert "城市指数" in desk.get(base, "zh-CN", stranger)
    assert desk.client.get(base).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_are_offered_with_their_size_source_and_notes(
    desk: Desk, language: str
) -> None:
    page = words(desk.get("/studies/new", language))
    assert "3 / 11 / 23" in page
    assert "4 / 12 / 46" in page
    assert "《国家信息消费示范城市发展报告（2022年）》" in page
    assert ("4 notes on the source" if language == "en" else "出处备注 4 条") in page


def test_a_table_of_ones_own_becomes_the_tree(desk: Desk) -> None:
    fields = {"title_zh": "指数", "title_en": "Index"}  # a file without a choice is a choice too
    file = (io.BytesIO(("\ufeff" + GOOD).encode()), "指标 tree.csv")
    answer = desk.post("/studies/new", {**fields, "file": file})
    assert answer.status_code == 303, answer.text
    base = answer.headers["Location"]
    assert heading(desk.get(base + "/indicators")) == "The panel weights 1 of 1 groups"
    assert "Study created from 指标 tree.csv" in desk.get(base + "/ledger")


@pytest.mark.parametrize("case", BAD_TABLES)
def test_a_bad_table_is_refused_with_row_column_and_reason(desk: Desk, case: str) -> None:
    table, english, chinese = BAD_TABLES[case]
    page = upload(desk, table)
    assert english in words(page)
    assert 'value="City index"' in page  # what was typed is kept
    assert "<title>Error: " in page
    assert chinese in words(upload(desk, table, "zh-CN"))
    with desk.site.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Study)) == 1


def test_a_table_that_is_not_utf_8_is_refused(desk: Desk) -> None:
    page = words(upload(desk, GOOD.encode("gbk")))
    assert "Row 2: found bytes that are not UTF-8" in page
    assert "CSV UTF-8 (comma delimited)" in page


def test_all_problems_are_listed_up_to_a_hundred_and_the_rest_counted(desk: Desk) -> None:
    page = upload(desk, HEAD + "".join(f"A{n},,,,elicited\n" for n in range(60)))
    assert page.count("<li>Row ") == 100
    assert "and 20 more" in page
    assert "120 problems in the table" in words(page)


def test_problems_that_were_only_counted_are_counted_on_the_page(desk: Desk) -> None:
    page = upload(desk, HEAD + "".join(f"A{n},,,,elicited\n" for n in range(800)))
    assert "and 1500 more" in page
    assert "1600 problems in the table" in words(page)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Whole table: found 2001 indicators, expected at most 2000"),
        ("zh-CN", "整个表格：发现 2001 个指标，应为至多 2000"),
    ],
)
def test_too_many_rows_are_one_problem(desk: Desk, language: str, said: str) -> None:
    page = upload(desk, HEAD + "x,x,x,x,x\n" * 2001, language)
    assert page.count("<li>Row ") + page.count("<li>第") == 0
    assert said in words(page)


def test_a_tree_too_large_to_be_stored_is_refused() -> None:
    table = HEAD + "".join(f"A{n},,甲,A,elicited\n" for n in range(2001))
    with pytest.raises(InputError) as refused:
        read_tree_file(table.encode(), "t.csv")
    assert "2001 indicators, expected at most 2000" in str(refused.value)


def test_control_characters_in_a_table_are_taken_out() -> None:
    tree = read_tree_file((HEAD + "A,,甲\u202e\x00乙,A\x07,elicited\r\n").encode(), "t.csv")
    assert (tree["A"].name_zh, tree["A"].name_en) == ("甲乙", "A")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title_zh": " "}, "The Chinese title is missing."),
        ({"title_en": ""}, "The English title is missing."),
        ({"title_en": "x" * 201}, "The title is too long; at most 200 characters."),
        ({"tree": ""}, "Choose a template, or your own table."),
        ({"tree": "upload"}, "Choose the file with your table."),
        ({"tree": "../../etc/passwd"}, "Choose a template, or your own table."),
    ],
)
def test_a_form_with_gaps_comes_back_with_what_was_typed(
    desk: Desk, fields: dict[str, str], said: str
) -> None:
    sent = {"title_zh": "城市指数", "title_en": "City index", "tree": "dei_2021", **fields}
    answer = desk.post("/studies/new", sent)
    assert answer.status_code == 422
    assert said in words(answer.text)
    for name in ("title_zh", "title_en"):
        assert f'value="{sent[name]}"' in answer.text
    if sent["tree"] == "dei_2021":
        assert 'value="dei_2021" checked' in answer.text


def test_names_that_look_like_code_are_only_text(desk: Desk) -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}"
    table = GOOD.replace("甲", evil)
    file = (io.BytesIO(table.encode()), f"{evil}.csv")
    fields = {"title_zh": evil, "title_en": evil, "tree": "upload", "file": file}
    answer = desk.post("/studies/new", fields)
    base = answer.headers["Location"]
    for page in ("", "/indicators", "/ledger", "/letter"):
        text = desk.get(base + page)
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_the_table_of_a_template_is_itself_a_table_that_can_be_imported(desk: Desk) -> None:
    answer = desk.client.get("/studies/templates/icdi_ec_2022.csv")
    assert answer.mimetype == "text/csv"
    tree = read_tree_file(answer.data, "icdi_ec_2022.csv")
    assert len(tree.leaves) == 23
    assert desk.client.get("/studies/templates/nothing.csv").status_code == 404


def test_a_study_keeps_no_weights_that_the_panel_shall_give(desk: Desk) -> None:
    base = desk.empty()
    with desk.site.database.reading() as session:
        given = session.scalars(
            select(Indicator.local_percent).where(Indicator.study_id == base.rsplit("/", 1)[1])
        )
        assert set(given) == {None}


def test_a_phrase_that_is_not_known_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert phrase("something new") == "something new"
        assert phrase("no name") == "没有名称"


def test_every_problem_of_a_broken_template_has_chinese_words(app: Flask) -> None:
    lines = template_text("dei_2021").splitlines()
    broken = "\n".join([lines[0], *(line.replace("benefit", "good") for line in lines[1:])])
    with pytest.raises(InputError) as refused:
        read_tree_file(broken.encode(), "t.csv")
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        shown = table_problems(refused.value)
    assert words(shown.lines[0]) == "第 4 行 direction 列：发现“good”，应为 benefit 或 cost"
