"""A coordinator at a desk browser: sets up a study, runs its rounds, ends it. Pages only."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.installation import Account, Installation

LETTER: Mapping[str, str] = {
    "organiser.zh": "信息消费研究课题组",
    "organiser.en": "Information Consumption Research Group",
    "purpose.zh": "课题组正在编制城市信息消费发展指数，想请您判断三个维度各应占多大分量。",
    "purpose.en": "We are building a city index and ask how much each dimension should count.",
    "viewpoint.zh": "请站在为全国示范城市制定统一尺度的立场作答。",
    "viewpoint.en": "Answer as someone who sets one yardstick for all demonstration cities.",
    "contact.zh": "林老师，工作日 9:00 至 17:00",
    "contact.en": "Ms Lin, weekdays 9:00 to 17:00",
    "telephone": "010-5555 0123",
    "email": "delphi@example.org",
    "minutes": "10",
}


@dataclass(frozen=True)
class Coordinator:
    """One coordinator in one window."""

    page: Page

    @property
    def study(self) -> str:
        """The path of the study in view."""
        found = re.search(r"/studies/[0-9a-f]+", self.page.url)
        assert found, self.page.url
        return found.group()

    @property
    def heading(self) -> Locator:
        """What the page finds."""
        return self.page.locator("h1")

    def signs_in(self, account: Account) -> None:
        """Sign in, beginning at the first page."""
        self.page.goto("/")
        self.page.click('main a[href="/account/login"]')
        self.page.fill("input[name=login]", account.login)
        self.page.fill("input[name=password]", account.password)
        self.presses("main form button[type=submit]")

    def presses(self, button: str | Locator) -> None:
        """Press what leads to another page."""
        with self.page.expect_navigation():
            (self.page.locator(button) if isinstance(button, str) else button).click()

    def sends(self, action: str) -> None:
        """Press the button of the form whose address, apart from its anchor, ends like this."""
        either = (
            f"main form[action{how} button[type=submit]"
            for how in (f'$="{action}"]', f'*="{action}#"]')
        )
        self.presses(", ".join(either))

    def goes_to(self, page: str = "") -> None:
        """Open a page of the study."""
        self.page.goto(f"{self.study}{page}")

    # ------------------------------------------------------------------------------------ set-up

    def begins_study(self, title_zh: str, title_en: str, *, template: str) -> None:
        """Make a study from a template."""
        self.presses('main a[href="/studies/new"]')
        self.page.fill("input[name=title_zh]", title_zh)
        self.page.fill("input[name=title_en]", title_en)
        self.page.check(f'input[name=tree][value="{template}"]')
        self.sends("/studies/new")

    def writes_letter(self, letter: Mapping[str, str] = LETTER) -> None:
        """Fill in the letter and save it."""
        self.goes_to("/letter")
        for name, text in letter.items():
            self.page.fill(f'[name="{name}"]', text)
        self.presses("main form .actions button[type=submit]")

    def pastes_panel(self, lines: Sequence[str]) -> None:
        """Add people by pasted lines."""
        self.goes_to("/panel")
        self.page.fill("textarea[name=people]", "\n".join(lines))
        self.sends("/panel/paste")

    def imports_panel(self, file: Path) -> None:
        """Add people from a file."""
        self.goes_to("/panel")
        self.page.set_input_files("input[name=file]", file)
        self.sends("/panel/import")

    def prepares_study(self, people: Sequence[str]) -> None:
        """Make a study that lacks nothing but its launch."""
        self.page.goto("/studies")
        self.begins_study("研究", "Study", template="icdi_ec_2022")
        self.writes_letter()
        self.pastes_panel(people)

    def launches(self) -> None:
        """Read the readiness list and launch."""
        self.goes_to("/launch")
        self.sends("/launch")

    # ------------------------------------------------------------------------------------ rounds

    def opens_round(self) -> None:
        """Open the next round with the deadline that is offered."""
        self.goes_to("/rounds/open")
        self.presses("main form:not([action]) .actions button[type=submit]")

    def shows_link(self, name: str) -> str:
        """Open one line of the delivery desk and show its link; return it."""
        self.goes_to("/delivery")
        self.presses(self.page.locator("ul.people a.line", has_text=name))
        self.sends("/show")
        link = self.page.locator("#link").inner_text().strip()
        self.presses('form[action$="/sent"] button')
        return link

    def recorded(self) -> int:
        """Return how many are recorded as finished, by the overview."""
        self.goes_to()
        return int(self.page.locator(".bigfig").inner_text().split()[0])

    def closes_round(self, number: int) -> None:
        """Read what closing does, then close."""
        self.goes_to()
        self.presses(self.page.locator(f'main a[href$="/rounds/{number}/close"]').first)
        expect(self.page.locator("main ul.plain li")).not_to_have_count(0)
        self.sends(f"/rounds/{number}/close")

    # ----------------------------------------------------------------------------------- results

    def verdict_is(self, badge: str) -> None:
        """Assert the words of the verdict's badge."""
        expect(self.page.locator(".verdict .badge").first).to_contain_text(badge)

    def opens_figure(self, key: str) -> Locator:
        """Open a figure; return its panel."""
        self.page.click(f'a.open[id="{key}"]')
        panel = self.page.locator(f'[id="{key}-formula"]')
        expect(panel).to_be_visible()
        return panel

    def downloads(self, ending: str, folder: Path) -> Path:
        """Download the file whose address ends like this; return where it was put."""
        with self.page.expect_download() as download:
            self.page.click(f'main a[href$="{ending}"]')
        target = folder / download.value.suggested_filename
        download.value.save_as(target)
        return target


def new_coordinator(installation: Installation, page: Page) -> Coordinator:
    """Sign in with a new account, so that the list of studies is empty."""
    login = f"staff-{secrets.token_hex(3)}"
    one = Coordinator(page)
    one.signs_in(installation.add_staff(login, "林 Lin"))
    return one
