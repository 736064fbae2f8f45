"""The self-assessment in a real browser: without script, by keyboard, and saved as it is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.coordinator import Coordinator
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.sweep import Sweep
from tests.browser.test_accessibility import CODE, PEOPLE, new_coordinator
from tests.browser.windows import DESK, Windows

pytestmark = pytest.mark.browser


@dataclass
class Panel:
    """A study with its first round open, and experts nobody of whom has opened a link."""

    coordinator: Coordinator
    left: list[str]

    def next_link(self) -> str:
        """Return the link of the next expert."""
        return self.coordinator.shows_link(self.left.pop().partition(",")[0])


@pytest.fixture
def panel(installation: Installation, windows: Windows) -> Panel:
    coordinator = new_coordinator(installation, windows.open(language="en", width=DESK))
    coordinator.prepares_study(PEOPLE)
    coordinator.launches()
    coordinator.opens_round()
    return Panel(coordinator, list(PEOPLE))


def at_familiarity(page: Page, link: str, *, script: bool) -> Expert:
    """Return an expert who has given the weights."""
    expert = Expert(page, link, script=script)
    expert.opens_link()
    expert.consents()
    expert.chooses_code(CODE)
    expert.allocates((20, 50, 30))
    with page.expect_navigation():
        page.click('.actions button[value="continue"]')
    expect(page).to_have_url(link.partition("/s#")[0] + "/survey/familiarity")
    return expert


def test_without_script_answers_are_chosen_and_read_back(panel: Panel, windows: Windows) -> None:
    page = windows.open(language="en", script=False)
    expert = at_familiarity(page, panel.next_link(), script=False)
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.get_by_label("Quite").first.check()
    page.locator('input[name="basis.theory"][value="1"]').check()
    expert.skips_familiarity()
    expect(page.locator("main")).to_contain_text("Quite")
    page.click('main section a[href="/survey/familiarity"]')
    expect(page.locator("input[type=radio]:checked")).to_have_count(2)
    expert.skips_familiarity()
    expert.submits()
    expect(page.locator(".receipt table").nth(1)).to_contain_text("Quite")
    expect(page.locator(".receipt table").nth(2)).to_contain_text("Strong")


def test_with_script_every_choice_is_saved_by_keyboard_alone(
    panel: Panel, windows: Windows, sweep: Sweep
) -> None:
    page = windows.open(language=sweep.language)
    at_familiarity(page, panel.next_link(), script=True)
    sweep.looks(page, "familiarity", dark=True)
    boxes = page.locator(".scale label, .basis td label").all()
    sizes = [box.bounding_box() for box in boxes]
    assert all(size and min(size["width"], size["height"]) >= 44 for size in sizes)
    page.locator('input[name="familiarity.D"]').first.focus()
    with page.expect_response("**/survey/familiarity/draft"):
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    page.reload()
    expect(page.locator('input[name="familiarity.D"][value="2"]')).to_be_checked()
    sweep.looks(page, "familiarity filled", dark=True)
    page.locator(".actions button").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    sweep.looks(page, "check with familiarity", dark=True)
    sweep.assert_clean(at_least=3)
