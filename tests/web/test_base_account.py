"""Signing in and out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.totp import code_at, time_step
from delphi.models.study import LoginFailure, StaffSession
from delphi.services.staff import StaffMember, add_staff, begin_login, end_session
from delphi.settings import Settings
from delphi.web import create_app
from delphi.web.account.targets import local_target
from delphi.web.network import network
from delphi.web.site import Site
from tests.web.conftest import PASSWORD, Post, form_token, sign_in

SECRET = b"12345678901234567890"
RIGHT = {"login": "wang", "password": PASSWORD}
HOSTILE = (
    *("//evil.example", "///evil.example", "////evil.example", "//evil.example/account"),
    *("/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/evil.example", "/account\\"),
    *("https://evil.example", "http:evil.example", "https:/evil.example", "HTTPS://evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "//evil.example@localhost", "@evil.example"),
    *("/account@evil.example", "http://localhost@evil.example", "//localhost:8000/account"),
    *("/\tevil.example", "\t//evil.example", " /account", "/account ", "/account\r\nX: y"),
    *("/%0d%0aLocation:%20//evil.example", "/\x00/account", "/account\u2028", "／account"),
    *("account", "./account", "../account", "/account/../../evil", "?next=/account", "#x", ""),
    *("/account#//evil.example", "/account/logout", "/account/login", "/healthz", "/static/x"),
    *("/nothing", "/" + "a" * 600, "/;@evil.example", "/.evil.example", "/account//"),
)


@pytest.fixture
def signed(client: FlaskClient, staff: StaffMember, post: Post) -> TestResponse:
    """Give the answer to the right login and password."""
    return post(client, "/account/login", RIGHT)


def staff_cookie(response: TestResponse) -> str:
    found = [c for c in response.headers.getlist("Set-Cookie") if "delphi-staff=" in c]
    assert len(found) == 1
    return found[0]


def sessions(site: Site) -> list[StaffSession]:
    with site.database.reading() as session:
        return list(session.scalars(select(StaffSession)))


def test_the_right_password_leads_to_the_studies(client: FlaskClient, signed: TestResponse) -> None:
    assert signed.status_code == 303
    assert signed.headers["Location"] == "/studies"
    cookie = staff_cookie(signed)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "You are signed in as 王" in client.get("/account").text


def test_the_form_works_as_a_browser_sends_it(client: FlaskClient, staff: StaffMember) -> None:
    page = client.get("/account/login?next=/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    assert 'name="login" type="text"' in page
    assert 'name="password" type="password"' in page
    assert 'name="code"' not in page
    response = client.post("/account/login?next=/account", data={**RIGHT, "csrf_token": token[1]})
    assert response.headers["Location"] == "/account"


def test_wrong_login_and_wrong_password_are_answered_alike(
    client: FlaskClient, staff: StaffMember, post: Post
) -> None:
    pages = []
    for fields in (
        {"login": "wang", "password": "wrong"},
        {"login": "nobody", "password": PASSWORD},
        {"login": "nobody", "password": ""},
        {},
    ):
        response = post(client, "/account/login", fields)
        assert response.status_code == 403
        page = response.text.replace(f'value="{fields.get("login", "")}"', "")
        pages.append(re.sub(r'name="csrf_token" value="[^"]+"', "", page))
    assert len(set(pages)) == 1
    assert "Login or password is not right." in pages[0]
    assert "<title>Error: Sign in</title>" in pages[0]


def test_what_was_typed_as_login_is_kept_and_the_password_is_not(
    client: FlaskClient, staff: StaffMember, post: Post
) -> None:
    page = post(client, "/account/login", {"login": '"><b>', "password": "some password"}).text
    assert 'value="&#34;&gt;&lt;b&gt;"' in page
    assert "some password" not in page


def test_the_sixth_failure_waits_and_says_how_long(
    client: FlaskClient, site: Site, staff: StaffMember, post: Post, clock: FixedClock
) -> None:
    fail_five_times(site, clock)
    response = post(client, "/account/login", RIGHT)
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "60"
    assert "Please wait 60 seconds" in response.text
    clock.instant += timedelta(seconds=60)
    assert post(client, "/account/login", RIGHT).status_code == 303


def fail_five_times(site: Site, clock: FixedClock) -> None:
    with site.database.writing() as session:
        for _ in range(5):
            begin_login(session, login="wang", network="127.0.0.0/24", around=site.around)


def test_a_session_planted_before_signing_in_does_not_survive(
    app: Flask, site: Site, staff: StaffMember, post: Post
) -> None:
    client = app.test_client()
    planted = sign_in(client, site, staff)
    before = form_token(client)
    response = post(client, "/account/login", RIGHT)
    assert planted not in staff_cookie(response)
    assert len(sessions(site)) == 1
    old = app.test_client()
    old.set_cookie("delphi-staff", planted)
    assert old.get("/account").status_code == 303
    refused = client.post("/account/end-others", data={"csrf_token": before})
    assert refused.status_code == 403  # the form token of before is void too


def test_a_made_up_session_is_never_adopted(
    client: FlaskClient, site: Site, staff: StaffMember, post: Post
) -> None:
    client.set_cookie("delphi-staff", "planted")
    response = post(client, "/account/login", RIGHT)
    assert "planted" not in staff_cookie(response)


def test_signing_out_ends_the_session_and_deletes_the_cookie(
    app: Flask, staff_client: FlaskClient, site: Site, post: Post
) -> None:
    cookie = staff_client.get_cookie("delphi-staff")
    assert cookie is not None
    response = post(staff_client, "/account/logout")
    assert response.status_code == 303
    assert "Max-Age=0" in staff_cookie(response)
    assert sessions(site) == []
    thief = app.test_client()
    thief.set_cookie("delphi-staff", cookie.value)
    assert thief.get("/account").status_code == 303


def test_signing_out_twice_is_no_error(client: FlaskClient, post: Post) -> None:
    assert post(client, "/account/logout").status_code == 303


def test_a_session_ended_on_the_server_is_over_at_once(
    app: Flask, site: Site, staff: StaffMember
) -> None:
    client = app.test_client()
    token = sign_in(client, site, staff)
    assert client.get("/account").status_code == 200
    with site.database.writing() as session:
        end_session(session, token)
    assert client.get("/account").status_code == 303
    assert "Your session is over." in client.get("/account/login").text


def test_a_session_ends_after_30_minutes_without_a_visit(
    staff_client: FlaskClient, clock: FixedClock
) -> None:
    for _ in range(4):  # two hours, never idle for more than half of one
        clock.instant += timedelta(minutes=29)
        assert staff_client.get("/account").status_code == 200
    clock.instant += timedelta(minutes=30, seconds=1)
    assert staff_client.get("/account").status_code == 303


def test_a_session_ends_after_8_hours(staff_client: FlaskClient, clock: FixedClock) -> None:
    for _ in range(23):
        clock.instant += timedelta(minutes=20)
        assert staff_client.get("/account").status_code == 200
    clock.instant += timedelta(minutes=20)
    assert staff_client.get("/account").status_code == 303


def test_a_cookie_kept_aside_is_idle_although_the_browser_goes_on(
    app: Flask, staff_client: FlaskClient, clock: FixedClock
) -> None:
    old = staff_client.get_cookie("delphi-staff")
    assert old is not None
    for _ in range(2):
        clock.instant += timedelta(minutes=20)
        assert staff_client.get("/account").status_code == 200
    thief = app.test_client()
    thief.set_cookie("delphi-staff", old.value)
    assert thief.get("/account").status_code == 303


def test_the_cookie_is_renewed_at_most_once_a_minute(
    staff_client: FlaskClient, clock: FixedClock
) -> None:
    clock.instant += timedelta(seconds=59)
    assert "Set-Cookie" not in staff_client.get("/healthz").headers
    staff_client.get("/account?lang=en")
    before = staff_client.get_cookie("delphi-staff")
    clock.instant += timedelta(seconds=1)
    staff_client.get("/account")
    after = staff_client.get_cookie("delphi-staff")
    assert before is not None
    assert after is not None
    assert before.value != after.value


def test_other_browsers_can_be_signed_out(
    app: Flask, site: Site, staff: StaffMember, staff_client: FlaskClient, post: Post
) -> None:
    other = app.test_client()
    sign_in(other, site, staff)
    assert "Another browser" in staff_client.get("/account").text
    assert post(staff_client, "/account/end-others").status_code == 303
    assert other.get("/account").status_code == 303
    assert "Another browser" not in staff_client.get("/account").text


@pytest.mark.parametrize("asked", HOSTILE)
def test_a_hostile_target_leads_to_the_studies(app: Flask, asked: str) -> None:
    with app.test_request_context():
        assert local_target(asked) == "/studies"


def test_targets_are_checked_after_signing_in_and_when_signed_in(
    client: FlaskClient, staff: StaffMember, post: Post
) -> None:
    address = "/account/login?next=https://evil.example"
    assert post(client, address, RIGHT).headers["Location"] == "/studies"
    assert client.get(address).headers["Location"] == "/studies"


@pytest.mark.parametrize(
    "asked", ["/account", "/account?open=cv-D", "/account/?lang=zh-CN", "/studies"]
)
def test_a_page_of_ours_is_a_target(app: Flask, asked: str) -> None:
    with app.test_request_context():
        assert local_target(asked) == asked


# Off the loopback address


@pytest.fixture
def far(settings: Settings, clock: FixedClock, sqlite_database: Database) -> FlaskClient:
    """Give a browser before an installation that the world can reach, where a code is needed."""
    app = create_app(
        replace(settings, base_url="https://delphi.example.org"),
        clock=clock,
        database=sqlite_database,
    )
    app.testing = True
    app.test_client_class = FarClient
    site: Site = app.extensions["delphi_site"]
    with sqlite_database.writing() as session:
        add_staff(
            session,
            login="wang",
            name="王",
            password=PASSWORD,
            around=site.around,
            totp_secret=SECRET,
        )
    return app.test_client()


class FarClient(FlaskClient):
    def open(self, *args: Any, **options: Any) -> Any:
        return super().open(*args, **{"base_url": "https://delphi.example.org", **options})


def far_login(client: FlaskClient, code: str) -> TestResponse:
    page = client.get("/account/login").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    return client.post("/account/login", data={**RIGHT, "code": code, "csrf_token": token[1]})


def test_off_the_loopback_address_a_code_is_needed_and_works_once(
    far: FlaskClient, clock: FixedClock
) -> None:
    assert 'name="code"' in far.get("/account/login").text
    code = code_at(SECRET, time_step(clock.now()))
    refused = far_login(far, "")
    assert refused.status_code == 403
    assert "Login, password or code is not right." in refused.text
    accepted = far_login(far, code)
    assert accepted.status_code == 303
    assert staff_cookie(accepted).startswith("__Host-delphi-staff=")
    assert "Secure" in staff_cookie(accepted)
    assert far_login(far.application.test_client(), code).status_code == 403


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("127.0.0.1", None, "127.0.0.0/24"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.0/24"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.0/24"),
        ("::1", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ("127.0.0.1", "unknown", "unknown"),
        ("127.0.0.1", "evil, 300.1.1.1", "unknown"),
        ("192.0.2.7", "203.0.113.9", "192.0.2.0/24"),
    ],
)
def test_the_network_is_what_the_proxy_on_this_machine_says(
    far: FlaskClient, peer: str, forwarded: str | None, expected: str
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with far.application.test_request_context(headers=headers, environ_base={"REMOTE_ADDR": peer}):
        assert network() == expected


def test_on_this_machine_a_forged_header_changes_no_network(app: Flask) -> None:
    with app.test_request_context(
        headers={"X-Forwarded-For": "203.0.113.9"}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    ):
        assert network() == "127.0.0.0/24"


def test_failures_are_counted_by_network_and_account(
    client: FlaskClient, site: Site, staff: StaffMember, post: Post
) -> None:
    post(client, "/account/login", {"login": "wang", "password": "wrong"})
    with site.database.reading() as session:
        assert len(session.scalars(select(LoginFailure)).all()) == 1
