"""The application on a database of its own, with a clock that stands where it is put."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.instance_key import ensure_instance_key
from delphi.services.staff import StaffMember, add_staff, start_session
from delphi.settings import Settings, load_settings
from delphi.web import create_app
from delphi.web.site import Site
from delphi.web.staff_cookie import NAME, signed_cookie
from tests.studies import COORDINATOR, RunningStudy, running_study

PASSWORD = "correct horse battery staple"

#: post(client, address, fields) sends a form with its token
Post = Callable[..., TestResponse]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Describe an installation on this machine only, with its key file."""
    settings = load_settings(
        {
            "DELPHI_DATABASE_URL": "sqlite:///unused.db",
            "DELPHI_INSTANCE_KEY_FILE": str(tmp_path / "instance.key"),
        }
    )
    ensure_instance_key(settings.instance_key_file)
    return settings


@pytest.fixture
def app(settings: Settings, clock: FixedClock, sqlite_database: Database) -> Flask:
    app = create_app(settings, clock=clock, database=sqlite_database)
    app.testing = True
    return app


@pytest.fixture
def site(app: Flask) -> Site:
    site = app.extensions["delphi_site"]
    assert isinstance(site, Site)
    return site


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def staff(site: Site) -> StaffMember:
    """Give somebody of the staff, whose password is PASSWORD."""
    with site.database.writing() as session:
        return add_staff(session, login="wang", name="王", password=PASSWORD, around=site.around)


@pytest.fixture
def staff_client(app: Flask, site: Site, staff: StaffMember) -> FlaskClient:
    """Give a browser in which `staff` is signed in."""
    client = app.test_client()
    sign_in(client, site, staff)
    return client


@pytest.fixture
def study(site: Site) -> RunningStudy:
    """Give a launched study with its first round open; its coordinator is COORDINATOR."""
    study = running_study(site.database, site.around, experts=5)
    study.opens_round()
    return study


@pytest.fixture
def coordinator_client(app: Flask, site: Site, study: RunningStudy) -> FlaskClient:
    """Give a browser in which the coordinator of `study` is signed in."""
    client = app.test_client()
    sign_in(client, site, StaffMember(COORDINATOR, "lin", "Lin"))
    return client


@pytest.fixture
def post() -> Post:
    """Send a form as a page of ours would, with its token."""

    def send(
        client: FlaskClient,
        address: str,
        fields: Mapping[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        data = {**(fields or {}), "csrf_token": form_token(client)}
        return client.post(address, data=data, **options)

    return send


def sign_in(client: FlaskClient, site: Site, member: StaffMember) -> str:
    """Start a session as signing in would, without the cost of a password; return its token."""
    token = secrets.token_urlsafe()
    with site.database.writing() as session:
        start_session(session, staff_id=member.id, token=token, around=site.around)
    client.set_cookie(site.cookie_name(NAME), signed_cookie(site, token))
    return token


def form_token(client: FlaskClient) -> str:
    """Return a form token that the next request of this browser may carry."""
    with client.session_transaction() as session:
        value = session.setdefault("csrf_token", secrets.token_hex())
    serializer = URLSafeTimedSerializer(str_key(client.application), salt="wtf-csrf-token")
    return str(serializer.dumps(value))


def str_key(app: Flask) -> bytes:
    key = app.secret_key
    assert isinstance(key, bytes)
    return key
