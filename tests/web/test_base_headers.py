"""What every response carries."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.settings import Settings
from delphi.web import create_app
from delphi.web.access import public
from delphi.web.assets import FOLDER
from tests.web.routes import visits

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}


class HttpsClient(FlaskClient):
    """A browser that opens the site under its https address."""

    def open(self, *args: Any, **options: Any) -> Any:
        return super().open(*args, **{"base_url": "https://delphi.example.org", **options})


@pytest.fixture
def https(settings: Settings, clock: FixedClock, sqlite_database: Database) -> FlaskClient:
    """Give a browser before the same application under an https address."""
    public_settings = replace(settings, base_url="https://delphi.example.org")
    app = create_app(public_settings, clock=clock, database=sqlite_database)
    app.testing = True
    app.test_client_class = HttpsClient
    return app.test_client()


def assert_headers(response: TestResponse) -> None:
    headers = response.headers
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY
    assert "camera=()" in headers["Permissions-Policy"]
    for name, value in EXPECTED.items():
        assert headers[name] == value
    assert headers["Cache-Control"]
    assert headers["Content-Type"].partition(";")[0] in {
        *("text/html", "text/plain", "text/css", "application/json", "image/svg+xml"),
        *("text/csv", "application/zip"),
    }
    assert "Server" not in headers


def test_every_route_carries_the_headers_errors_included(
    app: Flask, client: FlaskClient, staff_client: FlaskClient
) -> None:
    for visit in visits(app):
        for browser in (client, staff_client):
            response = browser.open(visit.address, method=visit.method)
            assert_headers(response)


@pytest.mark.parametrize("address", ["/nothing", "/static/nothing", "/account/login/x", "/?x=%00"])
def test_error_pages_carry_the_headers(client: FlaskClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code in {400, 404}
    assert_headers(response)
    assert response.headers["Cache-Control"] == "no-store"


def test_pages_are_kept_nowhere(client: FlaskClient, staff_client: FlaskClient) -> None:
    for address in ("/", "/account/login", "/account", "/healthz"):
        for browser in (client, staff_client):
            assert browser.get(address).headers["Cache-Control"] == "no-store"


def test_a_server_error_shows_no_trace_and_carries_the_headers(
    settings: Settings,
    clock: FixedClock,
    sqlite_database: Database,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(settings, clock=clock, database=sqlite_database)

    @app.get("/broken")
    @public
    def broken() -> str:
        raise RuntimeError("a secret in a message")

    response = app.test_client().get("/broken")
    assert response.status_code == 500
    assert_headers(response)
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 411, 413, 418, 429, 500, 501, 503])
def test_errors_raised_by_views_carry_the_headers(
    settings: Settings, clock: FixedClock, sqlite_database: Database, status: int
) -> None:
    app = create_app(settings, clock=clock, database=sqlite_database)

    @app.get("/refused")
    @public
    def refused() -> str:
        abort(status)

    response = app.test_client().get("/refused")
    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert_headers(response)


def test_strict_transport_is_asked_for_exactly_under_https(
    client: FlaskClient, https: FlaskClient
) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert (
        https.get("/").headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    )


def test_cookies_under_https_are_bound_to_the_host(https: FlaskClient) -> None:
    cookies = https.get("/account/login?lang=zh-CN").headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("__Host-delphi="))
    for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert attribute in session
    assert "Domain" not in session
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)


def test_cookies_on_this_machine_have_plain_names(client: FlaskClient) -> None:
    cookies = client.get("/account/login?lang=zh-CN").headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"delphi", "delphi-lang"}
    assert all("Secure" not in cookie and "HttpOnly" in cookie for cookie in cookies)


def test_pages_that_need_no_cookie_set_none(client: FlaskClient) -> None:
    assert client.get("/").headers.getlist("Set-Cookie") == []


def test_a_foreign_host_is_refused_under_https(https: FlaskClient) -> None:
    for host in ("localhost", "127.0.0.1", "example.org", "x.delphi.example.org"):
        assert https.get("/", headers={"Host": host}).status_code == 400
    assert https.get("/", headers={"Host": "DELPHI.example.org:443"}).status_code == 200


def test_the_origin_under_https_is_the_base_address(https: FlaskClient) -> None:
    def status(origin: str) -> int:
        return https.post("/account/logout", headers={"Origin": origin}).status_code

    page = https.post("/account/logout", headers={"Origin": "http://delphi.example.org"}).text
    assert "You may not open this" in page
    assert (
        "The form was not accepted"
        in https.post("/account/logout", headers={"Origin": "https://delphi.example.org"}).text
    )
    assert status("https://delphi.example.org:444") == 403


def test_static_files_are_kept_for_good_under_their_version(client: FlaskClient) -> None:
    found = re.search(r'href="(/static/[0-9a-f]{12}/delphi\.css)"', client.get("/").text)
    assert found is not None
    response = client.get(found[1])
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.data == (FOLDER / "delphi.css").read_bytes()
    assert_headers(response)


def test_files_of_another_version_are_not_kept(client: FlaskClient) -> None:
    for address in ("/static/000000000000/js/copy.js", "/static/js/copy.js", "/static/delphi.css"):
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-cache"


def test_the_style_sheets_stay_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.glob("*.css")) < 40_000


@pytest.mark.parametrize("audience", [("survey.css",), ("staff.css", "results.css")])
def test_the_style_sheets_of_a_visitor_stay_small(audience: tuple[str, ...]) -> None:
    assert sum((FOLDER / name).stat().st_size for name in ("delphi.css", *audience)) < 32_000


def test_every_style_sheet_is_loaded_by_experts_or_by_staff() -> None:
    known = {"delphi.css", "survey.css", "staff.css", "results.css"}
    assert {path.name for path in FOLDER.glob("*.css")} == known
