"""Two rounds on a phone with a network that fails and cookies that go: nothing typed is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.expert import ITEMS, Expert
from tests.browser.installation import Installation
from tests.browser.running import nobody_has_begun, running
from tests.browser.windows import DESK, Windows
from tests.studies import RunningStudy

pytestmark = pytest.mark.browser
#: A lost network is tried again after two seconds, then four.
WITHIN = 10_000
REASON = "Ohne Nachfrage bewegt sich nichts; 需求是根本。"
CODE = "407196"
_HELD = """
async () => ({
    local: {...localStorage}, session: {...sessionStorage},
    bases: (await indexedDB.databases()).length,
    caches: window.caches ? (await caches.keys()).length : 0,
    workers: (await navigator.serviceWorker?.getRegistrations() ?? []).length,
    cookies: document.cookie, state: history.state,
})
"""
_PASTES = """
text => document.querySelectorAll('textarea').forEach((field) => {
    field.value = text;
    field.dispatchEvent(new Event('input', {bubbles: true}));
})
"""


@pytest.fixture
def demonstration(installation: Installation) -> dict[str, Any]:
    """Give a study of its own, whose round the test may close."""
    return installation.demonstration(experts=8, rounds=0)


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give links of one study, each for one test."""
    return list(installation.demonstration(experts=8, rounds=0)["expert_links"])


@pytest.fixture
def study(installation: Installation, demonstration: dict[str, Any]) -> Iterator[RunningStudy]:
    with running(installation, demonstration) as study:
        yield study


def mark(page: Page, state: str) -> None:
    """Wait until the mark in the masthead says something."""
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", state, timeout=WITHIN)


def holds_nothing(page: Page) -> None:
    """Nothing of what was typed is held by the browser beyond the page."""
    held = page.evaluate(_HELD)
    assert held == {
        "local": {}, "session": {}, "bases": 0, "caches": 0, "workers": 0, "cookies": "",
        "state": None,
    }  # fmt: skip


def reason_of(page: Page, item: str) -> str:
    return page.locator(f'textarea[name="reason.{item}"]').input_value()


def taps_step_up(expert: Expert, item: str, times: int) -> None:
    for _ in range(times):
        expert.page.locator(f'[data-row="{item}"] [data-stepper] button').last.tap()


def opens_link_in_second_window(expert: Expert, windows: Windows) -> None:
    """Do what the page asks for: the link and the code in another window."""
    second = Expert(windows.another(expert.page), expert.link)
    second.opens_link()
    second.unlocks(CODE)
    second.page.close()


def test_two_rounds_on_a_phone(
    windows: Windows, demonstration: dict[str, Any], study: RunningStudy
) -> None:
    windows.may_lose_network = True
    nobody_has_begun(study)
    expert = Expert(windows.open(language="zh-CN"), demonstration["expert_links"][0])
    expert.opens_link()
    expert.consents()
    expert.chooses_code(CODE)
    first_round(windows, expert)
    another_device(windows, expert)
    for other in range(1, 8):
        study.submits(other, (20, 50, 30))
    study.closes_round()
    study.opens_round(departure="The next round.")
    second_round(windows, expert)
    assert len([one for one in study.submissions() if one.revision == 1]) == 1
    (document,) = [json.loads(one.document) for one in study.submissions()]
    assert document["confirmed_unchanged"] is False
    assert document["answers"][0]["values"] == {"D": 25, "S": 50, "E": 25}


def first_round(windows: Windows, expert: Expert) -> None:
    page = expert.page
    expert.points("D").fill("20")
    mark(page, "saved")
    page.context.set_offline(True)
    taps_step_up(expert, "S", 10)
    expert.gives_reason("D", REASON)
    mark(page, "offline")
    page.locator('.actions button[value="continue"]').tap()  # it stays: nothing could load
    expect(page.locator("[data-saved-note]").first).to_contain_text("请不要关闭")
    assert (expert.typed(), reason_of(page, "D")) == (("20", "50", ""), REASON)
    page.context.set_offline(False)
    mark(page, "saved")
    page.context.clear_cookies()
    expert.points("E").fill("30")
    mark(page, "link")
    expert.goes_on()
    expect(page.locator("h1")).to_contain_text("尚未保存")
    assert (expert.typed(), reason_of(page, "D")) == (("20", "50", "30"), REASON)
    opens_link_in_second_window(expert, windows)
    expert.goes_on()
    to_check(page)
    page.goto("/survey")
    expert.goes_on()
    to_check(page)
    goes_back(page)
    assert (expert.typed(), reason_of(page, "D")) == (("20", "50", "30"), REASON)
    expert.goes_on()
    to_check(page)
    expert.submits()
    assert list(expert.reads_receipt().values())[-1] == "100"
    holds_nothing(page)


def to_check(page: Page) -> None:
    """Go past whatever comes between the questionnaire and the check."""
    while not page.url.endswith("/survey/check"):
        with page.expect_navigation():
            page.click("main form .actions button[type=submit] >> nth=0")


def goes_back(page: Page) -> None:
    """Press the back button until the questionnaire is there again."""
    while not page.locator("[data-questionnaire]").count():
        page.go_back()


def another_device(windows: Windows, expert: Expert) -> None:
    """On a second device the code brings back what was sent."""
    other = Expert(windows.open(language="zh-CN", width=DESK), expert.link)
    other.opens_link()
    assert other.page.locator('input[name^="points."]').count() == 0
    assert REASON not in other.page.content()
    other.unlocks(CODE)
    assert (other.typed(), reason_of(other.page, "D")) == (("20", "50", "30"), REASON)
    holds_nothing(other.page)


