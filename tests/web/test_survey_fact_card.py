"""The fact card of an indicator: what it measures, in which unit, how far its values lie apart."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select, update

from analysis.treefile import parse_tree
from delphi.domain.protocol import default_protocol
from delphi.exchange.dataset import read_data_file
from delphi.models.identity import Invitation, Person
from delphi.services import studies
from delphi.services.dataset import attach_dataset
from delphi.services.launch import launch
from delphi.services.links import show_tokens
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from delphi.web.survey.card_texts import card_texts
from tests.studies import RunningStudy, draft_study
from tests.web.panel import Expert
from tests.web.studies_desk import words

COLUMNS = (
    "code,parent,name_zh,name_en,kind,direction,unit_zh,unit_en,source_zh,source_en,"
    "note_zh,note_en,weight_rule\n"
)
TREE = parse_tree(
    COLUMNS
    + "A,,供给,Supply,,,,,,,,,elicited\n"
    + "B,,环境,Environment,value,cost,,,,,,,elicited\n"
    + "A1,A,服务,Services,,,,,,,,,equal_leaves\n"
    + "A2,A,网络,Networks,ratio,benefit,,,,,,,equal_leaves\n"
    + "A11,A1,出行,Travel,value,benefit,次,trips,,,,,elicited\n"
    + "A12,A1,<b>购物</b>,<b>Shopping</b>,value,benefit,,,,,,,elicited\n"
    + "A13,A1,娱乐,Play,value,benefit,,,,,,,elicited\n",
    "tree.csv",
    require_weights=False,
)
TABLE = (
    "unit,year,B,A11,A12\n"
    + "x,2018,1,3403.18,0.00012345\n"
    + "y,2018,1,-12.345,0.5\n"
    + "x,2020,,12345.6,0.5\n"
)


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    """Give an open round of a study with a data table."""
    around, database = replace(around, key=site.key), site.database
    study_id = draft_study(database, around, tree=TREE, experts=5)
    data = read_data_file(TABLE.encode(), "x.csv", [leaf.code for leaf in TREE.leaves])
    with database.writing() as session:
        studies.set_protocol(session, study_id, default_protocol([]))
        attach_dataset(session, study_id, data)
        launch(session, study_id, around)
    with database.writing() as session:
        session.execute(
            update(Invitation).where(Invitation.study_id == study_id).values(entry="ready")
        )
        people = list(session.scalars(select(Person.id).where(Person.study_id == study_id)))
        tokens = show_tokens(session, study_id, people, around)
    study = RunningStudy(database, around, study_id, people, [tokens[one] for one in people])
    return study.opens_round()


def read(app: Flask, study: RunningStudy, language: str) -> str:
    """Return the questionnaire as an expert reads it."""
    return Expert(app, study.tokens[0], language).enters().looks().text


def facts(page: str, code: str) -> list[str]:
    """Return the lines of one fact card."""
    start = page.index(f'id="name-{code}"')
    card = page[start : page.index("</details>", start)]
    lines = re.findall(r"<li>(.*?)</li>", card)
    plain = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2060": ""})
    return [unescape(line).translate(plain) for line in lines]


def test_the_card_tells_what_is_known_line_by_line(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "en")
    assert facts(page, "A11") == [
        "A measured value; the more, the better",
        "Unit: trips",
        "In the data of 2 assessed units, 2018–2020: −12.35 to 12 346, median 3403",
        "In: Supply › Services",
    ]
    assert facts(page, "B") == [
        "A measured value; the less, the better",
        "In the data of 2 assessed units, 2018: always 1",
    ]
    assert facts(page, "A13") == ["A measured value; the more, the better", "In: Supply › Services"]
    assert "In: " not in "".join(facts(page, "B"))


def test_the_card_tells_the_same_in_chinese(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "zh-CN")
    assert facts(page, "A11") == [
        "数值越大越好",
        "单位：次",
        "2 个评价对象 2018–2020 年的数据：最小 −12.35，最大 12 346，中位数 3403",
        "所属：供给 › 服务",
    ]
    assert facts(page, "B")[-1] == "2 个评价对象 2018 年的数据：都是 1"


def test_small_figures_keep_four_digits(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "en")
    assert "0.0001235 to 0.5, median 0.5" in " ".join(facts(page, "A12"))


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        ("1e-100", "1e100", "1\u202f×\u202f10⁻¹⁰⁰ to 1\u202f×\u202f10¹⁰⁰"),
        ("-0.0000000123456", "0.00000012345", "−1.235\u202f×\u202f10⁻⁸ to 0.0000001235"),
        ("0", "999999999999999", "0 to 999\u202f999\u202f999\u202f999\u202f999"),
        ("9999.9e12", "99999e12", "1\u202f×\u202f10¹⁶ to 1\u202f×\u202f10¹⁷"),
    ],
)
def test_figures_too_long_to_be_read_are_told_with_a_power_of_ten(
    app: Flask, study: RunningStudy, low: str, high: str, told: str
) -> None:
    asked = study.questionnaire
    question = asked.questions[1]
    table = f"unit,year,A11\nx,2020,{low}\ny,2020,{high}\n".encode()
    data = read_data_file(table, "x.csv", ["A11"]).leaves["A11"]
    changed = replace(question, items=(replace(question.items[0], range=data.range),))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        written = card_texts(replace(asked, sha256=low, questions=(changed,)), changed)
    (item,) = written.items.values()
    assert any(f": {told}, median" in line for line in item.facts)


def test_what_an_item_contains_stands_before_what_is_known(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "en")
    start = page.index('id="name-A"')
    card = page[start : page.index("</details>", start)]
    assert "Services, Networks (4 individual indicators in all)" in words(card)
    assert "<ul" not in card  # an inner indicator has neither unit nor data
    assert "<b>Shopping" not in page


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_definition_and_source_are_told_in_both_languages(
    language: str, app: Flask, study: RunningStudy
) -> None:
    asked = study.questionnaire
    with app.test_request_context(headers={"Accept-Language": language}):
        question = asked.questions[1]
        item = replace(
            question.items[0],
            note={"zh": "百户拥有数", "en": "Per 100 households"},
            source={"zh": "工信部", "en": "Ministry"},
        )
        changed = replace(question, items=(item,))
        written = card_texts(replace(asked, sha256="f" * 64, questions=(changed,)), changed)
    lines = written.items[item.code].facts
    assert lines[0] == ("Per 100 households" if language == "en" else "百户拥有数")
    assert ("Source: Ministry" if language == "en" else "来源：工信部") in lines


@pytest.mark.parametrize(
    ("kind", "direction", "english", "chinese"),
    [
        ("value", "benefit", "A measured value; the more, the better", "数值越大越好"),
        ("value", "cost", "A measured value; the less, the better", "数值越小越好"),
        ("value", None, "A measured value", "实际数值"),
        ("ratio", "benefit", "A percentage; the higher, the better", "百分比，越高越好"),
        ("ratio", "cost", "A percentage; the lower, the better", "百分比，越低越好"),
        ("ratio", None, "A percentage", "百分比"),
        ("score", "benefit", "A score out of 100; the higher", "满分 100 的得分，越高越好"),
        ("score", "cost", "A score out of 100; the lower", "满分 100 的得分，越低越好"),
        ("score", None, "A score out of 100", "满分 100 的得分"),
        (None, "benefit", "The more, the better", "越大越好"),
        (None, "cost", "The less, the better", "越小越好"),
        (None, None, "", ""),
    ],
)
def test_kind_and_direction_are_told_in_one_phrase(
    app: Flask,
    study: RunningStudy,
    kind: str | None,
    direction: str | None,
    english: str,
    chinese: str,
) -> None:
    asked = study.questionnaire
    question = asked.questions[1]
    bare = replace(question.items[0], kind=kind, direction=direction, unit={}, range=None, path=())
    changed = replace(question, items=(bare,))
    for language, phrase in (("en", english), ("zh-CN", chinese)):
        sha256 = f"{kind} {direction} {language}"
        with app.test_request_context(headers={"Accept-Language": language}):
            written = card_texts(replace(asked, sha256=sha256, questions=(changed,)), changed)
        (told,) = written.items[bare.code].facts or ("",)
        assert told.startswith(phrase)
        assert bool(told) == bool(phrase)


def test_a_list_of_indicators_counts_no_more_than_it_names(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "zh-CN").replace("\u00a0", " ")
    # the group over services and networks, then the group of the three services
    assert "服务、网络（其下共 4 项具体指标）" in page
