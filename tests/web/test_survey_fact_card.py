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
        "Measured value; More is better",
        "Unit: trips",
        "In the data of 2 assessed units, 2018–2020: −12.35 to 12 346, median 3403",
        "In: Supply › Services",
    ]
    assert facts(page, "B") == [
        "Measured value; Less is better",
        "In the data of 2 assessed units, 2018: always 1",
    ]
    assert facts(page, "A13") == ["Measured value; More is better", "In: Supply › Services"]
    assert "In: " not in "".join(facts(page, "B"))


def test_the_card_tells_the_same_in_chinese(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "zh-CN")
    assert facts(page, "A11") == [
        "数值类；正向",
        "单位：次",
        "2 个评价对象 2018–2020 年的数据：最小 −12.35，最大 12 346，中位数 3403",
        "所属：供给 › 服务",
    ]
    assert facts(page, "B")[-1] == "2 个评价对象 2018 年的数据：都是 1"


def test_small_figures_keep_four_digits(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "en")
    assert "0.0001235 to 0.5, median 0.5" in " ".join(facts(page, "A12"))


def test_what_an_item_contains_stands_before_what_is_known(app: Flask, study: RunningStudy) -> None:
    page = read(app, study, "en")
    start = page.index('id="name-A"')
    card = page[start : page.index("</details>", start)]
    assert "Services, Networks: 4 indicators" in words(card)
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
