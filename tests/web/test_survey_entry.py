"""The way in: links as people paste them, the cookie, looking without consequences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.clock import FixedClock
from delphi.services.links import replace_link
from delphi.settings import Settings
from delphi.surroundings import Surroundings
from delphi.web import create_app
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study
from tests.web.test_base_requests import everything_in

STALE = "This link is no longer valid"


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


def grouped(token: str) -> str:
    return " ".join(token[at : at + 4] for at in range(0, 26, 4))


def full_width(token: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) for one in token)


def looking_alike(token: str) -> str:
    return token.replace("0", "O").replace("1", "l")


PASTED = {
    "token": lambda t: t,
    "lower case": str.lower,
    "groups": grouped,
    "hyphens": lambda t: grouped(t).replace(" ", "-"),
    "link": lambda t: f"http://127.0.0.1:8000/s#{t}",
    "link in a sentence": lambda t: f"请打开 http://127.0.0.1:8000/s#{t} ，谢谢",
    "link with a full stop": lambda t: f"http://127.0.0.1:8000/s#{t}。",
    "messenger's parameters": lambda t: f"http://127.0.0.1:8000/s#{t}?from=singlemessage&isapp=0",
    "messenger's second fragment": lambda t: f"http://127.0.0.1:8000/s#{t}#wechat_redirect",
    "encoded hash": lambda t: f"http://127.0.0.1:8000/s%23{t}",
    "full width": full_width,
    "letters that look alike": looking_alike,
    "line breaks": lambda t: f"\n {t[:13]}\n{t[13:]} \n",
    "en dashes": lambda t: grouped(t).replace(" ", "–"),
}


@pytest.mark.parametrize("pasted", PASTED)
def test_a_link_is_found_however_it_is_pasted(app: Flask, study: RunningStudy, pasted: str) -> None:
    client = app.test_client()
    response = client.post("/s", data={"token": PASTED[pasted](study.tokens[0])})
    assert response.status_code == 303
    assert response.headers["Location"] == "/survey"
    assert client.get("/survey").status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", "A" * 25, "A" * 26, "Z" * 26, "U" * 26, "#", "%23", "%", "%zz", "<b>" * 700,
     "0" * 10_000, "🙂" * 26, "\u202e" + "A" * 26, "http://127.0.0.1:8000/s", "../../etc/passwd"],
)  # fmt: skip
def test_what_is_no_valid_link_stays_in_the_field(client: FlaskClient, typed: str) -> None:
    response = client.post("/s", data={"token": typed})
    assert response.status_code == 422
    assert STALE in response.text
    assert Fields(response.text).values["token"] == typed[:2000]
    assert not response.headers.getlist("Set-Cookie")


def test_unknown_and_revoked_links_get_the_same_answer(app: Flask, study: RunningStudy) -> None:
    revoked, unknown = study.tokens[0], "0" * 26
    with study.database.writing() as session:
        replace_link(session, study.id, study.people[0], study.around)
    client = app.test_client()
    pages = [client.post("/s", data={"token": one}) for one in (revoked, unknown)]
    assert [page.status_code for page in pages] == [422, 422]
    assert pages[0].text.replace(revoked, "") == pages[1].text.replace(unknown, "")


def test_a_replaced_link_ends_the_visit_at_once(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    assert expert.looks().status_code == 200
    with study.database.writing() as session:
        replace_link(session, study.id, study.people[0], study.around)
    response = expert.looks()
    assert response.status_code == 303
    assert response.headers["Location"] == "/s?again=1"


def test_a_request_from_another_site_is_refused(client: FlaskClient, study: RunningStudy) -> None:
    response = client.post(
        "/s", data={"token": study.tokens[0]}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert response.status_code == 403


def test_looking_at_the_link_changes_nothing(app: Flask, site: Site, study: RunningStudy) -> None:
    before = everything_in(site.database)
    for _ in range(2):
        scanner = app.test_client()
        for method in ("HEAD", "GET"):
            response = scanner.open("/s", method=method)
            assert response.status_code == 200
            assert not response.headers.getlist("Set-Cookie")
    assert everything_in(site.database) == before
    assert Expert(app, study.tokens[0]).enters().looks().status_code == 200


def test_no_page_of_a_visit_writes_when_it_is_looked_at(
    app: Flask, site: Site, study: RunningStudy
) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(D=20, S=50, E=30)
    expert.submits()
    before = everything_in(site.database)
    pages = ("", "/about", "/check", "/receipt", "/receipt/data", "/unlock", "/consent", "/code")
    others = ("/without", "/leave", "/draft", "/choose", "/submit")
    for page in (*pages, *others):
        for method in ("GET", "HEAD"):
            response = expert.client.open(f"/survey{page}", method=method)
            assert response.status_code in {200, 303}, page
    assert everything_in(site.database) == before


def test_the_cookie_is_sealed_and_lasts_12_hours(
    app: Flask, study: RunningStudy, clock: FixedClock
) -> None:
    expert = Expert(app, study.tokens[0])
    cookie = expert.client.post("/s", data={"token": study.tokens[0]}).headers["Set-Cookie"]
    assert cookie.startswith("delphi-expert=")
    for attribute in ("HttpOnly", "SameSite=Lax", "Max-Age=43200", "Path=/"):
        assert attribute in cookie
    assert "Secure" not in cookie  # the address is http on this machine
    assert study.tokens[0] not in cookie
    clock.instant += timedelta(hours=12, seconds=-1)
    assert expert.looks().status_code == 200
    clock.instant += timedelta(seconds=1)
    response = expert.looks()
    assert response.status_code == 303
    assert "Please open your personal link again" in expert.looks("/s?again=1").text


def test_over_https_the_cookie_is_bound_to_the_host(
    settings: Settings, study: RunningStudy, clock: FixedClock
) -> None:
    secure = replace(settings, base_url="https://delphi.example.org")
    app = create_app(secure, clock=clock, database=study.database)
    response = app.test_client().post(
        "/s",
        data={"token": study.tokens[0]},
        base_url="https://delphi.example.org",
    )
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-delphi-expert=")
    assert "Secure" in cookie


@contextmanager
def altered(expert: Expert) -> Iterator[str]:
    cookie = expert.client.get_cookie("delphi-expert")
    assert cookie is not None
    yield cookie.value


def test_an_altered_cookie_is_no_visit(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    with altered(expert) as value:
        swapped = value[:20] + ("A" if value[20] != "A" else "B") + value[21:]
        tries = ["", "x", swapped, value[:-4], value + "AAAA", "=" * 30, "é", "A" * 9000]
    for tried in tries:
        stranger = app.test_client(use_cookies=False)
        header = f"delphi-expert={tried}"
        response = stranger.get("/survey", environ_overrides={"HTTP_COOKIE": header})
        assert response.status_code == 303, tried
        assert response.headers["Location"] == "/s?again=1"


def test_a_cookie_of_the_future_is_no_visit(
    app: Flask, study: RunningStudy, clock: FixedClock
) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    clock.instant -= timedelta(minutes=6)
    assert expert.looks().status_code == 303


def test_a_visitor_without_link_is_sent_to_the_entry(client: FlaskClient) -> None:
    for page in ("/survey", "/survey/check", "/survey/receipt", "/survey/about"):
        response = client.get(page)
        assert response.status_code == 303, page
        assert response.headers["Location"] == "/s?again=1"


def test_leaving_forgets_the_link_on_this_device(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(D=20, S=50, E=30)
    expert.submits()
    response = expert.presses("/survey/receipt", "/survey/leave")
    assert response.headers["Location"] == "/s?left=1"
    assert expert.client.get_cookie("delphi-expert") is None
    assert "Your link is forgotten on this device" in expert.looks("/s?left=1").text
    assert expert.looks().status_code == 303


def test_leaving_needs_the_form_token(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    expert.client.post("/survey/leave")
    assert expert.looks().status_code == 200


def test_opening_the_link_again_begins_a_new_visit_where_no_code_is_asked(
    app: Flask, study: RunningStudy, clock: FixedClock
) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    clock.instant += timedelta(hours=6)
    expert.enters()  # no access code was asked for here: a new visit of 12 hours begins
    clock.instant += timedelta(hours=11)
    assert expert.looks().status_code == 200
