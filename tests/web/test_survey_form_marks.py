"""One browser, two personal links: a page of the first is never taken for the second expert's."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import update

from delphi.models.identity import Invitation
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.services.test_links import replace_link
from tests.studies import RunningStudy
from tests.web.own_pages import FAMILIARITY, PAGES, OwnPage
from tests.web.panel import Expert, drafts, open_study

WORDS = {
    "en": "Another personal link was opened in this browser after this page.",
    "zh-CN": "浏览器里又打开了另一个个人链接",
}
TYPED = {"points.D": "20", "points.S": "50", "points.E": "30"}


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


def opens_also(expert: Expert, token: str) -> Expert:
    """Open another link in the same browser."""
    expert.token = token
    return expert.enters()


@pytest.mark.parametrize("language", WORDS)
def test_answers_typed_for_the_first_link_are_kept_in_the_page(
    app: Flask, study: RunningStudy, language: str
) -> None:
    expert = Expert(app, study.tokens[0], language=language).enters()
    form = {**expert.fields().values, **TYPED, "action": "continue"}
    opens_also(expert, study.tokens[1])
    told = expert.posts("/survey", form)
    assert told.status_code == 403
    assert WORDS[language] in told.text
    assert all(f'name="{name}" value="{points}"' in told.text for name, points in TYPED.items())
    saved = expert.posts("/survey/draft", form)
    assert (saved.status_code, saved.get_json()["error"]) == (403, "link")
    assert drafts(study) == {}
    # Opened once more, the first link takes what the page kept.
    opens_also(expert, study.tokens[0])
    again = {**form, "csrf_token": expert.fields().values["csrf_token"]}
    assert expert.posts("/survey", again).headers["Location"] == "/survey/check"
    assert drafts(study)[1]["fields"] == TYPED


def test_answers_go_to_no_other_study(
    app: Flask, study: RunningStudy, site: Site, around: Surroundings
) -> None:
    other = open_study(site, around, experts=5)
    expert = Expert(app, study.tokens[0]).enters()
    form = {**expert.fields().values, **TYPED, "action": "continue"}
    opens_also(expert, other.tokens[0])
    assert expert.posts("/survey", form).status_code == 403
    assert drafts(other) == {}


def test_nothing_is_submitted_or_chosen_for_another(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(D=20, S=50, E=30)
    check = expert.fields("/survey/check").values
    opens_also(expert, study.tokens[1])
    expert.sends(D=30, S=40, E=30)
    before = expert.posts("/survey/submit", check)
    assert before.status_code == 403
    assert WORDS["en"] in before.text
    assert "<form" not in before.text.split("<main", 1)[1].split("</main", 1)[0]
    assert study.submissions() == []
    chosen = expert.posts("/survey/choose", {**check, "keep": "other"})
    assert chosen.status_code == 403


def test_no_terms_are_accepted_for_another(app: Flask, site: Site, around: Surroundings) -> None:
    study = open_study(site, around, experts=5, ready=False)
    expert = Expert(app, study.tokens[0]).enters()
    form = expert.fields().values
    opens_also(expert, study.tokens[1])
    assert expert.posts("/survey/consent", form).status_code == 403
    assert "Start answering" in expert.looks().text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_beside_the_weights_are_held_apart_too(
    app: Flask, site: Site, around: Surroundings, page: OwnPage
) -> None:
    study = page.opens(site, around)
    expert = page.answered(app, study)
    form = {**expert.fields(page.address).values, **page.some, "action": "continue"}
    before = drafts(study)
    opens_also(expert, study.tokens[1])
    told = expert.posts(page.address, form)
    assert told.status_code == 403
    assert WORDS["en"] in told.text
    assert expert.posts(f"{page.address}/draft", form).get_json()["error"] == "link"
    assert drafts(study) == before


def test_a_replaced_link_goes_on_with_the_page_of_the_old_one(
    app: Flask, study: RunningStudy
) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    form = {**expert.fields().values, **TYPED, "action": "continue"}
    opens_also(expert, replace_link(study, 0))
    with study.database.writing() as session:  # the terms were read before
        session.execute(update(Invitation).values(entry="ready"))
    form["csrf_token"] = expert.fields().values["csrf_token"]
    assert expert.posts("/survey", form).headers["Location"] == "/survey/check"


def test_names_are_shown_for_a_form_that_was_made_here_only(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = FAMILIARITY.opens(site, around)
    expert = Expert(app, study.tokens[0]).enters()
    form = {**expert.fields().values, **TYPED}
    stranger = Expert(app, "")
    assert "Demand" in stranger.posts("/survey", form).text
    questionnaire, _, mark = form["asked"].partition("-")
    for made_up in (questionnaire, f"{questionnaire}-", f"{questionnaire}-{'0' * len(mark)}"):
        page = stranger.posts("/survey", {**form, "asked": made_up}).text
        assert "Demand" not in page
        assert "20" in page
