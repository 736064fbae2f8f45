"""The way in: links as people paste them, the cookie, looking without consequences."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.clock import FixedClock
from delphi.domain.pasted_links import LONGEST_INPUT
from delphi.domain.tokens import new_token
from delphi.services.links import replace_link, show_tokens
from delphi.settings import Settings
from delphi.surroundings import Surroundings
from delphi.web import create_app
from delphi.web.site import Site
from tests.domain.manglings import ALL
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study
from tests.web.test_base_requests import everything_in

STALE = "This link is no longer valid"


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


def test_a_link_is_found_however_it_is_pasted(app: Flask, study: RunningStudy) -> None:
    client, token = app.test_client(), study.tokens[0]
    lost = []
    for name, mangle in ALL.items():
        text = mangle(token, f"http://127.0.0.1:8000/s#{token}")
        response = client.post("/s", data={"token": text})
        if (response.status_code, response.headers.get("Location")) != (303, "/survey"):
            lost.append(name)
    assert lost == []
    assert client.get("/survey").status_code == 200


@pytest.mark.parametrize(
    "typed",
    ["", " ", "x", "A" * 25, "A" * 26, "Z" * 26, "U" * 26, "#", "%23", "%", "%zz", "<b>" * 700,
     "0" * 10_000, "🙂" * 26, "\u202e" + "A" * 26, "http://127.0.0.1:8000/s", "../../etc/passwd",
     "<script>alert(1)</script>#" + "A" * 9],
)  # fmt: skip
def test_what_is_no_valid_link_stays_in_the_field(client: FlaskClient, typed: str) -> None:
    response = client.post("/s", data={"token": typed})
    assert response.status_code == 422
    assert 'id="token-error"' in response.text
    assert Fields(response.text).values["token"] == typed[:LONGEST_INPUT]
    assert not response.headers.getlist("Set-Cookie")


SAID = {
    "": ("Paste your personal link, or type", "请粘贴您的个人链接，或输入"),
    "4T8K 9WQM": ("8 of 26 characters so far; still missing: 18.", "已有 8 个，还缺 18 个"),
    "4T8K 9WUM 2XHV": ("“U” in group 2", "第 2 组的“U”"),
    "A" * 27: ("27 characters are there, and a link has 26", "现有 27 个字符"),
    "A" * 26: ("Compare them group by group with your letter. If they are right", "换过链接"),
    "http://127.0.0.1:8000/s": ("The end of the link is missing", "链接缺了末尾"),
    "http://127.0.0.1:8000/s?from=singlemessage": (
        "The end of the link is missing",
        "链接缺了末尾",
    ),
    "http://127.0.0.1:8000/s#" + "A" * 20: ("only 20 of the 26 characters", "只有 20 个"),
    "http://127.0.0.1:8000/s#" + "A" * 26: (STALE, "这个链接已失效"),
    "https://other.example/s#" + "A" * 26: (
        "another site, other.example,",
        "另一个网站 other.example",
    ),
    "请您作答，谢谢。" * 9: ("No personal link was found", "没有找到个人链接"),
}


@pytest.mark.parametrize("typed", SAID, ids=range(len(SAID)))
def test_the_error_says_what_to_do(client: FlaskClient, typed: str) -> None:
    for language, said in zip(("en", "zh-CN"), SAID[typed], strict=True):
        page = client.post("/s", data={"token": typed}, headers={"Accept-Language": language})
        assert said in html.unescape(page.text).replace("\u00a0", " ").replace("\u2060", "")


def test_what_was_typed_is_shown_in_groups_to_be_compared(client: FlaskClient) -> None:
    page = client.post("/s", data={"token": "4t8k9wum-2xhv"}).text
    groups = re.search(r'<ol class="token-groups mono".*?</ol>', page, re.DOTALL)
    assert groups is not None
    assert re.findall(r"[0-9A-Z]{2,}", groups[0]) == ["4T8K", "9WUM", "2XHV"]
    assert "<mark>9WUM</mark>" in groups[0]


def test_unknown_and_revoked_links_get_the_same_answer(app: Flask, study: RunningStudy) -> None:
    revoked, unknown = study.tokens[0], "0" * 26
    with study.database.writing() as session:
        replace_link(session, study.id, study.people[0], study.around)
    client = app.test_client()
    for form in ("{}", "http://127.0.0.1:8000/s#{}", "https://other.example/s#{}", "{}7"):
        pages = []
        for token in (revoked, unknown):
            page = client.post("/s", data={"token": form.format(token)})
            assert page.status_code == 422
            text = page.text.replace(token, "")
            pages.append(
                re.sub(r'<ol class="token-groups mono".*?</ol>', "", text, flags=re.DOTALL)
            )
        assert pages[0] == pages[1]


def test_of_a_replaced_link_and_the_new_one_the_new_one_opens(
    app: Flask, study: RunningStudy
) -> None:
    former = study.tokens[0]
    with study.database.writing() as session:
        replace_link(session, study.id, study.people[0], study.around)
        token = show_tokens(session, study.id, [study.people[0]], study.around)[study.people[0]]
    text = f"> http://127.0.0.1:8000/s#{former}\n\nhttp://127.0.0.1:8000/s#{token}"
    assert app.test_client().post("/s", data={"token": text}).status_code == 303


def test_of_two_people_s_links_none_is_chosen(app: Flask, study: RunningStudy) -> None:
    text = " ".join(f"http://127.0.0.1:8000/s#{token}" for token in study.tokens[:2])
    page = app.test_client().post("/s", data={"token": text})
    assert page.status_code == 422
    assert "Two valid links stand in this text" in page.text
    assert not page.headers.getlist("Set-Cookie")


def test_a_link_that_names_this_site_otherwise_opens_all_the_same(
    app: Flask, study: RunningStudy
) -> None:
    text = f"https://delphi.example.org/s#{study.tokens[0]}"
    assert app.test_client().post("/s", data={"token": text}).status_code == 303


@pytest.mark.parametrize(
    "address",
    ["/s?from=singlemessage&isappinstalled=0", "/s?fbclid=IwAR0", "/s?utm_source=x&utm_source=y",
     "/s/", "/s/?from=timeline", "/s?%E4%B8%AD=%zz"],
)  # fmt: skip
def test_parameters_before_the_hash_do_not_matter(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert 'name="token"' in response.text


def test_an_address_in_capitals_leads_on(client: FlaskClient) -> None:
    response = client.get("/S")
    assert response.status_code == 303
    assert response.headers["Location"] == "/s"


@pytest.mark.parametrize("hashed", ["%23", "%2523"])
@pytest.mark.parametrize("behind", ["", "?from=singlemessage", "&utm_source=x", "。", "/"])
def test_a_hash_that_was_escaped_on_the_way_fills_the_field(
    app: Flask, study: RunningStudy, hashed: str, behind: str
) -> None:
    client = app.test_client()
    token = study.tokens[0]
    response = client.get(f"/s{hashed}{token}{behind}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.headers.getlist("Set-Cookie")
    typed = Fields(response.text).values["token"]
    assert client.post("/s", data={"token": typed}).status_code == 303


@pytest.mark.parametrize("path", ["/s%23", "/s%23x", "/s%23<b>", "/s%2523" + "U" * 26])
def test_an_escaped_hash_without_a_token_is_an_unknown_address(
    client: FlaskClient, path: str
) -> None:
    assert client.get(path).status_code == 404


def test_guessing_is_slowed_and_shuts_nobody_out(app: Flask, study: RunningStudy) -> None:
    office = app.test_client()

    def guesses() -> int:
        return office.post("/s", data={"token": new_token(secrets.token_bytes)}).status_code

    assert [guesses() for _ in range(30)] == [422] * 30
    assert guesses() == 429
    assert "wait a minute" in office.post(
        "/s?lang=en", data={"token": new_token(secrets.token_bytes)}
    ).get_data(as_text=True)
    assert office.post("/s", data={"token": study.tokens[0]}).status_code == 303
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    guess = {"token": new_token(secrets.token_bytes)}
    assert office.post("/s", data=guess, environ_base=elsewhere).status_code == 422


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
    """Mail gateways and messengers open links before people do, and again each time."""
    before = everything_in(site.database)
    for address in ("/s", "/s", f"/s%23{study.tokens[0]}", "/s?url=x&reserved=0"):
        scanner = app.test_client()
        for method in ("HEAD", "GET"):
            response = scanner.open(address, method=method, headers={"Sec-Purpose": "prefetch"})
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
