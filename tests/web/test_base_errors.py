"""What people read when something is refused or fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.errors import DomainError, NotAllowedError, NotFoundError
from delphi.settings import Settings
from delphi.web import create_app
from delphi.web.access import public
from tests.databases import MakeDatabase
from tests.web.conftest import Post

Raise = Callable[[Exception], FlaskClient]


@pytest.fixture
def raising(settings: Settings, clock: FixedClock, sqlite_database: Database) -> Raise:
    """Give a browser before a page that raises what it is told to."""

    def make(error: Exception) -> FlaskClient:
        app = create_app(settings, clock=clock, database=sqlite_database)

        @app.route("/raise", methods=["GET", "POST"])
        @public
        def view() -> str:
            raise error

        return app.test_client()

    return make


def test_a_refusal_is_409_with_its_sentence(raising: Raise) -> None:
    response = raising(DomainError("staff_name_length", most="<100>")).get("/raise")
    assert response.status_code == 409
    assert "A name has 1 to &lt;100&gt; characters." in response.text


def test_a_refusal_without_words_names_its_code(raising: Raise) -> None:
    response = raising(DomainError("unheard_of", person="never shown")).get("/raise")
    assert response.status_code == 409
    assert "(unheard_of)" in response.text
    assert "never shown" not in response.text


def test_what_does_not_exist_is_404(raising: Raise) -> None:
    assert raising(NotFoundError("study_unknown")).get("/raise").status_code == 404


def test_what_somebody_may_not_do_is_403(raising: Raise) -> None:
    response = raising(NotAllowedError("role_unknown")).get("/raise")
    assert response.status_code == 403
    assert "You may not open this" in response.text


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("SELECT secret", {"x": "secret"}, Exception("database is locked")),
        InterfaceError("SELECT secret", {}, Exception("closed")),
        PoolTimeoutError("QueuePool limit"),
    ],
)
def test_a_database_that_does_not_answer_is_503_with_a_time_to_wait(
    raising: Raise, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    response = raising(error).get("/raise")
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert "The server cannot answer just now" in response.text
    assert "secret" not in response.text + caplog.text
    assert type(error).__name__ in caplog.text


def test_a_form_that_met_a_locked_database_can_be_sent_again(raising: Raise, post: Post) -> None:
    client = raising(OperationalError("x", {}, Exception("locked")))
    page = post(client, "/raise", {"points.D": "25", "reason.D": '"because"'}).text
    assert '<input type="hidden" name="points.D" value="25">' in page
    assert '<input type="hidden" name="reason.D" value="&#34;because&#34;">' in page
    assert 'name="csrf_token"' in page
    assert "Send again" in page


@pytest.mark.parametrize("field", ["password", "code", "access_code", "token"])
def test_a_form_with_a_secret_is_not_repeated(raising: Raise, post: Post, field: str) -> None:
    client = raising(OperationalError("x", {}, Exception("locked")))
    page = post(client, "/raise", {field: "a secret value", "other": "text"}).text
    assert "a secret value" not in page
    assert "Send again" not in page


def test_a_failure_gives_typed_text_back_and_tells_no_values(
    raising: Raise, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    error = IntegrityError("INSERT secret", {"answer": "secret"}, Exception("secret"))
    response = post(raising(error), "/raise", {"reason": "Supply was built first."})
    assert response.status_code == 500
    assert "Supply was built first." in response.text
    assert "secret" not in response.text + caplog.text
    assert "IntegrityError" in caplog.text
    assert "test_base_errors.py" in caplog.text


def test_an_error_within_the_error_page_is_answered_and_logged_as_quietly(
    raising: Raise, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from delphi.web import errors

    def broken(page: errors.ErrorPage) -> None:
        if page.status == 409:
            raise ValueError("secret of the page")

    answer = errors._answer
    monkeypatch.setattr(errors, "_answer", lambda page: broken(page) or answer(page))
    response = raising(DomainError("x")).get("/raise")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.text
    assert "secret" not in response.text + caplog.text


def test_health_is_ok_on_a_migrated_database(client: FlaskClient) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")
    assert response.mimetype == "text/plain"


def test_health_is_unavailable_without_migrations(
    settings: Settings, databases: MakeDatabase
) -> None:
    with databases("sqlite", empty=True) as empty:
        response = create_app(settings, database=empty).test_client().get("/healthz")
    assert (response.status_code, response.text) == (503, "unavailable")


def test_health_is_unavailable_when_the_database_does_not_answer(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from delphi.web import home

    def fail(database: Database) -> bool:
        raise OperationalError("x", {}, Exception("gone"))

    monkeypatch.setattr(home, "is_current", fail)
    assert client.get("/healthz").status_code == 503
