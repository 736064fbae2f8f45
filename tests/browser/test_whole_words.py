"""On a phone the check before submitting breaks no word in its middle and fits the width."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.reach import REACH
from tests.browser.sweep import NARROWEST
from tests.browser.windows import HEIGHTS, PHONE, Windows
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods, full_answer

pytestmark = pytest.mark.browser
MOVED = {**ANSWER, "more.D:S": "first", "best_to.E2": "4", "place.S1": "4", "place.S2": "2"}


def found(page: Page, *questions: str) -> list[Any]:
    return [answer for question in questions for answer in page.evaluate(REACH, question)]


def assert_whole(page: Page) -> None:
    """Assert it at the width of phones, on the narrowest, and with text twice as large."""
    assert found(page, "words", "width") == []
    page.set_viewport_size({"width": NARROWEST, "height": HEIGHTS[PHONE]})
    assert found(page, "width") == []
    page.set_viewport_size({"width": PHONE, "height": HEIGHTS[PHONE]})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert found(page, "width", "cut") == []
    page.evaluate("document.documentElement.style.fontSize = ''")


def test_the_check_of_every_method_keeps_words_whole(
    installation: Installation, windows: Windows
) -> None:
    study = own_study(installation, FIVE_METHODS, five_methods())
    page = windows.open(language="en", width=PHONE)
    expert = Expert(page, link_of(installation, study))
    expert.opens_link()
    fills(page, ANSWER)
    expert.goes_on()
    assert_whole(page)
    for at in range(8):
        study.submits(at, full_answer())
    study.closes_round().opens_round(departure="Another round.")
    page.goto("/survey")
    fills(page, MOVED)
    expert.goes_on()
    assert page.locator("table.trio").count() == 4
    assert_whole(page)
    # What no line holds is broken and not pushed sideways; the question sees it.
    name = page.locator("table.trio tbody th").first
    name.evaluate("one => { one.textContent = 'telecommunications'.repeat(4) }")
    assert "".join(found(page, "words")).startswith("broken in its middle: telecom")
    assert found(page, "width") == []
