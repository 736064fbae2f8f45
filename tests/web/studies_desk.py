"""A coordinator at work: studies in every state, signed-in browsers, what a page says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from delphi.bridge import questionnaire_of
from delphi.models.study import Round, Staff
from delphi.services.releases import end_study
from delphi.services.staff import StaffMember, grant_role
from delphi.web.site import Site
from tests.studies import COORDINATOR, T2, RunningStudy, draft_study, running_study
from tests.web.conftest import form_token, sign_in

LANGUAGES = ("en", "zh-CN")
METHODOLOGIST = "a0" * 8
STRANGER = "b0" * 8


@dataclass
class Desk:
    """The coordinator's browser and what it can reach."""

    app: Flask
    site: Site

    def __post_init__(self) -> None:
        with self.site.database.writing() as session:
            for staff_id, login in ((METHODOLOGIST, "wu"), (STRANGER, "zhao")):
                session.add(Staff(id=staff_id, login=login, name=login, password_hash="-"))
        draft_study(self.site.database, self.site.around)  # makes the coordinator
        self.client = self.browser(COORDINATOR)

    def browser(self, staff_id: str) -> FlaskClient:
        """Return a browser in which somebody is signed in."""
        client = self.app.test_client()
        sign_in(client, self.site, StaffMember(staff_id, "x", "X"))
        return client

    def shared(self, study_id: str) -> str:
        """Let the methodologist read a study; return its address."""
        with self.site.database.writing() as session:
            grant_role(session, staff_id=METHODOLOGIST, study_id=study_id, role="methodologist")
        return f"/studies/{study_id}"

    def draft(self, **how: Any) -> str:
        """Return the address of a study that is ready for launch."""
        return self.shared(draft_study(self.site.database, self.site.around, **how))

    def empty(self) -> str:
        """Create a study as people do, without panel and letter; return its address."""
        fields = {"title_zh": "指数", "title_en": "Index", "tree": "icdi_ec_2022"}
        answer = self.post("/studies/new", fields)
        assert answer.status_code == 303, answer.text
        return self.shared(answer.headers["Location"].rsplit("/", 1)[1])

    def running(self, **how: Any) -> RunningStudy:
        """Launch a study; no round is open yet."""
        study = running_study(self.site.database, self.site.around, **how)
        self.shared(study.id)
        return study

    def closed(self, rounds: int) -> RunningStudy:
        """Return a study in which some rounds of panel T2 are closed."""
        study = self.running()
        for answers in T2[:rounds]:
            study.opens_round(departure="to see more").all_submit(answers).closes_round()
        return study

    def finished(self) -> RunningStudy:
        """Return a study whose weights are released."""
        study = self.closed(3)
        with self.site.database.writing() as session:
            end_study(session, study.id, self.site.around, accept_rounding=True)
        return study

    def get(self, address: str, language: str = "en", client: FlaskClient | None = None) -> str:
        """Return the text of a page, which must be there."""
        answer = (client or self.client).get(
            address, headers={"Accept-Language": language}, follow_redirects=False
        )
        assert answer.status_code == 200, (address, answer.status_code, answer.text)
        return answer.text

    def post(
        self,
        address: str,
        fields: Mapping[str, Any] | None = None,
        *,
        client: FlaskClient | None = None,
        language: str = "en",
    ) -> TestResponse:
        """Send a form with its token."""
        client = client or self.client
        data = {**(fields or {}), "csrf_token": form_token(client)}
        return client.post(address, data=data, headers={"Accept-Language": language})

    def takes_over(self, study: RunningStudy) -> RunningStudy:
        """Let a test's study know the round that a page has opened."""
        with self.site.database.reading() as session:
            opened = session.scalars(
                select(Round).where(Round.study_id == study.id, Round.state == "open")
            ).one()
            study.round_id, study.number = opened.id, opened.number
            study.questionnaire = questionnaire_of(opened)
        return study


def heading(page: str) -> str:
    """Return the words of the one heading."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return words(found)


def words(page: str) -> str:
    """Return what is read of a page, without marks; no-break spaces become plain."""
    plain = unescape(re.sub(r"<[^>]*>", "", page)).replace("\u00a0", " ").replace("\u2060", "")
    return " ".join(plain.split())


def foreign_words(page: str) -> list[str]:
    """Return runs of English in a Chinese page, outside what is marked as English or as code."""
    body = page[page.index("<body") :]
    body = re.sub(r"<(\w+)[^>]* lang=\"en\".*?</\1>", "", body, flags=re.DOTALL)
    body = re.sub(r"<(code|pre|svg|option)\b.*?</\1>", "", body, flags=re.DOTALL)
    spoken = re.findall(r"(?:aria-label|data-label)=\"([^\"]*)\"", body)
    return re.findall(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}", " | ".join([words(body), *spoken]))
