"""What holds for every request: host, origin, form token, limits, odd input."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.db import Database
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.conftest import Post, form_token
from tests.web.routes import visits

SAFE = {"GET", "HEAD"}
FOREIGN_HOSTS = (
    *("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8000"),
    *("127.0.0.2", "127.0.0.1@evil.example", "127.0.0.1:80:80", "127.0.0.1:evil", "[::2]", "::1"),
    *("", " ", "localhost\t", "127.0.0.1/", "localhost, evil.example", "0.0.0.1", "127.1"),
)


def everything_in(database: Database) -> bytes:
    """Return the whole content of the database."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        return "\n".join(raw.iterdump()).encode()


def test_the_loopback_address_is_known_by_all_its_names(client: FlaskClient) -> None:
    for host in ("127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]:8000", "127.0.0.1"):
        assert client.get("/", headers={"Host": host}).status_code == 200, host


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_by_a_page(client: FlaskClient, host: str) -> None:
    response = client.get("/", headers={"Host": host})
    assert response.status_code == 400
    assert "<h1>This request could not be read</h1>" in response.text
    assert "evil" not in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Forwarded-Server": "evil.example", "X-Forwarded-Proto": "gopher"},
        {"X-Original-Host": "evil.example", "X-Rewrite-URL": "//evil.example"},
    ],
)
def test_forwarding_headers_reach_no_redirect(client: FlaskClient, headers: dict[str, str]) -> None:
    response = client.get("/account", headers=headers)
    assert response.headers["Location"] == "/account/login?next=/account"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin, cross-site"},
        {"Sec-Fetch-Site": ""},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://127.0.0.1:9"},
        {"Origin": "http://["},
        {"Origin": "file://"},
        {"Origin": "localhost"},
        {"Origin": ""},
    ],
)
def test_a_change_asked_for_by_another_site_is_refused(
    client: FlaskClient, post: Post, headers: dict[str, str]
) -> None:
    response = post(client, "/account/logout", headers=headers)
    assert response.status_code == 403
    assert "You may not open this" in response.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},  # what forms send under our own no-referrer policy
        {"Origin": "http://localhost"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {},
    ],
)
def test_a_change_asked_for_by_our_own_page_is_accepted(
    client: FlaskClient, post: Post, headers: dict[str, str]
) -> None:
    assert post(client, "/account/logout", headers=headers).status_code == 303


def test_looking_at_a_page_from_elsewhere_is_accepted(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    assert client.get("/", headers=headers).status_code == 200


def test_no_route_changes_anything_without_a_form_token(
    app: Flask,
    site: Site,
    client: FlaskClient,
    study: RunningStudy,
    coordinator_client: FlaskClient,
) -> None:
    before = everything_in(site.database)
    tried = [visit for visit in visits(app, study.id) if visit.method not in SAFE]
    assert tried
    for visit in tried:
        for browser in (client, coordinator_client):
            response = browser.open(visit.address, method=visit.method, data={"x": "y"})
            if visit.audience.kind == "expert":  # answered by the survey, with the typed text
                assert response.status_code < 500, visit
            else:
                assert response.status_code in {403, 404}, visit
    assert everything_in(site.database) == before


@pytest.mark.parametrize("token", ["", "x", "e.e.e", "\u2603"])
def test_a_false_form_token_is_refused_by_a_page_that_says_what_to_do(
    staff_client: FlaskClient, token: str
) -> None:
    response = staff_client.post("/account/end-others", data={"csrf_token": token})
    assert response.status_code == 403
    assert "<h1>The form was not accepted</h1>" in response.text
    assert "reload the page" in response.text


def test_the_form_token_of_another_browser_is_refused(
    app: Flask, staff_client: FlaskClient
) -> None:
    form_token(staff_client)
    strange = form_token(app.test_client())
    response = staff_client.post("/account/end-others", data={"csrf_token": strange})
    assert response.status_code == 403


def test_a_refused_form_gives_the_typed_text_back(staff_client: FlaskClient) -> None:
    typed = {"reason": "Demand decides <b>first</b>.", "password": "not this one, ever"}
    page = staff_client.post("/account/end-others", data=typed).text
    assert "Demand decides &lt;b&gt;first&lt;/b&gt;." in page
    assert "not this one" not in page


def test_every_look_leaves_the_database_unchanged(
    app: Flask,
    site: Site,
    client: FlaskClient,
    study: RunningStudy,
    coordinator_client: FlaskClient,
) -> None:
    before = everything_in(site.database)
    for visit in visits(app, study.id):
        if visit.method in SAFE:
            for browser in (client, coordinator_client):
                response = browser.open(visit.address, method=visit.method)
                assert response.status_code < 500, visit
    assert everything_in(site.database) == before


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "BREW"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    response = client.open("/", method=method)
    assert response.status_code == 405
    assert set(response.headers["Allow"].replace(" ", "").split(",")) == {"GET", "HEAD"}


def test_a_body_of_more_than_2_megabytes_is_refused(client: FlaskClient) -> None:
    assert client.post("/account/login", data=b"x" * 2_000_000).status_code == 403  # no token
    response = client.post("/account/login", data=b"x" * 2_000_001)
    assert response.status_code == 413
    assert "<h1>This is too large</h1>" in response.text


def test_a_form_of_more_than_2_megabytes_is_refused(client: FlaskClient) -> None:
    whole = {"login": "x" * (2_000_000 - len("login="))}
    assert client.post("/account/login", data=whole).status_code == 403  # no token
    assert client.post("/account/login", data={"login": "x" * 2_000_000}).status_code == 413


def test_a_form_of_more_than_5000_fields_is_refused(client: FlaskClient) -> None:
    kind = "application/x-www-form-urlencoded"
    for fields, status in ((5_000, 403), (5_001, 413)):
        body = "&".join(["a"] * fields)
        assert client.post("/account/login", data=body, content_type=kind).status_code == status


def test_a_form_that_was_cut_off_is_refused(client: FlaskClient) -> None:
    body = b"login=somebody&password=a-long-passphrase"
    kind = "application/x-www-form-urlencoded"
    # As the server hands on a request whose connection broke: it ends, and nothing says so.
    cut = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 1)}
    whole = cut | {"CONTENT_LENGTH": str(len(body))}
    for environ, status in ((whole, 403), (cut, 400)):
        answer = client.post(
            "/account/login", data=body, content_type=kind, environ_overrides=environ
        )
        assert answer.status_code == status


