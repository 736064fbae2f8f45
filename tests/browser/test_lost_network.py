"""The network or the visit goes while somebody answers: the page says so where they look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.running import nobody_has_begun, running
from tests.browser.windows import Windows
from tests.five_methods import ANSWER, FIVE_METHODS, STORED, five_methods
from tests.studies import RunningStudy

pytestmark = pytest.mark.browser
LANGUAGES = ("zh-CN", "en")
#: A lost network is tried again after two seconds, then four.
WITHIN = 10_000
CONTINUE = '.actions button[value="continue"]'
SUBMIT = "form[data-submit] button[type=submit]"
#: The states of the note in each question, on the way down a page, that are in view.
IN_VIEW = """
() => [...document.querySelectorAll('[data-card]')].map((card) => {
    const box = card.getBoundingClientRect();
    window.scrollBy({top: box.top - 10, behavior: 'instant'});
    return [...document.querySelectorAll('[data-saved-note]')].filter((one) => {
        const at = one.getBoundingClientRect();
        return at.height && at.top >= 0 && at.bottom <= window.innerHeight;
    }).map((one) => one.textContent);
})
"""
WORDS = {
    "zh-CN": {
        "saved": "已保存",
        "offline": "没有网络。答案保留在这个页面里，请不要关闭",
        "pressed": "没有网络，暂时不能继续。",
        "unsent": "没有网络，答卷还没有提交；连上后请再按一次。",
        "unheard": "没有收到确认，还不能确定答卷是否已经提交。",
        "link": "从邀请信或消息里重新打开您的个人链接",
        "kept": "请另开一个窗口，从邀请信或消息里再打开一次您的个人链接",
        "locked": "要先输入查阅码",
    },
    "en": {
        "saved": "Saved",
        "offline": "No connection. Your answers are kept in this page",
        "pressed": "No connection, so you cannot go on yet.",
        "unsent": "No connection: your answers have not been submitted.",
        "unheard": "No confirmation has come, so it is not certain that your answers arrived.",
        "link": "open your personal link from the letter or message again",
        "kept": "open your personal link once more from the letter or message",
        "locked": "Your access code is needed before anything more is saved.",
    },
}
CODE = "407196"


@pytest.fixture(scope="module")
def study(installation: Installation) -> RunningStudy:
    return own_study(installation, FIVE_METHODS, five_methods(), experts=8)


@pytest.fixture
def demonstration(installation: Installation) -> dict[str, Any]:
    return installation.demonstration(experts=8, rounds=0)


@pytest.fixture
def panel(installation: Installation, demonstration: dict[str, Any]) -> Iterator[RunningStudy]:
    with running(installation, demonstration) as panel:
        yield panel


def mark(page: Page, state: str) -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", state, timeout=WITHIN)


def note(page: Page) -> Any:
    """Return the note at the button."""
    return page.locator("[data-saved-note]").last


@pytest.mark.parametrize(("expert", "language"), [(0, "zh-CN"), (1, "en")])
def test_saved_or_not_is_in_view_in_every_question_and_at_the_button(
    installation: Installation, windows: Windows, study: RunningStudy, expert: int, language: str
) -> None:
    windows.may_lose_network = True
    words = WORDS[language]
    page = windows.open(language=language)
    Expert(page, link_of(installation, study, expert)).opens_link()
    fills(page, ANSWER)
    mark(page, "saved")
    assert page.evaluate(IN_VIEW) == [[]] * len(STORED)
    page.context.set_offline(True)
    page.locator('[name="points.D1.1"]').first.fill("60")
    mark(page, "offline")
    seen = page.evaluate(IN_VIEW)
    assert all(one and words["offline"] in one[0] for one in seen), seen
    expect(note(page)).to_contain_text(words["offline"])
    page.locator(CONTINUE).tap()  # it stays: nothing could load
    expect(note(page)).to_contain_text(words["pressed"])
    expect(note(page)).to_be_in_viewport(ratio=1)
    expect(note(page)).to_have_role("alert")
    page.context.set_offline(False)
    mark(page, "saved")
    expect(note(page)).to_have_text(words["saved"])
    assert all(one[:1] == [words["saved"]] for one in page.evaluate(IN_VIEW))
    assert page.locator('[name="points.D1.1"]').first.input_value() == "60"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_network_submitting_stays_and_says_that_nothing_was_sent(
    windows: Windows, demonstration: dict[str, Any], panel: RunningStudy, language: str
) -> None:
    windows.may_lose_network = True
    expert = Expert(windows.open(language=language), demonstration["expert_links"][0])
    page = comes_to_check(expert)
    page.context.set_offline(True)
    page.locator(SUBMIT).tap()
    said = page.locator("[data-submit-said]")
    expect(said).to_contain_text(WORDS[language]["unsent"])
    expect(said).to_be_in_viewport(ratio=1)
    expect(page).to_have_url(re.compile("/survey/check$"))
    assert panel.submissions() == []
    page.context.set_offline(False)
    expert.submits()
    assert len(panel.submissions()) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_only_the_answer_is_lost_it_says_so_and_nothing_is_submitted_twice(
    windows: Windows, demonstration: dict[str, Any], panel: RunningStudy, language: str
) -> None:
    windows.may_lose_network = True
    expert = Expert(windows.open(language=language), demonstration["expert_links"][0])
    page = comes_to_check(expert)

    def lets_it_arrive(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("internetdisconnected")

    page.route("**/survey/submit", lets_it_arrive)
    page.locator(SUBMIT).tap()
    said = page.locator("[data-submit-said]")
    expect(said).to_contain_text(WORDS[language]["unheard"])
    assert len(panel.submissions()) == 1
    page.unroute("**/survey/submit")
    page.context.set_offline(True)
    page.locator(SUBMIT).tap()
    expect(said).to_contain_text(WORDS[language]["unheard"])  # it may have arrived before
    page.context.set_offline(False)
    expert.submits()
    assert len(panel.submissions()) == 1
    assert list(expert.reads_receipt().values())[-1] == "100"


def test_what_the_server_refuses_is_shown_as_without_script(
    windows: Windows, demonstration: dict[str, Any], panel: RunningStudy
) -> None:
    expert = Expert(windows.open(language="en"), demonstration["expert_links"][0])
    page = comes_to_check(expert)
    second = Expert(windows.another(page), expert.link)
    second.page.goto("/survey")
    second.points("D").fill("25")
    second.points("E").fill("25")
    mark(second.page, "saved")
    with page.expect_navigation():
        page.locator(SUBMIT).tap()
    expect(page.locator("main")).to_contain_text("Another window has changed your answers")
    assert panel.submissions() == []


def comes_to_check(expert: Expert) -> Page:
    expert.opens_link()
    expert.allocates((20, 50, 30))
    expert.goes_on()
    expect(expert.page).to_have_url(re.compile("/survey/check$"))
    return expert.page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_visit_that_has_ended_is_told_at_once_with_what_to_do(
    windows: Windows, demonstration: dict[str, Any], panel: RunningStudy, language: str
) -> None:
    words, link = WORDS[language], demonstration["expert_links"][0]
    expert = Expert(windows.open(language=language), link)
    expert.opens_link()
    page = expert.page
    page.evaluate(RECORDS)
    page.context.clear_cookies()  # as after 12 hours: no cookie of the visit, no form token
    expert.points("D").fill("20")
    mark(page, "link")
    assert page.evaluate("states") == ["saving", "link"]  # not that it would be tried again
    expect(note(page)).to_contain_text(words["link"])
    with page.expect_navigation():
        page.locator(CONTINUE).tap()
    expect(page.locator("main [role=alert]")).to_contain_text(words["kept"])
    second = Expert(windows.another(page), link)
    second.opens_link()
    with page.expect_navigation():
        page.locator(CONTINUE).tap()
    assert expert.typed() == ("20", "", "")
    second.page.reload()
    assert second.typed() == ("20", "", "")


RECORDS = """
() => {
    window.states = [];
    new MutationObserver(() => {
        const { state } = document.querySelector('[data-saved]').dataset;
        if (window.states.at(-1) !== state) window.states.push(state);
    }).observe(document.querySelector('[data-saved]'), {attributes: true});
}
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_code_comes_first_it_says_that(
    windows: Windows, demonstration: dict[str, Any], panel: RunningStudy, language: str
) -> None:
    link = demonstration["expert_links"][0]
    expert = Expert(windows.open(language=language), link)
    nobody_has_begun(panel)
    expert.opens_link()
    expert.consents()
    expert.chooses_code(CODE)
    page = expert.page
    page.context.clear_cookies()
    expert.points("D").fill("20")
    mark(page, "link")
    second = Expert(windows.another(page), link)
    second.opens_link()
    expert.points("S").fill("50")
    mark(page, "locked")
    expect(note(page)).to_contain_text(WORDS[language]["locked"])
    second.unlocks(CODE)
    expert.points("E").fill("30")
    mark(page, "saved")
    page.reload()
    assert expert.typed() == ("20", "50", "30")
