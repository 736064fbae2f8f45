"""Closing a round of a large panel, step by step, on both databases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from analysis.simulation import simulated_allocations
from analysis.tree import Tree
from analysis.treefile import parse_tree
from delphi.clock import SystemClock
from delphi.db import Database
from delphi.domain.answers import constant_sum
from delphi.domain.answers.typed import Typed
from delphi.instance_key import InstanceKey
from delphi.services.access import find_access
from delphi.services.closing import close_round, rewrite_answers
from delphi.services.results import compute_results, store_results
from delphi.services.submissions import submit
from delphi.surroundings import Surroundings, system_surroundings
from tests.bench.printing import digits, ratio, section, table
from tests.databases import BACKENDS, PostgresSource, SqliteSource, opened, postgres_server
from tests.studies import THREE, RunningStudy, running_study

EXPERTS = 1_000
QUICK_EXPERTS = 150
#: What the whole may take at this size, in seconds.
LIMIT_SECONDS = 3.0
ROUNDS = 2
#: Submissions of the preparation that share a transaction.
_AT_ONCE = 200
_DIMENSIONS, _INDICATORS = 5, 12
Found = TypeVar("Found")


@dataclass(frozen=True)
class Closing:
    """Seconds of every step."""

    #: what counts is decided; the only lock that submissions wait for
    transaction: float
    #: the answer tables are written anew
    rewriting: float
    #: statistics, verdicts, weights and feedback
    computing: float
    storing: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.transaction + self.rewriting + self.computing + self.storing


def compare(*, quick: bool) -> None:
    """Print the steps."""
    experts = QUICK_EXPERTS if quick else EXPERTS
    section(
        f"2. Closing the second round of {experts:,} respondents",
        "Seconds. Computing: statistics, verdicts by both presets, movement since the first round,"
        " weights, feedback. Submissions wait for the transaction only.",
        f"Limit: {digits(LIMIT_SECONDS)} s for all of it with {EXPERTS:,} respondents.",
    )
    head = (
        "questions", "database", "transaction", "rewriting", "computing", "storing",
        "total", "total / limit",
    )  # fmt: skip
    trees = {"1 of 3 items": THREE} if quick else {"1 of 3 items": THREE, **_sixty()}
    rows = [
        _row(name, backend, measure(database, tree, experts))
        for name, tree in trees.items()
        for backend in BACKENDS
        for database in _databases(backend)
    ]
    table(head, rows, texts=2)


def _row(name: str, backend: str, took: Closing) -> tuple[str, ...]:
    steps = (took.transaction, took.rewriting, took.computing, took.storing, took.total)
    return (name, backend, *map(digits, steps), ratio(took.total, LIMIT_SECONDS))


def _sixty() -> dict[str, Tree]:
    """Return a tree of 60 indicators whose groups are all weighted by the panel."""
    lines = ["code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent"]
    for dimension in range(1, _DIMENSIONS + 1):
        lines.append(f"D{dimension},,维度{dimension},Dimension {dimension},,,elicited,")
        for number in range(1, _INDICATORS + 1):
            code = f"D{dimension}I{number}"
            lines.append(f"{code},D{dimension},指标{code},Leaf {code},value,benefit,elicited,")
    tree = parse_tree("\n".join(lines) + "\n", "bench.csv", require_weights=False)
    return {f"{_DIMENSIONS + 1} over {_DIMENSIONS * _INDICATORS} indicators": tree}


def _databases(backend: str) -> Iterator[Database]:
    """Give one migrated database, for the length of a loop over it."""
    with _database(backend) as database:
        yield database


@contextmanager
def _database(backend: str) -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="delphi-bench-") as name:
        if backend == "sqlite":
            url = SqliteSource(Path(name)).fresh(Path(name))
            with opened(url) as database:
                yield database
            return
        with postgres_server() as server:
            source = PostgresSource(server)
            fresh = source.fresh()
            with opened(source.url(fresh)) as database:
                yield database
            source.drop(fresh)
            source.close()


def measure(database: Database, tree: Tree, experts: int) -> Closing:
    """Let a panel answer two rounds; return how long closing the second one takes."""
    around = system_surroundings(InstanceKey(bytes(range(32))), SystemClock())
    study = running_study(database, around, experts=experts, tree=tree)
    for number in range(ROUNDS):
        departure = "Both rounds are answered to be measured." if number else None
        study.opens_round(departure=departure)
        _answer(study, number)
        if number + 1 < ROUNDS:
            study.closes_round()
    return _close(database, study.round_id, around)


def _answer(study: RunningStudy, number: int) -> None:
    questions = study.questionnaire.questions
    drawn = [
        simulated_allocations(len(study.tokens), ROUNDS, (1.0,) * len(question.items))[number]
        for question in questions
    ]
    codes = [[item.code for item in question.items] for question in questions]
    experts = range(len(study.tokens))
    for start in experts[::_AT_ONCE]:
        with study.database.writing() as session:
            for at in experts[start : start + _AT_ONCE]:
                fields = {
                    constant_sum.field(code): str(value)
                    for own, answers in zip(codes, drawn, strict=True)
                    for code, value in zip(own, answers[at].tolist(), strict=True)
                }
                access = find_access(session, study.tokens[at], study.around.key)
                if access is None:
                    raise RuntimeError("a link of the study is not known")
                sent = study.sent(Typed(fields, frozenset(), _reasons(at, codes)))
                submit(session, access, sent, study.around)


def _reasons(at: int, codes: Sequence[Sequence[str]]) -> dict[str, str]:
    """Give a reason for one item where an expert has one: every third."""
    own = codes[at % len(codes)]
    return {} if at % 3 else {own[at % len(own)]: f"理由 {at}: the items differ in what they move."}


def _close(database: Database, round_id: str, around: Surroundings) -> Closing:
    def decide() -> None:
        with database.writing() as session:
            close_round(session, round_id, around)

    transaction, _ = _timed(decide)
    rewriting, _ = _timed(lambda: rewrite_answers(database))
    with database.reading() as session:
        computing, prepared = _timed(lambda: compute_results(session, round_id))

    def store() -> None:
        with database.writing() as session:
            store_results(session, prepared, around)

    storing, _ = _timed(store)
    return Closing(transaction, rewriting, computing, storing)


def _timed(run: Callable[[], Found]) -> tuple[float, Found]:
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found
