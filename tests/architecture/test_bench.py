"""Every part of the comparison runs, in a size that says nothing about speed."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import numpy as np
import pytest

from analysis.scoring.score import score_units
from delphi.db import Database
from delphi.domain.methods import METHODS
from tests.bench import closing, coverage, families, scoring, survey
from tests.bench.client import HOST, Request, Run, Visit
from tests.bench.printing import digits, ratio, table
from tests.bench.processes import used_by
from tests.bench.servers import free_port
from tests.bench.survey import Load
from tests.bench.trial import Family, Trial, Way
from tests.studies import THREE


def test_questionnaires_are_completed_and_measured() -> None:
    loads = (Load(2, 4), Load(2, 2, think=0.05))
    found = list(survey.measure(loads, ("sqlite",), warm_up=1))
    assert [(one.server, one.load) for one in found] == [
        ("ours", loads[0]),
        ("ours", loads[1]),
        ("bare", loads[0]),
    ]
    for one in found:
        assert one.measured.errors == []
        assert one.measured.completed == one.load.visits
        assert one.measured.requests == one.load.visits * survey.REQUESTS
        assert len(one.measured.times["submit"]) == one.load.visits
        assert one.rate > 0
        assert one.memory > 0


class _Door(BaseHTTPRequestHandler):
    """Answers with the status in the address, and says in a cookie how many it was shown."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        shown = self.headers.get("Cookie", "").count("=")
        self.send_header("Set-Cookie", f"shown={shown}; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[int]:
    """Give the port of a server that does as it is told."""
    with ThreadingHTTPServer((HOST, 0), _Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def asks(*statuses: int) -> Visit:
    """Ask for answers of these statuses, and expect 200."""
    for status in statuses:
        yield Request("page", "GET", f"/{status}")


def test_a_visit_with_an_unexpected_answer_is_an_error_and_not_counted(door: int) -> None:
    done = Run(door, [asks(200, 404, 200), asks(200)], [{}, {}]).run(2, 0.0)
    assert (done.completed, done.errors) == (1, ["page: status 404"])
    assert (done.requests, len(done.times["whole"])) == (3, 1)


def test_a_visitor_keeps_the_own_cookies(door: int) -> None:
    done = Run(door, [asks(200, 200), asks(200)], [{"a": "1"}, {}]).run(1, 0.0)
    assert done.cookies == [{"a": "1", "shown": "2"}, {"shown": "0"}]


def test_thinking_is_not_part_of_the_time_of_a_visit(door: int) -> None:
    done = Run(door, [asks(200, 200, 200)], [{}]).run(1, 0.1)
    assert done.seconds > 0.2 > done.times["whole"][0]


def test_a_port_without_a_server_is_an_error() -> None:
    done = survey.visit(free_port(), "bare", [{}], Load(1, 1))
    assert (done.completed, done.errors) == (0, ["ConnectionRefusedError"])


def test_the_columns_of_the_system_in_use_are_ours() -> None:
    assert {len(row) for row in survey.IN_USE} == {len(survey.HEAD)}


def test_every_step_of_closing_is_timed(sqlite_database: Database) -> None:
    took = closing.measure(sqlite_database, THREE, experts=9)
    steps = (took.transaction, took.rewriting, took.computing, took.storing)
    assert min(*steps, took.reading) > 0
    assert took.total == pytest.approx(sum(steps))


@pytest.mark.parametrize("method", METHODS)
def test_closing_is_timed_for_every_method(sqlite_database: Database, method: str) -> None:
    tree, protocol = closing.grouped(2), closing.asking(method, 2)
    took = closing.measure(sqlite_database, tree, 9, protocol)
    assert min(took.reading, took.computing) > 0


def test_plain_numpy_gives_the_same_scores() -> None:
    case = scoring.make_case(units=4)
    ours = score_units(case.values, case.hierarchy, upper=case.upper).composition
    scores, index = scoring.plain(case)
    np.testing.assert_allclose(ours.scores, scores)
    np.testing.assert_allclose(ours.index, index)
    assert case.values.shape == (4 * scoring.YEARS, 60)


def test_the_whole_score_command_runs_on_the_files() -> None:
    rows = scoring.from_files(scoring.make_case(units=3), units=3, runs=1)
    assert [row[0] for row in rows] == ["plain NumPy script", "score", "score, tables too"]


@pytest.mark.parametrize("family", families.FAMILIES, ids=lambda family: family.title)
def test_plain_numpy_and_the_loop_give_the_same_figures(family: Family) -> None:
    trial = family.trial(16, 5)
    ours, plain, loop = (way and way.run() for way in (trial.ours, trial.plain, trial.loop))
    assert families.difference(trial.compared, ours, plain) < 1e-9
    if trial.loop.share == 1:
        assert families.difference(trial.compared, loop, plain) < 1e-9


def test_a_figure_that_differs_is_seen() -> None:
    ours = np.array([1.0, 2.0, np.nan])
    assert families.difference(None, ours, ours.copy()) == 0
    assert families.difference(None, ours, np.array([1.0, 2.5, np.nan])) == 0.2
    assert families.difference(2, ours, np.array([1.0, 2.0, 9.0])) == 0
    assert families.difference(None, ours, np.array([1.0, np.nan, np.nan])) == np.inf
    assert families.difference(None, ours, np.array([1.0, 2.0])) == 0
    assert np.isnan(families.difference(None, ours))


def test_a_family_is_measured_and_how_it_grows_is_told() -> None:
    family = families.FAMILIES[0]
    found = [families.measure(family, size) for size in ((5, 4), (10, 8))]
    first, second = families.rows(family, found)
    assert len(first) == len(families.HEAD)
    assert first[0] == "5 x 4"
    assert first[8:10] == ("-", "-")
    grows = np.log(found[1].ours / found[0].ours) / np.log(4)
    assert float(second[8]) == pytest.approx(grows, abs=0.1)


@pytest.mark.parametrize(
    ("ours", "plain", "memory", "beyond"),
    [(1.4, 1.0, 1, False), (1.6, 1.0, 1, True), (9.0, None, 1, False), (1.0, 1.0, 2**27, True)],
)
def test_what_takes_more_than_it_should_is_listed(ours, plain, memory, *, beyond: bool) -> None:
    one = families.Measured((5, 4), ours, plain, None, frozenset(), memory, None, 0.0)
    assert families.is_beyond(one) is beyond


def test_a_part_of_the_work_is_scaled_and_marked() -> None:
    whole, part = Way(lambda: np.ones(1)), Way(lambda: np.ones(1), 0.01)
    family = Family("x", lambda *_: Trial(whole, part, None), ((1, 1),))
    (row,) = families.rows(family, [families.measure(family, (1, 1))])
    assert row[1].endswith("*")
    assert row[4:6] == ("-", "-")


def test_every_family_and_size_of_panel_has_its_coverage() -> None:
    rows = coverage.concordance_rows(3) + coverage.weight_rows(3)
    families = len(coverage.CONCORDANCE) + len(coverage.WEIGHTS) * len(coverage.RULES)
    assert len(rows) == families * len(coverage.EXPERTS)
    assert {len(row) for row in rows} == {len(coverage.HEAD)}


def test_a_process_that_has_ended_has_used_nothing() -> None:
    assert used_by(2**22 + 1).processes == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (0.01234, "0.0123"), (0.1234, "0.123"), (1.234, "1.23"), (12.34, "12.3"),
     (1234.5, "1,234")],
)  # fmt: skip
def test_figures_have_about_three_digits(value: float | None, text: str) -> None:
    assert digits(value) == text


def test_a_ratio_needs_a_base() -> None:
    assert (ratio(3.0, 2.0), ratio(3.0, 0.0), ratio(None, 1.0)) == ("1.50 x", "-", "-")


def test_columns_are_aligned_by_width_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    table(("what", "n"), [("数据", 1), ("ab", None)])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "what  n", "----  -", "数据  1", "ab    -", ""
    ]  # fmt: skip
