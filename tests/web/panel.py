"""A study that runs and the browsers of its experts, for tests of the survey.

study = open_study(database, around)
expert = Expert(app, study.tokens[0]).enters()
expert.sends(D=20, S=50, E=30)
expert.submits()
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from delphi.models.answer import Draft
from delphi.models.identity import Invitation
from delphi.surroundings import Surroundings
from delphi.web.language import language
from delphi.web.site import Site
from tests.studies import T2, RunningStudy, running_study

CODE = "407196"


def launched_study(site: Site, around: Surroundings, **how: Any) -> RunningStudy:
    """Launch a study in the database and with the key of an application."""
    return running_study(site.database, replace(around, key=site.key), **how)


def open_study(site: Site, around: Surroundings, *, ready: bool = True, **how: Any) -> RunningStudy:
    """Launch a study and open round 1; its experts have consented and have no access code."""
    study = launched_study(site, around, **how).opens_round()
    if ready:
        with site.database.writing() as session:
            session.execute(
                update(Invitation).where(Invitation.study_id == study.id).values(entry="ready")
            )
    return study


def study_in_round_2(
    site: Site, around: Surroundings, *, experts: int = 8, **how: Any
) -> RunningStudy:
    """Answer and close round 1 with panel T2, expert 3 giving a reason; open round 2."""
    study = open_study(site, around, experts=experts, **how)
    for expert, answer in enumerate(T2[0][:experts]):
        reasons = {"D": f"Reason of {expert}"} if expert in (1, 3, 4, 5, 7) else None
        study.submits(expert, answer, reasons=reasons)
    return study.closes_round().opens_round(departure="Another round.")


def drafts(study: RunningStudy) -> dict[int, dict[str, object]]:
    """Return what one expert has typed: slot → content."""
    with study.database.reading() as session:
        rows = session.execute(select(Draft.slot, Draft.content).order_by(Draft.slot))
        return {row.slot: json.loads(row.content) for row in rows}


def plain(page: str) -> str:
    """Return a page as it is read: its spaces plain, its word joiners left out."""
    return page.replace("\u00a0", " ").replace("\u2060", "")


class CompiledTemplates(BytecodeCache):
    """Templates compiled once per process: every test has an application of its own."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return another key for each language: templates are compiled once for each."""
        return f"{language()} {super().get_cache_key(name, filename)}"

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = CompiledTemplates()


class Fields(HTMLParser):
    """The named fields of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.checked: set[str] = set()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.buttons: list[tuple[str, str]] = []
        self.scripts_with_text = 0
        self._area: str | None = None
        self._in_script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if "id" in found:
            self.ids.add(found["id"])
        if tag == "input" and "name" in found:
            self._input(found)
        elif tag == "textarea" and "name" in found:
            self._area = found["name"]
            self.values[self._area] = ""
        elif tag == "a":
            self.links.append(found.get("href", ""))
        elif tag == "button":
            self.buttons.append((found.get("name", ""), found.get("value", "")))
        self._in_script = tag == "script"

    def _input(self, found: dict[str, str]) -> None:
        kind, name = found.get("type"), found["name"]
        if kind == "checkbox":
            self.checked |= {name} if "checked" in found else set()
        elif kind != "radio" or "checked" in found:
            self.values[name] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.values[self._area] += data.removeprefix("\n")
        if self._in_script and data.strip():
            self.scripts_with_text += 1


@dataclass
class Expert:
    """The browser of one expert."""

    app: Flask
    token: str
    client: FlaskClient = field(init=False)
    language: str = "en"

    def __post_init__(self) -> None:
        self.app.jinja_env.bytecode_cache = _compiled
        self.client = self.app.test_client()

    def enters(self) -> Expert:
        """Open the personal link."""
        response = self.client.post("/s", data={"token": self.token})
        assert response.status_code == 303
        return self

    def looks(self, address: str = "/survey") -> TestResponse:
        """Open a page."""
        return self.client.get(address, headers={"Accept-Language": self.language})

    def fields(self, address: str = "/survey") -> Fields:
        """Open a page and read its form."""
        return Fields(self.looks(address).text)

    def posts(self, address: str, fields: Mapping[str, str]) -> TestResponse:
        """Send a form."""
        return self.client.post(address, data=fields, headers={"Accept-Language": self.language})

    def presses(self, page: str, address: str, **fields: str) -> TestResponse:
        """Send the form of a page with some fields filled in."""
        return self.posts(address, {**self.fields(page).values, **fields})

    def form(self, **points: object) -> dict[str, str]:
        """Return the questionnaire's form with points filled in."""
        typed = {f"points.{code}": str(value) for code, value in points.items()}
        return {**self.fields().values, **typed, "action": "continue"}

    def sends(self, more: Mapping[str, str] | None = None, **points: object) -> TestResponse:
        """Fill in points and press Continue."""
        return self.posts("/survey", {**self.form(**points), **(more or {})})

    def submits(self, **fields: str) -> TestResponse:
        """Press Submit on the check."""
        return self.presses("/survey/check", "/survey/submit", **fields)
