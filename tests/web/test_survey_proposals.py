"""Beside the weights: what experts propose is kept like everything typed, and read by staff.

What the pages beside the weights have in common: `test_survey_own_pages.py`.
"""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from delphi.domain.protocol import default_protocol
from delphi.queries.assessment_rules import usual_protocol
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import FOUR_GROUPS, RunningStudy
from tests.web.own_pages import CHECK, FAMILIARITY, FLAT, PROPOSALS, said, stored
from tests.web.panel import Expert, Fields, open_study

PAGE, SOME, written = PROPOSALS.address, PROPOSALS.some, PROPOSALS.filled
LANGUAGES = ("en", "zh-CN")


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return PROPOSALS.opens(site, around)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in the weights."""
    return PROPOSALS.answered(app, study)


def writes(expert: Expert, fields: dict[str, str], action: str = "continue") -> str:
    """Fill in the page and press a button; return where it leads."""
    answer = expert.presses(PAGE, PAGE, **fields, action=action)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Suggest an indicator", "The other experts do not see them", "leave out names")),
        ("zh-CN", ("建议增加指标", "其他专家看不到", "请不要写姓名或单位")),
    ],
)
def test_the_page_says_what_may_be_said_and_who_reads_it(
    expert: Expert, language: str, words: tuple[str, ...]
) -> None:
    expert.language = language
    page = expert.looks(PAGE).text
    assert all(text in said(page) for text in words), said(page)
    assert written(page) == {}
    assert page.count("<textarea") == 1


def test_texts_stand_beside_the_reasons_in_the_data_of_the_receipt(expert: Expert) -> None:
    writes(expert, SOME)
    expert.submits()
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


def test_what_is_still_asked_follows_as_it_follows_the_weights(
    app: Flask, site: Site, around: Surroundings
) -> None:
    rules = replace(usual_protocol(["root"]), proposals=True)
    expert = Expert(app, open_study(site, around, experts=5, protocol=rules).tokens[0]).enters()
    assert expert.sends(D=20, S=50, E=30).headers["Location"] == FAMILIARITY.address
    assert "Continue: how familiar you are" in said(expert.looks(PAGE).text)
    assert writes(expert, SOME) == FAMILIARITY.address


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
    check = expert.looks(CHECK).text
    assert f'href="{PAGE}#about.2"' in check
    assert "form_key" not in Fields(check).values
    right = Fields(answer.text).values | {
        "kind.1": "tree", "about.2": "D", "proposal.3": "短", "action": "continue",
    }  # fmt: skip
    assert expert.posts(PAGE, right).headers["Location"] == CHECK
    expert.submits()
    assert len(stored(PROPOSALS, study)[0]) == 3  # type: ignore[arg-type]  # JSON


def test_a_gap_refuses_the_submission_whatever_is_posted(
    expert: Expert, study: RunningStudy
) -> None:
    check = expert.fields(CHECK).values
    expert.presses(PAGE, PAGE, **{"proposal.1": "What am I?"}, action="save")
    check["proposals_version"] = "1"
    assert expert.posts("/survey/submit", check).status_code == 422
    assert stored(PROPOSALS, study) == []


@pytest.mark.parametrize(("language", "hint"), [("en", "our institute"), ("zh-CN", "我院")])
def test_an_employer_is_pointed_out_before_it_is_sent(
    expert: Expert, language: str, hint: str
) -> None:
    expert.language = language
    writes(expert, {"kind.1": "tree", "proposal.1": f"As {hint} says."})
    check = expert.looks(CHECK).text
    assert f"“{hint}”" in check
    assert expert.submits().status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_came_after_the_close_is_offered_in_the_next_round(
    expert: Expert, study: RunningStudy, language: str
) -> None:
    expert.language = language
    form = expert.fields(PAGE).values
    PROPOSALS.others_submit(study)
    study.closes_round()
    expert.posts(PAGE, {**form, **SOME, "action": "continue"})
    study.opens_round(departure="Another round.")
    expert.sends(**FLAT)
    page = expert.looks(PAGE)
    assert written(page.text) == {}
    assert "Supply of what?" in page.text
    assert writes(expert, {}, "keep") == PAGE
    assert written(expert.looks(PAGE).text) == SOME
    assert ("action", "keep") not in expert.fields(PAGE).buttons


def test_what_was_sent_is_not_offered_again(expert: Expert, study: RunningStudy) -> None:
    writes(expert, SOME)
    expert.submits()
    PROPOSALS.others_submit(study)
    study.closes_round().opens_round(departure="Another round.")
    expert.sends(**FLAT)
    page = expert.looks(PAGE).text
    assert "Supply of what?" not in page
    assert written(page) == {}


def test_where_they_are_not_asked_for_the_questionnaire_does_not_lead_there(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5)
    expert = Expert(app, study.tokens[0]).enters()
    assert ("action", "proposals") not in expert.fields().buttons
    form = expert.form(**FLAT) | {"action": "proposals"}
    assert expert.posts("/survey", form).headers["Location"] == CHECK


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
