"""Experts who open and submit a questionnaire, beside a bare handler on the same settings."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from delphi.cli.serve import PROCESSES, THREADS
from tests.bench.client import Measured
from tests.bench.printing import digits, milliseconds, ratio, section, table
from tests.bench.servers import Installation, RunningServer, installation
from tests.databases import BACKENDS

MANY = 32
THINK_SECONDS = 1.0
#: Visitors before the first that are counted.
WARM_UP = 24
#: Requests of one questionnaire: two pages, the receipt, and two forms.
REQUESTS = 5
MEBIBYTE = 1 << 20
HEAD = (
    "server", "database", "clients", "done/s", "open ms", "p95", "submit ms", "p95",
    "whole ms", "p95", "errors", "CPU/req", "CPU/done", "db CPU/done", "client CPU", "MiB",
)  # fmt: skip
#: Columns as in HEAD; from three runs of 200.
IN_USE = (
    ("in use*", "mariadb", "1", "8.8-10.1", "70-83", "76-103", "25-27", "26-33",
     None, None, None, None, "91-105", None, None, "119-205"),
    ("in use*", "mariadb", "32", "17-18", "964-1,023", "1,352-1,396", "767-810", "1,094-1,130",
     None, None, None, None, "106-112", None, None, "237-244"),
)  # fmt: skip
#: Middle of each range, by clients.
IN_USE_CPU = {1: 98.0, MANY: 109.0}
IN_USE_RATE = {1: 9.5, MANY: 17.4}


@dataclass(frozen=True)
class Load:
    """How many visitors come, and how."""

    clients: int
    visits: int
    think: float = 0.0

    @property
    def name(self) -> str:
        """What the table calls it."""
        return (
            f"{self.clients}, {digits(self.think)} s thinking" if self.think else f"{self.clients}"
        )


@dataclass(frozen=True)
class Outcome:
    """What one run has shown."""

    server: str
    database: str
    load: Load
    measured: Measured
    #: CPU seconds of the server and of the database
    cpu: float
    database_cpu: float | None
    #: bytes
    memory: int

    @property
    def rate(self) -> float:
        """Visits completed per second."""
        return self.measured.completed / self.measured.seconds

    @property
    def cpu_each(self) -> float:
        """CPU seconds of the server for each completed visit."""
        return self.cpu / max(1, self.measured.completed)


def compare(*, quick: bool) -> None:
    """Print the comparison."""
    section(
        "1. Opening and submitting a questionnaire",
        f"{PROCESSES} processes of {THREADS} threads; the client shares the machine. A closed loop,"
        " without thinking unless said.",
        f"One questionnaire is {REQUESTS} requests: open, save, check, submit, receipt."
        " The bare handler: three short pages, two inserts.",
        "Times in milliseconds. `whole` is a questionnaire without thinking; CPU is that of the"
        " server with all its processes, that of the database beside it.",
        "* The survey system that panels use today, LimeSurvey 6.10, on two cores shared with its"
        " client: 23 ratings, three numbers with a sum, a comment.",
    )
    outcomes = list(measure(_loads(quick=quick)))
    table(HEAD, [*map(_row, outcomes), *IN_USE], texts=2)
    table(*_ratios(outcomes), texts=2)
    problems = sorted({error for one in outcomes for error in one.measured.errors})
    for problem in problems:
        print(f"error: {problem}")


def _loads(*, quick: bool) -> tuple[Load, ...]:
    if quick:
        return (Load(1, 20), Load(MANY, 160), Load(MANY, MANY, THINK_SECONDS / 4))
    return (Load(1, 100), Load(MANY, 1_000), Load(MANY, 3 * MANY, THINK_SECONDS))


def measure(
    loads: Sequence[Load], backends: Sequence[str] = BACKENDS, *, warm_up: int = WARM_UP
) -> Iterator[Outcome]:
    """Measure every load on our server and on the bare one, on each database.

    `warm_up` visitors come before and are not counted: every process then has what it needs.
    """
    loads = (Load(8, warm_up), *loads)
    for backend in backends:
        with installation(backend) as place:
            visitors = _experts(place, sum(load.visits for load in loads))
            with place.serving("delphi.cli", "serve") as server:
                _log_in(place, visitors)
                yield from _measure(server, "ours", backend, loads, "questionnaire", visitors)
            with place.serving("tests.bench.bare") as server:
                closed = [load for load in loads if not load.think]
                nobody: list[dict[str, Any]] = [{} for _ in visitors]
                yield from _measure(server, "bare", backend, closed, "bare", nobody)


def _experts(place: Installation, number: int) -> list[dict[str, Any]]:
    """Return fresh experts of a study whose second round is open."""
    made = place.demonstration(experts=number)
    return [{"token": link.partition("#")[2]} for link in made["expert_links"]]


def _log_in(place: Installation, visitors: list[dict[str, Any]]) -> None:
    """Let everybody open their link beforehand; this is not part of what is measured."""
    done = visit(place.port, "login", visitors, Load(8, len(visitors)))
    if done.errors:
        raise RuntimeError(f"login: {done.errors[0]}")
    for who, cookies in zip(visitors, done.cookies, strict=True):
        who["cookies"] = cookies


def _measure(
    server: RunningServer,
    name: str,
    backend: str,
    loads: Sequence[Load],
    kind: str,
    visitors: Sequence[Mapping[str, Any]],
) -> Iterator[Outcome]:
    """Measure every load but the first, which warms up."""
    port, (first, *counted) = server.installation.port, loads
    start = first.visits
    visit(port, kind, visitors[:start], first)
    for load in counted:
        taken, start = visitors[start : start + load.visits], start + load.visits
        before, database = server.used(), server.database_cpu()
        measured = visit(port, kind, taken, load)
        after, database_after = server.used(), server.database_cpu()
        yield Outcome(
            name,
            backend,
            load,
            measured,
            after.cpu - before.cpu,
            None if database is None or database_after is None else database_after - database,
            after.memory,
        )


def visit(port: int, kind: str, visitors: Sequence[Mapping[str, Any]], load: Load) -> Measured:
    """Let visitors come, in a process of their own."""
    job = {
        "port": port,
        "visit": kind,
        "visitors": list(visitors),
        "clients": load.clients,
        "think": load.think,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.client"],
        input=json.dumps(job),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Measured(**json.loads(done.stdout))


def _row(one: Outcome) -> tuple[object, ...]:
    measured = one.measured
    return (
        one.server,
        one.database,
        one.load.name,
        one.rate,
        *_median_and_p95(measured, "open"),
        *_median_and_p95(measured, "submit"),
        *_median_and_p95(measured, "whole"),
        len(measured.errors),
        milliseconds(one.cpu / max(1, measured.requests)),
        milliseconds(one.cpu_each),
        milliseconds(None if one.database_cpu is None else one.database_cpu / measured.completed),
        milliseconds(measured.cpu / max(1, measured.completed)),
        digits(one.memory / MEBIBYTE),
    )


def _median_and_p95(measured: Measured, name: str) -> tuple[str, str]:
    times = sorted(measured.times.get(name, ()))
    if not times:
        return milliseconds(None), milliseconds(None)
    return milliseconds(statistics.median(times)), milliseconds(times[int(0.95 * (len(times) - 1))])


def _ratios(outcomes: Sequence[Outcome]) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return our figures beside those of the bare handler and of the survey system in use."""
    found = {(one.server, one.database, one.load.clients): one for one in outcomes
             if not one.load.think}  # fmt: skip
    rows: list[tuple[object, ...]] = []
    for (server, database, clients), ours in found.items():
        if server != "ours":
            continue
        floor = found[("bare", database, clients)]
        rows.append((
            database,
            str(clients),
            ratio(ours.cpu_each, floor.cpu_each),
            ratio(floor.rate, ours.rate),
            ratio(IN_USE_CPU.get(clients), 1e3 * ours.cpu_each),
            ratio(ours.rate, IN_USE_RATE.get(clients)),
        ))  # fmt: skip
    head = (
        "database", "clients", "our CPU / bare", "bare rate / ours",
        "CPU in use* / ours", "our rate / in use*",
    )  # fmt: skip
    return head, rows
