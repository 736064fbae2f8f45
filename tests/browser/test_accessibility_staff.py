"""The same for the pages of the coordinator: before launch, in a round, and after the last one."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.coordinator import Coordinator, new_coordinator
from tests.browser.installation import Account, Installation
from tests.browser.sweep import Sweep

pytestmark = pytest.mark.browser
TITLES = ("城市信息消费发展指数", "City information-consumption index")
PEOPLE = (
    "陈建平, 陈教授, 城市规划, chen@example.org",
    "苏敏, 苏主任, 统计",
    "何文静",
    "高远",
    "罗立新",
)
#: Wrong in every line.
BAD_PANEL = ("陈建平, 陈教授, 城市规划, no address", ", 苏主任", "何文静, 何老师, x, y, z")
BAD_TREE = "code,parent,name_zh,name_en,weight_rule\nA,,,,elicited\nB,Z,名,Name,elicited\n"


def test_pages_before_the_launch(
    installation: Installation, window: Callable[[], Page], sweep: Sweep, tmp_path: Path
) -> None:
    one = new_coordinator(installation, window())
    page = one.page
    sweep.looks(page, "no study yet", dark=True)
    begins_with_mistakes(one, sweep, tmp_path)
    sweep.looks(page, "overview of a draft", dark=True)
    for path in ("/indicators", "/protocol", "/letter", "/panel", "/launch", "/weights", "/ledger"):
        one.goes_to(path)
        sweep.looks(page, f"draft {path}")
    one.goes_to("/launch")
    one.sends("/launch")
    sweep.looks(page, "launch refused", dark=True)
    mends(one, sweep)
    one.goes_to("/launch")
    sweep.looks(page, "launch ready")
    one.launches()
    sweep.looks(page, "overview launched")
    one.goes_to("/delivery")
    sweep.looks(page, "delivery without a round")
    forgets_the_session(one, sweep)
    sweep.assert_clean(at_least=26)


def begins_with_mistakes(one: Coordinator, sweep: Sweep, folder: Path) -> None:
    """Make a study after an empty form and after a table that cannot be used."""
    page = one.page
    one.presses('main a[href="/studies/new"]')
    sweep.looks(page, "new study")
    one.sends("/studies/new")
    sweep.looks(page, "new study empty form")
    table = folder / "bad.csv"
    table.write_text(BAD_TREE, encoding="utf-8")
    page.set_input_files("input[name=file]", table)
    page.check('input[name=tree][value="upload"]')
    one.sends("/studies/new")
    sweep.looks(page, "new study bad table", dark=True)
    page.goto("/studies")
    one.begins_study(*TITLES, template="icdi_ec_2022")


def mends(one: Coordinator, sweep: Sweep) -> None:
    """Fill in what is missing, with a mistake first on every page."""
    page = one.page
    one.goes_to("/letter")
    page.fill("[name=minutes]", "soon")
    one.presses("main form .actions button[type=submit]")
    sweep.looks(page, "letter refused")
    one.writes_letter()
    sweep.looks(page, "letter saved")
    one.goes_to("/protocol")
    page.fill('[name="step.root"]', "7")
    page.fill("[name=tolerance]", "1")
    one.presses("main form .actions button[type=submit]")
    sweep.looks(page, "protocol refused")
    one.goes_to("/indicators")
    one.presses("main form:not([action]) .actions button[type=submit]")
    sweep.looks(page, "indicators saved")
    attaches(page, one, "unit,year,Z9\nA,2022,1\n")
    sweep.looks(page, "data table refused")
    one.pastes_panel(BAD_PANEL)
    sweep.looks(page, "panel refused", dark=True)
    one.pastes_panel(PEOPLE)
    sweep.looks(page, "panel added")
    one.presses(page.locator('main a[href$="/remove"]').first)
    sweep.looks(page, "take somebody out")


def attaches(page: Page, one: Coordinator, table: str) -> None:
    """Attach a data table to the indicators."""
    page.set_input_files(
        "main input[type=file]",
        {"name": "cities.csv", "mimeType": "text/csv", "buffer": table.encode()},
    )
    one.sends("/indicators/data")


def forgets_the_session(one: Coordinator, sweep: Sweep) -> None:
    """Send a form after the session has ended elsewhere."""
    one.goes_to("/rounds/open")
    sweep.looks(one.page, "open round 1")
    one.page.fill("[name=date]", "2020-01-01")
    one.presses("main form:not([action]) .actions button[type=submit]")
    sweep.looks(one.page, "open round 1 refused")
    one.page.context.clear_cookies(name="delphi-staff")
    one.presses("main form:not([action]) .actions button[type=submit]")
    sweep.looks(one.page, "error 403")


def test_pages_while_a_round_is_open(
    installation: Installation, window: Callable[[], Page], sweep: Sweep
) -> None:
    one = at_demonstration(installation, window(), rounds=2)
    page, study = one.page, one.study
    sweep.looks(page, "overview of an open round", dark=True)
    for path in ("/indicators", "/protocol", "/letter", "/panel", "/weights", "/rounds/open"):
        one.goes_to(path)
        sweep.looks(page, f"running {path}")
    one.goes_to("/rounds/3/result")
    sweep.looks(page, "result of an open round")
    one.goes_to("/rounds/2/result")
    sweep.looks(page, "result of round 2")
    one.goes_to("/rounds/3/extend")
    sweep.looks(page, "move the deadline")
    page.fill("[name=date]", "2020-01-01")
    one.presses("main form:not([action]) .actions button[type=submit]")
    sweep.looks(page, "move the deadline refused")
    one.goes_to("/rounds/3/close")
    sweep.looks(page, "close", dark=True)
    one.sends("/rounds/3/close")  # nobody has answered
    sweep.looks(page, "close refused")
    hands_on(one, sweep)
    page.goto("/studies")
    sweep.looks(page, "list of studies", dark=True)
    page.goto("/account")
    sweep.looks(page, "account")
    reads_as_methodologist(installation, window(), study, sweep)
    sweep.assert_clean(at_least=25)


def hands_on(one: Coordinator, sweep: Sweep) -> None:
    """Open a line of the delivery desk, show its link, mark it, replace it."""
    page = one.page
    one.goes_to("/delivery")
    sweep.looks(page, "delivery")
    one.presses(page.locator("ul.people a.line").first)
    sweep.looks(page, "delivery a line open")
    one.sends("/show")
    sweep.looks(page, "delivery a link shown", dark=True)
    one.presses('form[action$="/sent"] button')
    sweep.looks(page, "delivery handed on")
    one.presses(page.locator("ul.people a.line").first)
    one.presses('main a[href$="/replace"]')
    sweep.looks(page, "replace a link")


def reads_as_methodologist(
    installation: Installation, page: Page, study: str, sweep: Sweep
) -> None:
    """Read what a methodologist may read, and be refused what only coordinators may."""
    account = installation.add_staff(f"reader-{secrets.token_hex(3)}", "周 Zhou")
    identifier = study.rpartition("/")[2]
    installation.run("study", "grant", identifier, account.login, "--role", "methodologist")
    one = Coordinator(page)
    one.signs_in(account)
    page.goto(study)
    for path in ("", "/panel", "/protocol"):
        one.goes_to(path)
        sweep.looks(page, f"methodologist {path or 'overview'}")
    page.goto(f"{study}/delivery")
    expect(page.locator(".eyebrow")).to_contain_text("403")
    sweep.looks(page, "methodologist error 403")
    page.goto("/studies")
    sweep.looks(page, "methodologist list of studies")


def test_pages_after_the_last_round(
    installation: Installation, window: Callable[[], Page], sweep: Sweep
) -> None:
    one = at_demonstration(installation, window(), rounds=3)
    page = one.page
    sweep.looks(page, "overview finished")
    one.goes_to("/rounds/1/result")
    sweep.looks(page, "result of round 1", dark=True)
    one.goes_to("/rounds/3/result")
    sweep.looks(page, "result of round 3", dark=True)
    for key in ("cv-D", "quartiles-S", "w"):
        one.goes_to(f"/rounds/3/result?open={key}")
        expect(page.locator(".formula")).to_be_visible()
        sweep.looks(page, f"result of round 3 {key}")
    one.goes_to("/weights")
    sweep.looks(page, "weights", dark=True)
    for key in ("way-S", "way-S1.1"):
        one.goes_to(f"/weights?open={key}")
        expect(page.locator(".formula")).to_be_visible()
        sweep.looks(page, f"weights {key}")
    one.goes_to("/ledger")
    page.click("details > summary >> nth=0")
    sweep.looks(page, "ledger")
    one.goes_to("/delivery")
    sweep.looks(page, "delivery finished")
    one.goes_to("/rounds/open")
    sweep.looks(page, "no further round")
    sweep.assert_clean(at_least=12)


def at_demonstration(installation: Installation, page: Page, *, rounds: int) -> Coordinator:
    """Sign in to a demonstration and open its overview."""
    made = installation.demonstration(rounds=rounds)
    one = Coordinator(page)
    one.signs_in(Account(**made["staff"]))
    page.goto(f"/studies/{made['study']}")
    return one
