"""One application for a file of tests on results, and what its pages say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import unescape
from pathlib import Path

from analysis.treefile import parse_tree
from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.protocol import default_protocol
from delphi.instance_key import ensure_instance_key
from delphi.settings import load_settings
from delphi.web import create_app
from tests.conftest import NOON
from tests.databases import SqliteSource
from tests.studies import HEAD, RunningStudy
from tests.web.studies_desk import Desk

RULES = default_protocol([])
TWO = parse_tree(
    HEAD + "A,,甲,A,value,benefit,elicited,\nB,,乙,B,value,benefit,elicited,\n",
    "two.csv",
    require_weights=False,
)


@contextmanager
def shared_desk(source: SqliteSource, folder: Path) -> Iterator[Desk]:
    """Give an application that the tests of one file share; each makes a study of its own."""
    settings = load_settings(
        {
            "DELPHI_DATABASE_URL": "sqlite:///unused.db",
            "DELPHI_INSTANCE_KEY_FILE": str(folder / "instance.key"),
        }
    )
    ensure_instance_key(settings.instance_key_file)
    database = Database(source.fresh(folder))
    app = create_app(settings, clock=FixedClock(NOON), database=database)
    app.testing = True
    yield Desk(app, app.extensions["delphi_site"])
    database.dispose()


def address(study: RunningStudy, number: int, query: str = "") -> str:
    return f"/studies/{study.id}/rounds/{number}/result{query}"


def words_of(page: str) -> str:
    """Return what a page says, on one line, with ordinary spaces."""
    text = re.sub(r"<(script|title)\b.*?</\1>", " ", page, flags=re.S)
    text = unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u2060", "")
    return " ".join(text.split())


def keys_of(page: str) -> list[str]:
    return re.findall(r'<a class="open" id="([^"]+)"', page)


def table_after(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading."""
    rest = page[page.index(f"<h2>{heading}</h2>") :]
    body = rest[rest.index("<tbody>") : rest.index("</tbody>")]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    return [
        [words_of(cell) for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]


def replay(desk: Desk, rounds: Sequence[Sequence[Sequence[int]]], **how: object) -> RunningStudy:
    """Run rounds of given answers; experts beyond them do not answer."""
    study = desk.running(**how)
    for answers in rounds:
        study.opens_round(departure="to see more").all_submit(answers).closes_round()
    return study
