"""Personal links in a real browser: mangled on the way, typed by hand, printed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.coordinator import new_coordinator
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.sweep import Sweep
from tests.browser.windows import DESK, PHONE, Windows

pytestmark = pytest.mark.browser
#: What stands behind the token when the link has gone through a messenger.
BEHIND = ("?from=singlemessage", "&utm_source=x", "#wechat_redirect", "。", "%E3%80%82谢谢", "/%20")
LANGUAGES = ("zh-CN", "en")
PANEL = [f"专家{one}, {one}教授, 统计" for one in "甲乙丙丁戊己"]


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give links that anybody may open; nothing is answered here."""
    return list(installation.demonstration(rounds=1)["expert_links"])


def field(page: Page) -> Locator:
    return page.locator("input[name=token]")


def token_of(link: str) -> str:
    return link.partition("#")[2]


def grouped(token: str) -> str:
    return " ".join(token[at : at + 4] for at in range(0, len(token), 4))


def enters(page: Page) -> None:
    Expert(page, "").presses("/s")
    expect(page).to_have_url(re.compile("/survey$"))


def test_a_link_opens_whatever_a_messenger_appends(windows: Windows, links: list[str]) -> None:
    for behind in BEHIND:
        page = windows.open(language="en")
        page.goto(links[0] + behind)
        expect(page).to_have_url(f"{windows.base_url}/s")
        expect(page.locator("[data-entry-found]")).to_be_visible()
        expect(field(page)).to_be_hidden()
        enters(page)


@pytest.mark.parametrize("before", ["?fbclid=IwAR0", "?from=timeline&isappinstalled=0", "/"])
def test_what_stands_before_the_hash_does_not_matter(
    windows: Windows, links: list[str], before: str
) -> None:
    page = windows.open(language="en")
    page.goto(links[0].replace("/s#", f"/s{before}#"))
    assert token_of(links[0]) not in page.url
    enters(page)


