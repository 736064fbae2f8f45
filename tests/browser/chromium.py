"""The Chromium of the system, driven by Playwright and kept off the network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PLACES = ("chromium", "chromium-browser", "google-chrome")
REMEDY = "no Chromium: run `make tools`, which installs it or names the package"
#: It talks to the server under test and to nothing else, also in its own affairs.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class NoBrowserError(Exception):
    """There is no Chromium to test in; the text says what to do."""


def find_chromium() -> Path:
    """Return the program.

    Raises
    ------
    NoBrowserError
        When there is none.
    """
    for name in PLACES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise NoBrowserError(REMEDY)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser without a profile of its own."""
    program = find_chromium()
    # As root, as in most containers, Chromium refuses to start inside its sandbox.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        try:
            yield browser
        finally:
            browser.close()
