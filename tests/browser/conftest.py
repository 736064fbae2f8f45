"""What the browser tests share: one Chromium, installations, windows that complain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import NoBrowserError, chromium
from tests.browser.installation import Installation
from tests.browser.sweep import Sweep
from tests.browser.windows import DESK, Windows

LANGUAGES = ("zh-CN", "en")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as browser:
            yield browser
    except NoBrowserError as error:
        pytest.fail(str(error))


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Give an empty installation whose server runs."""
    made = Installation(tmp_path_factory.mktemp("installation"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture
def windows(browser: Browser, installation: Installation) -> Iterator[Windows]:
    """Give windows; the test fails when anything happens in them that must not."""
    opened = Windows(browser, installation.base_url)
    yield opened
    opened.close()
    opened.assert_nothing_happened()


@pytest.fixture(params=LANGUAGES)
def sweep(request: pytest.FixtureRequest) -> Sweep:
    return Sweep(request.param)


@pytest.fixture
def window(windows: Windows, sweep: Sweep) -> Callable[[], Page]:
    """Give the maker of new windows in the language of the sweep."""
    return lambda: windows.open(language=sweep.language, width=DESK)
