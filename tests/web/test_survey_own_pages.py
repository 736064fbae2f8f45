"""Whatever is said beside the weights is kept, shown, stored and hidden like the weights.

Familiarity, what the answers imply, and proposals: what holds for all three. What only one of them
does stands in its own module.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from flask import Flask

from delphi.clock import FixedClock
from delphi.schemas import require_valid
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.own_pages import CHECK, FLAT, PAGES, OwnPage, said, stored
from tests.web.panel import CODE, Expert, Fields, drafts, open_study
from tests.web.test_survey_texts import TEXTS

pytestmark = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture(params=["en", "zh-CN"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def study(page: OwnPage, site: Site, around: Surroundings) -> RunningStudy:
    return page.opens(site, around)


@pytest.fixture
def expert(page: OwnPage, app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    return page.answered(app, study)


def says(page: OwnPage, expert: Expert) -> None:
    """Fill in the page and go on to the check."""
    sent = expert.presses(page.address, page.address, **page.some, action="continue")
    assert sent.headers["Location"] == CHECK


def test_it_is_kept_checked_stored_and_read_back(
    page: OwnPage, expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language, words = language, page.words[language]
    says(page, expert)
    assert page.filled(expert.looks(page.address).text) == page.some
    for address in (CHECK, "/survey/receipt"):
        text = said(expert.looks(address).text)
        assert all(one in text for one in words.kept), text
        assert all((one in text) is (address == CHECK) for one in words.gaps), text
        if address == CHECK:
            assert words.name in text
            assert expert.submits().status_code == 303
    assert stored(page, study) == [page.stored]
    for one in study.submissions():
        require_valid(json.loads(one.document))


def test_all_of_it_may_be_skipped(
    page: OwnPage, expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    on_check, on_receipt = page.words[language].skipped
    skipped = expert.presses(page.address, page.address, action="continue")
    assert skipped.headers["Location"] == CHECK
    text = said(expert.looks(CHECK).text)
    assert all(one in text for one in on_check), text
    expert.submits()
    assert stored(page, study) == [page.nothing]
    text = said(expert.looks("/survey/receipt").text)
    assert all(one in text for one in on_receipt), text


def test_other_weights_keep_it_before_and_after_they_are_sent(
    page: OwnPage, expert: Expert, study: RunningStudy
) -> None:
    says(page, expert)
    assert expert.sends(**page.changed).headers["Location"] == page.follows
    assert page.filled(expert.looks(page.address).text) == page.some
    expert.submits()
    assert expert.sends(**page.weights).headers["Location"] == page.follows
    expert.submits()
    assert stored(page, study) == [page.stored, page.stored]


def test_it_is_saved_while_it_is_made(page: OwnPage, expert: Expert) -> None:
    form, draft = expert.fields(page.address).values, f"{page.address}/draft"
    saved = expert.posts(draft, {**form, **page.some})
    assert saved.get_json() == {"saved": True, "version": 1}
    again = expert.posts(draft, {**form, **page.other})
    assert (again.status_code, again.get_json()["conflict"]) == (409, True)
    assert expert.posts(draft, {**form, "csrf_token": "x"}).status_code == 403
    assert expert.looks(draft).headers["Location"] == "/survey"


def test_two_windows_lose_nothing(page: OwnPage, expert: Expert, language: str) -> None:
    expert.language, words = language, page.words[language]
    form = {**expert.fields(page.address).values, "action": "continue"}
    expert.posts(page.address, {**form, **page.some})
    second = expert.posts(page.address, {**form, **page.other})
    assert second.status_code == 409
    text = said(second.text)
    assert all(one in text for one in (*words.some, *words.other, *words.beside)), text
    assert expert.looks(page.address).headers["Location"] == "/survey"
    expert.presses("/survey", "/survey/choose", keep="here")
    assert page.filled(expert.looks(page.address).text) == page.other
    assert expert.fields().values["points.S"] == page.weights["S"]


def test_an_expired_visit_sends_the_same_again(
    page: OwnPage, expert: Expert, clock: FixedClock, language: str
) -> None:
    expert.language = language
    form = {**expert.fields(page.address).values, **page.some, "action": "continue"}
    clock.instant += timedelta(hours=13)
    refused = expert.posts(page.address, form)
    assert refused.status_code == 403
    assert f'action="{page.address}"' in refused.text
    assert all(one in said(refused.text) for one in page.words[language].again), refused.text
    assert page.filled(refused.text) == page.some
    expert.enters()
    token = expert.fields(page.address).values["csrf_token"]
    again = {**Fields(refused.text).values, "csrf_token": token, "action": "continue"}
    assert expert.posts(page.address, again).headers["Location"] == CHECK
    assert page.filled(expert.looks(page.address).text) == page.some


def test_a_form_that_is_not_ours_shows_it_again(page: OwnPage, expert: Expert) -> None:
    form = expert.fields(page.address).values
    answer = expert.posts(page.address, {**form, **page.some, "csrf_token": "x"})
    assert answer.status_code == 403
    assert page.filled(answer.text) == page.some
    assert page.filled(expert.looks(page.address).text) == {}


def test_a_check_that_showed_something_else_does_not_submit(
    page: OwnPage, expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields(CHECK).values
    says(page, expert)
    assert expert.posts("/survey/submit", check).status_code == 409
    assert stored(page, study) == []


def test_after_the_close_it_is_kept_shown_and_not_counted(
    page: OwnPage, expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    form = expert.fields(page.address).values
    page.others_submit(study)
    study.closes_round()
    before = drafts(study)
    late = expert.posts(page.address, {**form, **page.some, "action": "continue"})
    assert late.status_code == 409
    kept = drafts(study)
    assert kept != before
    saved = expert.posts(f"{page.address}/draft", {**form, **page.other, "version": "1"})
    assert (saved.status_code, saved.json) == (409, {"error": "closed", "kept": True})
    assert drafts(study) != kept
    text = said(late.text)
    assert ("was not counted" if language == "en" else "没有计入") in text
    assert all(one in text for one in page.words[language].kept), text
    assert stored(page, study) == [page.nothing] * (len(study.tokens) - 1)


def test_after_the_close_a_form_of_no_round_goes_back_and_keeps_nothing(
    page: OwnPage, expert: Expert, study: RunningStudy
) -> None:
    form = {**expert.fields(page.address).values, **page.some, "round": "9"}
    page.others_submit(study)
    study.closes_round()
    before = drafts(study)
    saved = expert.posts(f"{page.address}/draft", form)
    assert (saved.status_code, saved.json) == (409, {"error": "closed", "kept": False})
    for action in ("continue", "save"):
        sent = expert.posts(page.address, {**form, "action": action})
        assert sent.headers["Location"] == CHECK
    assert drafts(study) == before


def test_before_the_weights_and_where_it_is_not_asked_there_is_no_page(
    page: OwnPage, app: Flask, site: Site, around: Surroundings, study: RunningStudy
) -> None:
    early = Expert(app, study.tokens[1]).enters()
    assert early.looks(page.address).headers["Location"] == "/survey"
    plain = open_study(site, around, experts=5)
    expert = Expert(app, plain.tokens[0]).enters()
    form = expert.form(**FLAT)
    assert expert.posts("/survey", form).headers["Location"] == CHECK
    assert expert.looks(page.address).headers["Location"] == "/survey"
    assert expert.posts(page.address, {**form, **page.some}).headers["Location"] == CHECK
    draft = expert.posts(f"{page.address}/draft", {**form, **page.some})
    assert draft.get_json() == {"saved": True, "version": 0}
    check = expert.looks(CHECK).text
    assert page.address not in check
    assert page.words["en"].name not in said(check)
    expert.submits()
    assert stored(page, plain) == [page.nothing]


@pytest.fixture
def home(page: OwnPage, app: Flask, site: Site, around: Surroundings) -> Expert:
    """Give an expert with an access code, who has filled in the weights and the page."""
    home = Expert(app, page.opens(site, around, ready=False).tokens[0]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    home.sends(**page.weights)
    says(page, home)
    return home


def form_of(page: OwnPage, home: Expert, device: Expert) -> dict[str, str]:
    """Return what another device sends of the page, where it is not shown the page."""
    asked, token = home.fields(page.address).values["round"], device.fields().values["csrf_token"]
    return {"csrf_token": token, "round": asked, "version": "1", **page.other}


def test_a_locked_or_hidden_device_shows_nothing_of_it(
    page: OwnPage, app: Flask, home: Expert
) -> None:
    other, words = Expert(app, home.token).enters(), page.words["en"]
    assert other.looks(page.address).headers["Location"] == "/survey"
    form = form_of(page, home, other)
    locked = other.posts(page.address, form)
    assert locked.status_code == 403
    assert page.filled(locked.text) == page.other
    other.presses("/survey", "/survey/without")
    assert other.looks(page.address).headers["Location"] == "/survey"
    assert other.posts(page.address, form).status_code == 303
    assert page.filled(other.looks(page.address).text).items() <= page.other.items()
    assert page.filled(home.looks(page.address).text) == {}  # two versions are to be chosen from
    assert all(one in said(home.looks().text) for one in (*words.some, *words.other))


def test_a_hidden_device_never_takes_the_place_of_a_version_that_waits(
    page: OwnPage, app: Flask, home: Expert
) -> None:
    other, words = Expert(app, home.token).enters(), page.words["en"]
    other.presses("/survey", "/survey/without")
    form = form_of(page, home, other)
    home.presses(page.address, page.address, **page.other, version="0")
    both = home.looks().text
    assert "There are two versions" in both
    told = other.posts(page.address, form)
    assert told.status_code == 403
    assert page.filled(told.text) == page.other
    assert not any(one in said(told.text) for one in words.some), told.text
    draft = other.posts(f"{page.address}/draft", form)
    assert (draft.status_code, draft.get_json()) == (403, {"error": "locked"})
    assert said(home.looks().text) == said(both)


def test_hostile_posts_store_nothing_off_the_schema(
    page: OwnPage, expert: Expert, study: RunningStudy
) -> None:
    drawn = random.Random(4)  # noqa: S311  (repeatable on purpose)
    names = [*page.hostile[0], "version", "round", "action", "__proto__"]
    values = [*TEXTS, *page.hostile[1]]
    for _ in range(60):
        sent = {name: drawn.choice(values) for name in drawn.sample(names, 6)}
        token = expert.fields().values["csrf_token"]
        for address in (page.address, f"{page.address}/draft"):
            answer = expert.posts(address, {**sent, "csrf_token": token})
            assert answer.status_code < 500, (sent, answer.text)
        if expert.looks(page.address).status_code == 303:
            expert.presses("/survey", "/survey/choose", keep="here")
        expert.submits()
    assert len(study.submissions()) > 1
    for one in study.submissions():
        require_valid(json.loads(one.document))


LATER = {"en": "You can close this page now", "zh-CN": "现在可以关闭页面"}


def test_saving_for_later_says_that_one_may_go(
    page: OwnPage, expert: Expert, language: str
) -> None:
    expert.language = language
    before = expert.looks(page.address).text
    form = {**Fields(before).values, **page.some}
    sent = expert.posts(page.address, {**form, "action": "save"})
    assert sent.headers["Location"] == f"{page.address}?saved=1"
    after = expert.looks(sent.headers["Location"]).text
    assert (LATER[language] in before, LATER[language] in after) == (False, True)
    assert page.filled(after) == page.some
