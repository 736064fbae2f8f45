"""In a later round the strips of comparisons follow what is chosen, without a new page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.windows import Windows
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods, full_answer
from tests.studies import RunningStudy

pytestmark = pytest.mark.browser
#: Saving waits for a pause in typing.
SAVED_WITHIN = 10_000
PAIRS = {name: text for name, text in ANSWER.items() if name.startswith(("more.", "times."))}
BEST_WORST = {name: text for name, text in ANSWER.items() if name.endswith((".E", ".E2", ".E3"))}
LOOK = 'button[name=action][value="look"]'
#: What is drawn and said of the present answers, and what asks for a reason.
READS = """
() => ['pairwise', 'best_worst'].map(
    method => document.querySelector(`[data-method=${method}]`),
).map(card => ({
    key: !card.querySelector('[data-now-key]').hidden,
    rows: [...card.querySelectorAll('[data-row]')].map(row => ({
        code: row.dataset.row,
        mark: row.querySelector('[data-now]').getAttribute('d'),
        said: [...row.querySelectorAll('.triple > div:not([hidden])')].map(one => one.innerText),
        asked: row.querySelector('[data-reason] summary').hidden,
        prompt: row.querySelector('[data-reason] label').textContent,
    })),
}))
"""


@pytest.fixture(scope="module")
def study(installation: Installation) -> RunningStudy:
    """Give the second round, in which own answers come before the group's."""
    study = own_study(installation, FIVE_METHODS, replace(five_methods(), own_first=True))
    for expert in range(8):
        study.submits(expert, full_answer({"times.D:S": "4"} if expert % 2 else None))
    return study.closes_round().opens_round(departure="Another round.")


def mark(page: Page, code: str) -> str | None:
    return page.locator(f'[data-row="{code}"] [data-now]').get_attribute("d")


def chooses(page: Page, answer: dict[str, str]) -> None:
    """Choose, and wait until the page has heard what was made of it."""
    fills(page, answer)
    expect(page.locator("[data-saved]")).to_have_attribute(
        "data-state", "saved", timeout=SAVED_WITHIN
    )


def assert_as_loaded_anew(page: Page) -> None:
    """Assert that a new page would show the same."""
    live = page.evaluate(READS)
    page.reload()
    assert live == page.evaluate(READS)


@pytest.mark.parametrize(("expert", "language"), [(0, "en"), (1, "zh-CN")])
def test_marks_follow_comparisons_before_and_after_the_look(
    installation: Installation, windows: Windows, study: RunningStudy, expert: int, language: str
) -> None:
    page = windows.open(language=language)
    Expert(page, link_of(installation, study, expert)).opens_link()
    page.locator("[data-tools] button[value^=clear]").first.wait_for()
    assert {row["mark"] for card in page.evaluate(READS) for row in card["rows"]} == {None}
    assert not any(card["key"] for card in page.evaluate(READS))
    with page.expect_response("**/survey/draft") as told:
        chooses(page, PAIRS)
    assert mark(page, "S")
    assert mark(page, "E2") is None
    assert "middle half" not in told.value.text()
    assert "中间一半" not in told.value.json()["rows"]["S"]["prompt"]
    assert [card["key"] for card in page.evaluate(READS)] == [True, False]
    assert_as_loaded_anew(page)

    with page.expect_navigation():
        page.click(LOOK)
    before = mark(page, "S")
    # Nothing below the comparisons takes the focus or is read aloud beside the help.
    chooses(page, {"more.D:S": "first", "times.D:S": "9", **BEST_WORST})
    expect(page.locator('[name="to_worst.E2"]:checked')).to_be_focused()
    assert page.locator("[data-row] [aria-live], [aria-live] [data-row]").count() == 0
    assert mark(page, "S") not in (None, before)
    assert mark(page, "E2")
    asks = page.locator('label[for="reason-S"]')
    expect(asks).to_contain_text("17.4")
    expect(page.locator("#reason-S")).to_be_visible()
    assert_as_loaded_anew(page)

    page.locator('button[value="clear.root"]').click()
    expect(page.locator("[data-saved]")).to_have_attribute(
        "data-state", "saved", timeout=SAVED_WITHIN
    )
    assert mark(page, "S") is None
    assert_as_loaded_anew(page)
