"""The first pages are light, and a receipt can be kept on one sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.sweep import Sweep
from tests.browser.windows import PHONE, Windows

pytestmark = pytest.mark.browser
#: What the first page may weigh over a slow line, without fonts, and in how many files.
MOST_BYTES = 60_000
MOST_FILES = 8
_PAGE_OF_A_PDF = re.compile(rb"/Type\s*/Page\b(?!s)")


class Luggage:
    """Counts what a page brings with it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._answers: list[Response] = []
        #: what comes from the cache of this window the second time weighs the same
        self._sizes: dict[str, int] = {}
        page.on("response", self._note)

    def _note(self, answer: Response) -> None:
        self._answers.append(answer)

    def weigh(self) -> dict[str, int]:
        """Return the bytes of every file since the last time, as they were sent."""
        self._page.wait_for_load_state("networkidle")
        for one in self._answers:
            size = one.request.sizes()["responseBodySize"]
            self._sizes[one.url] = max(size, self._sizes.get(one.url, 0))
        # Chromium without a head does not fetch it; a phone does.
        icon = self._page.locator("link[rel=icon]").get_attribute("href") or ""
        self._sizes[icon] = len(self._page.request.get(icon).body())
        seen = {icon, *(one.url for one in self._answers)}
        self._answers.clear()
        return {url: self._sizes[url] for url in seen}


def test_the_first_pages_are_light(
    installation: Installation, windows: Windows, sweep: Sweep
) -> None:
    link = installation.demonstration(rounds=0)["expert_links"][0]
    page = windows.open(language=sweep.language, width=PHONE)
    luggage = Luggage(page)
    page.goto("/s")
    entry = luggage.weigh()
    Expert(page, link).opens_link()
    luggage.weigh()
    page.goto("/survey/about")
    letter = luggage.weigh()
    for name, sizes in (("/s", entry), ("letter", letter)):
        assert len(sizes) >= 4, (name, sizes)
        assert min(sizes.values()) > 0, (name, sizes)
        assert sum(sizes.values()) <= MOST_BYTES, (name, sizes)
        assert len(sizes) <= MOST_FILES, (name, sizes)


def test_a_receipt_fits_one_sheet(
    installation: Installation, window: Callable[[], Page], sweep: Sweep
) -> None:
    link = installation.demonstration(rounds=0)["expert_links"][0]
    expert = Expert(window(), link)
    expert.opens_link()
    reason = "供给最能说明一个城市的信息消费水平，其余两项要靠它带动。" * 4
    expert.answers((20, 50, 30), {"D": reason, "S": reason})
    page = expert.page
    printed = page.pdf(format="A4")
    assert len(_PAGE_OF_A_PDF.findall(printed)) == 1
    page.emulate_media(media="print")
    expect(page.locator("table.stored tr")).to_have_count(4)
    expect(page.locator(".btn:visible")).to_have_count(0)
    # The proof is printed although it is folded on the screen.
    assert page.locator("p.code").evaluate("one => one.getBoundingClientRect().height") > 0