def second_round(windows: Windows, expert: Expert) -> None:
    """Keep the last answer, change it while cookies and network go, and send it."""
    page = expert.page
    page.goto("/survey")
    expert.uses("keep")
    assert expert.typed() == ("20", "50", "30")
    mark(page, "saved")
    page.context.clear_cookies()
    expert.points("D").fill("25")
    mark(page, "link")
    opens_link_in_second_window(expert, windows)
    expert.points("E").fill("25")  # the page saves itself, with a form token of the new visit
    mark(page, "saved")
    page.context.set_offline(True)
    expert.gives_reason("E", REASON)
    mark(page, "offline")
    page.context.set_offline(False)
    expert.goes_on()  # what is not saved yet is saved first
    to_check(page)
    expect(page.locator("main")).to_contain_text(REASON)
    expert.submits()
    holds_nothing(page)


def test_what_is_typed_while_the_round_closes_is_kept_and_said_not_to_count(
    windows: Windows, demonstration: dict[str, Any], study: RunningStudy
) -> None:
    expert = Expert(windows.open(language="en"), demonstration["expert_links"][0])
    expert.opens_link()
    page = expert.page
    expert.allocates((20, 50, 30))
    mark(page, "saved")
    for other in range(1, 8):
        study.submits(other, (20, 50, 30))
    study.closes_round()
    expert.allocates((25, 45, 30))
    mark(page, "closed")
    expect(page.locator("[data-saved-note]").first).to_contain_text("is not counted")
    study.opens_round(departure="The next round.")
    page.goto("/survey")  # without a word more: it was kept when it was typed
    expect(page.locator("main")).to_contain_text("was not submitted in time and did not count")
    text = " ".join(page.locator("main").inner_text().split())
    assert "25 points; " in text
    assert expert.typed() == ("", "", "")


def test_a_text_too_long_for_a_last_request_is_saved_all_the_same(
    windows: Windows, links: list[str]
) -> None:
    """Browsers refuse requests above 64 KiB that may outlive their page."""
    expert = Expert(windows.open(language="en"), links.pop())
    expert.opens_link()
    expert.page.evaluate(_PASTES, "需求" * 2000)
    mark(expert.page, "saved")
    expert.page.reload()
    assert [len(reason_of(expert.page, item)) for item in ITEMS] == [4000] * 3


def test_a_link_followed_while_typing_waits_for_the_save(
    windows: Windows, links: list[str]
) -> None:
    expert = Expert(windows.open(language="en"), links.pop())
    expert.opens_link()
    expert.points("D").fill("20")
    with expert.page.expect_navigation():
        expert.page.click('.actions a[href="/survey/about"]')
    expert.page.goto("/survey")
    assert expert.typed() == ("20", "", "")


def test_back_to_a_page_with_gaps_shows_what_is_stored_now(
    windows: Windows, links: list[str]
) -> None:
    """The browser would ask whether to send the old form once more."""
    expert = Expert(windows.open(language="en"), links.pop())
    expert.opens_link()
    expert.allocates((20, 50, ""))
    expert.goes_on()
    expert.sees_error("This field is empty")
    expert.points("E").fill("30")
    expert.goes_on()
    to_check(expert.page)
    goes_back(expert.page)
    assert expert.typed() == ("20", "50", "30")


# ----------------------------------------------------------------------------------- keyboard only


@pytest.fixture(scope="module")
def new_links(installation: Installation) -> list[str]:
    """Give links that nobody has used."""
    made = installation.demonstration(experts=8, rounds=0)
    with running(installation, made) as study:
        nobody_has_begun(study)
    return list(made["expert_links"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_from_the_letter_to_the_receipt_with_keys_alone(
    windows: Windows, new_links: list[str], language: str
) -> None:
    page = windows.open(language=language, width=DESK)
    page.goto(new_links.pop())
    expect(page.locator("main form button").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/survey")
    presses(page, 'form[action="/survey/consent"] button', "Space")
    expect(page.locator("input[name=access_code]")).to_be_attached()
    tab_to(page, "input[name=access_code]")
    page.keyboard.type(CODE)
    page.keyboard.press("Enter")
    expect(page.locator("[data-questionnaire]")).to_be_attached()
    fills_with_arrows(page, {"D": 20, "S": 50, "E": 30})
    writes_reason(page)
    presses(page, '.actions button[value="continue"]', "Enter")
    page.wait_for_load_state()
    while not page.url.endswith("/survey/check"):
        presses(page, "main form .actions button[type=submit]", "Enter")
        page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Because")
    presses(page, "form[data-submit] button", "Space")
    page.wait_for_url("**/survey/receipt*")
    assert list(Expert(page, "").reads_receipt().values())[-1] == "100"


def fills_with_arrows(page: Page, wanted: dict[str, int]) -> None:
    """Give points with the arrow keys; Enter leads to the next field."""
    tab_to(page, '[data-row] input[inputmode="numeric"]')
    rows = page.locator("[data-row]").all()
    for item in [row.get_attribute("data-row") or "" for row in rows]:
        assert page.evaluate("document.activeElement.name") == f"points.{item}"
        for _ in range(wanted[item] // 5):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")


def writes_reason(page: Page) -> None:
    """Open the field of a reason with the space bar and write into it."""
    page.keyboard.press("Shift+Tab")
    tab_to(page, "details.own-reason > summary")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("Because")


def presses(page: Page, selector: str, key: str) -> None:
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")
