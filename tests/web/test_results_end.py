"""Ending a study: by the rule, as a departure, and past the guard on the publishing step."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from delphi.models.study import Release, Study
from delphi.web.site import Site
from tests.studies import T2, RunningStudy
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, Desk, words

#: Both first items would be 32.5 %: a step of 5 % splits them.
EQUALS = ((30, 35, 35), (35, 30, 35)) * 4


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def end_of(study: RunningStudy) -> str:
    return f"/studies/{study.id}/end"


def state_of(study: RunningStudy) -> tuple[str, bool]:
    with study.database.reading() as session:
        state = session.get_one(Study, study.id).state
        released = session.scalars(select(Release).where(Release.study_id == study.id)).first()
    return state, released is not None


def test_where_the_rule_ends_one_press_releases_the_weights(desk: Desk) -> None:
    study = desk.closed(3)
    page = desk.get(f"/studies/{study.id}/rounds/3/result")
    assert page.count("<form") == 1
    assert 'name="departure"' not in page
    answer = desk.post(end_of(study))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/studies/{study.id}/weights")
    assert state_of(study) == ("finished", True)
    assert "protocol.departed" not in {event.type for event in study.events()}
    page = desk.get(f"/studies/{study.id}/rounds/3/result")
    assert "<form" not in page
    assert "The study has ended, and its weights have been released." in words(page)


def test_a_second_press_says_that_the_study_has_ended(desk: Desk) -> None:
    study = desk.finished()
    answer = desk.post(end_of(study))
    assert answer.status_code == 409
    assert len([one for one in study.events() if one.type == "weights.released"]) == 1


@pytest.mark.parametrize(
    ("language", "said"), [("en", "departure from the protocol"), ("zh-CN", "偏离")]
)
def test_where_the_rule_goes_on_a_reason_is_needed(desk: Desk, language: str, said: str) -> None:
    study = desk.closed(2)
    answer = desk.post(end_of(study), {"departure": "  "}, language=language)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert 'href="#departure"' in answer.text
    assert state_of(study) == ("running", False)


def test_a_written_reason_enters_the_ledger(desk: Desk) -> None:
    study = desk.closed(2)
    answer = desk.post(end_of(study), {"departure": "The commission meets on Monday."})
    assert answer.status_code == 303
    (event,) = [one for one in study.events() if one.type == "protocol.departed"]
    assert json.loads(event.payload) == {
        "round": 2,
        "what": "end",
        "reason": "The commission meets on Monday.",
    }
    weights = words(desk.get(f"/studies/{study.id}/weights"))
    assert "The commission meets on Monday." in weights


def test_a_reason_that_is_too_long_is_kept(desk: Desk) -> None:
    study = desk.closed(2)
    answer = desk.post(end_of(study), {"departure": "long " * 250})
    assert answer.status_code == 422
    assert "at most 1000 characters" in words(answer.text)
    assert "long long long" in answer.text
    assert state_of(study) == ("running", False)


def test_a_step_that_splits_equals_has_to_be_accepted(desk: Desk) -> None:
    study = desk.running()
    for _ in range(2):
        study.opens_round().all_submit(EQUALS).closes_round()
    page = desk.get(f"/studies/{study.id}/rounds/2/result")
    assert 'name="accept_rounding"' not in page
    answer = desk.post(end_of(study))
    assert answer.status_code == 422
    assert 'name="accept_rounding"' in answer.text
    assert "Equal weights that would be published differently: D, S." in words(answer.text)
    assert state_of(study) == ("running", False)
    assert desk.post(end_of(study), {"accept_rounding": "1"}).status_code == 303
    assert state_of(study) == ("finished", True)


def test_a_departure_past_the_guard_keeps_both_reason_and_choice(desk: Desk) -> None:
    study = desk.running()
    study.opens_round().all_submit(EQUALS).closes_round()
    first = desk.post(end_of(study), {"departure": "Time is up."})
    assert first.status_code == 422
    assert "Time is up." in first.text
    assert 'name="accept_rounding"' in first.text
    second = desk.post(end_of(study), {"departure": "", "accept_rounding": "1"})
    assert second.status_code == 422
    assert 'name="accept_rounding" value="1" checked' in second.text
    third = desk.post(end_of(study), {"departure": "Time is up.", "accept_rounding": "1"})
    assert third.status_code == 303


@pytest.mark.parametrize("language", LANGUAGES)
def test_below_eight_answers_there_is_nothing_to_press(desk: Desk, language: str) -> None:
    study = desk.running()
    study.opens_round().all_submit(T2[0][:7]).closes_round()
    page = desk.get(f"/studies/{study.id}/rounds/1/result", language)
    assert "<form" not in page
    assert ("1 is missing" in words(page)) or ("还差 1 份" in words(page))
    answer = desk.post(end_of(study), {"departure": "now"}, language=language)
    assert answer.status_code == 409
    said = {"en": "A release needs at least 8 answers", "zh-CN": "至少有 8 份答案"}
    assert said[language] in words(answer.text)
    assert "protocol.departed" not in {event.type for event in study.events()}


def test_an_open_round_cannot_be_ended(desk: Desk) -> None:
    study = desk.closed(1)
    study.opens_round()
    answer = desk.post(end_of(study), {"departure": "now"})
    assert answer.status_code == 409
    assert "Round 2 is still open" in words(answer.text)
    assert state_of(study) == ("running", False)


def test_a_study_without_a_closed_round_cannot_be_ended(desk: Desk) -> None:
    study = desk.running()
    answer = desk.post(end_of(study))
    assert answer.status_code == 409
    assert "No round has been closed yet" in words(answer.text)


def test_the_address_of_the_form_leads_to_its_page(desk: Desk) -> None:
    study = desk.closed(2)
    answer = desk.client.get(end_of(study) + "?lang=en")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/studies/{study.id}/rounds/2/result?lang=en"
    assert desk.client.get(end_of(desk.running())).headers["Location"].endswith("/weights")


def test_methodologists_end_nothing(desk: Desk) -> None:
    study = desk.closed(3)
    answer = desk.post(end_of(study), client=desk.browser(METHODOLOGIST))
    assert answer.status_code == 403
    assert state_of(study) == ("running", False)


def test_a_form_without_its_token_ends_nothing(desk: Desk) -> None:
    study = desk.closed(3)
    assert desk.client.post(end_of(study)).status_code == 403
    assert state_of(study) == ("running", False)


def test_another_round_is_offered_where_the_protocol_has_one(desk: Desk) -> None:
    study = desk.running()
    for _ in range(2):
        study.opens_round().all_submit(T2[2]).closes_round()
    page = desk.get(f"/studies/{study.id}/rounds/2/result")
    assert "Depart from the protocol: another round" in words(page)
    assert f"/studies/{study.id}/rounds/open" in page
    third = desk.closed(3)
    page = desk.get(f"/studies/{third.id}/rounds/3/result")
    assert f"/studies/{third.id}/rounds/open" not in page
