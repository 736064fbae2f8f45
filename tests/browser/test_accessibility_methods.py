"""Every question method in every state: nothing for axe to find, in both languages and widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answering import fills
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.sweep import Sweep
from tests.five_methods import ANSWER, FIVE_METHODS, five_methods, full_answer

pytestmark = pytest.mark.browser


def test_every_method_in_every_state(
    installation: Installation, window: Callable[[], Page], sweep: Sweep
) -> None:
    study = own_study(installation, FIVE_METHODS, five_methods())
    for at in range(1, 8):
        study.submits(at, full_answer(), reasons=None)
    expert = Expert(window(), link_of(installation, study))
    expert.opens_link()
    sweep.looks(expert.page, "methods empty")
    expert.goes_on()
    expect(expert.page.locator("#error-summary")).to_be_visible()
    sweep.looks(expert.page, "methods with gaps")
    # Three judgments in a circle: the help names them.
    fills(expert.page, {**ANSWER, "more.D:E": "first", "times.D:E": "9"})
    expect(expert.page.locator('[data-help="root"] p')).to_have_count(2, timeout=10_000)
    sweep.looks(expert.page, "methods filled")
    expert.goes_on()
    sweep.looks(expert.page, "methods check")
    expert.submits()
    sweep.looks(expert.page, "methods receipt")
    study.closes_round().opens_round(departure="Another round.")
    expert.page.goto("/survey")
    sweep.looks(expert.page, "methods round 2")
    for name in ("keep.root", "keep.D", "keep.S"):
        expert.page.locator(f'button[value="{name}"]').click()
    fills(expert.page, {"place.S1": "4", "place.S2": "2", "rating.importance.D1": "1"})
    expect(expert.page.locator('label[for="reason-D1"]')).to_contain_text("1")
    sweep.looks(expert.page, "methods round 2 moved")
    sweep.assert_clean(at_least=7)
