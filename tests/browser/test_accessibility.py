"""No page in any state has a finding of axe, in both languages, on a phone and at a desk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.coordinator import Coordinator, new_coordinator
from tests.browser.expert import Expert
from tests.browser.installation import Account, Installation
from tests.browser.sweep import Sweep, axe_source
from tests.browser.windows import DESK, Windows

pytestmark = pytest.mark.browser
CODE = "402913"
PEOPLE = ("陈建平", "苏敏, 苏主任, 统计", "何文静", "高远", "罗立新")


def test_the_vendored_checker_is_what_its_readme_says() -> None:
    readme = (Path(__file__).parent / "vendor" / "README.md").read_text(encoding="utf-8")
    version = axe_source().partition("axe v")[2].split()[0]
    assert f"| Version | {version} |" in readme


def test_the_sweep_finds_what_is_wrong(window: Callable[[], Page], sweep: Sweep) -> None:
    page = window()
    page.goto("/s")
    page.evaluate(
        """() => {
            document.querySelector('label[for=token]').remove();
            document.documentElement.lang = 'de';
            document.querySelector('main').insertAdjacentHTML('beforeend',
                '<h1>Two</h1><p><a href="/">x</a></p><p class="loud">' + 'wide '.repeat(99));
            const sheet = new CSSStyleSheet();
            sheet.replaceSync(`.loud { white-space: nowrap }
                .eyebrow { height: 1em; overflow: clip }
                body { font-size: 16px !important } .btn { border: 0 !important }
                h1 { transition: color 2s !important }`);
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    sweep.looks(page, "spoilt")
    found = "\n".join(sweep.findings)
    for expected in (
        "critical label",
        "lang is de",
        "2 headings",
        "320: scrolls sideways",
        "200%: cut off: p.eyebrow",
        "target of",
        "running text is 16 px",
        "moves although",
        "has no edge",
    ):
        assert expected in found, (expected, found)


def test_the_sweep_reads_chinese_as_the_house_sets_it(windows: Windows) -> None:
    page = windows.open(language="zh-CN", width=DESK)
    page.goto("/s")
    page.evaluate(
        """() => document.querySelector('main').insertAdjacentHTML('beforeend',
            '<p>第3轮</p><p>他说"好"</p><p>需求, 供给</p><pre>引\\n，文</pre>')"""
    )
    sweep = Sweep("zh-CN")
    sweep.looks(page, "spoilt")
    found = "\n".join(sweep.findings)
    for expected in ("no space between", "straight quotation", "narrow punctuation", "begins with"):
        assert expected in found, (expected, found)


# -------------------------------------------------------------------------------- anybody's pages


def test_pages_for_anybody(window: Callable[[], Page], sweep: Sweep) -> None:
    page = window()
    page.goto("/")
    sweep.looks(page, "home", dark=True)
    page.goto("/account/login")
    sweep.looks(page, "login", dark=True)
    page.fill("input[name=login]", "nobody")
    page.fill("input[name=password]", "wrong")
    page.click("main form button")
    sweep.looks(page, "login refused")
    page.goto("/nowhere")
    sweep.looks(page, "error 404")
    page.goto("/s")
    sweep.looks(page, "entry")
    page.fill("input[name=token]", "0123456789ABCDEFGHJKMNPQRS")
    page.click("main form button")
    sweep.looks(page, "stale link")
    page.goto("/s?again=1")
    sweep.looks(page, "entry again")
    page.goto("/s?left=1")
    sweep.looks(page, "entry left")
    page.goto("/check")
    sweep.looks(page, "check a receipt")
    for state, code in (("unreadable", "12"), ("unknown", "ABCDEFGHJKMNPQRSTVWX")):
        page.goto("/check")
        page.fill("input[name=code]", code)
        page.click("main form button")
        sweep.looks(page, f"check a receipt {state}")
    sweep.assert_clean(at_least=11)


# --------------------------------------------------------------------------------- expert's pages


def test_pages_of_an_expert_in_the_first_round(
    installation: Installation, windows: Windows, window: Callable[[], Page], sweep: Sweep
) -> None:
    links = real_links(installation, windows)
    expert = Expert(window(), links[0])
    expert.opens_link()
    sweep.looks(expert.page, "letter")
    expert.consents()
    sweep.looks(expert.page, "code to choose")
    expert.chooses_code("123456")
    sweep.looks(expert.page, "code too weak")
    expert.chooses_code(CODE)
    sweep.looks(expert.page, "questionnaire 1")
    expert.goes_on()
    sweep.looks(expert.page, "questionnaire 1 empty fields")
    expert.allocates((20, 45, 30))
    expert.goes_on()
    sweep.looks(expert.page, "questionnaire 1 wrong sum")
    expert.page.goto("/survey/check")
    sweep.looks(expert.page, "check with gaps")
    expert.page.goto("/survey")
    expert.allocates((20, 50, 30))
    expert.gives_reason("S", "我院的经验：供给最重要。")
    expert.goes_on()
    sweep.looks(expert.page, "check with a reason")
    expert.submits()
    sweep.looks(expert.page, "receipt")
    expert.receipt_code()
    sweep.looks(expert.page, "receipt unfolded")
    expert.page.goto("/survey")
    sweep.looks(expert.page, "questionnaire 1 submitted")
    expert.answers((25, 45, 30))
    expert.page.goto("/survey/receipt?round=1&submission=1")
    sweep.looks(expert.page, "receipt superseded")
    expert.page.goto("/survey/about")
    sweep.looks(expert.page, "terms again")

    again = Expert(window(), links[0])
    again.opens_link()
    sweep.looks(again.page, "unlock")
    again.unlocks("000000")
    sweep.looks(again.page, "unlock wrong code")
    again.page.click("details.about > summary")
    sweep.looks(again.page, "unlock forgotten")
    again.presses("/survey/without")
    sweep.looks(again.page, "questionnaire 1 hidden")
    sweep.assert_clean(at_least=17)


def real_links(installation: Installation, windows: Windows) -> list[str]:
    """Return links that nobody has opened, from a study that a coordinator has made."""
    coordinator = new_coordinator(installation, windows.open(language="en", width=DESK))
    coordinator.prepares_study(PEOPLE)
    coordinator.launches()
    coordinator.opens_round()
    return [coordinator.shows_link(person) for person in PEOPLE[:1]]


def test_pages_of_an_expert_in_a_later_round(
    installation: Installation, windows: Windows, window: Callable[[], Page], sweep: Sweep
) -> None:
    links = installation.demonstration(rounds=1)["expert_links"]
    expert = Expert(window(), links[3])
    expert.opens_link()
    sweep.looks(expert.page, "questionnaire 2")
    expert.allocates((95, 5, 10))
    expect(expert.page.locator('label[for="reason-D"]')).to_contain_text("95")
    sweep.looks(expert.page, "questionnaire 2 outside the middle half")
    expert.goes_on()
    sweep.looks(expert.page, "questionnaire 2 wrong sum")
    expert.allocates((20, 50, 30))
    expert.goes_on()
    sweep.looks(expert.page, "check 2")

    second = windows.another(expert.page)
    second.goto("/survey")
    first, other = Expert(expert.page, ""), Expert(second, "")
    first.page.goto("/survey")
    first.allocates((30, 40, 30))
    first.goes_on()
    other.allocates((10, 60, 30))
    other.goes_on()
    sweep.looks(second, "two versions")

    kept = Expert(window(), links[4])
    kept.opens_link()
    kept.allocates((20, 50, 30))
    kept.gives_reason("D", "Not to be lost.")
    kept.page.context.clear_cookies(name="delphi-expert")
    kept.goes_on()
    sweep.looks(kept.page, "kept without a link")
    sweep.assert_clean(at_least=6)


def test_pages_of_an_expert_when_a_round_ends(
    installation: Installation, windows: Windows, window: Callable[[], Page], sweep: Sweep
) -> None:
    made = installation.demonstration(rounds=0)
    quick, slow = (
        Expert(window(), made["expert_links"][0]),
        Expert(window(), made["expert_links"][1]),
    )
    for one in (quick, slow):
        one.opens_link()
    coordinator = Coordinator(windows.open(language="en", width=DESK))
    coordinator.signs_in(Account(**made["staff"]))
    installation.lets_deadline_pass(made["study"])
    looks_at_an_overdue_round(quick, coordinator.page, made["study"], sweep)
    coordinator.page.goto(f"/studies/{made['study']}?lang=en")
    slow.allocates((10, 60, 30))
    coordinator.closes_round(1)
    slow.goes_on()
    sweep.looks(slow.page, "late")
    slow.page.goto("/survey")
    sweep.looks(slow.page, "waiting")
    quick.page.goto("/survey")
    sweep.looks(quick.page, "waiting with receipts")
    quick.page.click('main a[href*="/survey/receipt"]')
    sweep.looks(quick.page, "receipt counted")
    code = quick.receipt_code()
    quick.page.goto("/check")
    quick.page.fill("input[name=code]", code)
    quick.page.click("main form button")
    sweep.looks(quick.page, "check a receipt counted")
    quick.page.goto("/survey")
    quick.presses("/survey/leave")

    page = coordinator.page
    page.goto(f"/studies/{made['study']}?lang={sweep.language}")
    sweep.looks(page, "overview on hold")
    coordinator.goes_to("/rounds/1/result")
    sweep.looks(page, "result on hold", dark=True)
    coordinator.goes_to("/rounds/open")
    sweep.looks(page, "open a later round")
    coordinator.goes_to("/weights")
    sweep.looks(page, "weights withheld")
    sweep.assert_clean(at_least=13)


def looks_at_an_overdue_round(one: Expert, desk: Page, study: str, sweep: Sweep) -> None:
    """Look at what both sides are told when the deadline has passed and the round is open."""
    one.page.goto("/survey")
    sweep.looks(one.page, "questionnaire overdue")
    one.allocates((20, 50, 30))
    one.goes_on()
    sweep.looks(one.page, "check overdue")
    one.submits()
    sweep.looks(one.page, "receipt overdue")
    desk.goto(f"/studies/{study}?lang={sweep.language}")
    sweep.looks(desk, "overview overdue")
