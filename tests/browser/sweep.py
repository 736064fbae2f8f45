"""Looks at a page the way axe, a narrow screen and a screen reader do, and collects what is wrong.

With DELPHI_SWEEP_PICTURES naming a folder, a picture of every state is put there to be looked at.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser.reach import REACH
from tests.browser.windows import DESK, HEIGHTS, PHONE

VENDORED = Path(__file__).parent / "vendor" / "axe.min.js"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
PICTURES = os.environ.get("DELPHI_SWEEP_PICTURES", "")
#: No page scrolls sideways from this width on.
NARROWEST = 320
_RUN = """
rules => axe.run(document, {resultTypes: ['violations'], ...(rules ? {runOnly: rules} : {})})
    .then(found => found.violations.map(one => ({
        id: one.id, impact: one.impact, help: one.help,
        nodes: one.nodes.map(node => node.target.join(' ') + ' ' + (node.any[0]?.message ?? '')),
    })))
"""
_FACTS = """
() => ({
    lang: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    title: document.title,
    expert: document.body.classList.contains('expert'),
    ids: [...document.querySelectorAll('[id]')].map(one => one.id),
})
"""
#: Contrast is what the dark changes; nothing else of axe's depends on colours.
_COLOURS = ["color-contrast", "link-in-text-block"]


def axe_source() -> str:
    """Return the checker as it was vendored, to the byte."""
    content = VENDORED.read_bytes()
    assert hashlib.sha256(content).hexdigest() == SHA256, "vendor/axe.min.js was changed"
    return content.decode()


@dataclass
class Sweep:
    """Goes from state to state in one language."""

    language: str
    axe: str = field(default_factory=axe_source)
    #: every state that was looked at
    seen: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def looks(self, page: Page, state: str, *, dark: bool = False) -> None:
        """Check one state of a page at both widths; experts' pages always in the dark too."""
        self.seen.append(state)
        dark |= self._facts(page, state)
        page.evaluate(self.axe)
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            self._axe(page, f"{state} {width}")
            self._picture(page, state, f"{width}")
            if dark:
                self._dark(page, state, width)
            self._reach(page, f"{state} {width}", "expert")
            if width == PHONE:
                self._reach(page, f"{state} {width}", "everyone", "chinese")
        self._narrow(page, state)
        self._large(page, state)
        self._without_colours(page, state)
        page.set_viewport_size({"width": DESK, "height": HEIGHTS[DESK]})

    def assert_clean(self, at_least: int) -> None:
        """Fail with everything that was found, or when fewer states were seen than there are."""
        assert not self.findings, "\n".join([f"{len(self.findings)} findings:", *self.findings])
        assert len(set(self.seen)) >= at_least, sorted(self.seen)

    def _complain(self, state: str, what: str) -> None:
        self.findings.append(f"[{self.language}] {state}: {what}")

    def _facts(self, page: Page, state: str) -> bool:
        """Check what every page has; return whether the page is for experts."""
        facts: dict[str, Any] = page.evaluate(_FACTS)
        if facts["lang"] != self.language:
            self._complain(state, f"lang is {facts['lang']}")
        if facts["headings"] != 1:
            self._complain(state, f"{facts['headings']} headings of the first level")
        if not facts["title"].strip():
            self._complain(state, "no title")
        twice = {one for one in facts["ids"] if facts["ids"].count(one) > 1}
        if twice:
            self._complain(state, f"used twice as id: {sorted(twice)}")
        return bool(facts["expert"])

    def _axe(self, page: Page, state: str, rules: list[str] | None = None) -> None:
        for one in page.evaluate(_RUN, rules):
            places = "; ".join(one["nodes"][:3])
            self._complain(state, f"{one['impact']} {one['id']}: {one['help']}: {places}")

    def _dark(self, page: Page, state: str, width: int) -> None:
        page.emulate_media(color_scheme="dark")
        self._axe(page, f"{state} {width} dark", _COLOURS)
        self._picture(page, state, f"{width}-dark")
        page.emulate_media(color_scheme="light")

    def _reach(self, page: Page, state: str, *questions: str) -> None:
        """Ask the page questions of `reach`; what comes back is wrong."""
        for question in questions:
            for found in page.evaluate(REACH, question):
                self._complain(state, found)

    def _narrow(self, page: Page, state: str) -> None:
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHTS[PHONE]})
        self._reach(page, f"{state} {NARROWEST}", "width")

    def _large(self, page: Page, state: str) -> None:
        """Text twice as large on a phone: nothing is cut off, and the page does not scroll."""
        page.set_viewport_size({"width": PHONE, "height": HEIGHTS[PHONE]})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._reach(page, f"{state} {PHONE} text 200%", "width", "cut")
        self._picture(page, state, f"{PHONE}-200")
        page.evaluate("document.documentElement.style.fontSize = ''")

    def _without_colours(self, page: Page, state: str) -> None:
        page.emulate_media(forced_colors="active")
        self._reach(page, f"{state} forced colours", "forced")
        page.emulate_media(forced_colors="none")

    def _picture(self, page: Page, state: str, suffix: str) -> None:
        if PICTURES:
            name = (
                f"{len(self.seen):03d}-{re.sub('[ /]+', '-', state)}-{self.language}-{suffix}.png"
            )
            page.screenshot(path=Path(PICTURES) / name, full_page=True)
