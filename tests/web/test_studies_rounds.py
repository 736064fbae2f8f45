"""Opening, extending and closing rounds from their pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask, url_for
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.models.study import LedgerEvent, Round
from delphi.web.site import Site
from delphi.web.studies.rounds import TypedDeadline, read_deadline
from tests.studies import COORDINATOR, T2
from tests.web.studies_desk import Desk, heading, words

DUE = {"date": "2026-11-16", "time": "18:00"}


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def rounds(desk: Desk, study_id: str) -> list[Round]:
    with desk.site.database.reading() as session:
        found = session.scalars(
            select(Round).where(Round.study_id == study_id).order_by(Round.number)
        ).all()
        session.expunge_all()
    return list(found)


# ------------------------------------------------------------------------------------------ opening


def test_round_1_is_offered_for_a_fortnight_at_six_in_the_evening(desk: Desk) -> None:
    base = f"/studies/{desk.running().id}"
    page = desk.get(f"{base}/rounds/open")
    assert heading(page) == "Open round 1 for 8 experts"
    assert 'type="date" value="2026-11-16"' in page
    assert 'type="time" value="18:00"' in page


def test_a_round_opens_with_its_deadline_in_beijing_time(desk: Desk) -> None:
    study = desk.running()
    answer = desk.post(f"/studies/{study.id}/rounds/open", DUE)
    assert answer.headers["Location"] == f"/studies/{study.id}/delivery"
    (opened,) = rounds(desk, study.id)
    assert opened.due_at == datetime(2026, 11, 16, 10, tzinfo=UTC)
    assert "星期一）18:00（北京时间）截止" in words(desk.get(f"/studies/{study.id}", "zh-CN"))


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"date": "16.11.2026"}, "date", "A date such as 2026-11-16 is expected."),
        ({"date": ""}, "date", "A date such as 2026-11-16 is expected."),
        ({"date": "0001-01-01"}, "date", "A date such as 2026-11-16 is expected."),
        ({"date": "9999-12-31"}, "date", "A date such as 2026-11-16 is expected."),
        ({"time": "6pm"}, "time", "A time of day such as 18:00 is expected."),
        ({"time": "18:00+02:00"}, "time", "A time of day such as 18:00 is expected."),
        ({"date": "2026-11-01"}, "date", "The deadline lies in the past."),
    ],
)
def test_a_deadline_that_is_none_is_refused_and_kept_as_typed(
    desk: Desk, fields: dict[str, str], field: str, said: str
) -> None:
    study = desk.running()
    answer = desk.post(f"/studies/{study.id}/rounds/open", {**DUE, **fields})
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert f'<a href="#{field}">' in answer.text
    assert f'value="{fields.get(field)}"' in answer.text
    assert rounds(desk, study.id) == []


def test_no_text_makes_reading_a_deadline_fail(app: Flask) -> None:
    with app.test_request_context():
        for text in (
            "",
            "2026-W01-1",
            "20261116",
            "T18",
            "\ufffd" * 40,
            "24:00",
            "18:00:00.000001",
        ):
            read_deadline(TypedDeadline(text, text))


def test_an_empty_panel_opens_no_round(desk: Desk) -> None:
    base = desk.empty()
    page = desk.get(f"{base}/rounds/open", "zh-CN")
    assert heading(page) == "第 1 轮还不能开启，研究尚未启动"
    assert "专家组是空的" in words(page)
    answer = desk.post(f"{base}/rounds/open", DUE)
    assert answer.status_code == 409
    said = words(answer.text)
    assert "The study is not running: launch it before opening a round." in said
    assert "The panel is empty" in said
    assert f'href="{base}/panel"' in answer.text


def test_the_next_round_says_first_what_experts_will_be_shown(desk: Desk) -> None:
    study = desk.closed(1)
    page = words(desk.get(f"/studies/{study.id}/rounds/open"))
    assert "What experts will be shown of round 1" in page
    assert "8 submissions, 8 of them answer this group" in page
    assert "Demand 17.5 10–25 0" in page


def test_what_too_few_have_answered_is_withheld_there_too(desk: Desk) -> None:
    study = desk.running().opens_round().all_submit(T2[0][:6]).closes_round()
    page = words(desk.get(f"/studies/{study.id}/rounds/open"))
    assert "Demand 17.5 withheld 0" in page


def test_a_round_beyond_the_verdict_needs_a_written_reason(desk: Desk) -> None:
    study = desk.running(protocol=None)
    for number, answers in enumerate((T2[1], T2[2]), start=1):
        study.opens_round(departure="more").all_submit(answers).closes_round()
        assert study.number == number
    base = f"/studies/{study.id}"
    assert study.result()["groups"][0]["verdict"]["verdict"] == "consensus_stable"
    page = desk.get(f"{base}/rounds/open")
    assert "By its rule the study may end here." in words(page)
    answer = desk.post(f"{base}/rounds/open", {**DUE, "departure": "  "})
    assert answer.status_code == 422
    assert "write the reason, it enters the ledger" in words(answer.text)
    assert '<a href="#departure">' in answer.text
    answer = desk.post(f"{base}/rounds/open", {**DUE, "departure": "x" * 1001})
    assert "The reason is too long; at most 1000 characters." in words(answer.text)
    assert "x" * 1001 in answer.text
    answer = desk.post(f"{base}/rounds/open", {**DUE, "departure": "Minister asked"})
    assert answer.status_code == 303
    assert "Minister asked" in desk.get(f"{base}/ledger")


@pytest.mark.parametrize("state", ["open", "limit", "finished"])
def test_a_round_that_cannot_be_opened_says_why(desk: Desk, state: str) -> None:
    study = {
        "open": lambda: desk.running().opens_round(),
        "limit": lambda: desk.closed(3),
        "finished": desk.finished,
    }[state]()
    said, refusal = {
        "open": ("Round 1 is still open, close it first", "Round 1 is still open. Close it first."),
        "limit": ("The protocol allows 3 rounds, and all have been held", "they are used up"),
        "finished": ("The study has ended", "The study is not running"),
    }[state]
    before = len(rounds(desk, study.id))
    assert said in heading(desk.get(f"/studies/{study.id}/rounds/open"))
    answer = desk.post(f"/studies/{study.id}/rounds/open", {**DUE, "departure": "why"})
    assert answer.status_code == 409
    assert refusal in words(answer.text)
    assert len(rounds(desk, study.id)) == before


# ---------------------------------------------------------------------------------------- extending


def test_a_deadline_moves_to_a_later_time_and_only_there(desk: Desk, clock: FixedClock) -> None:
    study = desk.running().opens_round(days=14)
    base = f"/studies/{study.id}/rounds/1/extend"
    assert 'value="2026-11-23"' in desk.get(base)
    answer = desk.post(base, {"date": "2026-11-10", "time": "18:00"})
    assert answer.status_code == 422
    assert "A deadline can only be moved to a later time." in words(answer.text)
    assert 'value="2026-11-10"' in answer.text
    answer = desk.post(base, {"date": "2026-11-30", "time": "18:00"})
    assert answer.status_code == 303
    (moved,) = rounds(desk, study.id)
    assert moved.due_at == datetime(2026, 11, 30, 10, tzinfo=UTC)
    assert "Deadline of round 1 moved to 30 November 2026" in words(
        desk.get(f"/studies/{study.id}/ledger")
    )


def test_a_closed_round_has_no_deadline_to_move(desk: Desk) -> None:
    study = desk.closed(1)
    base = f"/studies/{study.id}/rounds/1/extend"
    assert desk.client.get(base).status_code == 409
    assert desk.post(base, {"date": "2027-01-01", "time": "18:00"}).status_code == 409
    assert desk.client.get(f"/studies/{study.id}/rounds/7/extend").status_code == 404


# ------------------------------------------------------------------------------------------ closing


def test_the_closing_page_lists_consequences_and_promises_no_reopening(desk: Desk) -> None:
    study = desk.closed(1).opens_round().all_submit(T2[1][:6])
    study.ticks()
    page = desk.get(f"/studies/{study.id}/rounds/2/close")
    said = words(page)
    assert heading(page) == "Close round 2?"
    assert "All submissions count, at least 6" in said
    assert "It cannot be undone" in said
    assert "Fewer than 8 experts have answered both rounds" in said
    assert "reopen" not in said.casefold()
    assert "重新开启" not in desk.get(f"/studies/{study.id}/rounds/2/close", "zh-CN")


def test_closing_counts_freezes_and_leads_to_the_result(app: Flask, desk: Desk) -> None:
    study = desk.running().opens_round().all_submit(T2[0])
    answer = desk.post(f"/studies/{study.id}/rounds/1/close")
    assert answer.status_code == 303
    with app.test_request_context():
        result = url_for("studies.round_result", study_id=study.id, number=1)
    assert answer.headers["Location"] == result
    (closed,) = rounds(desk, study.id)
    assert closed.state == "closed"
    assert study.result()["groups"][0]["verdict"]["verdict"] == "continue"
    # Going back and asking again leads to the result, and sending the form again changes nothing.
    page = desk.client.get(f"/studies/{study.id}/rounds/1/close")
    assert page.headers["Location"] == result
    assert desk.post(f"/studies/{study.id}/rounds/1/close").status_code == 409
    with desk.site.database.reading() as session:
        closings = session.scalars(
            select(LedgerEvent).where(LedgerEvent.type == "round.closed")
        ).all()
    assert len(closings) == 1


def test_a_round_in_which_nobody_has_answered_cannot_be_closed(desk: Desk) -> None:
    study = desk.running().opens_round()
    base = f"/studies/{study.id}"
    answer = desk.post(f"{base}/rounds/1/close", language="zh-CN")
    assert answer.status_code == 409
    assert "第 1 轮还没有人提交答卷，不能结束。" in words(answer.text)
    assert f'href="{base}/delivery"' in answer.text
    assert f'href="{base}/rounds/1/extend"' in answer.text
    assert rounds(desk, study.id)[0].state == "open"


def test_a_round_that_does_not_exist_cannot_be_closed(desk: Desk) -> None:
    study = desk.running()
    assert desk.client.get(f"/studies/{study.id}/rounds/1/close").status_code == 404
    assert desk.post(f"/studies/{study.id}/rounds/1/close").status_code == 404


def test_a_deadline_of_today_is_called_so(desk: Desk, clock: FixedClock) -> None:
    study = desk.running().opens_round(days=14)
    clock.instant += timedelta(days=14, hours=-3)
    desk.client = desk.browser(COORDINATOR)
    page = words(desk.get(f"/studies/{study.id}"))
    assert "The deadline is today: Monday 16 November, 20:00 Beijing time." in page
