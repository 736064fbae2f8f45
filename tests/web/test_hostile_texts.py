"""Hostile texts through every field that people fill in: nothing runs, no page breaks."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from delphi.domain.answers.typed import LONGEST_FIELD
from delphi.domain.proposals import MOST
from delphi.domain.protocol import default_protocol
from delphi.models.answer import Draft
from delphi.models.identity import Person
from delphi.models.study import Indicator, Study
from delphi.surroundings import Surroundings
from delphi.web.security import HEADERS
from delphi.web.site import Site
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods
from tests.hostile import HOW_MANY, RUN, cleaned, hostile_texts
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study
from tests.web.studies_desk import Desk

CODES = ("D", "S", "E")
TEXTS = hostile_texts()
PROPOSING = replace(default_protocol(["root"]), proposals=True)
#: Elements that no page of ours has, and attributes that run or lead somewhere.
FOREIGN = {"iframe", "object", "embed", "base", "style", "marquee", "frame", "applet"}
OURS = ("/", "#", "?", "mailto:", "tel:")
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "srcset"}


class Page(HTMLParser):
    """Reads a page as a browser would and notes what could run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.runs: list[str] = []
        self.once = {"html": 0, "head": 0, "body": 0, "main": 0, "title": 0}
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.once:
            self.once[tag] += 1
        self._in_script = tag == "script"
        if tag in FOREIGN:
            self.runs.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in {"srcdoc", "style", "http-equiv"}:
                self.runs.append(f"{tag} {name}")
            if name in ADDRESSES and not (value or "").startswith(OURS):
                self.runs.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  (the name is given)
        self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.runs.append(f"script with text: {data[:40]}")


def harmless(response: TestResponse) -> str:
    """Return a page after looking for everything that must not be in it."""
    assert response.status_code < 500, response.status_code
    for name, value in HEADERS:
        assert response.headers[name] == value
    text = response.text
    if response.mimetype == "text/html" and response.status_code != 303:
        page = Page(text)
        assert not page.runs
        # an icon of a page has a title of its own
        assert {page.once[tag] for tag in ("html", "head", "body", "main")} == {1}
        assert RUN not in text
    return text


def in_threes(texts: Sequence[str]) -> Iterator[dict[str, str]]:
    for at in range(0, len(texts), len(CODES)):
        yield dict(zip(CODES, texts[at : at + len(CODES)], strict=False))


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    return Expert(app, study.tokens[0]).enters()


@pytest.fixture
def desk(app: Flask, site: Site) -> Desk:
    return Desk(app, site)


def test_there_are_as_many_as_promised() -> None:
    assert len(set(TEXTS)) == len(TEXTS) == HOW_MANY


# ---------------------------------------------------------------------------------------- experts


def test_reasons_are_kept_to_the_character_and_run_nothing(
    expert: Expert, study: RunningStudy
) -> None:
    form = expert.fields().values | {"points.D": "20", "points.S": "50", "points.E": "30"}
    for reasons in in_threes(TEXTS):
        form |= {f"reason.{code}": reasons.get(code, "") for code in CODES}
        answer = expert.posts("/survey/draft", form).get_json()
        form["version"] = str(answer["version"])
        kept = {code: cleaned(text).strip() for code, text in reasons.items()}
        assert draft(study)["reasons"] == {code: text for code, text in kept.items() if text}
        shown = Fields(harmless(expert.looks())).values
        assert {code: shown[f"reason.{code}"].strip() for code in kept} == kept


def test_reasons_run_nothing_on_check_and_receipt(expert: Expert, study: RunningStudy) -> None:
    fitting = [text for text in TEXTS if 0 < len(cleaned(text).strip()) <= 200]
    for reasons in list(in_threes(fitting))[::10]:
        more = {f"reason.{code}": text for code, text in reasons.items()}
        assert expert.sends(more, D=20, S=50, E=30).status_code == 303
        harmless(expert.looks("/survey/check"))
        assert expert.submits().status_code == 303
        harmless(expert.looks("/survey/receipt"))
        data = json.loads(harmless(expert.looks("/survey/receipt/data")))
        assert data["reasons"] == {c: cleaned(text).strip() for c, text in reasons.items()}


def test_points_links_and_codes_run_nothing(expert: Expert, study: RunningStudy) -> None:
    for points in in_threes(TEXTS[::3]):
        response = expert.sends(**points)
        shown = Fields(harmless(response)).values
        if response.status_code == 422:
            for code, text in points.items():
                kept = cleaned(text)[:LONGEST_FIELD].strip()
                assert shown[f"points.{code}"] == kept
    for text in TEXTS[::5]:
        harmless(expert.client.post("/s", data={"token": text}))
        harmless(expert.client.get("/check", query_string={"code": text}))
        expert.client.post("/survey/unlock", data={"access_code": text})


