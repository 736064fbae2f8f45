"""After a round has closed, its expert is told of what was typed and not submitted."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from delphi.models.answer import Draft
from delphi.models.study import Study
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, open_study

PAGE = "/survey/unsubmitted"
NEVER = {
    "en": "What you typed in round 1 was not submitted, so it did not count.",
    "zh-CN": "您在第 1 轮填写的内容没有提交，因此没有计入。",
}
CHANGED = {
    "en": "After your last submission in round 1 you changed your answers",
    "zh-CN": "第 1 轮最后一次提交之后，您又改过答案，但没有再次提交；改动没有计入。",
}
HERE = {
    "en": "What you typed in round 1 on this device was not submitted from it.",
    "zh-CN": "您在这台设备上为第 1 轮填写的内容，没有从这里提交。",
}
ALL = [*NEVER.values(), *CHANGED.values(), *HERE.values()]
DRAFT = {"reason.D": "Secret reason"}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh-CN"])


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=6, ready=False)


@pytest.fixture
def home(app: Flask, study: RunningStudy) -> Expert:
    """Give a browser in which the access code was chosen."""
    expert = Expert(app, study.tokens[0]).enters()
    expert.presses("/survey", "/survey/consent")
    expert.presses("/survey", "/survey/code", access_code=CODE)
    return expert


def away_from(home: Expert) -> Expert:
    """Give another device that goes on without earlier answers."""
    away = Expert(home.app, home.token).enters()
    away.presses("/survey", "/survey/without")
    return away


def closes(study: RunningStudy) -> None:
    for other in range(1, 6):
        study.submits(other, (20, 50, 30))
    study.closes_round()


def plain(page: str) -> str:
    return unescape(re.sub("<wbr>|\u2060", "", page)).replace("\u00a0", " ")


def told(expert: Expert) -> list[str]:
    """Return what the waiting page says of it."""
    page = expert.looks()
    assert page.status_code == 200
    found = [words for words in ALL if words in plain(page.text)]
    assert (PAGE in Fields(page.text).links) is bool(found)
    return found


@LANGUAGES
def test_a_draft_that_was_never_submitted_is_told_of_and_can_be_read(
    home: Expert, study: RunningStudy, language: str
) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    closes(study)
    home.language = language
    assert told(home) == [NEVER[language]]
    page = home.looks(PAGE)
    assert page.status_code == 200
    text = plain(page.text)
    assert "Secret reason" in text
    assert re.search(r">15 <", text)
    assert 'role="alert"' not in text


@LANGUAGES
def test_a_change_after_the_submission_is_told_of(
    home: Expert, study: RunningStudy, language: str
) -> None:
    home.sends(D=15, S=55, E=30)
    home.submits()
    home.sends(D=20, S=50, E=30)
    closes(study)
    home.language = language
    assert told(home) == [CHANGED[language]]
    assert ">20 <" in plain(home.looks(PAGE).text)
    assert "/survey/receipt?round=1&submission=1" in Fields(home.looks().text).links


def test_what_was_submitted_needs_no_word(home: Expert, study: RunningStudy) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    home.submits()
    closes(study)
    assert told(home) == []
    assert home.looks(PAGE).headers["Location"] == "/survey"


def test_neither_does_a_form_with_nothing_in_it(home: Expert, study: RunningStudy) -> None:
    home.posts("/survey/draft", home.form())
    with study.database.reading() as session:
        assert session.scalars(select(Draft.content)).all()
    closes(study)
    assert told(home) == []


def test_a_reason_alone_was_typed_too(home: Expert, study: RunningStudy) -> None:
    home.posts("/survey/draft", {**home.form(), **DRAFT})
    closes(study)
    assert told(home) == [NEVER["en"]]
    assert "Secret reason" in home.looks(PAGE).text


def test_while_a_round_is_open_nothing_is_said(home: Expert, study: RunningStudy) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    assert home.looks(PAGE).headers["Location"] == "/survey"
    closes(study)
    study.opens_round(departure="Another round.")
    assert home.looks(PAGE).headers["Location"] == "/survey"


@LANGUAGES
def test_after_the_study_no_other_round_is_promised(
    home: Expert, study: RunningStudy, language: str
) -> None:
    home.language = language
    home.sends(DRAFT, D=15, S=55, E=30)
    closes(study)
    promise = "若有下一轮" if language == "zh-CN" else "if there is another round"
    assert promise in plain(home.looks(PAGE).text)
    with study.database.writing() as session:
        session.get_one(Study, study.id).state = "finished"
    assert told(home) == [NEVER[language]]
    assert promise not in plain(home.looks(PAGE).text)


# ---------------------------------------------------------------- devices without the access code


def test_a_locked_device_hears_of_nothing(app: Flask, home: Expert, study: RunningStudy) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    closes(study)
    locked = Expert(app, home.token).enters()
    assert told(locked) == []
    assert locked.looks(PAGE).headers["Location"] == "/survey"
    stranger = Expert(app, home.token)
    assert stranger.looks(PAGE).headers["Location"] == "/s?again=1"


def test_a_device_without_the_code_hears_of_nothing_typed_elsewhere(
    home: Expert, study: RunningStudy
) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    away = away_from(home)
    closes(study)
    assert told(away) == []
    assert away.looks(PAGE).headers["Location"] == "/survey"


@LANGUAGES
@pytest.mark.parametrize("home_submits", [True, False])
def test_it_hears_the_same_of_its_own_text_whatever_was_submitted(
    home: Expert, study: RunningStudy, language: str, home_submits: bool
) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    if home_submits:
        home.submits()
    away = away_from(home)
    # Also the very text that was submitted: it must not be found by trying.
    for points in ((40, 40, 20), (15, 55, 30)):
        away.posts("/survey/draft", {**away.form(), **_points(points)})
    closes(study)
    away.language = language
    assert told(away) == [HERE[language]]
    page = plain(away.looks(PAGE).text)
    assert "Secret reason" not in page
    assert ">55 <" in page
    assert "/survey/unlock" in Fields(away.looks().text).links


def test_what_was_sent_from_it_and_changed_there_is_told_of(
    home: Expert, study: RunningStudy
) -> None:
    away = away_from(home)
    away.sends(D=40, S=40, E=20)
    away.submits()
    assert told_after(away, study, D=30, S=40, E=30) == [CHANGED["en"]]


def told_after(expert: Expert, study: RunningStudy, **points: int) -> list[str]:
    expert.sends(**points)
    closes(study)
    return told(expert)


def test_a_late_answer_from_it_takes_the_place_of_nothing(
    home: Expert, study: RunningStudy
) -> None:
    home.sends(DRAFT, D=15, S=55, E=30)
    away = away_from(home)
    form = away.form(D=40, S=40, E=20)
    closes(study)
    for version in ("0", "1"):
        answer = away.posts("/survey", {**form, "version": version})
        assert answer.status_code == 409
        assert ">40 <" in plain(answer.text)
    assert told(away) == [HERE["en"]]
    with study.database.reading() as session:
        content = {one.slot: one.content for one in session.scalars(select(Draft))}
    assert "Secret reason" in content[1]
    assert '"device"' in content[2]


def _points(points: tuple[int, ...]) -> dict[str, str]:
    return {f"points.{code}": str(value) for code, value in zip("DSE", points, strict=True)}
