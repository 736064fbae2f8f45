"""An invited expert at a phone or an office browser: what a hand does, page by page.

Nothing here depends on the language of the page or on script: fields have names, forms have
addresses. Where script runs, the expert types and presses as without it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

#: Demand, supply, environment: the first level of the ICDI-EC tree.
ITEMS = ("D", "S", "E")
#: Keeps the two ends of a range on one line.
WORD_JOINER = "\u2060"
#: What the names of the items have in them, in the order of the tree; the receipt has another.
NAMES = (("需求", "demand"), ("供给", "supply"), ("环境", "environment"))


def _place(name: str) -> int:
    """Return the place of an item's name in the tree; the total comes after all of them."""
    found = (at for at, words in enumerate(NAMES) if any(one in name.lower() for one in words))
    return next(found, len(NAMES))


@dataclass(frozen=True)
class Expert:
    """One expert in one window."""

    page: Page
    #: the personal link
    link: str
    #: whether scripts run in the window
    script: bool = True

    def opens_link(self) -> None:
        """Go in by the link: the module takes it from the address, else it is pasted."""
        if self.script:
            self.page.goto(self.link)
        else:
            self.page.goto("/s")
            self.page.fill("input[name=token]", self.link)
        self.presses("/s")

    def presses(self, action: str) -> None:
        """Press the button of the form that is sent to an address."""
        with self.page.expect_navigation():
            self.page.click(f'main form[action="{action}"] button[type=submit]')

    def consents(self) -> None:
        """Accept the terms below the letter."""
        self.presses("/survey/consent")

    def chooses_code(self, code: str) -> None:
        """Set the access code at the first opening."""
        self.page.fill("input[name=access_code]", code)
        self.presses("/survey/code")

    def unlocks(self, code: str) -> None:
        """Enter the access code on another device."""
        self.page.fill("input[name=access_code]", code)
        self.presses("/survey/unlock")

    def points(self, item: str) -> Locator:
        """Return the field of an item."""
        return self.page.locator(f'input[name="points.{item}"]')

    def allocates(self, points: Sequence[int | str]) -> None:
        """Type points for demand, supply and environment."""
        for item, value in zip(ITEMS, points, strict=True):
            self.points(item).fill(str(value))

    def typed(self) -> tuple[str, ...]:
        """Return what stands in the fields."""
        return tuple(self.points(item).input_value() for item in ITEMS)

    def gives_reason(self, item: str, text: str) -> None:
        """Write a reason, opening its field where it is folded."""
        field = self.page.locator(f'textarea[name="reason.{item}"]')
        if not field.is_visible():
            self.page.click(f'[data-row="{item}"] details.own-reason > summary')
        field.fill(text)

    def tool(self, act: str) -> Locator:
        """Return the button `keep`, `even` or `clear` below the card."""
        return self.page.locator(f'button[name=action][value^="{act}"]')

    def uses(self, act: str) -> None:
        """Press `keep`, `even` or `clear`; without script the server does it."""
        if self.script:
            self.tool(act).click()
            return
        with self.page.expect_navigation():
            self.tool(act).click()

    def goes_on(self) -> None:
        """Go to the check."""
        with self.page.expect_navigation():
            self.page.click('.actions button[value="continue"]')
        if self.page.url.endswith("/survey/familiarity"):
            self.skips_familiarity()
        if self.page.url.endswith("/survey/implications"):
            self.skips_implications()

    def skips_familiarity(self) -> None:
        """Go on without a word about the own knowledge."""
        with self.page.expect_navigation():
            self.page.click('.actions button[value="continue"]')

    def skips_implications(self) -> None:
        """Go on without a word about what the own answers imply."""
        with self.page.expect_navigation():
            self.page.click('.actions button[value="continue"]')

    def submits(self) -> None:
        """Send the answers that the check shows."""
        self.page.click("form[data-submit] button[type=submit]")
        self.page.wait_for_url("**/survey/receipt*")

    def answers(self, points: Sequence[int], reasons: Mapping[str, str] | None = None) -> None:
        """Fill in the questionnaire, check and submit."""
        self.allocates(points)
        for item, text in (reasons or {}).items():
            self.gives_reason(item, text)
        self.goes_on()
        self.submits()

    def reads_receipt(self) -> dict[str, str]:
        """Return what the receipt reads back: name → points, as in the tree, the total last."""
        rows = self.page.locator("table.stored tr")
        found = {
            row.locator("th").inner_text(): row.locator("td").inner_text().split()[0]
            for row in rows.all()
        }
        return dict(sorted(found.items(), key=lambda pair: _place(pair[0])))

    def receipt_code(self) -> str:
        """Unfold the proof and return the receipt code."""
        self.page.click("details.fold-sheet > summary")
        return " ".join(self.page.locator("p.code").inner_text().split())

    def figures(self, item: str) -> list[str]:
        """Return the figures beside an item: own last answer, median, middle half."""
        found = self.page.locator(f"#figures-{item} dd").all_inner_texts()
        return [text.replace(WORD_JOINER, "") for text in found]

    def sees_error(self, text: str) -> None:
        """Assert that the summary of errors says something and leads to a field."""
        summary = self.page.locator("#error-summary")
        expect(summary).to_contain_text(text)
        target = summary.locator("a").first.get_attribute("href") or ""
        expect(self.page.locator(f'[id="{target.removeprefix("#")}"]')).to_have_count(1)
