"""Where the protocol says so, the group's figures appear after a look at the own last answers."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from delphi.domain.protocol import default_protocol
from delphi.models.answer import Draft
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, study_in_round_2
from tests.web.test_survey_texts import TEXTS

OWN_FIRST = replace(default_protocol(["root"]), own_first=True)
LOOK = ("action", "look")
#: What a page of round 2 says of the group, in one language or the other; expert 3 gave 30, 40, 30.
GROUP = (
    "Median", "Middle half", "中位数", "中间一半", "data-low", "data-high", 'class="band"',
    "17.5", "Reason of 4", "Reason of 5", "Other experts", "其他专家的理由",
    "8 experts", "8 位专家",
)  # fmt: skip


@pytest.fixture
def second(site: Site, around: Surroundings) -> RunningStudy:
    return study_in_round_2(site, around, protocol=OWN_FIRST)


@pytest.fixture
def expert(app: Flask, second: RunningStudy) -> Expert:
    return Expert(app, second.tokens[3]).enters()


def plain(page: str) -> str:
    return re.sub("[\u00a0\u2060]", " ", page).replace("\u2060", "")


def told(page: str) -> list[str]:
    """Return what a page gives away of the group."""
    return [words for words in GROUP if words in plain(page).replace(" – ", "–")]


def drafts(study: RunningStudy) -> dict[int, tuple[int, dict[str, object]]]:
    with study.database.reading() as session:
        rows = session.execute(select(Draft.slot, Draft.version, Draft.content))
        return {row.slot: (row.version, json.loads(row.content)) for row in rows}


def looks(expert: Expert, **fields: object) -> None:
    sent = expert.posts("/survey", {**expert.form(**fields), "action": "look"})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/survey")


def test_the_rule_is_frozen_with_the_questionnaire(second: RunningStudy) -> None:
    assert second.questionnaire.own_first


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("First your own answers of last round.", "show what the group said")),
        ("zh-CN", ("先看您自己上一轮的答案", "显示全组的情况")),
    ],
)
def test_before_the_look_only_the_own_last_answers_are_in_the_page(
    expert: Expert, language: str, words: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks().text
    # The sentences for the script hold words with slots, never a figure.
    source, texts = re.subn(r'data-texts="[^"]*"', "", page)
    assert texts == 1
    assert told(source) == []
    assert not re.search(r"17\.5|Reason of [457]", page)
    assert 'data-last="30"' in page
    assert "Reason of 3" in page
    assert all(one in re.sub("<wbr>", "", page) for one in words)
    assert LOOK in Fields(page).buttons


def test_after_the_look_the_group_is_shown_for_good(app: Flask, expert: Expert) -> None:
    looks(expert)
    for window in (expert, Expert(app, expert.token).enters()):
        page = window.looks().text
        assert {"Median", "Middle half", "data-low", "17.5", "Reason of 4"} <= set(told(page))
        assert LOOK not in Fields(page).buttons
    expert.sends(D=30, S=40, E=30)
    assert LOOK not in expert.fields().buttons


def test_what_was_typed_before_the_look_is_kept(expert: Expert, second: RunningStudy) -> None:
    looks(expert, D=25, S=40)
    fields = expert.fields().values
    assert (fields["points.D"], fields["points.S"], fields["points.E"]) == ("25", "40", "")
    ((version, content),) = drafts(second).values()
    assert (version, content["looked"]) == (1, True)
    assert set(content) == {"abstained", "fields", "kept", "looked", "reasons"}


def test_gaps_and_a_form_that_is_not_ours_show_no_more(expert: Expert) -> None:
    gaps = expert.sends(D=30)
    assert gaps.status_code == 422
    assert "Median" not in told(gaps.text)
    form = expert.form(D=30, S=40, E=30)
    refused = expert.posts("/survey", {**form, "action": "look", "csrf_token": "x"})
    assert refused.status_code == 403
    assert "Median" not in told(refused.text)
    assert LOOK in expert.fields().buttons


def test_submitting_without_a_look_is_no_block(expert: Expert, second: RunningStudy) -> None:
    assert expert.sends(D=30, S=40, E=30).headers["Location"] == "/survey/check"
    check = expert.looks("/survey/check").text
    assert told(check) == []
    assert expert.submits().headers["Location"] == "/survey/receipt"
    assert told(expert.looks("/survey/receipt").text) == []
    assert LOOK in expert.fields().buttons
    (stored,) = second.submissions()
    assert "looked" not in json.loads(stored.document)


def test_a_look_alone_leaves_other_windows_in_peace(app: Flask, expert: Expert) -> None:
    before = expert.form(D=20, S=50, E=30)
    looks(Expert(app, expert.token).enters())
    assert expert.posts("/survey", before).status_code == 303
    other = Expert(app, expert.token).enters()
    stale = expert.form(D=25, S=45, E=30)
    looks(other)
    assert expert.posts("/survey", stale).headers["Location"] == "/survey/check"
    assert expert.fields().values["points.D"] == "25"


def test_saving_by_itself_keeps_the_look(expert: Expert, second: RunningStudy) -> None:
    looks(expert)
    saved = expert.posts("/survey/draft", expert.form(D=20))
    assert saved.get_json()["saved"] is True
    ((_, content),) = drafts(second).values()
    assert content["looked"] is True


def test_a_look_in_the_window_that_was_left_stays(app: Flask, expert: Expert) -> None:
    first = expert.form(D=20, S=50, E=30)
    Expert(app, expert.token).enters().sends(D=25, S=45, E=30)
    assert expert.posts("/survey", {**first, "action": "look"}).status_code == 409
    expert.presses("/survey", "/survey/choose", keep="other")
    assert expert.fields().values["points.D"] == "25"
    assert LOOK not in expert.fields().buttons


def test_without_an_own_last_answer_the_group_is_shown_at_once(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = study_in_round_2(site, around, protocol=OWN_FIRST, experts=9)
    newcomer = Expert(app, study.tokens[8]).enters().looks().text
    assert "Median" in told(newcomer)
    assert LOOK not in Fields(newcomer).buttons
    usual = study_in_round_2(site, around)
    page = Expert(app, usual.tokens[3]).enters().looks().text
    assert "Median" in told(page)
    assert LOOK not in Fields(page).buttons


def test_a_study_without_the_rule_takes_a_look_for_saving(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = study_in_round_2(site, around)
    expert = Expert(app, study.tokens[3]).enters()
    looks(expert, D=20)
    ((_, content),) = drafts(study).values()
    assert "looked" not in content


def test_a_device_without_earlier_answers_has_none_to_look_at(
    app: Flask, site: Site, around: Surroundings, expert: Expert, second: RunningStudy
) -> None:
    study = study_in_round_2(site, around, protocol=OWN_FIRST, ready=False)
    home = Expert(app, study.tokens[3]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    assert LOOK in home.fields().buttons
    away = Expert(app, study.tokens[3]).enters()
    away.presses("/survey", "/survey/without")
    page = away.looks().text
    assert "Median" in told(page)
    assert LOOK not in Fields(page).buttons
    token = Fields(page).values["csrf_token"]
    sent = {"csrf_token": token, "action": "look", "round": "2", "version": "0"}
    assert away.posts("/survey", sent).status_code == 303
    assert LOOK in home.fields().buttons


def test_odd_posts_are_answered(expert: Expert) -> None:
    drawn = random.Random(8)  # noqa: S311  (repeatable on purpose)
    values = [*TEXTS, "look", "LOOK", "look.root", "-1", "2", "9" * 30]
    token = expert.fields().values["csrf_token"]
    for _ in range(40):
        names = drawn.sample(["action", "looked", "version", "round", "points.D", "kept"], 4)
        sent = {name: drawn.choice(values) for name in names} | {"csrf_token": token}
        for address in ("/survey", "/survey/draft"):
            answer = expert.posts(address, sent)
            assert answer.status_code < 500, (sent, answer.text)
        assert expert.looks().status_code == 200
