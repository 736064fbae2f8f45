"""Hostile texts on a phone: nothing runs, no page scrolls sideways. All 500: tests/web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from analysis.tree import Tree
from analysis.treefile import parse_tree
from delphi.domain.letter import Letter
from tests import studies
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.running import services_of
from tests.browser.windows import Windows
from tests.hostile import cleaned, hostile_texts
from tests.studies import RunningStudy

pytestmark = pytest.mark.browser
#: The widest, the tallest, the ones that turn a line around, and some that would like to run.
SAMPLE = [text for text in hostile_texts()[:130] if text.strip()]
_WIDE = """
() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > room + 1 && !one.closest('.scroll'))
        .map((one) => `${one.parentElement.tagName}.${one.parentElement.className} > `
            + `${one.tagName}.${one.className}`);
}
"""


def named(texts: list[str]) -> Tree:
    """Return three indicators with names like these."""
    rows = [
        {"code": code, "name": " ".join(cleaned(text).split()).replace('"', '""')[:60]}
        for code, text in zip("DSE", texts, strict=True)
    ]
    lines = [
        f'{row["code"]},,"{row["name"]}","{row["name"]}",value,benefit,elicited,' for row in rows
    ]
    return parse_tree(studies.HEAD + "\n".join(lines) + "\n", "hostile.csv", require_weights=False)


@pytest.fixture
def study(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStudy]:
    """Give a study whose letter and names are hostile."""
    both = {"zh": "w" * 300, "en": cleaned("<script>alert(1)</script>" + "\u0301" * 100)}
    letter = Letter(both, both, both, both, telephone="<img src=x onerror=alert(1)>" * 4)
    monkeypatch.setattr(studies, "LETTER", letter)
    tree = named(
        ["w" * 24, "<svg/onload=alert(1)>{{ 7*7 }}", "\u202ea\u0301\u0301\u200b\u5e02\U0001f600"]
    )
    with services_of(installation) as (database, around):
        study = studies.running_study(database, around, experts=5, tree=tree)
        yield study.opens_round()


def fits(page: Page, what: str) -> None:
    wide = page.evaluate(_WIDE)
    assert not wide, f"{what} scrolls sideways: {wide}"


def test_an_expert_sees_them_as_text(windows: Windows, study: RunningStudy) -> None:
    page = windows.open(language="en")
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    expert = Expert(page, f"{windows.base_url}/s#{study.tokens[0]}")
    expert.opens_link()
    fits(page, "letter")
    expert.consents()
    expert.chooses_code("407196")
    fits(page, "questionnaire")
    expert.allocates((20, 50, 30))
    for at in range(0, len(SAMPLE), 3):
        for code, text in zip("DSE", SAMPLE[at : at + 3], strict=False):
            expert.gives_reason(code, text[:480])
        fits(page, f"questionnaire with {SAMPLE[at : at + 3]}")
        if at % 24 == 0:
            goes_to_check(expert)
            fits(page, f"check with {SAMPLE[at : at + 3]}")
            page.goto("/survey")
    goes_to_check(expert)
    expert.submits()
    fits(page, "receipt")
    assert ran == []


def goes_to_check(expert: Expert) -> None:
    expert.goes_on()
    expert.page.goto("/survey/check")
