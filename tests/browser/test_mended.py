"""What the last check found gives way in the page while it is mended, and only then."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.windows import Windows
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give links of experts who have not answered yet."""
    study = own_study(installation, FIVE_METHODS, five_methods(), experts=12)
    return [link_of(installation, study, expert) for expert in range(8, len(study.tokens))]


def checked(windows: Windows, link: str, **answer: str) -> Page:
    """Return the page after a check that found gaps, its script at work."""
    page = windows.open(language="en")
    expert = Expert(page, link)
    expert.opens_link()
    fills(page, {name.replace("__", "."): text for name, text in answer.items()})
    expert.goes_on()
    expect(page.locator("#error-summary")).to_be_visible()
    page.locator("[data-stepper] button").first.wait_for()
    return page


def heading(page: Page) -> str:
    return page.locator("#error-summary h2").inner_text()


def test_a_filled_field_is_no_longer_called_empty(windows: Windows, links: list[str]) -> None:
    page = checked(windows, links.pop())
    field = page.locator('[name="place.S1"]')
    error = page.locator('[data-row="S1"] .error-text')
    others = page.locator('[data-row="S2"] .error-text')
    expect(error).to_be_visible()
    field.fill("1")
    expect(error).to_be_hidden()
    expect(others).to_be_visible()
    expect(field).not_to_have_attribute("aria-invalid", "true")
    assert "missing" not in page.evaluate(
        "field => field.getAttribute('aria-describedby').split(' ')"
        ".map(id => document.getElementById(id)?.textContent ?? '').join(' ')",
        field.element_handle(),
    )
    field.fill("")
    expect(error).to_be_visible()


def test_the_summary_counts_down_and_goes(windows: Windows, links: list[str]) -> None:
    page = checked(windows, links.pop())
    lines = page.locator("#error-summary li:visible")
    before = lines.count()
    assert heading(page).startswith(f"{before} things are left to do")
    group = page.locator("#error-summary a", has_text="“Supply”")
    expect(group).to_have_attribute("href", "#place-S1")
    fills(page, {"place.S1": "1", "place.S2": "2"})
    expect(group).to_have_attribute("href", re.compile("#place-S[34]"))
    expect(group).to_have_text("“Supply”: 2 answers are left to give or to correct")
    fills(page, {"place.S3": "3", "place.S4": "4"})
    expect(group).to_be_hidden()
    assert heading(page).startswith(f"{before - 1} things are left to do")
    fills(page, ANSWER)
    expect(page.locator("#error-summary")).to_be_hidden()
    expect(page.locator("form .error-text:visible")).to_have_count(0)


def test_a_wrong_answer_stays_named_until_its_question_changes(
    windows: Windows, links: list[str]
) -> None:
    page = checked(windows, links.pop(), **{**_named(ANSWER), "place__S2": ANSWER["place.S1"]})
    errors = page.locator("form .error-text:visible")
    assert errors.count() >= 1
    fills(page, {"points.D1.1": ANSWER["points.D1.1"]})
    assert errors.count() >= 1
    fills(page, {"place.S2": ANSWER["place.S2"]})
    expect(errors).to_have_count(0)


def test_a_question_that_cannot_be_judged_misses_nothing(
    windows: Windows, links: list[str]
) -> None:
    page = checked(windows, links.pop())
    errors = page.locator("#q-S .error-text:visible")
    assert errors.count() == len(("S1", "S2", "S3", "S4"))
    page.locator('[name="abstain.S"]').check()
    expect(errors).to_have_count(0)
    page.locator('[name="abstain.S"]').uncheck()
    expect(errors).to_have_count(4)


def _named(answer: dict[str, str]) -> dict[str, str]:
    return {name.replace(".", "__"): text for name, text in answer.items()}
