"""Two versions and the links of the check on phones: all in view, all large enough for a finger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from analysis.treefile import parse_tree
from delphi.domain.methods import RATING, PlannedQuestion
from delphi.domain.protocol import default_protocol, same_in_every_round
from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.reach import REACH
from tests.browser.sweep import NARROWEST, Sweep
from tests.browser.windows import HEIGHTS, PHONE, Windows

pytestmark = pytest.mark.browser
MANY = 20
ROWS = "".join(
    f"I{at},A,电信业务总量与互联网普及程度 {at},Telecommunications volume and penetration {at},"
    "value,benefit,elicited,\n"
    for at in range(1, MANY + 1)
)
TREE = parse_tree(
    "code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent\n"
    f"A,,信息消费需求,Demand,,,elicited,\n{ROWS}",
    "many.csv",
    require_weights=False,
)
PLAN = (PlannedQuestion("A", RATING, (1, 5), ("importance",)),)
RATED = {f"rating.importance.I{at}": "4" for at in range(1, MANY + 1)}
#: Boxes of what is drawn, as far as it is in the middle of the page.
BOXES = """
selector => [...document.querySelectorAll(selector)].map(one => one.getBoundingClientRect())
    .map(({left, right, width, height}) => ({left, right, width, height}))
"""


def boxes(page: Page, selector: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(BOXES, selector)
    return found


def rates(page: Page, link: str) -> Expert:
    expert = Expert(page, link)
    expert.opens_link()
    fills(page, RATED)
    expert.goes_on()
    return expert


def test_on_a_phone_only_what_differs_stands_open(
    installation: Installation, windows: Windows, sweep: Sweep
) -> None:
    protocol = replace(default_protocol(["A"]), plan=same_in_every_round(PLAN, 2))
    study = own_study(installation, TREE, protocol)
    page = windows.open(language=sweep.language, width=PHONE)
    expert = rates(page, link_of(installation, study))
    links = boxes(page, "dl.facts a")
    assert links
    assert all(one["height"] >= 44 and one["width"] >= 44 for one in links), links
    page.goto("/survey")
    second = windows.another(page)
    second.goto("/survey")
    fills(page, {"rating.importance.I3": "1"})
    expert.goes_on()
    fills(second, {"rating.importance.I7": "5"})
    Expert(second, "").goes_on()
    expect(second.locator("main button[name=keep]")).to_have_count(2)
    for width in (PHONE, NARROWEST):
        second.set_viewport_size({"width": width, "height": HEIGHTS[PHONE]})
        assert second.evaluate(REACH, "width") == []
        assert second.evaluate(REACH, "words") == []
        assert second.locator("tbody tr:visible").count() == 2
        assert all(0 <= one["left"] < one["right"] <= width for one in boxes(second, "tbody td"))
        # Names have the line to themselves; the choice needs no long way.
        assert all(one["width"] > width * 0.8 for one in boxes(second, "tbody th"))
        assert second.locator("main button[name=keep]").last.bounding_box()["y"] < HEIGHTS[PHONE]
    summary = second.locator("details > summary")
    expect(summary).to_contain_text(str(MANY - 2))
    expect(second.locator("details li").first).to_be_hidden()
    summary.click()
    expect(second.locator("details li")).to_have_count(MANY - 2)
    expect(second.locator("details li").first).to_be_visible()


def test_the_link_on_the_receipt_opens_its_code(
    installation: Installation, windows: Windows, sweep: Sweep
) -> None:
    protocol = replace(default_protocol(["A"]), plan=same_in_every_round(PLAN, 2))
    study = own_study(installation, TREE, protocol)
    page = windows.open(language=sweep.language, width=PHONE)
    rates(page, link_of(installation, study)).submits()
    expect(page.locator("p.code")).to_be_hidden()
    link = page.locator('a[href="#code"]')
    assert link.bounding_box()["y"] < HEIGHTS[PHONE] / 2
    link.click()
    expect(page.locator("p.code")).to_be_in_viewport()
