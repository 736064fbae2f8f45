"""Between the weights and the check: every answer optional, kept like everything typed."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from flask import Flask

from delphi.clock import FixedClock
from delphi.queries.assessment_rules import usual_protocol
from delphi.schemas import require_valid
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, open_study
from tests.web.test_survey_texts import TEXTS

PAGE = "/survey/familiarity"
SOME = {"familiarity.D": "1", "familiarity.S": "3", "basis.practice": "2"}
STORED = {"familiarity": {"D": 1, "S": 3}, "basis": {"practice": 2}}


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=8, protocol=usual_protocol(["root"]))


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends(D=20, S=50, E=30).headers["Location"] == PAGE
    return expert


def chosen(page: str) -> dict[str, str]:
    return {
        name: value
        for name, value in Fields(page).values.items()
        if name.startswith(("familiarity.", "basis."))
    }


def stored(study: RunningStudy) -> list[object]:
    return [json.loads(one.document)["self_assessment"] for one in study.submissions()]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("How familiar are you with the dimensions?", "may be skipped", "Step 3 of 4")),
        ("zh-CN", ("您对各个维度有多熟悉", "都可以不填", "第 3 步，共 4 步")),
    ],
)
def test_the_page_asks_by_dimension_and_grounds_once(
    expert: Expert, language: str, said: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks(PAGE).text
    plain = page.replace("\u00a0", " ").replace("\u2060", "").replace("<wbr>", "")
    for text in said:
        assert text in plain or text in "".join(plain.split("</span>")), text
    assert page.count('type="radio"') == 3 * 5 + 4 * 3
    assert chosen(page) == {}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_answers_are_kept_checked_stored_and_read_back(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    answer = expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert answer.headers["Location"] == "/survey/check"
    assert chosen(expert.looks(PAGE).text) == SOME
    very, skipped = ("Very", "skipped") if language == "en" else ("很熟悉", "未填")
    for page in ("/survey/check", "/survey/receipt"):
        text = expert.looks(page).text
        assert f"<td>{very}</td>" in text
        assert f"<td>{skipped}</td>" in text
        if page == "/survey/check":
            assert expert.submits().status_code == 303
    assert stored(study) == [STORED]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_all_of_it_may_be_skipped(expert: Expert, study: RunningStudy, language: str) -> None:
    expert.language = language
    assert expert.presses(PAGE, PAGE, action="continue").headers["Location"] == "/survey/check"
    assert ("Skipped" if language == "en" else "未填") in expert.looks("/survey/check").text
    expert.submits()
    assert stored(study) == [None]
    assert ("You skipped" if language == "en" else "您没有填写") in expert.looks(
        "/survey/receipt"
    ).text


def test_changing_the_weights_keeps_it_and_it_can_be_cleared(expert: Expert) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert expert.sends(D=25, S=45, E=30).headers["Location"] == PAGE
    page = expert.fields(PAGE)
    assert {name: page.values[name] for name in SOME} == SOME
    assert expert.posts(PAGE, {**page.values, "action": "clear"}).headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == {}
    assert expert.fields().values["points.D"] == "25"


def test_it_is_saved_while_it_is_chosen(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert saved.get_json() == {"saved": True, "version": 1}
    again = expert.posts(f"{PAGE}/draft", {**form, "basis.theory": "1"})
    assert (again.status_code, again.get_json()["conflict"]) == (409, True)
    assert expert.posts(f"{PAGE}/draft", {**form, "csrf_token": "x"}).status_code == 403
    assert expert.looks(f"{PAGE}/draft").headers["Location"] == "/survey"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_two_windows_lose_nothing(expert: Expert, language: str) -> None:
    expert.language = language
    form = expert.fields(PAGE).values
    expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    second = expert.posts(PAGE, {**form, "familiarity.D": "4", "action": "continue"})
    assert second.status_code == 409
    words = ("A little", "Very", "Partly") if language == "en" else ("不太熟悉", "很熟悉", "一般")
    assert all(one in second.text for one in words)
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    expert.presses("/survey", "/survey/choose", keep="here")
    assert chosen(expert.looks(PAGE).text) == {"familiarity.D": "4"}
    assert expert.fields().values["points.S"] == "50"


def test_an_expired_visit_sends_the_same_answers_again(expert: Expert, clock: FixedClock) -> None:
    form = {**expert.fields(PAGE).values, **SOME, "action": "continue"}
    clock.instant += timedelta(hours=13)
    refused = expert.posts(PAGE, form)
    assert refused.status_code == 403
    assert f'action="{PAGE}"' in refused.text
    again = Fields(refused.text).values
    assert {name: again[name] for name in SOME} == SOME
    expert.enters()
    token = expert.fields(PAGE).values["csrf_token"]
    sent = expert.posts(PAGE, {**again, "csrf_token": token, "action": "continue"})
    assert sent.headers["Location"] == "/survey/check"
    assert chosen(expert.looks(PAGE).text) == SOME


def test_a_form_that_is_not_ours_shows_the_choices_again(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    answer = expert.posts(PAGE, {**form, **SOME, "csrf_token": "x"})
    assert answer.status_code == 403
    assert chosen(answer.text) == SOME
    assert chosen(expert.looks(PAGE).text) == {}


def test_a_check_that_showed_other_answers_does_not_submit(
    expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields("/survey/check").values
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    assert expert.posts("/survey/submit", check).status_code == 409
    assert stored(study) == []


def test_after_the_close_it_is_kept_and_not_counted(expert: Expert, study: RunningStudy) -> None:
    form = expert.fields(PAGE).values
    for one in range(1, 8):
        study.submits(one, (20, 50, 30))
    study.closes_round()
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert (saved.status_code, saved.json) == (409, {"error": "closed", "kept": True})
    late = expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    assert late.status_code == 409
    assert "was not counted" in late.text
    assert stored(study) == [None] * 7


def test_the_next_round_is_empty_and_offers_the_own_last_answer(
    expert: Expert, study: RunningStudy
) -> None:
    expert.presses(PAGE, PAGE, **SOME, action="continue")
    expert.submits()
    for one in range(1, 8):
        study.submits(one, (20, 50, 30))
    study.closes_round().opens_round(departure="Another round.")
    expert.sends(D=20, S=50, E=30)
    page = expert.looks(PAGE).text
    assert chosen(page) == {}
    assert ("action", "keep") in Fields(page).buttons
    assert expert.presses(PAGE, PAGE, action="keep").headers["Location"] == PAGE
    assert chosen(expert.looks(PAGE).text) == SOME
    expert.submits()
    assert stored(study) == [STORED]


def test_before_the_weights_and_where_it_is_not_asked_there_is_no_page(
    app: Flask, site: Site, around: Surroundings, study: RunningStudy
) -> None:
    early = Expert(app, study.tokens[1]).enters()
    assert early.looks(PAGE).headers["Location"] == "/survey"
    other = open_study(site, around, experts=5)
    expert = Expert(app, other.tokens[0]).enters()
    form = expert.form(D=20, S=50, E=30)
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    assert expert.posts(PAGE, {**form, **SOME}).headers["Location"] == "/survey/check"
    expert.submits()
    assert stored(other) == [None]


def test_a_locked_or_hidden_device_shows_nothing_of_it(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5, ready=False, protocol=usual_protocol(["root"]))
    home = Expert(app, study.tokens[0]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    home.sends(D=20, S=50, E=30)
    home.presses(PAGE, PAGE, **SOME, action="continue")
    other = Expert(app, study.tokens[0]).enters()
    assert other.looks(PAGE).headers["Location"] == "/survey"
    token = other.fields().values["csrf_token"]
    locked = other.posts(PAGE, {"csrf_token": token, "basis.theory": "1", "round": "1"})
    assert locked.status_code == 403
    assert Fields(locked.text).values["basis.theory"] == "1"
    other.presses("/survey", "/survey/without")
    assert other.looks(PAGE).headers["Location"] == "/survey"
    form = {"csrf_token": token, "familiarity.E": "5", "round": "1", "version": "1"}
    told = other.posts(PAGE, form)
    assert told.status_code == 409
    assert "Very" not in told.text
    assert "Not at all" in told.text
    assert chosen(home.looks("/survey").text) == {}


def test_hostile_posts_store_nothing_off_the_schema(expert: Expert, study: RunningStudy) -> None:
    drawn = random.Random(4)  # noqa: S311  (repeatable on purpose)
    names = [
        *("familiarity.D", "familiarity.S", "familiarity.E", "familiarity.X", "familiarity."),
        *("basis.practice", "basis.theory", "basis.peers", "basis.magic", "assessment"),
        *("version", "round", "action", "__proto__"),
    ]
    values = [*TEXTS, "0", "1", "3", "5", "6", "-1", "1e3", "٣", "１", "null", "9" * 30]
    for _ in range(60):
        sent = {name: drawn.choice(values) for name in drawn.sample(names, 6)}
        token = expert.fields("/survey/about").values.get("csrf_token", "")
        token = token or expert.fields().values["csrf_token"]
        for address in (PAGE, f"{PAGE}/draft"):
            answer = expert.posts(address, {**sent, "csrf_token": token})
            assert answer.status_code < 500, (sent, answer.text)
        if expert.looks(PAGE).status_code == 303:
            expert.presses("/survey", "/survey/choose", keep="here")
        expert.submits()
    for one in study.submissions():
        require_valid(json.loads(one.document))
