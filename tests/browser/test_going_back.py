"""Back and reload over a page that refused a code or a link: the browser asks nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.running import nobody_has_begun, running
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser
CODE = "407196"
LANGUAGES = ("zh-CN", "en")
#: What the pages say of a code that was refused: a weak one, and a wrong one.
REFUSED = {
    "zh-CN": ("这个查阅码容易被猜中", "查阅码不对"),
    "en": ("This code is easily guessed", "The access code is not right"),
}


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give links that nobody has used."""
    made: dict[str, Any] = installation.demonstration(experts=8, rounds=0)
    with running(installation, made) as study:
        nobody_has_begun(study)
    return list(made["expert_links"])


def goes_back_to_the_entry(page: Page) -> None:
    """Go back page by page: each one loads, none is a page of the browser's own."""
    for _ in range(12):
        if page.url.endswith("/s") or page.url == "about:blank":
            return
        page.go_back()
        assert page.url.startswith(("http", "about:blank")), page.url
        expect(page.locator("body")).not_to_contain_text("ERR_")
    raise AssertionError("the entry does not come")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("script", [True, False])
def test_a_refused_code_is_passed_by_on_the_way_back(
    windows: Windows, links: list[str], language: str, script: bool
) -> None:
    weak, wrong = REFUSED[language]
    link = links.pop()
    first = Expert(windows.open(language=language, script=script), link, script=script)
    first.opens_link()
    first.consents()
    first.chooses_code("123456")
    expect(first.page.locator("#error-summary")).to_contain_text(weak)
    first.page.reload()
    expect(first.page.locator("#error-summary")).to_have_count(0)
    first.chooses_code(CODE)
    expect(first.page.locator("[data-questionnaire]")).to_be_attached()
    goes_back_to_the_entry(first.page)

    second = Expert(windows.open(language=language, script=script), link, script=script)
    second.opens_link()
    for code in ("407190", "407191"):
        second.unlocks(code)
        expect(second.page.locator("#error-summary")).to_contain_text(wrong)
        assert second.page.input_value("input[name=access_code]") == code
        assert code not in second.page.url
    second.unlocks(CODE)
    expect(second.page.locator("[data-questionnaire]")).to_be_attached()
    goes_back_to_the_entry(second.page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_link_is_passed_by_on_the_way_back(
    windows: Windows, links: list[str], language: str
) -> None:
    page = windows.open(language=language)
    page.goto("/s")
    page.fill("input[name=token]", "4T8K 9WUM")
    Expert(page, "").presses("/s")
    expect(page.locator("#error-summary")).to_be_focused()
    page.reload()
    expect(page.locator("#error-summary")).to_have_count(0)
    page.fill("input[name=token]", "4T8K 9WUM")
    Expert(page, "").presses("/s")
    page.fill("input[name=token]", links[0])
    Expert(page, "").presses("/s")
    expect(page).to_have_url(re.compile("/survey$"))
    page.go_back()
    expect(page).to_have_url(re.compile("/s$"))
    expect(page.locator("input[name=token]")).to_be_attached()
