"""The whole job by hand: a coordinator, eight experts, three rounds, weights, a scored table.

Everything goes through pages in a browser; commands make the account before and score after.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import expect

import analysis
from analysis.simulation import simulated_units
from analysis.templates import template_tree
from tests.browser.coordinator import Coordinator
from tests.browser.expert import Expert
from tests.browser.installation import Installation
from tests.browser.windows import DESK, PHONE, Windows

pytestmark = pytest.mark.browser
TEMPLATE = "icdi_ec_2022"
SCHEMA = Path(analysis.__file__).parent / "schemas" / "delphi-weights-1.json"
REASON = "没有购买力和数字技能，供给建得再好也空转。"
CITIES, YEARS = 26, (2018, 2019, 2020)
#: Panel T2: demand, supply, environment of eight experts in three rounds.
T2 = (
    ((20, 50, 30), (10, 70, 20), (10, 60, 30), (30, 40, 30),
     (20, 45, 35), (15, 65, 20), (25, 40, 35), (5, 60, 35)),
    ((15, 55, 30), (10, 65, 25), (10, 60, 30), (25, 45, 30),
     (15, 50, 35), (15, 60, 25), (20, 45, 35), (10, 55, 35)),
    ((15, 55, 30), (15, 55, 30), (10, 60, 30), (20, 50, 30),
     (15, 55, 30), (15, 60, 25), (15, 50, 35), (10, 55, 35)),
)  # fmt: skip
#: Median and middle half as experts see them from round 2 on: by half steps, and by steps outward.
SEEN = {
    2: {"D": ("17.5", "10–25"), "S": ("55", "40–65"), "E": ("30", "25–35")},
    3: {"D": ("15", "10–20"), "S": ("55", "45–60"), "E": ("30", "25–35")},
}


@dataclass(frozen=True)
class Person:
    """One expert: who, with which access code, at what kind of browser."""

    name: str
    salutation: str
    field: str
    code: str
    language: str = "zh-CN"
    width: int = PHONE
    script: bool = True


PEOPLE = (
    Person("陈建平", "陈教授", "城市规划", "402913"),
    Person("苏敏", "苏主任", "统计", "718204", script=False),
    Person("何文静", "何老师", "信息通信", "935176"),
    Person("高远", "高研究员", "产业经济", "260845", width=DESK),
    Person("罗立新", "罗教授", "公共管理", "583317", language="en", width=DESK),
    Person("方志强", "方院长", "信息经济", "147962", language="en", width=DESK, script=False),
    Person("唐雪", "唐教授", "消费研究", "866053", language="en"),
    Person("许永年", "许高工", "电子制造", "371408", language="en", width=DESK),
)


@dataclass(frozen=True)
class Panel:
    """The eight with their links, each visit in a window of its own."""

    windows: Windows
    links: Mapping[str, str]

    def at_link(self, at: int) -> Expert:
        """Let an expert open the personal link in a new window."""
        person = PEOPLE[at]
        page = self.windows.open(language=person.language, width=person.width, script=person.script)
        expert = Expert(page, self.links[person.name], script=person.script)
        expert.opens_link()
        return expert

    def answers(self, number: int, at: int) -> None:
        """Let an expert answer a round: what is said on the way is looked at."""
        expert = self.at_link(at)
        if number == 1:
            expert.consents()
            expert.chooses_code(PEOPLE[at].code)
        else:
            expert.unlocks(PEOPLE[at].code)
            looks_at_feedback(expert, number, at)
        if (number, at) == (1, 3):
            expert.answers(T2[0][3], {"D": REASON})
        elif (number, at) == (1, 4):
            makes_a_mistake_first(expert, T2[0][4])
        elif (number, at) == (1, 7):
            expert.answers((10, 60, 30))
            revises(expert, T2[0][7])
        elif T2[number - 1][at] == T2[max(number - 2, 0)][at] and number > 1:
            expert.uses("keep")
            expert.goes_on()
            expert.submits()
        else:
            expert.answers(T2[number - 1][at])
        read = list(expert.reads_receipt().values())
        assert read == [*map(str, T2[number - 1][at]), "100"]
        expert.page.context.close()


def looks_at_feedback(expert: Expert, number: int, at: int) -> None:
    """Compare what stands beside the fields with the round before."""
    for item, last in zip("DSE", T2[number - 2][at], strict=True):
        median, half = SEEN[number][item]
        figures = expert.figures(item)
        assert figures == [str(last), median, half], (number, at, item)
    if (number, at) == (2, 0):
        expect(expert.page.locator('[data-row="D"] details.reasons')).to_contain_text(REASON)
    assert expert.typed() == ("", "", "")


def makes_a_mistake_first(expert: Expert, points: tuple[int, int, int]) -> None:
    """Give 95 points, read what is wrong and what to do, and mend it."""
    demand, supply, environment = points
    expert.allocates((demand, supply, environment - 5))
    expert.goes_on()
    expert.sees_error("95 points in all, 5 are left")
    assert expert.typed() == (str(demand), str(supply), str(environment - 5))
    expert.points("E").fill(str(environment))
    expert.goes_on()
    expert.submits()


def revises(expert: Expert, points: tuple[int, int, int]) -> None:
    """Change an answer that has arrived; the last one counts."""
    expert.page.click('main section a[href="/survey"]')
    expert.answers(points)
    expect(expert.page.locator(".eyebrow")).to_contain_text("2")


@pytest.fixture
def coordinator(installation: Installation, windows: Windows) -> Coordinator:
    """Give a coordinator at an English desk browser, signed in."""
    account = installation.add_staff("lin", "Lin")
    one = Coordinator(windows.open(language="en", width=DESK))
    one.signs_in(account)
    return one


def gbk_file(folder: Path) -> Path:
    """Write the second half of the panel as Excel in China saves it."""
    rows = [
        "姓名,称呼,专业,邮箱",
        *(f"{one.name},{one.salutation},{one.field}," for one in PEOPLE[4:]),
    ]
    file = folder / "专家名单.csv"
    file.write_bytes("\r\n".join(rows).encode("gbk"))
    return file


def test_from_the_first_login_to_the_scored_table(
    installation: Installation, windows: Windows, coordinator: Coordinator, tmp_path: Path
) -> None:
    sets_up(coordinator, tmp_path)
    coordinator.opens_round()
    panel = Panel(windows, {one.name: coordinator.shows_link(one.name) for one in PEOPLE})
    assert len(set(panel.links.values())) == len(PEOPLE)

    first_round(installation, coordinator, panel)
    later_round(coordinator, panel, 2, "Continue")
    later_round(coordinator, panel, 3, "Consensus, stable")
    reads_the_result(coordinator)
    weights = ends(coordinator, tmp_path)
    coordinator.goes_to("/ledger")
    expect(coordinator.heading).to_contain_text("the chain holds")
    scores(installation, weights, tmp_path)
    windows.assert_nothing_happened()


def sets_up(coordinator: Coordinator, folder: Path) -> None:
    """Make the study ready and launch it."""
    coordinator.begins_study(
        "城市信息消费发展指数", "City information-consumption index", template=TEMPLATE
    )
    coordinator.writes_letter()
    coordinator.goes_to("/protocol")
    coordinator.page.fill('input[name="step.root"]', "5")
    coordinator.presses("main form .actions button[type=submit]")
    coordinator.goes_to("/launch")
    coordinator.sends("/launch")  # nobody is in the panel yet
    expect(coordinator.page.locator("#error-summary")).to_be_visible()
    coordinator.pastes_panel([f"{one.name}，{one.salutation}，{one.field}" for one in PEOPLE[:4]])
    coordinator.imports_panel(gbk_file(folder))
    expect(coordinator.heading).to_contain_text("8 experts")
    expect(coordinator.page.locator("tbody")).to_contain_text("许永年")
    coordinator.launches()
    expect(coordinator.heading).to_contain_text("round 1 is not open yet")


def first_round(installation: Installation, coordinator: Coordinator, panel: Panel) -> None:
    """Answer round 1 and watch the count: it moves by three, and at the end."""
    counted = {0: 0, 2: 0, 3: 3, 5: 3, 6: 6, 8: 8}
    for finished in range(9):
        if finished:
            panel.answers(1, finished - 1)
        if finished in counted:
            installation.run("tick")
            assert coordinator.recorded() == counted[finished], f"{finished} finished"
    coordinator.goes_to("/rounds/1/result")
    expect(coordinator.heading).to_contain_text("no results yet")
    closes_and_reads(coordinator, 1, "Continue")


def later_round(coordinator: Coordinator, panel: Panel, number: int, verdict: str) -> None:
    """Open a round, let the experts come back by the same links, and close it."""
    coordinator.opens_round()
    for at in range(len(PEOPLE)):
        panel.answers(number, at)
    closes_and_reads(coordinator, number, verdict)


def closes_and_reads(coordinator: Coordinator, number: int, verdict: str) -> None:
    """Close through the page that lists what it does; read the verdict."""
    coordinator.closes_round(number)
    coordinator.goes_to(f"/rounds/{number}/result")
    coordinator.verdict_is(verdict)


def reads_the_result(coordinator: Coordinator) -> None:
    """Open a figure of round 3 to its formula; its address can be sent to a colleague."""
    panel = coordinator.opens_figure("cv-D")
    for figure in ("3.2043497", "14.375", "0.2229"):
        expect(panel).to_contain_text(figure)
    expect(coordinator.page).to_have_url(f"{coordinator.page.url.split('?')[0]}?open=cv-D#cv-D")
    coordinator.page.reload()
    expect(coordinator.page.locator('[id="cv-D-formula"]')).to_be_visible()


def ends(coordinator: Coordinator, folder: Path) -> Path:
    """End the study and download its weights; return the weight file."""
    coordinator.sends("/end")
    expect(coordinator.heading).to_contain_text("15%")
    expect(coordinator.heading).to_contain_text("55%")
    expect(coordinator.heading).to_contain_text("30%")
    as_json = coordinator.downloads("weights.json", folder)
    as_csv = coordinator.downloads("weights.csv", folder)
    document = json.loads(as_json.read_bytes())
    schema = json.loads(SCHEMA.read_bytes())
    Draft202012Validator(schema).validate(document)
    assert document["rehearsal"] is False
    roots = {node["code"]: node for node in document["nodes"] if node["parent"] is None}
    assert {code: float(node["published_local_percent"]) for code, node in roots.items()} == {
        "D": 15, "S": 55, "E": 30,
    }  # fmt: skip
    assert document["panel"] == {"invited": 8, "answered": 8, "used": 8}
    assert as_csv.read_bytes().startswith("\ufeff".encode())
    assert len(list(csv.reader(as_csv.read_text("utf-8-sig").splitlines()))) == 1 + len(
        document["nodes"]
    )
    return as_json


def scores(installation: Installation, weights: Path, folder: Path) -> None:
    """Score invented cities with the downloaded file."""
    table = installation.analysis(
        "score", "--weights", str(weights), "--data", str(invented_cities(folder))
    )
    assert len(table["units"]) == CITIES * len(YEARS) == 78
    assert all(one["index"] > 0 for one in table["units"])
    assert {one["year"] for one in table["units"]} == set(YEARS)


def invented_cities(folder: Path) -> Path:
    """Write data of cities that do not exist, one row a city and year."""
    leaves = template_tree(TEMPLATE).leaves
    tables = simulated_units(tuple(leaf.kind or "" for leaf in leaves), CITIES, len(YEARS))
    file = folder / "cities.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["unit", "year", *(leaf.code for leaf in leaves)])
        for year, rows in zip(YEARS, tables.tolist(), strict=True):
            for city, row in enumerate(rows, start=1):
                writer.writerow([f"虚构市{city:02d}", year, *(f"{cell:.2f}" for cell in row)])
    return file
