"""The check, submitting and the receipt: once, in time, and read back."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.record.canonical import canonical_bytes
from analysis.record.leaf import leaf_hash
from delphi.clock import FixedClock
from delphi.models.answer import Submission
from delphi.services.links import replace_link
from delphi.surroundings import Surroundings
from delphi.web.site import Site
from delphi.web.survey import submitting
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study, study_in_round_2

NONCE = "00112233445566778899aabbccddeeff"


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    """Give an expert who has filled in everything."""
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.sends({"reason.D": "Because of demand."}, D=20, S=50, E=30).status_code == 303
    return expert


def stored(study: RunningStudy) -> list[Submission]:
    return study.submissions()


def count(study: RunningStudy) -> int:
    with study.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Submission)) or 0


def plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace("\u2060", "").replace("\u2212", "-")


# -------------------------------------------------------------------------------------- the check


def test_the_check_shows_everything_before_it_is_sent(expert: Expert) -> None:
    page = plain(expert.looks("/survey/check").text)
    assert "Check your answers" in page
    assert "Round 1, open until Monday 16 November, 20:00 Beijing time." in page
    assert "100 points in all." in page
    assert "Because of demand." in page
    fields = Fields(page).values
    assert re.fullmatch("[0-9a-f]{31}", fields["form_key"])
    assert (fields["version"], fields["browser_nonce"]) == ("1", "")
    assert fields["form_key"] != expert.fields("/survey/check").values["form_key"]


def test_without_answers_there_is_nothing_to_check(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[1]).enters()
    assert expert.looks("/survey/check").headers["Location"] == "/survey"


def test_gaps_are_links_and_there_is_no_submit(expert: Expert, study: RunningStudy) -> None:
    expert.sends(D=20, S="", E=30)
    page = expert.looks("/survey/check").text
    assert "/survey#points-S" in Fields(page).links
    assert "form_key" not in Fields(page).values
    assert "Submit the answers" not in page
    token = expert.fields().values["csrf_token"]
    response = expert.posts("/survey/submit", {"csrf_token": token})
    assert response.status_code == 422
    assert "This field is empty" in response.text
    assert count(study) == 0


def test_from_round_2_on_the_check_shows_the_change(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = study_in_round_2(site, around)
    expert = Expert(app, study.tokens[3]).enters()
    expert.sends(D=25, S=45, E=30)
    page = plain(expert.looks("/survey/check").text)
    rows = re.findall(r'<th scope="row">(\w+)</th>(.*?)</tr>', page)
    cells = {name: re.findall(r">([^<>]+)<", row) for name, row in rows}
    assert cells["Demand"] == ["30", "25", "-5"]
    assert cells["Supply"] == ["40", "45", "+5"]
    assert cells["Environment"] == ["30", "30", "unchanged"]
    assert cells["Total"] == ["100", "100"]
    assert "100 points in all, 2 answers changed." in page


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        ("我院认为供给更重要。", "我院"),
        ("本研究所多年统计如此。", "本研究所"),
        ("In our institute we see it daily.", "our institute"),
        ("My own University shows it.", "My own University"),
        ("医院和学院的普及率。", ""),
        ("本来如此；我们认为需求更重要。", ""),
        ("Hours of our time.", ""),
    ],
)
def test_words_that_sound_like_an_employer_are_pointed_out(
    expert: Expert, reason: str, found: str
) -> None:
    expert.sends({"reason.D": reason}, D=20, S=50, E=30)
    page = expert.looks("/survey/check").text
    assert ("seems to name an employer" in page) == bool(found)
    if found:
        assert f"(“{found}”)" in page
    assert expert.submits().headers["Location"] == "/survey/receipt"


# ------------------------------------------------------------------------------------ submitting


def test_a_submission_is_stored_and_read_back(expert: Expert, study: RunningStudy) -> None:
    response = expert.submits(browser_nonce=NONCE)
    assert response.status_code == 303
    assert response.headers["Location"] == "/survey/receipt"
    (submission,) = stored(study)
    document = json.loads(submission.document)
    assert document["answers"][0]["values"] == {"D": 20, "S": 50, "E": 30}
    assert (document["round"], document["revision"]) == (1, 1)
    assert submission.nonce.startswith(NONCE)
    assert submission.leaf == leaf_hash(canonical_bytes(document), bytes.fromhex(submission.nonce))
    page = plain(expert.looks("/survey/receipt").text)
    assert "Your answers have arrived" in page
    assert "City index · Round 1 · Submission 1" in page
    assert re.findall(r'<td class="n">(\d+) ', page) == ["20", "50", "30", "100"]
    assert "Because of demand." in page


@pytest.mark.parametrize("nonce", ["", "00", "x" * 32, NONCE.upper(), NONCE + "00", "０" * 32])
def test_a_nonce_that_is_none_is_made_by_the_server(
    expert: Expert, study: RunningStudy, nonce: str
) -> None:
    expert.submits(browser_nonce=nonce)
    (submission,) = stored(study)
    assert len(submission.nonce) == 64
    assert not submission.nonce.startswith(NONCE)
    assert "All of it came from the server" in expert.looks("/survey/receipt").text


def test_the_same_form_twice_is_one_submission(expert: Expert, study: RunningStudy) -> None:
    form = expert.fields("/survey/check").values
    receipts = []
    for nonce in (NONCE, NONCE, "", "ff" * 16):
        response = expert.posts("/survey/submit", {**form, "browser_nonce": nonce})
        assert response.headers["Location"] == "/survey/receipt"
        receipts.append(expert.looks("/survey/receipt").text)
    assert len({code_on(page) for page in receipts}) == 1
    assert count(study) == 1


def code_on(page: str) -> str:
    return page.split('<p class="code">', 1)[1].split("</p>", 1)[0]


def test_a_retry_after_the_round_closed_gets_its_receipt(
    expert: Expert, study: RunningStudy
) -> None:
    form = expert.fields("/survey/check").values
    expert.posts("/survey/submit", form)
    for other in range(1, 5):
        study.submits(other, (20, 50, 30))
    study.closes_round()
    response = expert.posts("/survey/submit", form)
    assert response.headers["Location"] == "/survey/receipt"


def test_the_same_answers_from_a_second_window_arrive_too(
    expert: Expert, study: RunningStudy
) -> None:
    one, other = (expert.fields("/survey/check").values for _ in range(2))
    for form in (one, other, one):
        assert expert.posts("/survey/submit", form).headers["Location"] == "/survey/receipt"
    assert [submission.revision for submission in stored(study)] == [1, 2]


def test_a_revision_supersedes_the_first_submission(expert: Expert, study: RunningStudy) -> None:
    expert.submits()
    fields = expert.fields()
    assert fields.values["points.D"] == "20"
    expert.sends(D=25, S=45, E=30)
    expert.submits()
    assert [one.revision for one in stored(study)] == [1, 2]
    page = plain(expert.looks("/survey/receipt").text)
    assert "Submission 2" in page
    assert "Round 1, submission 1" in page
    old = plain(expert.looks("/survey/receipt?round=1&submission=1").text)
    assert "superseded by your submission 2 and no longer counts" in old
    assert re.findall(r'<td class="n">(\d+) ', old) == ["20", "50", "30", "100"]


def test_a_change_that_is_not_submitted_is_told_from_what_counts(
    app: Flask, expert: Expert, study: RunningStudy
) -> None:
    expert.submits()
    assert "your answers have arrived" in plain(expert.looks().text)
    expert.sends(D=25, S=45, E=30)
    page = plain(expert.looks().text)
    assert "not submitted them yet; submission 1 still counts" in page
    check = plain(expert.looks("/survey/check").text)
    assert "Submission 1 counts until you submit what is below." in check
    expert.sends(D=20, S=50, E=30)
    assert "still counts" not in plain(expert.looks().text)
    expert.sends({"reason.D": "A new reason."}, D=20, S=50, E=30)
    assert "submission 1 still counts" in plain(expert.looks().text)
    # In the next round the change is told from the submission that counted.
    for other in range(1, 5):
        study.submits(other, (20, 50, 30))
    expert.sends(D=25, S=45, E=30)
    closed(study)
    study.opens_round(departure="Another round.")
    page = plain(expert.looks().text)
    assert "the change did not count, your submission did:" in page
    assert "Demand 25 points; Supply 45 points; Environment 30 points" in page


def test_a_submission_from_elsewhere_is_where_the_form_starts(
    app: Flask, study: RunningStudy
) -> None:
    study.submits(2, (15, 55, 30), reasons={"S": "From elsewhere."})
    fields = Expert(app, study.tokens[2]).enters().fields().values
    assert [fields[f"points.{code}"] for code in "DSE"] == ["15", "55", "30"]
    assert fields["reason.S"] == "From elsewhere."


def test_an_abstention_is_submitted(expert: Expert, study: RunningStudy) -> None:
    expert.sends({"abstain.root": "1"})
    assert "you cannot judge it" in expert.looks("/survey/check").text
    expert.submits()
    assert json.loads(stored(study)[0].document)["answers"][0]["abstain"] is True
    assert "The three dimensions: left out" in expert.looks("/survey/receipt").text


def test_a_kept_answer_is_marked_as_confirmed(app: Flask, site: Site, around: Surroundings) -> None:
    study = study_in_round_2(site, around)
    expert = Expert(app, study.tokens[3]).enters()
    expert.posts("/survey", {**expert.form(), "action": "keep"})
    expert.posts("/survey", {**expert.fields().values, "action": "continue"})
    expert.submits()
    (submission,) = stored(study)
    assert json.loads(submission.document)["confirmed_unchanged"] is True


# ------------------------------------------------------------------------- what is refused, kindly


def test_answers_changed_in_another_window_are_checked_again(
    expert: Expert, study: RunningStudy
) -> None:
    form = expert.fields("/survey/check").values
    expert.sends(D=25, S=45, E=30)
    response = expert.posts("/survey/submit", form)
    assert response.status_code == 409
    assert "Another window has changed your answers" in response.text
    assert count(study) == 0
    again = Fields(response.text).values
    assert again["form_key"] != form["form_key"]
    expert.posts("/survey/submit", again)
    assert json.loads(stored(study)[0].document)["answers"][0]["values"]["D"] == 25


def test_submitting_needs_the_form_token(expert: Expert, study: RunningStudy) -> None:
    form = {**expert.fields("/survey/check").values, "csrf_token": "x"}
    response = expert.posts("/survey/submit", form)
    assert response.status_code == 403
    assert "nothing has been submitted yet" in response.text
    assert count(study) == 0
    assert expert.posts("/survey/submit", Fields(response.text).values).status_code == 303


def test_submitting_needs_a_valid_link(expert: Expert, study: RunningStudy) -> None:
    form = expert.fields("/survey/check").values
    with study.database.writing() as session:
        replace_link(session, study.id, study.people[0], study.around)
    assert expert.posts("/survey/submit", form).status_code == 403
    assert count(study) == 0


@pytest.mark.parametrize("form_key", ["", "x", "0" * 30, "0" * 32, "g" * 31, "０" * 31])
def test_an_odd_form_key_is_replaced(expert: Expert, study: RunningStudy, form_key: str) -> None:
    assert expert.submits(form_key=form_key).status_code == 303
    assert re.fullmatch("[0-9a-f]{31}s", stored(study)[0].form_key)


def closed(study: RunningStudy) -> RunningStudy:
    for other in range(1, 5):
        study.submits(other, (20, 50, 30))
    return study.closes_round()


def test_an_answer_after_the_close_is_kept_and_not_counted(
    expert: Expert, study: RunningStudy
) -> None:
    form = expert.fields("/survey/check").values
    closed(study)
    response = expert.posts("/survey/submit", form)
    assert response.status_code == 409
    page = plain(response.text)
    assert "Round 1 closed on 2 November, 20:00 (Beijing time), and this answer" in page
    assert re.findall(r'<td class="n">(\d+) ', page) == ["20", "50", "30"]
    assert len(stored(study)) == 4
    study.opens_round(departure="Another round.")
    assert "was not submitted in time" in expert.looks().text
    assert expert.posts("/survey/submit", form).status_code == 409


def test_a_round_that_closes_while_submitting_wins(
    expert: Expert, study: RunningStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = expert.fields("/survey/check").values
    as_before = submitting.writing

    def writing_late() -> AbstractContextManager[Session]:
        closed(study)
        return as_before()

    monkeypatch.setattr(submitting, "writing", writing_late)
    response = expert.posts("/survey/submit", form)
    assert response.status_code == 409
    assert "this answer was not counted" in response.text


def test_what_is_typed_after_the_close_is_kept(expert: Expert, study: RunningStudy) -> None:
    form = expert.form(D=25, S=45, E=30)
    closed(study)
    response = expert.posts("/survey", form)
    assert response.status_code == 409
    assert re.findall(r'<td class="n">(\d+) ', plain(response.text)) == ["25", "45", "30"]
    saved = expert.posts("/survey/draft", form)
    assert (saved.status_code, saved.get_json()) == (
        409,
        {"error": "closed", "kept": True},
    )
    study.opens_round(departure="Another round.")
    late = expert.posts("/survey", {**form, "points.D": "35", "points.S": "35"})
    assert late.status_code == 409
    fields = expert.fields().values
    assert [fields[f"points.{code}"] for code in "DSE"] == ["", "", ""]
    assert "Demand 35 points; Supply 35 points; Environment 30 points" in plain(expert.looks().text)


def test_past_the_deadline_the_page_says_that_it_may_close(
    expert: Expert, clock: FixedClock
) -> None:
    clock.instant += timedelta(days=14, seconds=1)
    expert.enters()
    for address in ("/survey", "/survey/check"):
        page = plain(expert.looks(address).text)
        assert "(16 November, 20:00 Beijing time) has passed" in page
        expert.language = "zh-CN"
        assert "截止时间（11 月 16 日 20:00，北京时间）已过" in plain(expert.looks(address).text)
        expert.language = "en"
    assert expert.submits().status_code == 303
    assert "The deadline has passed" in expert.looks("/survey/receipt").text


def test_a_submission_that_cannot_be_read_back_is_not_acknowledged(
    app: Flask, expert: Expert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "is_stored", lambda *_: False)
    app.testing = False
    assert expert.submits().status_code == 500
