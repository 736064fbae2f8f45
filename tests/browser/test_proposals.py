"""Proposals in a real browser: with and without script, swept, read by the coordinator's side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from delphi.domain.protocol import default_protocol
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.sweep import Sweep
from tests.browser.windows import Windows
from tests.studies import THREE, RunningStudy

pytestmark = pytest.mark.browser
TEXT = "建议增加“数据跨境流动”一项。"


@pytest.fixture(scope="module")
def study(installation: Installation) -> RunningStudy:
    return own_study(installation, THREE, replace(default_protocol(["root"]), proposals=True))


def presses(page: Page, action: str) -> None:
    """Press the button of the open form that is in view."""
    with page.expect_navigation():
        page.click(f'button[name=action][value="{action}"]:not(.vh)')


@pytest.mark.parametrize(("expert", "script"), [(0, True), (1, False)])
def test_a_proposal_goes_with_the_answers(
    installation: Installation, windows: Windows, study: RunningStudy, expert: int, script: bool
) -> None:
    page = windows.open(language="zh-CN", script=script)
    one = Expert(page, link_of(installation, study, expert), script=script)
    one.opens_link()
    one.allocates((20, 50, 30))
    presses(page, "proposals")
    page.check('input[name="kind.1"][value="definition"]')
    page.fill('textarea[name="proposal.1"]', TEXT)
    presses(page, "continue")  # which indicator is not said yet
    expect(page.locator("#error-summary")).to_be_visible()
    page.select_option('select[name="about.1"]', "S")
    presses(page, "add")
    page.check('input[name="kind.2"][value="tree"]')
    page.fill('textarea[name="proposal.2"]', TEXT * 2)
    presses(page, "weights")
    assert one.typed() == ("20", "50", "30")
    before = study.submitted_leaves()
    one.goes_on()
    expect(page.locator("main")).to_contain_text(TEXT)
    one.submits()
    expect(page.locator("main")).to_contain_text(TEXT)
    document = study.submission_since(before)
    assert [(given["kind"], given["item"]) for given in document["proposals"]] == [
        ("definition", "S"),
        ("tree", None),
    ]
    assert TEXT not in str(document)  # the text lies apart, so that it can be erased


def test_every_state_of_the_proposals(
    installation: Installation,
    study: RunningStudy,
    window: Callable[[], Page],
    sweep: Sweep,
) -> None:
    number = 2 if sweep.language == "en" else 3
    one = Expert(window(), link_of(installation, study, number))
    one.opens_link()
    one.allocates((20, 50, 30))
    sweep.looks(one.page, "questionnaire with proposals")
    presses(one.page, "proposals")
    sweep.looks(one.page, "proposals empty")
    one.page.fill('textarea[name="proposal.1"]', "x" * 990)
    one.page.check('input[name="kind.1"][value="definition"]')
    presses(one.page, "continue")
    sweep.looks(one.page, "proposals with a gap")
    one.page.goto("/survey/check")
    sweep.looks(one.page, "check with a gap in a proposal")
    one.page.goto("/survey/proposals")
    one.page.select_option('select[name="about.1"]', "S")
    one.page.fill('textarea[name="proposal.1"]', TEXT)
    presses(one.page, "continue")
    sweep.looks(one.page, "check with a proposal")
    one.submits()
    sweep.looks(one.page, "receipt with a proposal")
    sweep.assert_clean(at_least=6)
