"""The convergence page as people see it: figures, formulas, what is withheld, both languages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest

from tests.databases import SqliteSource, contents
from tests.studies import RunningStudy
from tests.web.results_desk import (
    address,
    keys_of,
    shared_desk,
    table_after,
    words_of,
)
from tests.web.studies_desk import LANGUAGES, METHODOLOGIST, STRANGER, Desk


@pytest.fixture(scope="module")
def desk(sqlite_source: SqliteSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with shared_desk(sqlite_source, tmp_path_factory.mktemp("results")) as given:
        yield given


@pytest.fixture(scope="module")
def t2(desk: Desk) -> RunningStudy:
    """Panel T2 after its three rounds; tests only read it."""
    return desk.closed(3)


# ------------------------------------------------------------------------------------- panel T2


def test_the_statistics_are_printed_with_their_decimals(desk: Desk, t2: RunningStudy) -> None:
    rows = table_after(desk.get(address(t2, 3)), "Statistics by item")
    assert rows == [
        ["Demand", "8", "14.375", "3.204", "0.2229", "15", "13.75–15.00", "1.25", "−0.625"],
        ["Supply", "8", "55.000", "3.780", "0.0687", "55", "53.75–56.25", "2.50", "+0.625"],
        ["Environment", "8", "30.625", "3.204", "0.1046", "30", "30.00–31.25", "1.25", "0"],
    ]


@pytest.mark.parametrize(
    ("number", "means"),
    [
        (1, ["16.875", "53.750", "29.375"]),
        (2, ["15.000", "54.375", "30.625"]),
        (3, ["14.375", "55.000", "30.625"]),
    ],
)
def test_every_round_has_its_own_page(
    desk: Desk, t2: RunningStudy, number: int, means: list[str]
) -> None:
    rows = table_after(desk.get(address(t2, number)), "Statistics by item")
    assert [row[2] for row in rows] == means


def test_w_stands_with_m_n_chi_square_and_p(desk: Desk, t2: RunningStudy) -> None:
    rows = table_after(desk.get(address(t2, 3)), "Agreement on the order: Kendall’s W")
    assert rows[0] == ["Round 1", "8 × 3", "0.9718", "0.9414", "15.548", "7.1 × 10⁻⁶"]
    assert rows[2] == ["Round 3", "8 × 3", "1.0000", "1.0000", "16.000", "3.6 × 10⁻⁶"]


def test_movement_and_verdicts_of_all_rounds(desk: Desk, t2: RunningStudy) -> None:
    page = desk.get(address(t2, 3))
    assert table_after(page, "Movement") == [
        ["Round 1 to 2", "7 of 8", "1.875", "5", "4.375"],
        ["Round 2 to 3", "4 of 8", "0.625", "2.5", "3.125"],
    ]
    assert [row[:2] for row in table_after(page, "Verdict by round")] == [
        ["Round 1", "Continue"],
        ["Round 2", "Continue"],
        ["Round 3", "Consensus, stable"],
    ]


@pytest.mark.parametrize(
    ("language", "heading", "sentence"),
    [
        (
            "en",
            "Round 3: the panel agrees and is stable; the study may end",
            "The panel agrees on all three dimensions and has stopped moving: panel weights "
            "changed by at most 0.625 points and the median own move was 2.5 points, neither above "
            "2.5 points. By the protocol the study may end.",
        ),
        (
            "zh-CN",
            "第 3 轮：意见一致而且稳定，可以结束",
            "三个维度的意见已经一致，而且不再移动：全组权重最多变了 0.625 分，个人变动的中位数是 "
            "2.5 分，都不超过 2.5 分。按方案可以结束。",
        ),
    ],
)
def test_the_heading_is_the_finding_and_the_sentence_has_the_figures(
    desk: Desk, t2: RunningStudy, language: str, heading: str, sentence: str
) -> None:
    page = words_of(re.sub(r"</?span[^>]*>", "", desk.get(address(t2, 3), language)))
    assert heading in page
    assert sentence in page


def test_conditions_that_decided_are_washed_and_tagged(desk: Desk, t2: RunningStudy) -> None:
    page = desk.get(address(t2, 3))
    body = page[page.index('<table class="why">') :]
    rows = re.findall(r'<tr class="([^"]*)">(.*?)</tr>', body[: body.index("</table>")], re.S)
    assert len(rows) == 13
    washed = [words_of(row) for kind, row in rows if kind.strip() == "decided"]
    assert len(washed) == 5
    assert "so it is stable" in washed[1]
    assert "so it agrees" in washed[4]
    beside = [row for kind, row in rows if kind.strip() == "beside"]
    assert len(beside) == 4
    assert not any("<svg" in row for row in beside)


def test_the_margin_names_the_other_preset(desk: Desk, t2: RunningStudy) -> None:
    page = words_of(desk.get(address(t2, 3)))
    assert (
        "The classic rule (CV ≤ 0.25, W significant) gives the same result here: "
        "CV 0.2229 / 0.0687 / 0.1046, W = 1.0000, p = 3.6 × 10⁻⁶." in page
    )


def test_the_chart_has_two_drawings_without_styles(desk: Desk, t2: RunningStudy) -> None:
    page = desk.get(address(t2, 3))
    drawings = re.findall(r'<svg class="(wide|narrow)" viewBox="0 0 (\d+) \d+" role="img" '
                          r'aria-label="[^"]{40,}"', page)  # fmt: skip
    assert drawings == [("wide", "1024"), ("narrow", "358")]
    assert "style=" not in page
    assert page.count('class="band now"') == 6
    assert "Minimum and maximum are not shown: fewer than 10 answered." in page


def test_no_number_stands_there_with_another_rounding(desk: Desk, t2: RunningStudy) -> None:
    page = words_of(desk.get(address(t2, 3)))
    assert "0.972" not in page
    assert "30.63" not in page


# -------------------------------------------------------------------------------------- formulas


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_opens_and_only_one_at_a_time(
    desk: Desk, t2: RunningStudy, language: str
) -> None:
    keys = keys_of(desk.get(address(t2, 3)))
    assert len(keys) == len(set(keys)) == 50
    for key in keys:
        page = desk.get(address(t2, 3, f"?open={key}"), language)
        assert page.count('class="formula"') == 1, key
        assert page.count('aria-expanded="true"') == 1, key
        assert f'id="{key}-formula"' in page
        panel = words_of(page[page.index('class="formula"') :][:4000])
        assert "%(" not in panel
        assert ("From 8 submissions" in panel or "8 份答卷" in panel) or key == "last_round"


def test_a_formula_has_the_numbers_the_rule_and_the_hash(desk: Desk, t2: RunningStudy) -> None:
    page = desk.get(address(t2, 3, "?open=iqr-S"))
    panel = words_of(page[page.index('<div class="formula"') :][:3000])
    assert "Interquartile range (IQR), Supply, round 3" in panel
    assert "IQR = Q₃ − Q₁ = 56.25 − 53.75 = 2.50" in panel
    assert "Q₁ stands at place 2.75 and Q₃ at place 6.25" in panel
    assert "The protocol asks for at most 5 points: met." in panel
    digest = t2.round().counted_sha256
    assert digest is not None
    assert f"{digest[:4]} {digest[4:8]} {digest[8:12]}" in panel


def test_an_unrounded_value_is_shown_when_opened(desk: Desk, t2: RunningStudy) -> None:
    assert "Unrounded: 0.22291128503014113" in words_of(desk.get(address(t2, 3, "?open=cv-D")))


def test_the_fragment_is_the_panel_alone(desk: Desk, t2: RunningStudy) -> None:
    whole = desk.get(address(t2, 3, "?open=w"))
    part = desk.get(address(t2, 3, "?open=w&fragment=1"))
    assert "<html" not in part
    assert words_of(part) in words_of(whole)


@pytest.mark.parametrize("key", ["nothing", "cv-X", "%3Cscript%3E", "x" * 500, "w~D"])
def test_an_unknown_key_is_ignored(desk: Desk, t2: RunningStudy, key: str) -> None:
    page = desk.get(address(t2, 3, f"?open={key}"))
    assert 'class="formula"' not in page
    assert 'aria-expanded="true"' not in page
    part = desk.client.get(address(t2, 3, f"?open={key}&fragment=1"))
    assert part.status_code == 404


def test_no_page_shows_an_answer_of_somebody(desk: Desk, t2: RunningStudy) -> None:
    labels = {submission.respondent[:8] for submission in t2.submissions()}
    for key in ["", *keys_of(desk.get(address(t2, 3)))]:
        page = desk.get(address(t2, 3, f"?open={key}"))
        assert not any(label in page for label in labels)
        assert "20 + 15" not in page


# -------------------------------------------------------------------------------------------- who


def test_methodologists_read_the_page_and_have_nothing_to_press(
    desk: Desk, t2: RunningStudy
) -> None:
    page = desk.get(address(t2, 3), client=desk.browser(METHODOLOGIST))
    assert "14.375" in page
    assert "<form" not in page


@pytest.mark.parametrize(
    "path",
    ["rounds/3/result", "rounds/3/figures.csv", "weights", "weights/weights.json", "end"],
)
def test_for_other_staff_the_study_does_not_exist(desk: Desk, t2: RunningStudy, path: str) -> None:
    answer = desk.browser(STRANGER).get(f"/studies/{t2.id}/{path}")
    assert answer.status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(desk: Desk, t2: RunningStudy) -> None:
    answer = desk.app.test_client().get(address(t2, 3))
    assert answer.status_code == 303
    assert "/account/login" in answer.headers["Location"]


def test_looking_writes_nothing(desk: Desk, t2: RunningStudy) -> None:
    before = contents(t2.database)
    base = f"/studies/{t2.id}"
    for path in ("rounds/3/result?open=w", "rounds/3/figures.csv", "weights?open=way-D", "end"):
        answer = desk.client.get(f"{base}/{path}")
        assert answer.status_code in {200, 303}
    assert contents(t2.database) == before


@pytest.mark.parametrize("number", [0, 4, 99])
def test_a_round_that_is_not_there_is_not_found(desk: Desk, t2: RunningStudy, number: int) -> None:
    assert desk.client.get(address(t2, number)).status_code == 404


# -------------------------------------------------------------------------------------------- CSV


def test_the_table_of_figures_equals_the_page(desk: Desk, t2: RunningStudy) -> None:
    answer = desk.client.get(f"/studies/{t2.id}/rounds/3/figures.csv")
    assert answer.mimetype == "text/csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    found = {(r["round"], r["name_en"], r["figure"]): r["value"] for r in rows}
    page = table_after(desk.get(address(t2, 3)), "Statistics by item")
    places = {"mean": "0.001", "sd": "0.001", "cv": "0.0001", "iqr": "0.01"}
    for row in page:
        for at, figure in ((2, "mean"), (3, "sd"), (4, "cv"), (7, "iqr")):
            exact = Decimal(found["3", row[0], figure])
            assert str(exact.quantize(Decimal(places[figure]), ROUND_HALF_UP)) == row[at]
    orders = table_after(desk.get(address(t2, 3)), "Agreement on the order: Kendall’s W")
    for row in orders:
        exact = Decimal(found[row[0].removeprefix("Round "), "", "w"])
        assert str(exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)) == row[2]