def test_a_body_of_unknown_length_is_refused(client: FlaskClient) -> None:
    answer = client.post(
        "/account/login",
        data=b"login=x",
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 411
    assert "did not say how long it is" in answer.text


def test_a_form_of_more_than_1000_parts_is_refused(client: FlaskClient) -> None:
    response = client.post(
        "/account/login",
        data={f"x{number}": "y" for number in range(1001)},
        content_type="multipart/form-data",
    )
    assert response.status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        *("/%00", "/?x=%00", "/account/login?next=%00", "/static/%00", "/studies/%00"),
        *("/%ff%fe", "/?lang=%ff", "/static/..%2f..%2fpyproject.toml", "/static/../wsgi.py"),
        *("/static//etc/passwd", "/static/", "//evil.example", "/\\evil.example", "/%0d%0aX:%20y"),
        *(
            "/studies/" + "9" * 5000,
            "/" + "a/" * 2000,
            "/?" + "a=b&" * 5000,
            "/?lang=" + "x" * 9999,
        ),
    ],
)
def test_odd_addresses_get_a_page_and_never_a_server_error(
    client: FlaskClient, staff_client: FlaskClient, address: str
) -> None:
    for browser in (client, staff_client):
        response = browser.get(address)
        assert response.status_code in {200, 303, 400, 404}
        assert "root:" not in response.text


@pytest.mark.parametrize(
    "body",
    [
        b"login=%ff%fe",
        b"login=\xff\xfe",
        b"login=%00",
        b"\0",
        b"=",
        b"&&&",
        b"login=%ED%A0%80",
        b"%",
    ],
)
def test_odd_bodies_get_a_page_and_never_a_server_error(client: FlaskClient, body: bytes) -> None:
    token = form_token(client).encode()
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        response = client.post(
            "/account/login", data=b"csrf_token=" + token + b"&" + body, content_type=content_type
        )
        assert response.status_code in {400, 403}, content_type


@pytest.mark.parametrize(
    "cookie", ["\xff\xfe", "x" * 5000, "a=b; c", '"', "=;=", "%00", "\\054\\073"]
)
def test_odd_cookies_are_ignored(app: Flask, cookie: str) -> None:
    for name in ("delphi", "delphi-staff", "delphi-lang"):
        response = app.test_client(use_cookies=False).get(
            "/account/login", environ_overrides={"HTTP_COOKIE": f"{name}={cookie}"}
        )
        assert response.status_code == 200
