"""The two drawings of the chart, and the table of all figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from delphi.db import Database
from delphi.domain.disclosure import Viewer
from delphi.queries.figures import Figure
from delphi.queries.results.chart import Series, Spread, dot_and_range, short_names
from delphi.queries.results.sheet import HEADER, figure_sheet
from delphi.surroundings import Surroundings
from tests.studies import T2, THREE, running_study


def spread(number: int, low: str, middle: str, high: str, mean: str) -> Spread:
    return Spread(
        number,
        True,
        Figure("mean", mean, places=3),
        Figure("median", middle, places=3),
        Figure("quartiles", low, places=2, high=high),
        Figure("cv", "0.5", places=3),
    )


def hidden(number: int) -> Spread:
    nothing = Figure("mean", None)
    return Spread(number, False, nothing, nothing, nothing, nothing)


def series(*spreads: Spread, name: str = "需求") -> Series:
    return Series({"zh": name, "en": name}, {"zh": name, "en": name}, spreads)


def labels(given: Sequence[Series]) -> list[tuple[str, str]]:
    return [(one.names["zh"], one.short["zh"]) for one in given]


def test_everything_stands_on_one_axis_from_zero() -> None:
    given = [series(spread(1, "10.0", "17.5", "21.25", "16.875")),
             series(spread(1, "43.75", "55.0", "61.25", "53.75"))]  # fmt: skip
    chart = dot_and_range(given, labels(given), now=1, tolerance=5)
    assert [tick.text for tick in chart.wide.ticks] == [
        "0",
        "10",
        "20",
        "30",
        "40",
        "50",
        "60",
        "70",
    ]
    first, second = (block.marks[0] for block in chart.wide.blocks)
    scale = (742 - 226) / 70
    assert first.band_x == pytest.approx(226 + 10 * scale, abs=0.01)
    assert first.band_width == pytest.approx(11.25 * scale, abs=0.02)
    assert second.mean_x == pytest.approx(226 + 53.75 * scale, abs=0.01)
    assert chart.wide.bar_end - chart.wide.bar_start == pytest.approx(5 * scale, abs=0.01)


def test_the_narrow_drawing_labels_every_other_ten() -> None:
    given = [series(spread(1, "10.0", "17.5", "61.25", "16.875"))]
    chart = dot_and_range(given, labels(given), now=1, tolerance=5)
    texts = [tick.text for tick in chart.narrow.ticks]
    assert texts == ["0", "", "20", "", "40", "", "60", ""]
    assert chart.narrow.width == 358


def test_the_round_in_view_is_marked() -> None:
    rounds = (spread(1, "10.0", "15.0", "20.0", "15.0"), spread(2, "10.0", "15.0", "20.0", "15.0"))
    given = [series(*rounds)]
    chart = dot_and_range(given, labels(given), now=2, tolerance=5)
    assert [mark.is_now for mark in chart.wide.blocks[0].marks] == [False, True]


def test_a_withheld_round_has_its_row_and_no_drawing() -> None:
    given = [series(hidden(1), spread(2, "10.0", "15.0", "20.0", "15.0"))]
    chart = dot_and_range(given, labels(given), now=2, tolerance=5)
    assert not chart.wide.blocks[0].marks[0].spread.is_shown


def test_a_long_name_is_shortened_or_broken_so_that_it_fits() -> None:
    long = "Information consumption environment"
    one = Series({"zh": "", "en": long}, {"zh": "", "en": "Environment"},
                 (spread(1, "10.0", "15.0", "20.0", "15.0"),))  # fmt: skip
    chart = dot_and_range([one], [(long, "Environment")], now=1, tolerance=5)
    assert [line for line, _ in chart.wide.blocks[0].lines] == ["Environment"]
    broken = dot_and_range([one], [(long, long)], now=1, tolerance=5)
    assert [line for line, _ in broken.wide.blocks[0].lines] == [
        "Information",
        "consumption",
        "environment",
    ]
    below = [line for line, _ in chart.narrow.blocks[0].lines]
    assert below == [long]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"D": ("信息消费需求", "Information demand"), "S": ("信息消费供给", "Information supply")},
         {"D": ("需求", "Demand"), "S": ("供给", "Supply")}),
        ({"A": ("人口", "People"), "B": ("人", "Persons")},
         {"A": ("人口", "People"), "B": ("人", "Persons")}),
        ({"A": ("网络支撑", "Network"), "B": ("其他支撑", "Other")},
         {"A": ("网络支撑", "Network"), "B": ("其他支撑", "Other")}),
    ],
)  # fmt: skip
def test_names_lose_only_what_they_all_begin_with(
    names: dict[str, tuple[str, str]], expected: dict[str, tuple[str, str]]
) -> None:
    found = short_names({code: {"zh": zh, "en": en} for code, (zh, en) in names.items()})
    assert found == {code: {"zh": zh, "en": en} for code, (zh, en) in expected.items()}


# ------------------------------------------------------------------------------------------ table


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_table_has_every_figure_of_every_round_so_far(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    for answers in T2[:2]:
        study.opens_round().all_submit(answers).closes_round()
    with study.database.reading() as session:
        text = figure_sheet(session, study.id, 2, Viewer.COORDINATOR)
        first = figure_sheet(session, study.id, 1, Viewer.COORDINATOR)
    assert text.startswith("\ufeff" + ",".join(HEADER) + "\r\n")
    rows = read(text)
    assert {row["round"] for row in rows} == {"1", "2"}
    assert {row["round"] for row in read(first)} == {"1"}
    found = {(r["round"], r["item"], r["figure"]): r["value"] for r in rows}
    assert found["1", "D", "mean"] == "16.875"
    assert found["2", "S", "iqr"] == "11.25"
    assert found["1", "", "w"] == "0.9717741935483871"
    assert found["2", "", "median_own_move"] == "5.0"
    assert found["2", "", "verdict"] == "continue"


def test_what_is_withheld_has_a_reason_and_no_value(
    sqlite_database: Database, around: Surroundings
) -> None:
    study = running_study(sqlite_database, around)
    study.opens_round().all_submit(T2[0][:4]).closes_round()
    with study.database.reading() as session:
        rows = read(figure_sheet(session, study.id, 1, Viewer.METHODOLOGIST))
    counts = {"verdict", "invited", "counted", "answered", "n"}
    hidden = [row for row in rows if row["figure"] not in counts]
    assert hidden
    assert all(row["value"] == "" for row in hidden)
    reasons = {row["reason"] for row in hidden}
    assert reasons == {"fewer_than_5_answers", "fewer_than_10_answers"}


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(
    sqlite_database: Database, around: Surroundings
) -> None:
    node = THREE.nodes[0]
    names = {"name_zh": "＝1+1", "name_en": "x;=1+1"}
    tree = type(THREE)((type(node)(**{**vars(node), **names}), *THREE.nodes[1:]))
    study = running_study(sqlite_database, around, tree=tree)
    study.opens_round().all_submit(T2[0]).closes_round()
    with study.database.reading() as session:
        rows = read(figure_sheet(session, study.id, 1, Viewer.COORDINATOR))
    found = {(row["name_zh"], row["name_en"]) for row in rows if row["item"] == "D"}
    assert found == {("'＝1+1", "x;'=1+1")}


@pytest.mark.parametrize(
    ("scale", "wide", "narrow"),
    [
        ((1, 5), ["1", "2", "3", "4", "5"], ["1", "2", "3", "4", "5"]),
        ((1, 9), [str(one) for one in range(1, 10)], [str(one) for one in range(1, 10)]),
        (
            (0, 100),
            [str(one) for one in range(0, 101, 10)],
            [str(one) if one % 20 == 0 else "" for one in range(0, 101, 10)],
        ),
    ],
)
def test_ratings_stand_on_their_whole_scale(
    scale: tuple[int, int], wide: list[str], narrow: list[str]
) -> None:
    low, high = scale
    ends = spread(1, f"{low}.0", f"{low}.0", f"{high}.0", f"{high}.0")
    given = [series(ends, hidden(2))]
    chart = dot_and_range(given, labels(given), now=1, tolerance=None, scale=scale)
    assert [tick.text for tick in chart.wide.ticks] == wide
    assert [tick.text for tick in chart.narrow.ticks] == narrow
    mark, missing = chart.wide.blocks[0].marks
    assert (mark.band_x, mark.mean_x, mark.band_width) == (226, 742, 516)
    assert missing.mean_x == 226
    assert chart.tolerance is None
