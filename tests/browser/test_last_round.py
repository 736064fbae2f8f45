"""A round after the first in a real browser: own answers before the group's, what they imply."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answering import filled, fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.sweep import Sweep
from tests.browser.windows import Windows
from tests.implied_tree import ANSWER, IMPLIED, TWO_ROUNDS
from tests.studies import RunningStudy, typed

pytestmark = pytest.mark.browser
FIELDS = {f"points.{code}": points for code, points in ANSWER.items()}
LOOK = 'button[name=action][value="look"]'
OPINION = 'input[name="implication.S3"][value="too_high"]'


@pytest.fixture(scope="module")
def study(installation: Installation) -> RunningStudy:
    """Give the last of two rounds, with own answers first."""
    protocol = replace(TWO_ROUNDS, own_first=True)
    study = own_study(installation, IMPLIED, protocol)
    for expert in range(8):
        study.submits(expert, typed(ANSWER, reasons={"S": f"Reason of {expert}"}))
    return study.closes_round().opens_round(departure="Another round.")


def looks(page: Page) -> None:
    """Ask for the figures of the group."""
    with page.expect_navigation():
        page.click(LOOK)


def goes_to_implications(page: Page) -> None:
    with page.expect_navigation():
        page.click('.actions button[value="continue"]')
    expect(page.locator(OPINION)).to_have_count(1)


@pytest.mark.parametrize(("expert", "script"), [(0, True), (1, False)])
def test_the_group_appears_after_a_look_with_everything_typed(
    installation: Installation,
    windows: Windows,
    study: RunningStudy,
    expert: int,
    script: bool,
) -> None:
    page = windows.open(language="en", script=script)
    one = Expert(page, link_of(installation, study, expert), script=script)
    one.opens_link()
    expect(page.locator("#figures-S")).to_have_text("You, last round50")
    expect(page.get_by_text("Other experts’ reasons")).to_have_count(0)
    fills(page, FIELDS)
    looks(page)
    expect(page.locator("#figures-S")).to_contain_text("Median")
    expect(page.get_by_text("Other experts’ reasons (7)")).to_have_count(1)
    assert filled(page, FIELDS) == FIELDS
    expect(page.locator(LOOK)).to_have_count(0)


def test_without_script_an_opinion_is_chosen_and_read_back(
    installation: Installation, windows: Windows, study: RunningStudy
) -> None:
    page = windows.open(language="en", script=False)
    expert = Expert(page, link_of(installation, study, 2), script=False)
    expert.opens_link()
    fills(page, FIELDS)
    goes_to_implications(page)
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.locator(OPINION).check()
    expert.skips_implications()
    expect(page.locator("main")).to_contain_text("Too high")
    expert.submits()
    expect(page.locator(".receipt table").last).to_contain_text("Public services: 10%")
    expect(page.locator(".receipt table").last).to_contain_text("Too high")


def test_with_script_every_opinion_is_saved_by_keyboard_alone(
    installation: Installation, windows: Windows, study: RunningStudy, sweep: Sweep
) -> None:
    page = windows.open(language=sweep.language)
    expert = 3 if sweep.language == "en" else 4
    Expert(page, link_of(installation, study, expert)).opens_link()
    sweep.looks(page, "own answers first", dark=True)
    fills(page, FIELDS)
    goes_to_implications(page)
    sweep.looks(page, "implications", dark=True)
    page.locator('input[name="implication.S3"]').first.focus()
    with page.expect_response("**/survey/implications/draft"):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator(OPINION)).to_be_checked()
    with page.expect_navigation():
        page.click('.actions button[value="continue"]')
    sweep.looks(page, "check with implications", dark=True)
    sweep.assert_clean(at_least=3)
