"""Beside the weights: what experts propose is kept like everything typed, and read by staff."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from delphi.clock import FixedClock
from delphi.domain.protocol import default_protocol
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import FOUR_GROUPS, RunningStudy
from tests.web.panel import CODE, Expert, Fields, open_study

PAGE = "/survey/proposals"
RULES = replace(default_protocol(["root"]), proposals=True)
SOME = {
    "kind.1": "indicator",
    "proposal.1": "Add broadband.",
    "kind.2": "definition",
    "about.2": "S",
    "proposal.2": "Supply of what?",
}
STORED = [
    {"kind": "indicator", "item": None, "text": "proposal:1"},
    {"kind": "definition", "item": "S", "text": "proposal:2"},
]
LANGUAGES = ("en", "zh-CN")


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=8, protocol=RULES)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends(D=20, S=50, E=30).headers["Location"] == "/survey/check"
    return expert


def written(page: str) -> dict[str, str]:
    """Return what the fields of the page hold, choices from lists included."""
    found = dict(Fields(page).values)
    for name, options in re.findall(
        r'<select id="[^"]+" name="([^"]+)".*?>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen.group(1) if chosen else ""
    return {
        name: value
        for name, value in found.items()
        if value and name.startswith(("kind.", "about.", "proposal."))
    }


def writes(expert: Expert, fields: dict[str, str], action: str = "continue") -> str:
    """Fill in the page and press a button; return where it leads."""
    answer = expert.presses(PAGE, PAGE, **fields, action=action)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def stored(study: RunningStudy) -> list[object]:
    return [json.loads(one.document)["proposals"] for one in study.submissions()]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Suggest an indicator", "The other experts do not see them", "leave out names")),
        ("zh-CN", ("建议增加指标", "其他专家看不到", "请不要写姓名或单位")),
    ],
)
def test_the_page_says_what_may_be_said_and_who_reads_it(
    expert: Expert, language: str, said: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks(PAGE).text
    plain = page.replace("\u00a0", " ").replace("\u2060", "")
    for text in said:
        assert text in plain, text
    assert written(page) == {}
    assert page.count("<textarea") == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_kept_checked_stored_and_read_back(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    assert writes(expert, SOME) == "/survey/check"
    assert written(expert.looks(PAGE).text) == SOME
    head = "Question a definition (Supply)" if language == "en" else "对定义提出疑问（供给）"
    for page in ("/survey/check", "/survey/receipt"):
        text = expert.looks(page).text
        assert head in text
        assert "Supply of what?" in text
        if page == "/survey/check":
            assert expert.submits().status_code == 303
    assert stored(study) == [STORED]
    data = expert.looks("/survey/receipt/data").get_json()
    assert data["reasons"] == {"proposal:1": "Add broadband.", "proposal:2": "Supply of what?"}


def test_the_questionnaire_leads_there_and_keeps_what_was_typed(
    app: Flask, study: RunningStudy
) -> None:
    early = Expert(app, study.tokens[1]).enters()
    assert early.looks(PAGE).headers["Location"] == "/survey"
    assert ("action", "proposals") in early.fields().buttons
    form = early.form(D=20, S=50) | {"action": "proposals"}
    assert early.posts("/survey", form).headers["Location"] == PAGE
    assert writes(early, SOME, "weights") == "/survey"
    assert early.fields().values["points.S"] == "50"
    assert written(early.looks(PAGE).text) == SOME


def test_another_place_appears_until_there_are_five(expert: Expert) -> None:
    for place in range(1, 6):
        page = expert.looks(PAGE).text
        assert page.count("<textarea") == place
        assert (("action", "add") in Fields(page).buttons) == (place < 5)
        fields = {f"kind.{place}": "tree", f"proposal.{place}": f"Text {place}"}
        kept = written(page)
        assert writes(expert, {**kept, **fields}, "add").startswith(PAGE)
    assert expert.looks(PAGE).text.count("<textarea") == 5
    assert len(written(expert.looks(PAGE).text)) == 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    wrong = {
        "proposal.1": "What am I?",
        "kind.2": "definition",
        "proposal.2": "Of what?",
        "kind.3": "tree",
        "proposal.3": "长" * 1001,
    }
    answer = expert.presses(PAGE, PAGE, **wrong, action="continue")
    assert answer.status_code == 422
    for field in ("kind.1", "about.2", "proposal.3"):
        assert f'<a href="#{field}">' in answer.text
        assert f'id="{field}-error"' in answer.text
    told = "1001 characters" if language == "en" else "有 1001 字"
    assert told in answer.text.replace("\u00a0", " ")
    assert written(answer.text) == wrong
    check = expert.looks("/survey/check").text
    assert f'href="{PAGE}#about.2"' in check
    assert "form_key" not in Fields(check).values
    right = Fields(answer.text).values | {
        "kind.1": "tree", "about.2": "D", "proposal.3": "短", "action": "continue",
    }  # fmt: skip
    assert expert.posts(PAGE, right).headers["Location"] == "/survey/check"
    expert.submits()
    assert len(stored(study)[0]) == 3  # type: ignore[arg-type]  # JSON


def test_a_gap_refuses_the_submission_whatever_is_posted(
    expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields("/survey/check").values
    expert.presses(PAGE, PAGE, **{"proposal.1": "What am I?"}, action="save")
    check["proposals_version"] = "1"
    assert expert.posts("/survey/submit", check).status_code == 422
    assert stored(study) == []


@pytest.mark.parametrize(("language", "hint"), [("en", "our institute"), ("zh-CN", "我院")])
def test_an_employer_is_pointed_out_before_it_is_sent(
    expert: Expert, language: str, hint: str
) -> None:
    expert.language = language
    writes(expert, {"kind.1": "tree", "proposal.1": f"As {hint} says."})
    check = expert.looks("/survey/check").text
    assert f"“{hint}”" in check
    assert expert.submits().status_code == 303


def test_it_is_saved_while_it_is_written(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert saved.get_json() == {"saved": True, "version": 1}
    again = expert.posts(f"{PAGE}/draft", {**form, "proposal.1": "Other"})
    assert (again.status_code, again.get_json()["conflict"]) == (409, True)
    assert expert.posts(f"{PAGE}/draft", {**form, "csrf_token": "x"}).status_code == 403
    assert expert.looks(f"{PAGE}/draft").headers["Location"] == "/survey"


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_windows_lose_nothing(expert: Expert, language: str) -> None:
    expert.language = language
    form = expert.fields(PAGE).values
    expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    other = {"kind.1": "tree", "proposal.1": "Too deep."}
    second = expert.posts(PAGE, {**form, **other, "action": "continue"})
    assert second.status_code == 409
    for text in ("Add broadband.", "Too deep.", "Supply of what?"):
        assert text in second.text
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    expert.presses("/survey", "/survey/choose", keep="here")
    assert written(expert.looks(PAGE).text) == other
    assert expert.fields().values["points.S"] == "50"


def test_an_expired_visit_sends_the_same_texts_again(expert: Expert, clock: FixedClock) -> None:
    form = {**expert.fields(PAGE).values, **SOME, "action": "continue"}
    clock.instant += timedelta(hours=13)
    refused = expert.posts(PAGE, form)
    assert refused.status_code == 403
    assert f'action="{PAGE}"' in refused.text
    again = Fields(refused.text).values
    assert {name: again[name].strip() for name in SOME} == SOME
    expert.enters()
    token = expert.fields(PAGE).values["csrf_token"]
    sent = expert.posts(PAGE, {**again, "csrf_token": token, "action": "continue"})
    assert sent.headers["Location"] == "/survey/check"
    assert written(expert.looks(PAGE).text) == SOME


def test_a_form_that_is_not_ours_shows_the_texts_again(expert: Expert) -> None:
    form = expert.fields(PAGE).values
    answer = expert.posts(PAGE, {**form, **SOME, "csrf_token": "x"})
    assert answer.status_code == 403
    assert written(answer.text) == SOME
    assert written(expert.looks(PAGE).text) == {}


def test_a_check_that_showed_other_texts_does_not_submit(
    expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields("/survey/check").values
    writes(expert, SOME)
    assert expert.posts("/survey/submit", check).status_code == 409
    assert stored(study) == []


def others_answer(study: RunningStudy) -> None:
    for one in range(1, 8):
        study.submits(one, (20, 50, 30))


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_the_close_it_is_kept_shown_and_not_counted(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    form = expert.fields(PAGE).values
    others_answer(study)
    study.closes_round()
    saved = expert.posts(f"{PAGE}/draft", {**form, **SOME})
    assert (saved.status_code, saved.json) == (409, {"error": "closed", "kept": True})
    late = expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    assert late.status_code == 409
    assert "Supply of what?" in late.text
    assert stored(study) == [[]] * 7
    # The next round offers it once more.
    study.opens_round(departure="Another round.")
    expert.sends(D=20, S=50, E=30)
    page = expert.looks(PAGE)
    assert written(page.text) == {}
    assert "Supply of what?" in page.text
    assert writes(expert, {}, "keep") == PAGE
    assert written(expert.looks(PAGE).text) == SOME
    assert ("action", "keep") not in expert.fields(PAGE).buttons


def test_what_was_sent_is_not_offered_again(expert: Expert, study: RunningStudy) -> None:
    writes(expert, SOME)
    expert.submits()
    others_answer(study)
    study.closes_round().opens_round(departure="Another round.")
    expert.sends(D=20, S=50, E=30)
    page = expert.looks(PAGE).text
    assert "Supply of what?" not in page
    assert written(page) == {}


def test_a_revision_of_the_weights_keeps_the_texts(expert: Expert, study: RunningStudy) -> None:
    writes(expert, SOME)
    expert.submits()
    assert expert.sends(D=25, S=45, E=30).headers["Location"] == "/survey/check"
    expert.submits()
    assert stored(study) == [STORED, STORED]


def test_where_they_are_not_asked_for_there_is_no_page(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5)
    expert = Expert(app, study.tokens[0]).enters()
    assert ("action", "proposals") not in expert.fields().buttons
    form = expert.form(D=20, S=50, E=30) | {"action": "proposals"}
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"
    assert expert.looks(PAGE).headers["Location"] == "/survey"
    assert expert.posts(PAGE, {**form, **SOME}).headers["Location"] == "/survey/check"
    assert PAGE not in expert.looks("/survey/check").text
    assert expert.posts(f"{PAGE}/draft", {**form, **SOME}).get_json()["version"] == 0
    expert.submits()
    assert stored(study) == [[]]


def test_a_locked_or_hidden_device_shows_nothing_of_it(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5, ready=False, protocol=RULES)
    home = Expert(app, study.tokens[0]).enters()
    home.presses("/survey", "/survey/consent")
    home.presses("/survey", "/survey/code", access_code=CODE)
    home.sends(D=20, S=50, E=30)
    writes(home, SOME)
    other = Expert(app, study.tokens[0]).enters()
    assert other.looks(PAGE).headers["Location"] == "/survey"
    token = other.fields().values["csrf_token"]
    locked = other.posts(PAGE, {"csrf_token": token, "proposal.1": "Mine", "round": "1"})
    assert locked.status_code == 403
    assert Fields(locked.text).values["proposal.1"].strip() == "Mine"
    other.presses("/survey", "/survey/without")
    assert other.looks(PAGE).headers["Location"] == "/survey"
    form = {"csrf_token": token, "kind.1": "tree", "proposal.1": "Mine", "round": "1"}
    told = other.posts(PAGE, {**form, "version": "1"})
    assert told.status_code == 409
    assert "Add broadband." not in told.text
    assert "Mine" in told.text


def test_names_that_repeat_are_told_apart_by_what_lies_above(
    app: Flask, site: Site, around: Surroundings
) -> None:
    rules = replace(default_protocol(["root", "D"]), proposals=True)
    study = open_study(site, around, experts=5, tree=FOUR_GROUPS, protocol=rules)
    expert = Expert(app, study.tokens[0]).enters()
    expert.posts("/survey", {**expert.fields().values, "action": "save"})
    page = unescape(expert.looks(PAGE).text)
    assert page.count("<option") == 1 + 8
    assert ">Demand / Traffic</option>" in page