def test_every_field_of_every_method_runs_nothing(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, tree=FIVE_METHODS, protocol=five_methods())
    expert = Expert(app, study.tokens[0]).enters()
    names = list(ANSWER)
    form = expert.fields().values
    for at in range(0, len(TEXTS), len(names)):
        texts = dict(zip(names, TEXTS[at : at + len(names)], strict=False))
        for abstain in ({}, {"abstain.E": "1"}):
            harmless(expert.posts("/survey", {**form, **texts, **abstain, "action": "continue"}))
        expert.presses("/survey", "/survey/choose", keep="here")
        shown = Fields(harmless(expert.looks())).values
        harmless(expert.looks("/survey/check"))
        kept = {name: cleaned(text)[:LONGEST_FIELD].strip() for name, text in texts.items()}
        written = [name for name in kept if name.startswith(("place.", "points."))]
        assert {name: shown[name] for name in written} == {name: kept[name] for name in written}
        form["version"] = shown["version"]


def in_fives(texts: Sequence[str]) -> Iterator[dict[str, str]]:
    for at in range(0, len(texts), MOST):
        some = enumerate(texts[at : at + MOST], start=1)
        yield {f"proposal.{place}": text for place, text in some}


def test_proposals_are_kept_to_the_character_and_run_nothing(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=5, protocol=PROPOSING)
    expert = Expert(app, study.tokens[0]).enters()
    expert.sends(D=20, S=50, E=30)
    form = expert.fields("/survey/proposals").values
    kinds = {f"kind.{place}": "tree" for place in range(1, MOST + 1)}
    for texts in in_fives(TEXTS):
        answer = expert.posts("/survey/proposals/draft", {**form, **kinds, **texts}).get_json()
        form["version"] = str(answer["version"])
        wanted = [cleaned(text).strip() for text in texts.values()]
        kept = draft(study)["proposals"]
        assert [one["text"] for one in kept["given"]] == wanted  # type: ignore[index]  # JSON
        shown = Fields(harmless(expert.looks("/survey/proposals"))).values
        assert [shown[name].strip() for name in texts] == wanted
        harmless(expert.looks("/survey/check"))
        again = expert.posts("/survey/proposals", {**form, **kinds, **texts, "csrf_token": "x"})
        harmless(again)


def test_proposals_run_nothing_where_they_are_read(desk: Desk) -> None:
    study = open_study(desk.site, desk.site.around, experts=5, protocol=PROPOSING)
    fitting = [text for text in TEXTS if 0 < len(cleaned(text).strip()) <= 1000]
    told = []
    for number, texts in enumerate(list(in_fives(fitting))[::20][:5]):
        expert = Expert(desk.app, study.tokens[number]).enters()
        expert.sends(D=20, S=50, E=30)
        more = {f"kind.{place}": "indicator" for place in range(1, MOST + 1)}
        expert.presses("/survey/proposals", "/survey/proposals", **texts, **more)
        assert expert.submits().status_code == 303
        harmless(expert.looks("/survey/receipt"))
        told += [cleaned(text).strip() for text in texts.values()]
    study.closes_round()
    harmless(desk.client.get(f"/studies/{study.id}/rounds/1/result"))
    table = desk.client.get(f"/studies/{study.id}/rounds/1/proposals.csv").get_data()
    rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))[1:]
    assert sorted(row[-1].removeprefix("'") for row in rows) == sorted(
        text.removeprefix("'") for text in told
    )
    assert not [row for row in rows if row[-1].lstrip()[:1] in set("=+-@\t\r")]


def test_what_comes_back_after_the_visit_ended_runs_nothing(expert: Expert) -> None:
    form = expert.fields().values
    expert.client.delete_cookie("delphi-expert")
    for reasons in list(in_threes(TEXTS))[::4]:
        more = {f"reason.{code}": text for code, text in reasons.items()}
        response = expert.posts("/survey", {**form, **more})
        shown = Fields(harmless(response)).values
        assert response.status_code == 403
        for code, text in reasons.items():
            assert shown.get(f"reason.{code}", "").strip() == cleaned(text).strip()


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"%00", 400),  # no form of a browser carries it
        (b"%ED%A0%80", 200),  # a lone surrogate
        (b"%ff%fe%80", 200),
        (b"%C0%AF%F5%80%80%80", 200),
        (b"%", 200),
        (b"%zz%u0041", 200),
        (b"\xff\xfe", 403),  # the whole form cannot be read,
        (b"a" * 480_000, 200),
        (b"a" * 2_000_000, 413),
        (b"%E6%B1%89" * 40_000, 200),
    ],
)
def test_bytes_that_no_browser_sends_break_nothing(
    expert: Expert, study: RunningStudy, raw: bytes, status: int
) -> None:
    token = expert.fields().values["csrf_token"]
    body = f"csrf_token={token}&version=0&round=1&points.D=20&reason.D=".encode() + raw
    kind = "application/x-www-form-urlencoded"
    response = expert.client.post("/survey/draft", data=body, content_type=kind)
    assert response.status_code == status
    harmless(expert.client.post("/survey", data=body, content_type=kind))
    harmless(expert.looks())
    if status == 200:
        assert draft(study)["fields"] == {"points.D": "20"}


