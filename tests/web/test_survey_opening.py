"""Before the first question: letter, consent, access code; pages without an open round."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.models.identity import Invitation
from delphi.models.study import Study
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, launched_study, open_study

LETTER = "You are invited to help set the weights"
CHOOSE = "Choose a six‑digit access code"
UNLOCK = "Enter your access code"
STEM = "How much should each of three dimensions count"


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
    response = expert.presses("/survey", "/survey/code", access_code=code)
    assert response.status_code == 422
    assert words in response.text
    assert Fields(response.text).values["access_code"] == code[:40]
    assert response.text.count('aria-invalid="true"') == 1
    assert entry_of(study) == "consented"


def test_full_width_digits_and_blanks_are_digits(expert: Expert, app: Flask) -> None:
    expert.presses("/survey", "/survey/consent")
    expert.presses("/survey", "/survey/code", access_code="４０７ １９６")
    other = Expert(app, expert.token).enters()
    other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert STEM in heading(other.looks().text)


def test_a_code_is_not_stored_without_the_form_token(expert: Expert, study: RunningStudy) -> None:
    expert.presses("/survey", "/survey/consent")
    response = expert.posts("/survey/code", {"access_code": CODE})
    assert response.status_code == 403
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
    response = other.presses("/survey", "/survey/unlock", access_code=code)
    assert response.status_code == 422
    assert "The access code is not right" in response.text
    assert Fields(response.text).values["access_code"] == code
    assert UNLOCK in heading(other.looks().text)


def test_after_ten_wrong_codes_the_right_one_waits_until_tomorrow(
    app: Flask, at_home: Expert, clock: FixedClock
) -> None:
    other = Expert(app, at_home.token).enters()
    for _ in range(10):
        response = other.presses("/survey", "/survey/unlock", access_code="555551")
        assert "The access code is not right" in response.text
    response = other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert "Too many wrong codes today" in response.text
    clock.instant += timedelta(hours=13)  # another UTC day
    other.enters()
    other.presses("/survey", "/survey/unlock", access_code=CODE)
    assert STEM in heading(other.looks().text)


def test_an_entered_code_needs_the_form_token(app: Flask, at_home: Expert) -> None:
    other = Expert(app, at_home.token).enters()
    response = other.posts("/survey/unlock", {"access_code": CODE})
    assert response.status_code == 403
    assert UNLOCK in heading(other.looks().text)


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


def test_without_the_code_nothing_is_replaced_before_it_was_told(
    without: Expert, at_home: Expert
) -> None:
    response = without.sends(D=40, S=40, E=20)
    assert response.status_code == 409
    assert "Earlier answers of this round are still stored" in response.text
    for hidden in (">55<", ">15<", "Secret reason"):
        assert hidden not in response.text
    assert "Secret reason" in at_home.looks().text
    without.presses("/survey", "/survey/choose", keep="here")
    assert without.fields().values["points.D"] == "40"
    assert without.sends(D=40, S=40, E=20).headers["Location"] == "/survey/check"


def test_without_the_code_the_hidden_version_cannot_be_chosen(without: Expert) -> None:
    without.sends(D=40, S=40, E=20)
    without.presses("/survey", "/survey/choose", keep="other")
    assert without.fields().values["points.D"] == "40"


def test_without_the_code_a_draft_cannot_be_found_by_trying(without: Expert) -> None:
    wrong = without.sends(D=40, S=40, E=20)
    right = without.posts(
        "/survey",
        {**form_of(wrong.text), "points.D": "15", "points.S": "55", "points.E": "30",
         "reason.D": "Secret reason", "version": "0", "round": "1"},
    )  # fmt: skip
    assert (wrong.status_code, right.status_code) == (409, 409)
    saved = [
        without.posts("/survey/draft", {**form_of(wrong.text), **points, "version": "0"}).get_json()
        for points in (
            {"points.D": "15", "points.S": "55", "points.E": "30", "reason.D": "Secret reason"},
            {"points.D": "20", "points.S": "55", "points.E": "25"},
        )
    ]
    assert saved == [{"saved": True, "version": 0}] * 2


def form_of(page: str) -> dict[str, str]:
    return {"csrf_token": Fields(page).values["csrf_token"]}


def test_without_the_code_the_typed_text_survives_a_reload(without: Expert) -> None:
    form = without.form(D=40)
    without.posts("/survey/draft", form)
    page = without.looks().text
    assert "Earlier answers of this round are still stored" in page
    assert ">40<" in page
    without.presses("/survey", "/survey/choose", keep="here")
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
    without.presses("/survey", "/survey/choose", keep="here")
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
