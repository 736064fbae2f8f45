"""`make pictures`: takes the pictures of the README from a demonstration, in both languages."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.chromium import chromium
from tests.browser.coordinator import Coordinator
from tests.browser.expert import Expert
from tests.browser.installation import Account, Installation
from tests.browser.windows import DESK, PHONE, Windows

TARGET = Path(__file__).parents[2] / "docs" / "pictures"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
#: The expert who stands apart in the first round, and what she has typed so far.
EXPERT, TYPED = 3, (25, 45, "")
LARGEST = 400_000
MARGIN = 48


def main() -> None:
    """Take every picture; fail rather than leave a picture of a page that complains."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        installation = Installation(Path(folder))
        running = installation.demonstration(rounds=1)
        finished = installation.demonstration(rounds=3)
        installation.start()
        windows = Windows(browser, installation.base_url)
        try:
            for short, language in LANGUAGES.items():
                page = questionnaire(windows.open(language=language, width=PHONE), running)
                take(page, f"questionnaire-{PHONE}-{short}.png")
                page = convergence(windows.open(language=language, width=DESK), finished)
                take(page, f"convergence-{DESK}-{short}.png", until="figure.chart")
        finally:
            windows.close()
            installation.stop()
        windows.assert_nothing_happened()


def questionnaire(page: Page, running: dict[str, Any]) -> Page:
    """Open round 2 as an expert who is half way through."""
    expert = Expert(page, running["expert_links"][EXPERT])
    expert.opens_link()
    expert.allocates(TYPED)
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved", timeout=10_000)
    return page


def convergence(page: Page, finished: dict[str, Any]) -> Page:
    """Open the verdict of the last round; the tables below the chart are left out."""
    coordinator = Coordinator(page)
    coordinator.signs_in(Account(**finished["staff"]))
    page.goto(f"/studies/{finished['study']}/rounds/3/result")
    return page


def take(page: Page, name: str, *, until: str = "body") -> None:
    """Take the page down to the end of an element, in a window so high that nothing sticks."""
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    width = page.viewport_size["width"] if page.viewport_size else DESK
    whole = int(page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": width, "height": whole})
    box = page.locator(until).last.bounding_box()
    assert box is not None, until
    height = min(whole, box["y"] + box["height"] + MARGIN)
    path = TARGET / name
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": width, "height": height})
    size = path.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{name}: {size} bytes, more than {LARGEST}")
    print(f"{path.relative_to(TARGET.parents[1])}: {size} bytes")


if __name__ == "__main__":
    main()
