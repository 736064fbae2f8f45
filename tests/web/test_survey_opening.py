"""Before the first question: letter, consent, access code; pages without an open round."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from delphi.clock import FixedClock
from delphi.models.identity import Invitation
from delphi.models.study import Study
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, drafts, launched_study, open_study

LETTER = "You are invited to help set the weights"
CHOOSE = "Choose a six‑digit access code"
UNLOCK = "Enter your access code"
STEM = "How much should each of the three dimensions count"


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5, ready=False)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    return Expert(app, study.tokens[0]).enters()


@pytest.fixture
def at_home(expert: Expert) -> Expert:
    """Give a browser in which the access code was chosen."""
    expert.presses("/survey", "/survey/consent")
    expert.presses("/survey", "/survey/code", access_code=CODE)
    return expert


NO_CODES = (
    *("", "40719", "4071965", "40719a", "４０７１９", "-40719", "4.0719", "0x4071", "x" * 5000),
    "<b>407</b>",
)


def entry_of(study: RunningStudy, expert: int = 0) -> str:
    with study.database.reading() as session:
        query = select(Invitation.entry).where(Invitation.person_id == study.people[expert])
        return session.scalars(query).one()


def heading(page: str) -> str:
    return page.split("<h1", 1)[1].split("</h1>", 1)[0].split(">", 1)[1]


def test_the_letter_comes_first_then_the_code_then_the_questions(
    expert: Expert, study: RunningStudy
) -> None:
    letter = expert.looks().text
    assert LETTER in heading(letter)
    for words in ("Dear expert", "10 minutes", "16 November 2026, 20:00", "010-5555 0123",
                  "divide 100 points among “Demand”, “Supply” and “Environment”",
                  "a key kept elsewhere", "whoever passed it on could join",
                  "Four things we cannot promise"):  # fmt: skip
        assert words in letter.replace("\u00a0", " "), words
    assert expert.presses("/survey", "/survey/consent").headers["Location"] == "/survey"
    assert entry_of(study) == "consented"
    assert CHOOSE in heading(expert.looks().text)
    expert.presses("/survey", "/survey/code", access_code=CODE)
    assert entry_of(study) == "ready"
    assert STEM in heading(expert.looks().text)


def test_consent_needs_the_form_token(expert: Expert, study: RunningStudy) -> None:
    response = expert.posts("/survey/consent", {})
    assert response.status_code == 403
    assert LETTER in response.text
    assert "Nothing was stored" in response.text
    assert entry_of(study) == "new"


def test_the_letter_can_be_read_again_without_the_button(at_home: Expert) -> None:
    page = at_home.looks("/survey/about").text
    assert LETTER in heading(page)
    assert "Start answering" not in page
    assert "/survey" in Fields(page).links


def test_before_consent_nothing_else_opens(expert: Expert, study: RunningStudy) -> None:
    assert expert.looks("/survey/about").headers["Location"] == "/survey"
    assert expert.looks("/survey/check").headers["Location"] == "/survey"
    assert expert.looks("/survey/receipt").headers["Location"] == "/survey"
    fields = {**expert.fields().values, "points.D": "100", "reason.D": "Kept all the same."}
    response = expert.posts("/survey", fields)
    assert response.status_code == 403
    assert Fields(response.text).values["reason.D"] == "Kept all the same."
    assert expert.posts("/survey/draft", fields).get_json() == {"error": "locked"}


def told(expert: Expert, answer: TestResponse) -> TestResponse:
    """Return the page that tells of a refused code; it answers no form, and its address no code."""
    assert answer.status_code == 303
    assert answer.headers["Location"] in ("/survey", "/survey/unlock")
    return expert.looks(answer.headers["Location"])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        *((code, "has six digits") for code in NO_CODES),
        *((code, "easily guessed") for code in ("000000", "123456", "987654", "１２３４５６")),
    ],
)
def test_a_bad_access_code_stays_in_the_field(
    expert: Expert, study: RunningStudy, code: str, words: str
) -> None:
    expert.presses("/survey", "/survey/consent")
    response = told(expert, expert.presses("/survey", "/survey/code", access_code=code))
    assert words in response.text
    assert Fields(response.text).values["access_code"] == code[:40]
    assert response.text.count('aria-invalid="true"') == 1
    assert entry_of(study) == "consented"


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        ("40719", "you typed 5, 1 more is needed", "您填了 5 位，还差 1 位"),
        ("４ ０７１", "you typed 4, 2 more are needed", "您填了 4 位，还差 2 位"),
        ("4071965", "you typed 7, 1 too many", "您填了 7 位，多了 1 位"),
        ("40719a", "Please write six digits, no letters", "请填六个数字，不要字母"),
        ("", "Please write six digits, no letters", "请填六个数字，不要字母"),
    ],
)
def test_a_code_of_digits_alone_is_told_how_many_are_missing(
    expert: Expert, code: str, english: str, chinese: str
) -> None:
    expert.presses("/survey", "/survey/consent")
    for expert.language, words in (("en", english), ("zh-CN", chinese)):
        expert.presses("/survey", "/survey/code", access_code=code)
        page = expert.looks().text.replace("\u00a0", " ")
        assert words in page
        heading = "cannot be used" if expert.language == "en" else "这个查阅码不能用，请改一下"
        assert heading in page


def test_full_width_digits_and_blanks_are_digits(expert: Expert, app: Flask) -> None:
    expert.presses("/survey", "/survey/consent")
    expert.presses("/survey", "/survey/code", access_code="４０７ １９６")
    other = Expert(app, expert.token).enters()
    other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert STEM in heading(other.looks().text)


def test_a_code_is_not_stored_without_the_form_token(expert: Expert, study: RunningStudy) -> None:
    expert.presses("/survey", "/survey/consent")
    response = told(expert, expert.posts("/survey/code", {"access_code": CODE}))
    assert "Nothing was stored" in response.text
    assert Fields(response.text).values["access_code"] == CODE
    assert entry_of(study) == "consented"


def test_a_code_is_chosen_once(app: Flask, expert: Expert, study: RunningStudy) -> None:
    other = Expert(app, expert.token).enters()
    expert.presses("/survey", "/survey/consent")
    late = other.fields("/survey").values
    expert.presses("/survey", "/survey/code", access_code=CODE)
    other.posts("/survey/code", {**late, "access_code": "918273"})
    assert UNLOCK in heading(other.looks().text)
    other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert STEM in heading(other.looks().text)


def test_the_code_is_asked_on_a_new_device_and_after_12_hours(
    app: Flask, at_home: Expert, clock: FixedClock
) -> None:
    other = Expert(app, at_home.token).enters()
    page = other.looks().text
    assert UNLOCK in heading(page)
    assert "If you never chose a code" in page
    clock.instant += timedelta(hours=3)
    at_home.enters()
    assert STEM in heading(at_home.looks().text)  # the same device goes on
    clock.instant += timedelta(hours=9)
    assert at_home.looks().headers["Location"] == "/s?again=1"
    at_home.enters()
    assert UNLOCK in heading(at_home.looks().text)


@pytest.mark.parametrize("code", ["407197", "", "abc", "4071965", "' OR 1=1 --", "😀"])
def test_a_wrong_code_gets_the_same_words_whatever_is_wrong(
    app: Flask, at_home: Expert, code: str
) -> None:
    other = Expert(app, at_home.token).enters()
    response = told(other, other.presses("/survey", "/survey/unlock", access_code=code))
    assert "The access code is not right" in response.text
    assert Fields(response.text).values["access_code"] == code
    assert UNLOCK in heading(other.looks().text)


def test_after_ten_wrong_codes_the_right_one_waits_until_tomorrow(
    app: Flask, at_home: Expert, clock: FixedClock
) -> None:
    other = Expert(app, at_home.token).enters()
    for _ in range(10):
        response = told(other, other.presses("/survey", "/survey/unlock", access_code="555551"))
        assert "The access code is not right" in response.text
    response = told(other, other.presses("/survey", "/survey/unlock", access_code=CODE))
    assert "Too many wrong codes today" in response.text
    clock.instant += timedelta(hours=13)  # another UTC day
    other.enters()
    other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert STEM in heading(other.looks().text)


def test_an_entered_code_needs_the_form_token(app: Flask, at_home: Expert) -> None:
    other = Expert(app, at_home.token).enters()
    for address in ("/survey/unlock", "/survey/without"):
        response = told(other, other.posts(address, {"access_code": CODE}))
        assert "Nothing was stored" in response.text
        assert UNLOCK in heading(other.looks().text)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_refused_code_is_told_once_and_only_to_whom_it_was_typed_by(
    app: Flask, at_home: Expert, study: RunningStudy, language: str
) -> None:
    other = Expert(app, at_home.token, language=language).enters()
    wrong = {"en": "The access code is not right", "zh-CN": "查阅码不对"}[language]
    answer = other.presses("/survey", "/survey/unlock", access_code="555551")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("delphi-refused=")
    assert "HttpOnly" in cookie
    assert "Max-Age=120" in cookie
    assert "555551" not in cookie
    page = told(other, answer).text
    assert wrong in page
    assert Fields(page).values["access_code"] == "555551"
    again = other.looks(answer.headers["Location"]).text
    assert wrong not in again
    assert Fields(again).values["access_code"] == ""
    # Whoever opens another link on the same device is told nothing of it.
    beside = Expert(app, study.tokens[1]).enters()
    beside.presses("/survey", "/survey/consent")
    beside.presses("/survey", "/survey/code", access_code=CODE)
    other.presses("/survey", "/survey/unlock", access_code="555551")
    other.token = beside.token
    page = other.enters().looks("/survey/unlock").text
    assert wrong not in page
    assert Fields(page).values["access_code"] == ""
    other.client.set_cookie("delphi-refused", "AAAA")
    assert wrong not in other.looks("/survey/unlock").text


def test_the_unlock_page_leads_on_when_nothing_is_locked(at_home: Expert) -> None:
    assert at_home.looks("/survey/unlock").headers["Location"] == "/survey"


# ----------------------------------------------------------------- going on without earlier answers


@pytest.fixture
def without(app: Flask, at_home: Expert) -> Expert:
    """Give a second device that goes on without earlier answers; the first has a draft."""
    at_home.sends({"reason.D": "Secret reason"}, D=15, S=55, E=30)
    other = Expert(app, at_home.token).enters()
    other.presses("/survey", "/survey/without")
    return other


def test_without_the_code_earlier_answers_stay_hidden(without: Expert) -> None:
    response = without.looks()
    assert STEM in heading(response.text)
    assert "stay hidden on this device" in response.text
    assert "Secret reason" not in response.text
    fields = Fields(response.text)
    assert [fields.values[f"points.{code}"] for code in "DSE"] == ["", "", ""]
    assert fields.values["version"] == "0"
    assert without.looks("/survey/check").headers["Location"] == "/survey"
    assert without.looks("/survey/receipt").headers["Location"] == "/survey"


@pytest.mark.parametrize("keep", ["here", "other"])
def test_without_the_code_nothing_behind_it_is_replaced(
    without: Expert, at_home: Expert, keep: str
) -> None:
    assert without.sends(D=40, S=40, E=20).headers["Location"] == "/survey/check"
    shown = at_home.fields().values["shown"]
    without.presses("/survey", "/survey/choose", keep=keep, shown=shown)
    assert without.fields().values["points.D"] == "40"
    assert without.submits().headers["Location"] == "/survey/receipt"
    both = at_home.looks().text
    for words in ("There are two versions of your answers", "Without the code", "Secret reason"):
        assert words in both
    at_home.presses("/survey", "/survey/choose", keep="other")
    fields = at_home.fields().values
    assert (fields["points.D"], fields["reason.D"].strip()) == ("15", "Secret reason")


def test_without_the_code_another_device_replaces_only_what_is_let_go(
    app: Flask, without: Expert, at_home: Expert
) -> None:
    without.sends(D=40, S=40, E=20)
    third = Expert(app, at_home.token).enters()
    third.presses("/survey", "/survey/without")
    told = third.sends(D=10, S=60, E=30)
    assert told.status_code == 403
    kept = Fields(told.text)
    assert ("action", "instead") in kept.buttons
    assert without.fields().values["points.D"] == "40"
    again = third.posts("/survey", {**kept.values, "action": "instead"})
    assert again.headers["Location"] == "/survey/check"
    assert third.fields().values["points.D"] == "10"
    assert "Secret reason" in at_home.looks().text


def test_the_mark_of_a_device_tells_no_time(without: Expert, study: RunningStudy) -> None:
    without.sends(D=40, S=40, E=20)
    same = Expert(without.app, without.token).enters()  # within the same second
    same.presses("/survey", "/survey/without")
    marks = [drafts(study)[2]["device"]]
    same.presses("/survey", "/survey", **{"points.D": "1", "action": "instead"})
    marks.append(drafts(study)[2]["device"])
    assert len(set(marks)) == 2


def test_without_the_code_a_draft_cannot_be_found_by_trying(without: Expert) -> None:
    right = {"points.D": "15", "points.S": "55", "points.E": "30", "reason.D": "Secret reason"}
    wrong = {**right, "points.D": "20", "points.S": "50"}
    saved = [
        without.posts("/survey/draft", {**without.form(), **typed}).get_json()
        for typed in (wrong, right)
    ]
    assert saved == [{"saved": True, "version": 1}, {"saved": True, "version": 2}]


def test_without_the_code_the_first_save_tells_of_no_other_draft(
    app: Flask, without: Expert, study: RunningStudy
) -> None:
    fresh = Expert(app, study.tokens[1]).enters()
    fresh.presses("/survey", "/survey/consent")
    fresh.presses("/survey", "/survey/code", access_code=CODE)
    beside = Expert(app, study.tokens[1]).enters()
    beside.presses("/survey", "/survey/without")
    told = []
    for device in (without, beside):
        form = device.form(D=10)
        for points in ({}, {"points.D": "20"}):  # the second time as another window would
            answer = device.posts("/survey/draft", {**form, **points})
            told.append((answer.status_code, answer.get_json()))
    assert told[:2] == told[2:]
    assert told[0] == (200, {"saved": True, "version": 1})


def test_without_the_code_nothing_takes_the_place_of_a_version_that_waits(
    without: Expert, at_home: Expert
) -> None:
    at_home.sends({"version": "0"}, D=25, S=45, E=30)
    both = at_home.looks().text
    assert "There are two versions of your answers" in both
    told = without.sends(D=40, S=40, E=20)
    assert told.status_code == 403
    assert "Not saved: the access code is needed first" in told.text
    assert Fields(told.text).values["points.D"] == "40"
    assert at_home.looks().text == both


def test_without_the_code_the_typed_text_survives_a_reload(without: Expert) -> None:
    form = without.form(D=40)
    without.posts("/survey/draft", form)
    assert without.fields().values["points.D"] == "40"


def test_with_the_code_after_all_both_versions_are_there(without: Expert) -> None:
    without.sends(D=40, S=40, E=20)
    without.presses("/survey/unlock", "/survey/unlock", access_code=CODE)
    page = without.looks().text
    assert "There are two versions of your answers" in page
    for points in ("15", "55", "40"):
        assert f">{points}<" in page


def test_without_the_code_only_what_was_sent_here_has_a_receipt(
    without: Expert, at_home: Expert
) -> None:
    at_home.submits()
    assert without.looks("/survey/receipt").headers["Location"] == "/survey"
    without.sends(D=40, S=40, E=20)
    assert "this submission takes its place" in without.looks("/survey/check").text
    without.submits()
    page = without.looks("/survey/receipt").text
    assert "Your answers have arrived" in page
    assert "Your other submissions" not in page
    assert without.looks("/survey/receipt?round=1&submission=1").headers["Location"] == "/survey"
    assert "superseded" in at_home.looks("/survey/receipt?round=1&submission=1").text


def test_a_locked_device_sees_nothing_of_earlier_answers(app: Flask, at_home: Expert) -> None:
    at_home.sends({"reason.D": "Secret reason"}, D=15, S=55, E=30)
    at_home.submits()
    other = Expert(app, at_home.token).enters()
    for page in ("/survey", "/survey/check", "/survey/receipt", "/survey/receipt/data"):
        response = other.looks(page)
        assert "Secret reason" not in response.text
        assert ">55<" not in response.text
    fields = {**other.fields().values, "points.D": "100", "action": "continue"}
    response = other.posts("/survey", fields)
    assert response.status_code == 403
    assert "First enter your access code" in response.text


# ------------------------------------------------------------------------------- no round is open


def test_before_the_first_round_the_page_says_so(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = launched_study(site, around, experts=5)
    expert = Expert(app, study.tokens[0]).enters()
    page = expert.looks()
    assert page.status_code == 200
    assert "The first round is not open yet" in heading(page.text)


def test_between_rounds_the_page_shows_the_own_receipts(
    app: Flask, at_home: Expert, study: RunningStudy
) -> None:
    at_home.sends(D=15, S=55, E=30)
    at_home.submits()
    for expert in range(1, 5):
        study.submits(expert, (20, 50, 30))
    study.closes_round()
    page = at_home.looks().text
    assert "Round 1 has closed" in heading(page)
    assert "/survey/receipt?round=1&amp;submission=1" in page
    locked = Expert(app, at_home.token).enters()
    page = locked.looks().text
    assert "submission=1" not in page
    assert "/survey/unlock" in Fields(page).links
    locked.presses("/survey/unlock", "/survey/unlock", access_code=CODE)
    assert "submission=1" in locked.looks().text


def test_after_the_study_the_page_says_so(at_home: Expert, study: RunningStudy) -> None:
    for expert in range(5):
        study.submits(expert, (20, 50, 30))
    study.closes_round()
    with study.database.writing() as session:
        session.get_one(Study, study.id).state = "finished"
    assert "The study is finished" in heading(at_home.looks().text)
