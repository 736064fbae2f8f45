"""While comparisons are made, each save brings the marks as the page would show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods, full_answer
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, open_study

#: Items whose weights follow from comparisons: the first level, and the group below environment.
COMPARED = ("D", "S", "E", "E1", "E2", "E3")
#: Far from what the group said, and from what the expert said last.
FAR: Mapping[str, str] = {**ANSWER, "more.D:S": "first", "times.D:S": "9", "best_to.E2": "8"}


def second_round(
    site: Site, around: Surroundings, *, own_first: bool, ready: bool = True
) -> RunningStudy:
    protocol = replace(five_methods(), own_first=own_first)
    study = open_study(site, around, tree=FIVE_METHODS, protocol=protocol, ready=ready)
    for at in range(8):
        study.submits(at, full_answer({"times.D:S": "4"} if at % 2 else None))
    return study.closes_round().opens_round(departure="Another round.")


@pytest.fixture
def expert(app: Flask, site: Site, around: Surroundings) -> Expert:
    study = second_round(site, around, own_first=False)
    return Expert(app, study.tokens[0]).enters()


def saves(expert: Expert, typed: Mapping[str, str]) -> dict[str, Any]:
    """Let the page save itself; return what it is told."""
    answer = expert.posts("/survey/draft", {**expert.fields().values, **typed})
    told: dict[str, Any] = answer.get_json()
    assert told["saved"] is True
    return told


def shown(expert: Expert) -> dict[str, dict[str, str]]:
    """Return the marks of the rows as the page shows them."""
    page = unescape(expert.looks().text)
    rows = {part.split('"', 1)[0]: part for part in page.split('data-row="')[1:]}
    return {code: _mark(rows[code]) for code in COMPARED}


def _mark(row: str) -> dict[str, str]:
    mark = re.search(r'data-now(?: d="([^"]*)")?/>', row)
    said = re.search(r"data-now-said[^>]*><dt>[^<]*</dt><dd>([^<]*)</dd>", row)
    asked = re.search(r"<summary hidden>.*?<label[^>]*>([^<]*)</label>", row, re.DOTALL)
    assert mark
    assert said
    return {
        "mark": mark[1] or "",
        "said": said[1],
        "prompt": asked[1] if asked else "",
    }


CASES = [
    FAR,
    ANSWER,
    {**ANSWER, "times.D:S": "", "worst.E": "E1"},
    {**ANSWER, "abstain.root": "1"},
    {},
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("typed", CASES)
def test_a_save_brings_the_marks_that_the_page_would_show(
    expert: Expert, typed: dict[str, str], language: str
) -> None:
    expert.language = language
    saves(expert, FAR)
    told = saves(expert, {**dict.fromkeys(ANSWER, ""), **typed})
    assert told["rows"] == shown(expert)


def test_what_is_told_moves_with_the_comparisons(expert: Expert) -> None:
    same, far = saves(expert, ANSWER)["rows"], saves(expert, FAR)["rows"]
    assert (same["S"]["said"], far["S"]["said"]) == ("55", "17.4")
    assert same["S"]["mark"] != far["S"]["mark"]
    assert same["S"]["prompt"] == ""
    assert "Your comparisons give 17.4, outside the middle half" in far["S"]["prompt"]
    left = saves(expert, {**FAR, "more.D:S": ""})["rows"]
    assert {left[code]["mark"] + left[code]["said"] for code in "DSE"} == {""}
    assert left["E1"] == far["E1"]


def test_before_the_look_nothing_of_the_group_is_told(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = second_round(site, around, own_first=True)
    expert = Expert(app, study.tokens[0]).enters()
    told = saves(expert, FAR)["rows"]
    assert told == shown(expert)
    assert told["S"]["said"] == "17.4"
    for row in told.values():
        assert "middle half" not in row["prompt"]
    expert.posts("/survey", {**expert.fields().values, **FAR, "action": "look"})
    looked = saves(expert, {**FAR, "times.D:S": "8"})["rows"]
    assert "middle half" in looked["S"]["prompt"]
    assert looked == shown(expert)


def test_without_the_code_nothing_of_earlier_answers_is_told(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = second_round(site, around, own_first=False, ready=False)
    home = Expert(app, study.tokens[0]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    away = Expert(app, study.tokens[0]).enters()
    away.presses("/survey", "/survey/without")
    told = saves(away, {**ANSWER, "best_to.E2": "3"})["rows"]
    assert told == shown(away)
    assert not any("moved" in row["prompt"] for row in told.values())
    assert {code: row["mark"] for code, row in saves(home, ANSWER)["rows"].items()} != {
        code: row["mark"] for code, row in saves(away, ANSWER)["rows"].items()
    }


def test_in_the_first_round_there_are_no_marks(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, tree=FIVE_METHODS, protocol=five_methods())
    told = saves(Expert(app, study.tokens[0]).enters(), ANSWER)
    assert set(told) == {"saved", "version", "help"}
