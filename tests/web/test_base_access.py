"""Who may open what, and that every route says so."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.services.staff import StaffMember, grant_role
from delphi.settings import Settings
from delphi.web import create_app
from delphi.web.access import (
    UndeclaredRouteError,
    check_routes,
    current_role,
    current_staff,
    expert,
    public,
    staff_required,
    study_access,
)
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.conftest import sign_in
from tests.web.routes import visits


@pytest.fixture
def app(settings: Settings, clock: FixedClock, sqlite_database: Database) -> Flask:
    """Give the application with two pages of a study more."""
    app = create_app(settings, clock=clock, database=sqlite_database)
    app.testing = True

    @app.get("/try/<study_id>/own")
    @study_access("coordinator")
    def own(study_id: str) -> str:
        return f"{current_staff().name} {current_role()} {study_id}"

    @app.route("/try/<study_id>/both", methods=["GET", "POST"])
    @study_access("coordinator", "methodologist")
    def both(study_id: str) -> str:
        return f"{current_staff().name} {current_role()} {study_id}"

    @app.get("/try/number/<int:number>")
    @public
    def number(number: int) -> str:
        return str(number)

    return app


def test_a_route_without_a_declaration_stops_the_start(app: Flask) -> None:
    check_routes(app)
    app.add_url_rule("/undeclared", "undeclared", lambda: "x")
    with pytest.raises(UndeclaredRouteError, match=r"/undeclared \(undeclared\) declares no"):
        check_routes(app)


def test_an_undeclared_route_of_a_blueprint_stops_create_app(
    settings: Settings, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flask import Blueprint

    from delphi.web import home

    leaky = Blueprint("home", __name__)
    leaky.add_url_rule("/leak", "leak", lambda: "x")
    monkeypatch.setattr(home, "blueprint", leaky)
    with pytest.raises(UndeclaredRouteError, match="/leak"):
        create_app(settings, database=sqlite_database)


def test_a_role_asked_for_without_a_study_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/nowhere", "nowhere", study_access("coordinator")(lambda: "x"))
    with pytest.raises(UndeclaredRouteError, match="/nowhere asks for a role but names no study"):
        check_routes(app)


@pytest.mark.parametrize("roles", [(), ("boss",), ("coordinator", "expert")])
def test_unknown_roles_are_refused_when_declared(roles: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="roles are one or more of coordinator, methodologist"):
        study_access(*roles)


def test_decorators_leave_the_view_as_it_is() -> None:
    def view() -> str:
        return "x"

    for declare in (public, expert, staff_required, study_access("coordinator")):
        assert declare(view) is view


def test_pages_for_staff_ask_strangers_to_sign_in(app: Flask, client: FlaskClient) -> None:
    for visit in visits(app):
        if visit.audience.kind != "staff":
            continue
        response = client.open(visit.address, method=visit.method)
        if visit.method in {"GET", "HEAD"}:
            assert response.status_code == 303
            assert response.headers["Location"].startswith("/account/login?next=/")
        else:
            assert response.status_code == 403
            assert "You were signed out before this arrived" in response.text


def test_signing_in_leads_back_to_the_page_and_its_query(client: FlaskClient) -> None:
    response = client.get("/account?open=x")
    assert response.headers["Location"] == "/account/login?next=/account?open%3Dx"


def test_a_form_sent_after_the_session_has_ended_gives_the_text_back(client: FlaskClient) -> None:
    page = client.post("/account/end-others", data={"text": "a long sentence"}).text
    assert "a long sentence" in page
    assert 'href="/account/login"' in page


def test_a_study_of_others_does_not_exist_for_staff(
    staff_client: FlaskClient, study: RunningStudy
) -> None:
    for page in ("own", "both"):
        assert staff_client.get(f"/try/{study.id}/{page}").status_code == 404
    assert staff_client.get(f"/try/{'0' * 16}/own").status_code == 404


def test_the_coordinator_opens_pages_of_the_own_study(
    coordinator_client: FlaskClient, study: RunningStudy
) -> None:
    page = coordinator_client.get(f"/try/{study.id}/own")
    assert page.text == f"Lin coordinator {study.id}"


def test_a_methodologist_opens_what_is_declared_for_methodologists(
    staff_client: FlaskClient, site: Site, staff: StaffMember, study: RunningStudy
) -> None:
    with site.database.writing() as session:
        grant_role(session, staff_id=staff.id, study_id=study.id, role="methodologist")
    assert staff_client.get(f"/try/{study.id}/both").text == f"王 methodologist {study.id}"
    refused = staff_client.get(f"/try/{study.id}/own")
    assert refused.status_code == 403
    assert "Your role does not include this page" in refused.text


def test_a_role_that_is_taken_away_is_gone_at_once(
    app: Flask, site: Site, study: RunningStudy, staff: StaffMember, staff_client: FlaskClient
) -> None:
    with site.database.writing() as session:
        grant_role(session, staff_id=staff.id, study_id=study.id, role="coordinator")
    assert staff_client.get(f"/try/{study.id}/own").status_code == 200
    with site.database.writing() as session:
        grant_role(session, staff_id=staff.id, study_id=study.id, role="methodologist")
    assert staff_client.get(f"/try/{study.id}/own").status_code == 403


def test_numbers_in_addresses_that_no_database_holds_are_unknown(client: FlaskClient) -> None:
    assert client.get("/try/number/999999999").text == "999999999"
    for number in ("1000000000", "9" * 5000, "-1", "1e3", "１"):
        assert client.get(f"/try/number/{number}").status_code == 404


def test_a_session_of_a_cookie_that_is_not_ours_lets_nobody_in(
    app: Flask, site: Site, staff: StaffMember
) -> None:
    client = app.test_client()
    token = sign_in(client, site, staff)
    for forged in (token, f"{token}.x", f"{token}.aaaa.bbbb", "", "." * 40):
        client.set_cookie("delphi-staff", forged)
        assert client.get("/account").status_code == 303
