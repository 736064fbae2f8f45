"""The windows of these tests complain about everything that must not happen in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from tests.browser.chromium import NoBrowserError, find_chromium
from tests.browser.installation import Installation
from tests.browser.windows import Windows

pytestmark = pytest.mark.browser


def says_error(page: Page) -> None:
    page.evaluate("console.error('something is wrong')")


def throws(page: Page) -> None:
    page.evaluate("setTimeout(() => { throw new Error('nobody catches this'); })")


def runs_inline_script(page: Page) -> None:
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    )


def asks_elsewhere(page: Page) -> None:
    with pytest.raises(BrowserError):
        page.goto("http://elsewhere.example/")


def misses_a_style(page: Page) -> None:
    page.goto("/static/missing.css")


def meets_a_failure(page: Page) -> None:
    page.route("**/check", lambda route: route.fulfill(status=500, body="failed"))
    page.goto("/check")


@pytest.fixture
def watched(browser: Browser, installation: Installation) -> Iterator[Windows]:
    """Give windows whose complaints the test looks at."""
    opened = Windows(browser, installation.base_url)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (says_error, "console error: something is wrong"),
        (throws, "uncaught error: "),
        (runs_inline_script, "policy: "),
        (asks_elsewhere, "foreign host: http://elsewhere.example/"),
        (misses_a_style, "missing file: /static/missing.css"),
        (meets_a_failure, "status 500: /check"),
    ],
)
def test_what_must_not_happen_is_complained_about(
    watched: Windows, act: Callable[[Page], None], complaint: str
) -> None:
    page = watched.open()
    page.goto("/s")
    watched.assert_nothing_happened()
    act(page)
    page.wait_for_timeout(200)
    assert any(one.startswith(complaint) for one in watched.complaints), watched.complaints
    with pytest.raises(AssertionError):
        watched.assert_nothing_happened()


def test_a_missing_browser_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoBrowserError, match="make tools"):
        find_chromium()
