"""Every page of the coordinator in every state of a study, both languages, for every role."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask, url_for

from delphi.clock import FixedClock
from delphi.web.site import Site
from tests.databases import contents
from tests.studies import T2
from tests.web.conftest import form_token
from tests.web.routes import visits
from tests.web.studies_desk import (
    LANGUAGES,
    METHODOLOGIST,
    STRANGER,
    Desk,
    foreign_words,
    heading,
    words,
)

READ_BY_ALL = ("", "/indicators", "/protocol", "/letter", "/panel", "/rounds/open", "/ledger")
#: Names are the coordinator's alone.
COORDINATOR_ONLY = ("/delivery", "/panel/sample.csv")


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["empty", "draft", "launched", "open", "closed", "finished"])
def test_every_page_is_complete_in_both_languages(desk: Desk, state: str, language: str) -> None:
    pages = [*READ_BY_ALL, "/delivery"]
    match state:
        case "empty":
            base = desk.empty()
        case "draft":
            base = desk.draft()
        case "launched":
            base = f"/studies/{desk.running().id}"
        case "open":
            study = desk.closed(1).opens_round()
            base = f"/studies/{study.id}"
            pages += ["/rounds/2/close", "/rounds/2/extend", f"/delivery?open={study.people[0]}"]
            pages += [f"/delivery/{study.people[0]}/replace"]
        case "closed":
            base = f"/studies/{desk.closed(1).id}"
        case _:
            base = f"/studies/{desk.finished().id}"
    for page in (*(base + page for page in pages), "/studies", "/studies/new"):
        text = desk.get(page, language)
        assert f'<html lang="{language}">' in text
        assert text.count("<h1") == 1
        assert "%(" not in text
        assert 'style="' not in text
        if language != "en":
            assert foreign_words(text) == [], page


def test_english_left_in_a_chinese_page_would_be_found(desk: Desk) -> None:
    page = desk.get("/studies/new", "zh-CN")
    assert foreign_words(page) == []
    assert foreign_words(page.replace("</main>", "<p>left in English</p></main>"))
    assert foreign_words(page.replace("</main>", '<p aria-label="left in English"></p></main>'))


def test_a_page_of_a_draft_says_how_much_is_missing(desk: Desk) -> None:
    base = desk.empty()
    assert heading(desk.get(base)) == "In preparation, 2 things are missing before launch"
    assert heading(desk.get(base, "zh-CN")) == "准备中，启动之前还有 2 处需要处理"


def test_the_overview_of_a_running_round_draws_only_what_holds_whoever_waits(desk: Desk) -> None:
    study = desk.closed(1).opens_round().all_submit(T2[1][:7])
    study.ticks()
    page = desk.get(f"/studies/{study.id}")
    assert heading(page) == "Round 2 is in progress, at least 7 of 8 experts have finished"
    assert page.count('class="pip on"') == 7
    said = words(page)
    assert "Response at least 7/8 = 87.5%, not below the 70% of the protocol" in said
    assert "Fewer than 8 experts have answered both rounds" in said
    assert "Fewer than 8 answers: the next round shows no quartiles" in said
    assert "The deadline is Monday 16 November, 20:00 Beijing time, 14 days from now." in said


def test_what_waits_in_the_outbox_is_not_counted(desk: Desk) -> None:
    study = desk.closed(1).opens_round().all_submit(T2[1][:2])
    study.ticks()
    page = desk.get(f"/studies/{study.id}", "zh-CN")
    assert heading(page) == "第 2 轮进行中，8 位专家尚无人记为完成"
    assert "没有人作答的轮次不能结束。" in words(page)


def test_a_passed_deadline_is_said_and_closes_nothing(desk: Desk, clock: FixedClock) -> None:
    study = desk.running().opens_round(days=1)
    clock.instant += timedelta(days=2)
    desk.client = desk.browser("c0" * 8)
    page = desk.get(f"/studies/{study.id}")
    assert heading(page) == "The deadline of round 1 has passed, the round is still open"
    assert "the round may close at any moment" in words(page)


@pytest.mark.parametrize(
    ("rounds", "said", "endpoints"),
    [
        (
            1,
            "Round 1 is closed, by the rule there is another round",
            ["studies.opening", "studies.round_result"],
        ),
        (
            3,
            "Round 3 is closed, by the protocol the study may end",
            ["studies.round_result", "studies.weights"],
        ),
    ],
)
def test_after_a_close_the_next_step_is_named(
    app: Flask, desk: Desk, rounds: int, said: str, endpoints: list[str]
) -> None:
    study = desk.closed(rounds)
    page = desk.get(f"/studies/{study.id}")
    assert heading(page) == said
    with app.test_request_context():
        for endpoint in endpoints:
            number = rounds if endpoint == "studies.round_result" else None
            address = url_for(endpoint, study_id=study.id, number=number)
            assert f'href="{address}"' in page


def test_the_rounds_show_their_verdicts_as_badges(desk: Desk) -> None:
    page = desk.get(f"/studies/{desk.closed(3).id}", "zh-CN")
    badges = re.findall(r'<span class="badge (\w+)">.*?</svg>(.*?)</span>', page, re.DOTALL)
    assert badges == [("go", "继续"), ("go", "继续"), ("stop", "一致且稳定")]


def test_a_finished_study_leads_to_its_weights(desk: Desk) -> None:
    base = f"/studies/{desk.finished().id}"
    page = desk.get(base)
    assert heading(page) == "Finished, weights released on 2 November 2026"
    assert f'href="{base}/weights"' in page
    assert "/rounds/open" not in page


def test_the_list_names_every_study_with_its_state_and_role(desk: Desk) -> None:
    study = desk.closed(1).opens_round()
    page = desk.get("/studies")
    assert heading(page) == "2 studies, with a round open in 1"
    assert f'href="/studies/{study.id}"' in page
    assert "nobody of 8 experts is recorded as finished yet" in words(page)
    theirs = desk.get("/studies", client=desk.browser(METHODOLOGIST))
    assert heading(theirs) == "1 study, with a round open in 1"
    assert "Methodologist" in theirs


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_without_studies_says_how_to_begin(desk: Desk, language: str) -> None:
    page = desk.get("/studies", language, desk.browser(STRANGER))
    assert heading(page) in {"No study yet", "还没有研究"}
    assert 'href="/studies/new"' in page
    assert 'class="empty"' in page


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_a_methodologist_reads_without_names_and_without_anything_to_press(
    desk: Desk, state: str
) -> None:
    if state == "draft":
        base = desk.draft()
    else:
        study = desk.closed(1)
        base = f"/studies/{(study.opens_round() if state == 'open' else study).id}"
    client = desk.browser(METHODOLOGIST)
    for page in READ_BY_ALL:
        text = desk.get(base + page, client=client)
        assert "Expert 001" not in text
        assert 'method="post"' not in text, page
        assert "/delivery" not in text, page
    for page in COORDINATOR_ONLY:
        assert client.get(base + page).status_code == 403, page


def test_no_act_is_open_to_a_methodologist_and_no_page_to_others(app: Flask, desk: Desk) -> None:
    """Every route of a study but those that methodologists read too."""
    study = desk.closed(1).opens_round()
    before = contents(desk.site.database)
    reader, stranger = desk.browser(METHODOLOGIST), desk.browser(STRANGER)
    acts = [
        visit
        for visit in visits(app)
        if visit.audience.roles and visit.method not in {"GET", "HEAD"}
    ]
    assert len(acts) >= 14
    for visit in visits(app):
        if not visit.audience.roles:
            continue
        address = visit.address.replace("0" * 16, study.id)
        for client, allowed in (
            (reader, "methodologist" in visit.audience.roles),
            (stranger, False),
        ):
            token = {"csrf_token": form_token(client)} if visit in acts else {}
            answer = client.open(address, method=visit.method, data=token)
            if client is stranger:
                assert answer.status_code == 404, visit
            elif not allowed:
                assert answer.status_code == 403, visit
    sessions = {"staff_session"}
    after = contents(desk.site.database)
    assert {name: rows for name, rows in after.items() if name not in sessions} == {
        name: rows for name, rows in before.items() if name not in sessions
    }


def test_reading_every_page_leaves_the_database_as_it_is(desk: Desk) -> None:
    study = desk.closed(1).opens_round()
    person = study.people[0]
    more = ("/delivery", f"/delivery?open={person}", f"/delivery/{person}/replace")
    more += ("/rounds/2/close", "/rounds/2/extend", "/rounds/1/close", "/panel/sample.csv")
    more += (f"/delivery/{person}/show", "/panel/paste", "/panel/import", "/launch")
    before = contents(desk.site.database)
    for page in (*READ_BY_ALL, *more):
        answer = desk.client.get(f"/studies/{study.id}{page}")
        assert answer.status_code in {200, 303}, page
    assert contents(desk.site.database) == before


def test_no_act_happens_without_a_form_token(app: Flask, desk: Desk) -> None:
    study = desk.closed(1).opens_round()
    before = contents(desk.site.database)
    for visit in visits(app):
        if visit.address.startswith("/studies") and visit.method == "POST":
            address = visit.address.replace("0" * 16, study.id)
            assert desk.client.post(address).status_code == 403, visit
    assert contents(desk.site.database) == before


def test_whoever_is_not_signed_in_is_asked_to_sign_in(app: Flask, desk: Desk) -> None:
    base = desk.draft()
    client = app.test_client()
    for page in ("", "/panel", "/delivery"):
        answer = client.get(base + page)
        assert answer.headers["Location"] == f"/account/login?next={base}{page}"


def test_the_ledger_says_every_event_in_words(desk: Desk) -> None:
    study = desk.finished()
    for language, said in (
        ("en", "Weights released from round 3"),
        ("zh-CN", "发布权重，依据第 3 轮"),
    ):
        page = desk.get(f"/studies/{study.id}/ledger", language)
        assert said in words(page)
        lines = re.findall(r"</span>([^<]*)\n<details", page)
        assert len(lines) == len(study.events())
        assert not [line for line in lines if re.fullmatch(r"[a-z]+\.[a-z]+", line)]


def test_a_ledger_that_was_changed_outside_the_program_says_where(desk: Desk) -> None:
    study = desk.running()
    with desk.site.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE ledger_event SET payload = '{}' WHERE height = 1 AND study_id = ?", (study.id,)
        )
    page = desk.get(f"/studies/{study.id}/ledger")
    assert heading(page) == "The chain does not hold from line 1 on"