def draft(study: RunningStudy) -> dict[str, dict[str, str]]:
    with study.database.reading() as session:
        found: dict[str, dict[str, str]] = json.loads(session.scalars(select(Draft.content)).one())
    return found


# ----------------------------------------------------------------------------------- coordinators


def test_letters_and_titles_run_nothing(desk: Desk) -> None:
    base = desk.empty()
    names = [f"{n}.{lang}" for n in ("organiser", "purpose", "viewpoint", "contact")
             for lang in ("zh", "en")] + ["telephone"]  # fmt: skip
    for at in range(0, len(TEXTS), len(names)):
        texts = dict(zip(names, TEXTS[at : at + len(names)], strict=False))
        title = " ".join(cleaned(TEXTS[at]).split())[:60] or "Index"
        answer = desk.post(
            f"{base}/letter", {**texts, "title_zh": title, "title_en": title, "minutes": "10"}
        )
        shown = harmless(answer)
        if answer.status_code == 422:
            assert max(len(cleaned(text).strip()) for text in texts.values()) > 600, shown
            continue
        stored = study_of(desk, base)
        letter = json.loads(stored.letter)
        for name, text in texts.items():
            field, _, lang = name.partition(".")
            assert (letter[field][lang] if lang else letter[field]) == cleaned(text).strip()
        assert stored.title_zh == " ".join(cleaned(title).split())
        harmless(desk.client.get(f"{base}/letter"))
    harmless(desk.client.get("/studies"))


def is_text(name: str) -> bool:
    """Whether a table with this name is taken for a text file; if not, it is refused whole."""
    unseen = {unicodedata.category(one) for one in name if one not in "\t\r\n"}
    return "\ufffd" not in name and not unseen & {"Cc", "Cn", "Co", "Cs"}


def study_of(desk: Desk, base: str) -> Study:
    with desk.site.database.reading() as session:
        study = session.get_one(Study, base.rsplit("/", 1)[1])
        session.expunge(study)
    return study


def test_names_of_a_panel_run_nothing_and_no_table_carries_a_formula(desk: Desk) -> None:
    base = desk.empty()
    lines = {f"N {text}": " ".join(cleaned(f"N {text}").split()) for text in TEXTS}
    good = [t for t, name in lines.items() if len(name) <= 100 and is_text(t)]
    assert len(good) > 300
    table = io.StringIO()
    csv.writer(table).writerows([["name", "field"], *([text, text] for text in good)])
    file = {"file": (io.BytesIO(table.getvalue().encode()), "panel.csv")}
    answer = desk.post(f"{base}/panel/import", file)
    assert answer.status_code == 303, answer.text
    with desk.site.database.reading() as session:
        names = list(session.scalars(select(Person.name)))
    assert sorted(set(names) - {f"Expert {n:03}" for n in range(1, 9)}) == sorted(
        {lines[text] for text in good}
    )
    harmless(desk.client.get(f"{base}/panel"))
    for text in TEXTS[::10]:
        harmless(desk.post(f"{base}/panel/paste", {"people": text}))


def test_names_of_indicators_run_nothing(desk: Desk, site: Site) -> None:
    good = [text for text in TEXTS if cleaned(text).strip() and len(cleaned(text)) <= 60]
    table = io.StringIO()
    out = csv.writer(table)
    out.writerow(["code", "parent", "name_zh", "name_en", "kind", "weight_rule", "note_en"])
    for at, text in enumerate(good):
        out.writerow([f"C{at}", "", text, text, "value", "elicited", text])
    fields = {
        "title_zh": "指数",
        "title_en": "Index",
        "tree": "upload",
        "file": (io.BytesIO(table.getvalue().encode()), "<img src=x onerror=alert(1)>.csv"),
    }
    answer = desk.post("/studies/new", fields)
    harmless(answer)
    assert answer.status_code == 303, answer.text
    base = answer.headers["Location"]
    for page in ("", "/indicators", "/protocol", "/launch", "/letter"):
        harmless(desk.client.get(f"{base}{page}"))
    with site.database.reading() as session:
        study_id = base.rsplit("/", 1)[1]
        rows = session.execute(
            select(Indicator.code, Indicator.name_zh).where(Indicator.study_id == study_id)
        )
        stored = {row.code: row.name_zh for row in rows}
    for at, text in enumerate(good):
        in_a_table = cleaned(text.replace("\t", " ").replace("\r", "\n"))  # as CSV is read
        assert stored[f"C{at}"].split() == in_a_table.split()


def test_reasons_for_a_departure_run_nothing(desk: Desk) -> None:
    study = desk.closed(1)
    base = f"/studies/{study.id}"
    for text in TEXTS[::12]:
        fields = {"date": "x", "time": "x", "departure": text}
        harmless(desk.post(f"{base}/rounds/open", fields))
        harmless(desk.post(f"{base}/end", {"departure": text}))
