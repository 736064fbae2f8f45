"""An expert whose browser runs no script does everything that the others do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.windows import DESK, Windows

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give the links of a panel in its second round, nobody of whom has answered in it yet."""
    return list(installation.demonstration(rounds=1)["expert_links"])


@pytest.fixture
def expert(windows: Windows, links: list[str]) -> Expert:
    """Give an expert at the questionnaire of round 2, nothing typed yet."""
    one = Expert(windows.open(language="en", script=False), links.pop(), script=False)
    one.opens_link()
    return one


def test_the_link_is_pasted_and_opens_the_questionnaire(expert: Expert) -> None:
    expect(expert.page).to_have_url(f"{expert.link.split('/s#')[0]}/survey")
    expect(expert.page.locator("html")).to_have_attribute("lang", "en")
    assert expert.typed() == ("", "", "")
    expect(expert.page.locator(".remainder output")).to_have_text("100 points left")
    expect(expert.page.locator("[data-stepper] button")).to_have_count(0)


def test_the_last_answer_is_kept_with_one_press(expert: Expert) -> None:
    last = [
        expert.page.locator(f'[data-row="{item}"]').get_attribute("data-last") for item in "DSE"
    ]
    expert.uses("keep")
    assert list(expert.typed()) == last
    expect(expert.page.locator(".remainder output")).to_have_text("exactly 100 points")
    expert.goes_on()
    expect(expert.page.locator("table tbody tr td:last-child", has_text="unchanged")).to_have_count(
        3
    )
    expert.submits()
    assert list(expert.reads_receipt().values()) == [*last, "100"]


def test_what_is_left_is_split_over_the_empty_fields(expert: Expert) -> None:
    expert.points("S").fill("45")
    expert.uses("even")
    demand, supply, environment = expert.typed()
    assert supply == "45"
    assert {demand, environment} == {"30", "25"}
    expect(expert.page.locator(".remainder output")).to_have_text("exactly 100 points")


def test_clearing_empties_every_field(expert: Expert) -> None:
    expert.allocates((20, 50, 30))
    expert.uses("clear")
    assert expert.typed() == ("", "", "")
    expect(expert.page.locator(".remainder output")).to_have_text("100 points left")


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ((20, 45, 30), "95 points in all, 5 are left"),
        ((30, 50, 30), "110 points in all, 10 too many"),
        ((20, 50, ""), "This field is empty. If you mean no points, write 0."),
        ((20, 50, "thirty"), "“thirty” is not a number. Write whole points, such as 25."),
        ((22, 48, 30), "22 is not a multiple of 5. Write 20 or 25."),
        ((-10, 80, 30), "-10 is less than 0. Write 0 or more."),
        ((20, 120, 0), "120 is more than 100. Write 100 or less."),
    ],
    ids=["too few", "too many", "empty", "words", "off the step", "negative", "too large"],
)
def test_a_mistake_is_named_with_its_remedy_and_nothing_typed_is_lost(
    windows: Windows, mistaken: str, points: tuple[int | str, ...], message: str
) -> None:
    expert = Expert(windows.open(language="en", script=False), mistaken, script=False)
    expert.opens_link()
    expert.allocates(points)
    expert.goes_on()
    expert.sees_error(message)
    assert expert.typed() == tuple(str(one) for one in points)


@pytest.fixture(scope="module")
def mistaken(links: list[str]) -> str:
    """Give the link of somebody who never submits."""
    return links.pop()


def test_full_width_digits_are_read(expert: Expert) -> None:
    expert.allocates(("２０", " 50 ", "３０"))
    expert.goes_on()
    expect(expert.page.locator("table tr.total")).to_contain_text("100")


def test_an_answer_is_checked_submitted_and_revised(expert: Expert) -> None:
    expert.answers((15, 55, 30), {"S": "Supply is where a city can act."})
    assert list(expert.reads_receipt().values()) == ["15", "55", "30", "100"]
    expect(expert.page.locator("main")).to_contain_text("Supply is where a city can act.")
    expect(expert.page.locator("main")).to_contain_text("because the page ran without script")
    first_code = expert.receipt_code()
    expert.page.click('main section a[href="/survey"]')
    assert expert.typed() == ("15", "55", "30")
    expert.answers((20, 50, 30))
    assert list(expert.reads_receipt().values()) == ["20", "50", "30", "100"]
    expect(expert.page.locator(".eyebrow")).to_contain_text("Submission 2")
    assert expert.receipt_code() != first_code
    expert.page.click('a[href*="submission=1"]')
    expect(expert.page.locator(".notice.attention")).to_contain_text("superseded")


def test_what_was_saved_is_there_on_the_next_visit(windows: Windows, links: list[str]) -> None:
    link = links.pop()
    first = Expert(windows.open(language="en", script=False), link, script=False)
    first.opens_link()
    first.allocates((25, 45, ""))
    first.page.click('button[name=action][value="save"]')
    expect(first.page.locator(".notice[role=status]")).to_contain_text("You can close this page")
    expect(first.page).to_have_url(re.compile(r"/survey\?saved=1$"))
    second = Expert(windows.open(language="zh-CN", width=DESK, script=False), link, script=False)
    second.opens_link()
    assert second.typed() == ("25", "45", "")
    expect(second.page.locator(".remainder output")).to_have_text("还剩 30 分")