def test_an_address_in_capitals_keeps_its_fragment(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en")
    page.goto(links[0].replace("/s#", "/S#"))
    expect(page).to_have_url(f"{windows.base_url}/s")
    enters(page)


@pytest.mark.parametrize("script", [True, False])
def test_an_escaped_hash_opens_and_leaves_the_address(
    windows: Windows, links: list[str], script: bool
) -> None:
    page = windows.open(language="en", script=script)
    page.goto(links[0].replace("#", "%23") + "?from=singlemessage")
    expect(page.locator("[data-entry-found]")).to_be_visible()
    if script:
        assert token_of(links[0]) not in page.url
        expect(field(page)).to_be_hidden()
    enters(page)


def test_a_link_that_was_cut_off_says_so_and_is_completed(
    windows: Windows, links: list[str]
) -> None:
    page = windows.open(language="en")
    page.goto(links[0][:-6])
    expect(page.locator("[data-entry-count]")).to_contain_text("only 20 of the 26 characters")
    expect(field(page)).to_be_focused()
    field(page).press("End")
    field(page).press_sequentially(token_of(links[0])[-6:].lower())
    expect(page.locator("[data-entry-count]")).to_have_text("All 26 characters are there.")
    enters(page)


def test_typing_is_grouped_and_counted(windows: Windows, links: list[str]) -> None:
    token = token_of(links[0])
    page = windows.open(language="en")
    page.goto("/s")
    field(page).press_sequentially(token[:9].lower())
    expect(field(page)).to_have_value(grouped(token[:9]))
    words = page.locator("[data-entry-count]")
    expect(words).to_have_text("9 of 26 characters so far; still missing: 17.")
    field(page).press_sequentially("u")
    expect(words).to_contain_text("“U” in group 3")
    field(page).press("Backspace")
    field(page).press("Backspace")
    field(page).press_sequentially(f"-{token[8:]}")
    expect(field(page)).to_have_value(grouped(token))
    expect(words).to_have_text("All 26 characters are there.")
    expect(page.locator("[data-entry-said]")).to_have_text("All 26 characters are there.")
    enters(page)


def test_typing_in_the_middle_moves_nothing(windows: Windows, links: list[str]) -> None:
    token = token_of(links[0])
    page = windows.open(language="en")
    page.goto("/s")
    field(page).fill(token[:5] + token[6:])
    for _ in range(20):
        field(page).press("ArrowLeft")
    before = field(page).evaluate("one => one.selectionStart")
    field(page).press_sequentially("7")
    assert field(page).evaluate("one => one.selectionStart") == before + 1


def test_without_script_the_groups_are_typed_corrected_and_accepted(
    windows: Windows, links: list[str]
) -> None:
    token = token_of(links[0])
    page = windows.open(language="en", script=False)
    page.goto("/s#" + token)
    expect(page.get_by_text("it still stands in the address line")).to_be_visible()
    wrong = f"{grouped(token[:8])} U{token[9:12]} {grouped(token[12:])}"
    field(page).fill(wrong)
    Expert(page, "").presses("/s")
    Expert(page, "").sees_error("“U” in group 3")
    expect(field(page)).to_have_value(wrong)
    expect(page.locator(".token-groups mark")).to_have_text(f"U{token[9:12]}")
    field(page).fill(grouped(token).lower().replace(" ", "-"))
    enters(page)


def test_the_other_language_keeps_what_is_in_the_field(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en")
    page.goto(links[0])
    page.click("a[hreflang]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("[data-entry-found]")).to_be_visible()
    assert "#" not in page.url
    enters(page)
    page = windows.open(language="en")
    page.goto("/s")
    field(page).press_sequentially("4t8ku9")
    page.click("a[hreflang]")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(field(page)).to_have_value("4T8K U9")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_all_groups_are_seen_at_once(
    windows: Windows, links: list[str], language: str, width: int
) -> None:
    page = windows.open(language=language, width=width)
    page.goto("/s")
    field(page).fill(token_of(links[0]))
    expect(field(page)).to_have_value(grouped(token_of(links[0])))
    assert field(page).evaluate("one => one.scrollWidth <= one.clientWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printed_letter_holds_one_link_and_nothing_of_the_page(
    windows: Windows, installation: Installation, language: str
) -> None:
    page = windows.open(language=language, width=DESK)
    one = new_coordinator(installation, page)
    one.prepares_study(PANEL)
    one.launches()
    one.opens_round()
    one.goes_to("/delivery")
    one.sends("/letters")
    sheets = page.locator("article.letter-sheet")
    expect(sheets).to_have_count(6)
    tokens = [re.findall(r"/s#([0-9A-Z]{26})", text) for text in sheets.all_inner_texts()]
    assert len({token for found in tokens for token in found}) == 6
    assert all(len(set(found)) == 1 for found in tokens)
    expect(page.locator("[data-print]")).to_be_visible()
    page.emulate_media(media="print")
    for part in (".masthead", ".tabs", "h1", ".notice", "[data-print]"):
        expect(page.locator(part).first).to_be_hidden()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 6
    typed = "".join(sheets.first.locator(".token-groups li").all_inner_texts())
    assert typed == tokens[0][0]
    expert = windows.open(language=language, script=False)
    expert.goto("/s")
    field(expert).fill(typed)
    enters(expert)


def test_every_state_of_links_is_within_reach(
    window: Callable[[], Page], installation: Installation, links: list[str], sweep: Sweep
) -> None:
    page = window()
    page.goto(links[0][:-6])
    sweep.looks(page, "entry cut off")
    field(page).fill(grouped(token_of(links[0]))[:-1] + "u")
    sweep.looks(page, "entry typed")
    Expert(page, "").presses("/s")
    sweep.looks(page, "entry with a group to look at again", dark=True)
    one = new_coordinator(installation, window())
    one.prepares_study(PANEL)
    one.launches()
    one.opens_round()
    one.goes_to("/delivery")
    one.sends("/letters")
    sweep.looks(one.page, "letters to print", dark=True)
    sweep.assert_clean(at_least=4)
