"""What was typed and could not be stored is read back with the names of what it is about."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, open_study

TYPED = {**ANSWER, "reason.S1": "Because.", "abstain.E1": "1"}
#: What the check has beside the questions: the unit, a reason, a question left out.
BESIDE = {
    "en": (
        "Disposable income per capita: 65 points",
        "Reason (Telecommunications)",
        "“Infrastructure”",
    ),
    "zh-CN": ("人均可支配收入：65 分", "理由（信息通信业）", "“基础设施”"),
}
COLON = {"en": ": ", "zh-CN": "："}
CODES = re.compile(r"\b(?:[DSE][1-4](?:\.[12])?|[DSE]:[DSE]|[DSE])\b")
NO_NAMES = {"en": "Short codes stand here", "zh-CN": "这里用代号代替名称"}


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, tree=FIVE_METHODS, protocol=five_methods(), ready=False)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    expert = Expert(app, study.tokens[0]).enters()
    expert.presses("/survey", "/survey/consent")
    expert.presses("/survey", "/survey/code", access_code=CODE)
    return expert


def read(page: str) -> str:
    """Return the text of a page."""
    return plain(page.split("<main", 1)[1].split(">", 1)[1].split("</main>", 1)[0])


def plain(part: str) -> str:
    text = unescape(re.sub(r"<wbr>|[\u2060]", "", re.sub(r"<(?!wbr)[^>]*>", " ", part)))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ")).strip()


def checked(expert: Expert, form: dict[str, str], language: str) -> list[str]:
    """Return what the check says of the same form, line by line."""
    expert.language = language
    assert expert.posts("/survey", form).status_code == 303
    page = expert.looks("/survey/check").text
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*><strong>(.*?)</strong>', page)
    assert len(rows) == 20
    return [f"{plain(name)}{COLON[language]}{plain(said)}" for name, said in rows]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("is_locked", [True, False])
def test_it_says_the_names_as_the_check_does(
    app: Flask, expert: Expert, language: str, is_locked: bool
) -> None:
    form = {**expert.fields().values, **TYPED, "action": "continue"}
    other = Expert(app, expert.token, language=language)
    if is_locked:
        other.enters()
    answer = other.posts("/survey", form)
    assert answer.status_code == 403
    text = read(answer.text)
    for words in (*BESIDE[language], *checked(expert, form, language)):
        assert words in text, (words, text)
    assert not CODES.search(text), CODES.findall(text)
    assert NO_NAMES[language] not in text
    sent = Fields(answer.text)
    assert {name: sent.values.get(name) for name in ANSWER} == dict(ANSWER)
    assert sent.values["reason.S1"].strip() == "Because."
    assert sent.checked == {"abstain.E1"}
    assert sent.values["asked"] == form["asked"]


def test_sent_again_it_is_shown_by_name_again_and_stored(app: Flask, expert: Expert) -> None:
    form = {**expert.fields().values, **TYPED, "action": "continue"}
    stranger = Expert(app, expert.token)
    once = Fields(stranger.posts("/survey", form).text)
    again = stranger.posts("/survey", {**once.values, "abstain.E1": "1"}).text
    assert "Supply” counts 3 times as much" in read(again)
    twice = Fields(again).values
    token = expert.fields().values["csrf_token"]
    stored = expert.posts("/survey", {**twice, "csrf_token": token, "abstain.E1": "1"})
    assert stored.headers["Location"] == "/survey/check"
    assert "“Supply” counts 3 times as much" in expert.looks("/survey/check").text


@pytest.mark.parametrize("asked", ["", "x", "0" * 64, "ＡＢ", "' OR 1=1 --", "f" * 65])
def test_without_the_right_hash_it_knows_no_names(app: Flask, expert: Expert, asked: str) -> None:
    form = {**expert.fields().values, **TYPED, "asked": asked}
    answer = Expert(app, expert.token).posts("/survey", form)
    assert answer.status_code == 403
    text = read(answer.text)
    assert NO_NAMES["en"] in text
    assert "D:S: second" in text
    assert "S1: 2" in text
    assert not re.search("Demand|Telecommunications", text)
    assert Fields(answer.text).values["more.D:S"] == "second"


def test_a_hash_opens_nothing_but_names(app: Flask, expert: Expert, study: RunningStudy) -> None:
    expert.posts("/survey", {**expert.fields().values, **ANSWER, "reason.D": "Secret reason"})
    form = {"asked": study.questionnaire.sha256, "points.D": "1", "points.X": "2"}
    text = read(Expert(app, expert.token).posts("/survey", form).text)
    assert "Secret reason" not in text
    assert "counts 3 times as much" not in text
    assert "X: 2" in text
