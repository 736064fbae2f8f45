"""Every question method in a browser: with and without script, by keyboard, phone and desk."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from analysis.treefile import parse_tree
from delphi.domain.methods import RATING, PlannedQuestion
from delphi.domain.protocol import default_protocol, same_in_every_round
from tests.browser.answering import filled, fills, types
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.own_study import link_of, own_study
from tests.browser.sweep import Sweep
from tests.browser.windows import DESK, HEIGHTS, PHONE, Windows
from tests.five_methods import ANSWER, FIVE_METHODS, STORED, five_methods, full_answer
from tests.studies import RunningStudy

pytestmark = pytest.mark.browser
#: Saving waits for a pause in typing.
SAVED_WITHIN = 10_000
#: A circle: demand before supply, supply before environment, environment before demand.
CIRCLE = {
    "more.D:S": "first",
    "times.D:S": "3",
    "more.S:E": "first",
    "times.S:E": "3",
    "more.D:E": "second",
    "times.D:E": "3",
}


@pytest.fixture(scope="module")
def study(installation: Installation) -> RunningStudy:
    return own_study(installation, FIVE_METHODS, five_methods(), experts=28)


@pytest.fixture(scope="module")
def links(installation: Installation, study: RunningStudy) -> list[str]:
    """Give links of experts who have not answered yet."""
    return [link_of(installation, study, expert) for expert in range(8, len(study.tokens))]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("script", [True, False])
def test_every_method_is_answered_checked_and_received(
    windows: Windows,
    study: RunningStudy,
    links: list[str],
    language: str,
    width: int,
    script: bool,
) -> None:
    page = windows.open(language=language, width=width, script=script)
    expert = Expert(page, links.pop(), script=script)
    expert.opens_link()
    before = study.submitted_leaves()
    fills(page, ANSWER)
    expert.goes_on()
    expect(page).to_have_url(f"{windows.base_url}/survey/check")
    expert.submits()
    document = study.submission_since(before)
    assert {one["question"]: one["values"] for one in document["answers"]} == STORED
    expect(page.locator(".sheet.receipt table")).to_have_count(len(STORED))


def test_the_keyboard_alone_answers_every_method(
    windows: Windows, study: RunningStudy, links: list[str]
) -> None:
    page = windows.open(language="en", width=DESK)
    expert = Expert(page, links.pop())
    expert.opens_link()
    before = study.submitted_leaves()
    types(page, ANSWER)
    assert filled(page, ANSWER) == ANSWER
    expert.goes_on()
    expert.submits()
    document = study.submission_since(before)
    assert {one["question"]: one["values"] for one in document["answers"]} == STORED


@pytest.mark.parametrize(
    ("language", "names", "words"),
    [
        ("en", ("Demand", "Supply", "Environment"), "pull against each other"),
        ("zh-CN", ("需求", "供给", "环境"), "合不到一起"),
    ],
)
def test_three_judgments_that_pull_against_each_other_are_named_while_comparing(
    windows: Windows, links: list[str], language: str, names: tuple[str, ...], words: str
) -> None:
    page = windows.open(language=language)
    expert = Expert(page, links.pop())
    expert.opens_link()
    fills(page, CIRCLE)
    told = page.locator('[data-help="root"]')
    expect(told).to_contain_text(words, timeout=SAVED_WITHIN)
    for name in names:
        expect(told).to_contain_text(name)
    # It is advice: when the last one is turned round the sentence goes, and it may stay as it is.
    fills(page, {"more.D:E": "first", "times.D:E": "9"})
    expect(told).not_to_contain_text(words, timeout=SAVED_WITHIN)
    rest = {name: text for name, text in ANSWER.items() if not name.startswith(("more", "times"))}
    fills(page, {**CIRCLE, **rest})
    expert.goes_on()
    expect(page).to_have_url(f"{windows.base_url}/survey/check")
    expect(page.locator("main")).to_contain_text(words)


def test_what_is_not_asked_is_out_of_the_way(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en")
    Expert(page, links.pop()).opens_link()
    page.locator("[data-tools] button[value^=clear]").first.wait_for()
    times = page.locator('[name="times.D:S"]').first
    expect(times).to_be_hidden()
    fills(page, {"more.D:S": "equal"})
    expect(times).to_be_hidden()
    fills(page, {"more.D:S": "second"})
    expect(times).to_be_visible()
    fills(page, {"best.E": "E2", "worst.E": "E1"})
    expect(page.locator('[name="best_to.E2"]').first).to_be_hidden()
    expect(page.locator('[name="to_worst.E2"]').first).to_be_hidden()
    expect(page.locator('[name="to_worst.E3"]').first).to_be_visible()
    expect(page.locator('[data-against="best"] h3')).to_contain_text("Information security")
    fills(page, {"worst.E": "E2"})
    expect(page.locator('[data-against="best"]')).to_be_hidden()
    expect(page.locator('[data-against="worst"]')).to_be_hidden()
    expect(page.locator('[data-help="E"]')).to_contain_text(
        "The same one is chosen", timeout=SAVED_WITHIN
    )


def test_a_field_shows_the_whole_of_what_was_typed(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en")
    Expert(page, links.pop()).opens_link()
    field = page.locator('[name="points.D1.1"]')
    for typed in ("100", "1.000", "60 points"):
        field.fill(typed)
        assert field.evaluate("field => field.scrollWidth <= field.clientWidth"), typed


def test_up_and_down_exchange_places(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en")
    Expert(page, links.pop()).opens_link()
    rows = {code: page.locator(f'[data-row="{code}"]') for code in ("S1", "S2", "S3", "S4")}

    def places() -> list[str]:
        return [page.locator(f'[name="place.{code}"]').input_value() for code in rows]

    page.locator('button[value="clear.S"]').click()
    assert places() == ["", "", "", ""]
    for code in ("S3", "S1", "S4", "S2"):
        rows[code].locator("[data-stepper] button").first.click()  # the first free place
    assert places() == ["2", "4", "1", "3"]
    rows["S1"].locator("[data-stepper] button").first.click()  # up
    assert places() == ["1", "4", "2", "3"]
    page.locator('[name="place.S1"]').press("ArrowDown")
    assert places() == ["2", "4", "1", "3"]
    expect(page.locator("[data-order]")).to_contain_text("1 Online trade, 2 Telecommunications")
    page.locator('button[value="clear.S"]').click()
    page.get_by_role("button", name="Undo").click()
    assert places() == ["2", "4", "1", "3"]


def test_one_press_keeps_every_last_answer(installation: Installation, windows: Windows) -> None:
    study = own_study(installation, FIVE_METHODS, five_methods())
    for expert in range(8):
        study.submits(expert, full_answer())
    study.closes_round().opens_round(departure="Another round.")
    for expert, (script, keys) in enumerate(
        itertools.product((True, False), ('[data-tools] button[value^="keep"]', "[data-keep-all]"))
    ):
        page = windows.open(language="en", script=script)
        one = Expert(page, link_of(installation, study, expert), script=script)
        one.opens_link()
        expect(page.locator("#figures-S1")).to_contain_text("Median")
        assert set(filled(page, ANSWER).values()) == {""}
        for button in page.locator(keys).all():
            if script:
                button.click()
            else:
                with page.expect_navigation():
                    page.locator(f'button[value="{button.get_attribute("value")}"]').click()
        if script:
            expect(page.get_by_role("button", name="Undo")).to_have_count(len(STORED))
        assert filled(page, ANSWER) == dict(ANSWER)
        before = study.submitted_leaves()
        one.goes_on()
        one.submits()
        document = study.submission_since(before)
        assert {a["question"]: a["values"] for a in document["answers"]} == STORED
        assert document["confirmed_unchanged"] is True


def test_23_ratings_and_100_points_take_five_screens_of_a_phone(
    installation: Installation, windows: Windows, sweep: Sweep
) -> None:
    rows = "".join(
        f"I{at},A,第 {at} 个指标,Indicator {at},value,benefit,elicited,\n" for at in range(1, 24)
    )
    tree = parse_tree(
        "code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent\n"
        "A,,信息消费需求,Demand,,,elicited,\n"
        "B,,信息消费供给,Supply,value,benefit,elicited,\n"
        f"C,,信息消费环境,Environment,value,benefit,elicited,\n{rows}",
        "form.csv",
        require_weights=False,
    )
    plan = (PlannedQuestion("root"), PlannedQuestion("A", RATING, (1, 5), ("importance",)))
    protocol = replace(default_protocol(["root", "A"]), plan=same_in_every_round(plan, 2))
    study = own_study(installation, tree, protocol)
    page = windows.open(language=sweep.language, width=PHONE)
    Expert(page, link_of(installation, study)).opens_link()
    expect(page.locator("[data-row]")).to_have_count(26)
    height = page.evaluate("document.documentElement.scrollHeight")
    assert height <= 5 * HEIGHTS[PHONE], height
