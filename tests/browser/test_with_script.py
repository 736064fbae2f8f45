"""What the page adds where scripts run: steps, sums at once, undo, saving, two windows, keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.expert import ITEMS, Expert
from tests.browser.installation import Installation
from tests.browser.windows import DESK, Windows

pytestmark = pytest.mark.browser
#: Saving waits for a pause in typing; a lost network is tried again after two seconds.
SAVED_WITHIN = 10_000


@pytest.fixture(scope="module")
def links(installation: Installation) -> list[str]:
    """Give links of a panel in its second round, none of which has been used in it."""
    return list(installation.demonstration(experts=24, rounds=1)["expert_links"])


@pytest.fixture
def expert(windows: Windows, links: list[str]) -> Expert:
    """Give an expert at the questionnaire of round 2, nothing typed yet."""
    one = Expert(windows.open(language="en", width=DESK), links.pop())
    one.opens_link()
    return one


def step(expert: Expert, item: str, direction: int) -> Locator:
    """Return the button for a step down (-1) or up (1) beside an item."""
    buttons = expert.page.locator(f'[data-row="{item}"] [data-stepper] button')
    return buttons.first if direction < 0 else buttons.last


def remainder(expert: Expert) -> Locator:
    return expert.page.locator("[data-remainder]")


def saved_mark(page: Page) -> Locator:
    return page.locator("[data-saved]")


def is_saved(page: Page) -> None:
    expect(saved_mark(page)).to_have_attribute("data-state", "saved", timeout=SAVED_WITHIN)


def has_focus(page: Page, name: str) -> bool:
    return bool(page.evaluate("name => document.activeElement.name === name", name))


def test_a_reload_shows_what_was_typed_just_before(expert: Expert) -> None:
    expert.page.on("dialog", lambda dialog: dialog.accept())
    expert.allocates((30, 40, 30))
    expert.page.reload()
    expect(expert.points("D")).to_have_value("30", timeout=SAVED_WITHIN)
    expert.points("D").fill("20")  # and goes on in one window, with one version
    is_saved(expert.page)


# ------------------------------------------------------------------------------------ the way in


def test_the_token_goes_from_the_address_into_the_form_and_out_of_the_history(
    windows: Windows, links: list[str]
) -> None:
    page = windows.open(language="en")
    page.goto(links[-1])
    expect(page).to_have_url(f"{windows.base_url}/s")
    assert page.evaluate("window.location.href + JSON.stringify(history.state)").find("#") == -1
    expect(page.locator("input[name=token]")).to_be_hidden()
    expect(page.locator("input[name=token]")).to_have_value(links[-1].partition("#")[2])
    expect(page.locator("main form button")).to_be_focused()


def test_opening_the_link_sends_nothing_until_the_button_is_pressed(
    windows: Windows, links: list[str]
) -> None:
    page = windows.open(language="en")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.goto(links[-1])
    expect(page.locator("[data-entry-found]")).to_be_visible()
    token = links[-1].partition("#")[2]
    assert [one for one in sent if token in one or one.startswith("POST")] == []


# --------------------------------------------------------------------------------------- steppers


@pytest.mark.parametrize(
    ("typed", "direction", "becomes"),
    [
        ("", 1, "5"),
        ("", -1, "0"),
        ("22", 1, "25"),
        ("22", -1, "20"),
        ("100", 1, "100"),
        ("0", -1, "0"),
        ("30", 1, "35"),
    ],
    ids=["up from nothing", "down from nothing is a deliberate zero", "up to the next step",
         "down to the next step", "never above 100", "never below 0", "one step"],
)  # fmt: skip
def test_a_step_goes_to_the_next_multiple(
    stepped: Expert, typed: str, direction: int, becomes: str
) -> None:
    stepped.points("D").fill(typed)
    step(stepped, "D", direction).click()
    expect(stepped.points("D")).to_have_value(becomes)


@pytest.fixture
def stepped(windows: Windows, one_link: str) -> Expert:
    """Give an expert whose answers the tests of this group overwrite."""
    one = Expert(windows.open(language="en"), one_link)
    one.opens_link()
    return one


@pytest.fixture(scope="module")
def one_link(links: list[str]) -> str:
    return links.pop(0)


def test_steps_are_large_enough_for_a_thumb(stepped: Expert) -> None:
    box = step(stepped, "D", 1).bounding_box()
    assert box is not None
    assert box["width"] >= 44
    assert box["height"] >= 44


def test_the_remainder_is_counted_while_typing(expert: Expert) -> None:
    said = remainder(expert).locator("output")
    for points, words, state in [
        (("30", "", ""), "70 points left", "left"),
        (("30", "60", ""), "10 points left", "left"),
        (("30", "60", "9"), "1 point left", "left"),
        (("30", "60", "10"), "exactly 100 points", "exact"),
        (("30", "60", "20"), "10 points too many", "over"),
        (("", "", ""), "100 points left", "empty"),
    ]:
        expert.allocates(points)
        expect(said).to_have_text(words)
        expect(remainder(expert)).to_have_attribute("data-state", state)


def test_full_width_digits_become_plain_on_leaving_the_field(expert: Expert) -> None:
    expert.points("D").fill("３０")
    expert.points("S").focus()
    expect(expert.points("D")).to_have_value("30")


def test_a_circled_digit_is_no_number_and_stays_as_typed(expert: Expert) -> None:
    expert.points("D").fill("①0")
    expert.points("S").focus()
    expect(expert.points("D")).to_have_value("①0")
    expect(remainder(expert)).to_contain_text("100 points left")


# ----------------------------------------------------------------------------- acts below the card


def test_what_is_left_is_split_in_the_page_and_the_act_is_undone(expert: Expert) -> None:
    expert.points("S").fill("50")
    expert.uses("even")
    assert set(expert.typed()) == {"25", "50"}
    expect(expert.page.locator("[data-tools] button:visible")).to_have_count(1)
    expert.page.locator("[data-tools] button:visible").click()
    assert expert.typed() == ("", "50", "")


def test_clearing_is_undone(expert: Expert) -> None:
    expert.allocates((20, 50, 30))
    expert.uses("clear")
    assert expert.typed() == ("", "", "")
    expert.page.locator("[data-tools] button:visible").click()
    assert expert.typed() == ("20", "50", "30")


def test_keeping_the_last_answer_fills_the_fields_and_is_undone(expert: Expert) -> None:
    last = tuple(
        expert.page.locator(f'[data-row="{item}"]').get_attribute("data-last") for item in ITEMS
    )
    expert.uses("keep")
    assert expert.typed() == last
    expect(expert.page.locator("input[name=kept]")).to_have_value("1")
    expert.page.locator("[data-tools] button:visible").click()
    assert expert.typed() == ("", "", "")
    expect(expert.page.locator("input[name=kept]")).to_have_value("")


def test_an_answer_outside_the_middle_half_is_asked_for_a_reason(expert: Expert) -> None:
    reason = expert.page.locator('[data-row="D"] details.own-reason')
    expert.points("D").fill("95")
    expect(reason.locator("label")).to_contain_text("95")
    expect(reason.locator("textarea")).to_be_visible()
    reason.locator("textarea").fill("Without demand nothing moves.")
    expert.points("D").fill("15")
    expect(reason.locator("textarea")).to_have_value("Without demand nothing moves.")
    expect(reason.locator("textarea")).to_be_visible()


# ----------------------------------------------------------------------------------------- saving


def test_what_is_typed_is_saved_and_says_so(windows: Windows, expert: Expert) -> None:
    expert.allocates((25, 45, ""))
    is_saved(expert.page)
    expect(saved_mark(expert.page)).to_have_text("Saved")
    elsewhere = Expert(windows.open(language="zh-CN"), expert.link)
    elsewhere.opens_link()
    assert elsewhere.typed() == ("25", "45", "")


def test_a_lost_network_keeps_the_text_says_so_and_saves_when_it_is_back(
    windows: Windows, expert: Expert
) -> None:
    windows.may_lose_network = True
    expert.points("D").fill("25")
    is_saved(expert.page)
    expert.page.context.set_offline(True)
    expert.gives_reason("S", "A sentence that must not be lost.")
    expert.points("S").fill("45")
    expect(saved_mark(expert.page)).to_have_attribute("data-state", "offline", timeout=SAVED_WITHIN)
    expect(expert.page.locator("body")).to_contain_text("leave it open")
    assert expert.typed() == ("25", "45", "")
    expert.page.context.set_offline(False)
    is_saved(expert.page)
    expert.page.reload()
    assert expert.typed() == ("25", "45", "")
    expect(expert.page.locator('textarea[name="reason.S"]')).to_have_value(
        "A sentence that must not be lost."
    )


def test_leaving_with_unsaved_text_asks_first(windows: Windows, expert: Expert) -> None:
    windows.may_lose_network = True
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    expert.page.on("dialog", agree)
    expert.page.context.set_offline(True)
    expert.points("D").click()
    expert.page.keyboard.type("25")
    expect(saved_mark(expert.page)).to_have_attribute("data-state", "offline", timeout=SAVED_WITHIN)
    with expert.page.expect_event("close"):
        expert.page.close(run_before_unload=True)
    assert asked == ["beforeunload"]


def test_two_windows_with_different_answers_are_both_kept_until_one_is_chosen(
    windows: Windows, expert: Expert
) -> None:
    second = Expert(windows.another(expert.page), expert.link)
    second.page.goto("/survey")
    expert.allocates((20, 50, 30))
    is_saved(expert.page)
    second.allocates((10, 60, 30))
    expect(saved_mark(second.page)).to_have_attribute(
        "data-state", "conflict", timeout=SAVED_WITHIN
    )
    second.goes_on()
    shown = second.page.locator("main table").first
    table = [
        tuple(cell.inner_text() for cell in row.locator("td").all())
        for row in shown.locator("tbody tr").all()
    ]
    # What differs stands open; the third answer is the same in both.
    assert sorted(table) == sorted([("10", "20"), ("60", "50")])
    expect(second.page.locator("main details li")).to_have_count(1)
    second.page.click('main button[name=keep][value="other"]')
    assert second.typed() == ("20", "50", "30")


# ------------------------------------------------------------------------------------ back, twice


def test_the_back_button_shows_what_was_typed(expert: Expert) -> None:
    expert.allocates((20, 50, 30))
    expert.goes_on()
    expect(expert.page).to_have_url(f"{expert.link.split('/s#')[0]}/survey/check")
    expert.page.go_back()
    assert expert.typed() == ("20", "50", "30")


def test_two_presses_on_submit_are_one_submission(expert: Expert) -> None:
    expert.allocates((20, 50, 30))
    expert.goes_on()
    expert.page.dblclick("form[data-submit] button[type=submit]")
    expert.page.wait_for_url("**/survey/receipt*")
    expect(expert.page.locator(".eyebrow")).to_contain_text("Submission 1")
    expect(expert.page.locator('a[href*="submission=2"]')).to_have_count(0)


def test_going_back_from_the_receipt_shows_what_was_sent(expert: Expert) -> None:
    expert.answers((20, 50, 30))
    expert.page.go_back()
    expect(expert.page.locator("tr.total")).to_contain_text("100")
    expert.page.go_back()
    assert expert.typed() == ("20", "50", "30")
    expect(expert.page.locator('main a[href="/survey/receipt"]')).to_be_visible()


# ----------------------------------------------------------------------------------- keyboard only


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Press Tab until an element has the focus; what has it must be in view and ringed."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"Tab does not lead to {selector}")


def test_everything_is_done_with_the_keyboard_alone(windows: Windows, links: list[str]) -> None:
    page = windows.open(language="en", width=DESK)
    page.goto(links.pop())
    expect(page.locator("main form button")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/survey")
    tab_to(page, '[data-row] input[inputmode="numeric"]')
    order = [one.get_attribute("data-row") or "" for one in page.locator("[data-row]").all()]
    wanted = {"D": 20, "S": 50, "E": 30}
    for item in order:
        assert has_focus(page, f"points.{item}")
        for _ in range(wanted[item] // 5):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")  # the next field; it never sends the form
    assert [page.locator(f'input[name="points.{item}"]').input_value() for item in ITEMS] == [
        "20", "50", "30",
    ]  # fmt: skip
    expect(page).to_have_url(f"{windows.base_url}/survey")
    tab_to(page, '.actions button[value="continue"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/survey/check")
    tab_to(page, "form[data-submit] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/survey/receipt*")
    assert Expert(page, "").reads_receipt()["Total"] == "100"


def test_what_has_the_focus_is_ringed_and_not_hidden_by_the_remainder(expert: Expert) -> None:
    page = expert.page
    page.set_viewport_size({"width": 390, "height": 600})
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(
            """() => {
                const one = document.activeElement;
                const box = one.getBoundingClientRect();
                const ringed = [one, one.parentElement].map((it) => getComputedStyle(it))
                    .some((it) => it.outlineStyle !== 'none' && parseFloat(it.outlineWidth) >= 2);
                const bar = document.querySelector('[data-remainder]').getBoundingClientRect();
                const hidden = !one.closest('[data-remainder]') && box.bottom > bar.top + 1
                    && box.top < bar.bottom - 1 && box.top >= bar.top;
                return [one.name || one.textContent.trim().slice(0, 30), one === document.body,
                    ringed, hidden];
            }"""
        )
        name, is_over, is_ringed, is_hidden = found
        if is_over:
            return
        assert is_ringed, f"no focus ring: {name}"
        assert not is_hidden, f"hidden by the remainder: {name}"
