"""Closing a round of a large panel, step by step, on both databases."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from analysis.tree import Tree
from analysis.treefile import parse_tree
from delphi.bridge import round_answers
from delphi.clock import SystemClock
from delphi.db import Database
from delphi.domain.answers.checking import to_fields
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import CRITERIA, METHODS, RATING, PlannedQuestion
from delphi.domain.protocol import Protocol, same_in_every_round
from delphi.instance_key import InstanceKey
from delphi.models.study import Round
from delphi.services.access import find_access
from delphi.services.closing import close_round, rewrite_answers
from delphi.services.lookup import get_round
from delphi.services.results import compute_results, store_results
from delphi.services.submissions import submit
from delphi.surroundings import Surroundings, system_surroundings
from tests.bench.panels import ROUNDS, panel
from tests.bench.printing import digits, ratio, section, table
from tests.databases import BACKENDS, PostgresSource, SqliteSource, opened, postgres_server
from tests.studies import THREE, RunningStudy, running_study

EXPERTS = 1_000
QUICK_EXPERTS = 150
#: What the whole may take at this size, in seconds.
LIMIT_SECONDS = 3.0
#: Experts and groups of the comparison of the methods, items of a group, and what it may take.
METHOD_PANEL, QUICK_METHOD_PANEL = (200, 10), (40, 3)
_GROUP_ITEMS = 9
METHOD_LIMIT_SECONDS = 5.0
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
    #: both rounds' answers read and turned into figures
    reading: float
    #: that again, and statistics, verdicts, weights and feedback
    computing: float
    storing: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.transaction + self.rewriting + self.computing + self.storing


def compare(*, quick: bool) -> None:
    """Print the steps of a large panel by points, and of a smaller one by each method."""
    _compare_sizes(quick=quick)
    _compare_methods(quick=quick)


def _compare_sizes(*, quick: bool) -> None:
    experts = QUICK_EXPERTS if quick else EXPERTS
    section(
        f"2. Closing the second round of {experts:,} respondents",
        "Seconds. Computing: statistics, verdicts by both presets, movement since the first round,"
        " weights, feedback. Submissions wait for the transaction only.",
        f"Limit: {digits(LIMIT_SECONDS)} s for all of it with {EXPERTS:,} respondents.",
    )
    trees = {"1 of 3 items": THREE} if quick else {"1 of 3 items": THREE, **_sixty()}
    rows = [
        _row((name, backend), measure(database, tree, experts), LIMIT_SECONDS)
        for name, tree in trees.items()
        for backend in BACKENDS
        for database in _databases(backend)
    ]
    table(("questions", "database", *_STEPS), rows, texts=2)


def _compare_methods(*, quick: bool) -> None:
    experts, groups = QUICK_METHOD_PANEL if quick else METHOD_PANEL
    section(
        f"   Closing the second round of {experts} respondents by each question method",
        f"{groups} groups of {_GROUP_ITEMS} items, SQLite. Seconds. Answers near a common opinion;"
        " reading: both rounds' answers to figures of each expert, part of computing.",
        f"Limit: {digits(METHOD_LIMIT_SECONDS)} s for all of it with {METHOD_PANEL[0]} respondents"
        f" and {METHOD_PANEL[1]} groups.",
    )
    tree = grouped(groups)
    rows = [
        _row(
            (method,),
            measure(database, tree, experts, asking(method, groups)),
            METHOD_LIMIT_SECONDS,
        )
        for method in METHODS
        for database in _databases("sqlite")
    ]
    table(("method", *_STEPS), rows)


_STEPS = (
    "transaction", "rewriting", "reading", "computing", "storing", "total", "total / limit",
)  # fmt: skip


def _row(names: tuple[str, ...], took: Closing, limit: float) -> tuple[str, ...]:
    steps = (took.transaction, took.rewriting, took.reading, took.computing, took.storing)
    return (*names, *map(digits, (*steps, took.total)), ratio(took.total, limit))


def grouped(groups: int, items: int = _GROUP_ITEMS, *, rule: str = "equal_siblings") -> Tree:
    """Return a tree of groups of items that the panel weights; their parents follow a rule."""
    lines = ["code,parent,name_zh,name_en,kind,direction,weight_rule,local_percent"]
    for group in range(1, groups + 1):
        lines.append(f"D{group},,维度{group},Dimension {group},,,{rule},")
        for number in range(1, items + 1):
            code = f"D{group}I{number}"
            lines.append(f"{code},D{group},指标{code},Leaf {code},value,benefit,elicited,")
    return parse_tree("\n".join(lines) + "\n", "bench.csv", require_weights=False)


def asking(method: str, groups: int) -> Protocol:
    """Return a protocol that asks every group of `grouped` by one method in both rounds."""
    rated: tuple[tuple[int, int] | None, tuple[str, ...]] = (None, ())
    scale, criteria = ((1, 9), CRITERIA[:1]) if method == RATING else rated
    names = tuple(f"D{group}" for group in range(1, groups + 1))
    asked = [PlannedQuestion(name, method, scale, criteria) for name in names]
    return Protocol(
        groups=names,
        publishing_steps=dict.fromkeys(names),
        plan=same_in_every_round(asked, ROUNDS),
    )


def _sixty() -> dict[str, Tree]:
    """Return a tree of 60 indicators whose groups are all weighted by the panel."""
    tree = grouped(_DIMENSIONS, _INDICATORS, rule="elicited")
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


def measure(
    database: Database, tree: Tree, experts: int, protocol: Protocol | None = None
) -> Closing:
    """Let a panel answer two rounds; return how long closing the second one takes."""
    around = system_surroundings(InstanceKey(bytes(range(32))), SystemClock())
    study = running_study(database, around, experts=experts, tree=tree, protocol=protocol)
    for number in range(ROUNDS):
        departure = "Both rounds are answered to be measured." if number else None
        study.opens_round(departure=departure)
        _answer(study, number)
        if number + 1 < ROUNDS:
            study.closes_round()
    return _close(database, study.round_id, around)


def _answer(study: RunningStudy, number: int) -> None:
    questions = study.questionnaire.questions
    drawn = {one.question: panel(one, number, len(study.tokens)) for one in questions}
    codes = [[item.code for item in question.items] for question in questions]
    experts = range(len(study.tokens))
    for start in experts[::_AT_ONCE]:
        with study.database.writing() as session:
            for at in experts[start : start + _AT_ONCE]:
                fields = {
                    name: text
                    for one in questions
                    for name, text in to_fields(one, drawn[one.question][at]).items()
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
        reading, _ = _timed(lambda: _read(session, round_id))
    with database.reading() as session:
        computing, prepared = _timed(lambda: compute_results(session, round_id))

    def store() -> None:
        with database.writing() as session:
            store_results(session, prepared, around)

    storing, _ = _timed(store)
    return Closing(transaction, rewriting, reading, computing, storing)


def _read(session: Session, round_id: str) -> None:
    """Read the answers of a round and of the one before, as the results do."""
    closed = session.get_one(Round, round_id)
    for number in (closed.number, closed.number - 1):
        round_answers(session, get_round(session, closed.study_id, number))


def _timed(run: Callable[[], Found]) -> tuple[float, Found]:
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found
