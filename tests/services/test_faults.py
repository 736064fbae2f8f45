"""Interrupted at every single statement and commit: nothing half, nothing double, all resumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from delphi.db import Database
from delphi.services import access, closing, derivations, launch, links, releases, studies
from delphi.services.participation import move_marks
from delphi.services.rounds import extend_round
from delphi.surroundings import Surroundings
from tests.databases import contents, refill
from tests.services.faults import FaultError, counted_statements, fault_at
from tests.studies import (
    LETTER,
    T2,
    RunningStudy,
    draft_study,
    running_study,
    typed,
)

Act = Callable[[], object]
ANSWER, OTHER = (20, 50, 30), (10, 60, 30)


def interrupted(database: Database, act: Act, point: int) -> bool:
    """Whether the path was cut at `point`; False when it is shorter than that."""
    try:
        with fault_at(database, point):
            act()
    except FaultError:
        return True
    return False


def cuts_that_leave_traces(database: Database, act: Act) -> tuple[list[int], int]:
    """Cut a path of one transaction at every point; return where rows changed, and its length."""
    before = contents(database)
    traces, point = [], 0
    while interrupted(database, act, point):
        if contents(database) != before:
            traces.append(point)
            refill(database, before)
        point += 1
    return traces, point


def submits_a_revision(study: RunningStudy) -> Act:
    study.opens_round()
    study.submits(0, ANSWER, reasons={"D": "一", "S": "二"})
    sent = {"reasons": {"D": "三", "E": "四"}, "form_key": "form-2"}
    return lambda: study.submits(0, OTHER, **sent)


def submits_first(study: RunningStudy) -> Act:
    study.opens_round()
    return lambda: study.submits(0, ANSWER, reasons={"D": "一"}, form_key="form-1")


def saves_in_conflict(study: RunningStudy) -> Act:
    study.opens_round()
    study.drafts(0, typed({"D": 20}))
    return lambda: study.drafts(0, typed({"D": 30}))


def replaces_a_link(study: RunningStudy) -> Act:
    def act() -> None:
        with study.database.writing() as session:
            links.replace_link(session, study.id, study.people[0], study.around)

    return act


def chooses_a_code(study: RunningStudy) -> Act:
    known = study.access(0)

    def act() -> None:
        with study.database.writing() as session:
            access.give_consent(session, known)
            access.choose_code(session, known, "830274")

    return act


def opens_the_second_round(study: RunningStudy) -> Act:
    study.opens_round().all_submit(T2[0]).closes_round()
    first = (study.round_id, study.number, study.questionnaire)

    def act() -> None:
        study.opens_round()
        study.round_id, study.number, study.questionnaire = first

    return act


def extends_a_round(study: RunningStudy) -> Act:
    study.opens_round(days=1)
    due_at = study.around.clock.now() + timedelta(days=2)

    def act() -> None:
        with study.database.writing() as session:
            extend_round(session, study.id, study.round_id, due_at, study.around)

    return act


def moves_marks(study: RunningStudy) -> Act:
    study.opens_round().all_submit(T2[0][:4])

    def act() -> None:
        with study.database.writing() as session:
            move_marks(session, study.round_id, study.around.key)

    return act


def derives(study: RunningStudy) -> Act:
    study.opens_round().all_submit(T2[0]).closes_round()

    def act() -> None:
        with study.database.writing() as session:
            derivations.derive(session, study.id, study.around)

    return act


def ends_the_study(study: RunningStudy) -> Act:
    study.opens_round().all_submit(T2[0]).closes_round()

    def act() -> None:
        with study.database.writing() as session:
            releases.end_study(session, study.id, study.around, departure="It is enough")

    return act


def launches(study: RunningStudy) -> Act:
    other = draft_study(study.database, study.around)

    def act() -> None:
        with study.database.writing() as session:
            launch.launch(session, other, study.around)

    return act


def sets_up(study: RunningStudy) -> Act:
    def act() -> None:
        with study.database.writing() as session:
            new = studies.NewStudy("题", "Title", studies.trees.load_tree(session, study.id), "x")
            made = studies.create_study(session, new, "c0" * 8, study.around)
            studies.set_letter(session, made, LETTER)
            studies.set_weight_rule(session, made, "root", "equal_siblings")

    return act


PATHS = (
    submits_first, submits_a_revision, saves_in_conflict, replaces_a_link, chooses_a_code,
    opens_the_second_round, extends_a_round, moves_marks, derives, ends_the_study, launches,
    sets_up,
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_a_path_that_is_cut_leaves_no_trace(
    database: Database, around: Surroundings, path: Callable[[RunningStudy], Act]
) -> None:
    act = path(running_study(database, around))
    traces, length = cuts_that_leave_traces(database, act)
    assert traces == []
    assert length >= 5  # beginning, lock, look, write, commit


@pytest.mark.parametrize(
    "path", [submits_first, submits_a_revision], ids=lambda path: path.__name__
)
def test_a_submission_sent_again_after_each_cut_is_there_once(
    database: Database, around: Surroundings, path: Callable[[RunningStudy], Act]
) -> None:
    study = running_study(database, around)
    act = path(study)
    stored = len(study.submissions())
    point = 0
    while interrupted(database, act, point):
        point += 1
    done = contents(database)
    assert len(study.submissions()) == stored + 1
    act()  # the reply was lost; the same form comes once more
    assert contents(database) == done


def test_a_database_is_put_back_as_it_was(database: Database, around: Surroundings) -> None:
    study = running_study(database, around)
    ends_the_study(study)()
    before = contents(database)
    refill(database, {name: [] for name in before})
    assert not any(contents(database).values())
    refill(database, before)
    assert contents(database) == before


def test_a_path_that_commits_halfway_is_caught(database: Database, around: Surroundings) -> None:
    study = running_study(database, around).opens_round()

    def act() -> None:
        study.drafts(0, typed({"D": 20}))
        study.submits(0, ANSWER, form_key="form-1")

    traces, length = cuts_that_leave_traces(database, act)
    assert traces != []
    assert len(traces) < length


@pytest.fixture
def ready_to_close(database: Database, around: Surroundings) -> RunningStudy:
    """Give an open round with revisions, reasons, drafts, marks and some who wait."""
    study = running_study(database, around).opens_round()
    study.all_submit(T2[0][:4])
    study.ticks()
    for expert in (1, 4, 5):
        study.submits(expert, OTHER, reasons={"D": f"理由 {expert}", "S": "也"})
    study.drafts(6, typed({"D": 20}))
    return study


def cut_close_and_resume(study: RunningStudy, point: int) -> bool:
    """Cut a closing at `point`, then let ticks and the coordinator finish it."""
    if not interrupted(study.database, study.closes_round, point):
        return False
    cut = contents(study.database)
    was_open = study.round().state == "open"
    resumed = study.ticks().closings_resumed
    assert resumed == (not was_open and not cut["round_result"])
    if was_open:
        study.closes_round()
    return True


def test_a_closing_cut_anywhere_ends_the_same(ready_to_close: RunningStudy) -> None:
    study = ready_to_close
    before = contents(study.database)
    study.closes_round()
    expected = contents(study.database)
    point = 0
    while True:
        refill(study.database, before)
        if not cut_close_and_resume(study, point):
            break
        assert contents(study.database) == expected, f"after a cut at point {point}"
        assert study.ticks().closings_resumed == 0
        assert contents(study.database) == expected
        point += 1
    assert point > 25


def test_a_cut_in_the_first_transaction_leaves_the_round_open(
    ready_to_close: RunningStudy,
) -> None:
    study = ready_to_close
    before = contents(study.database)
    with counted_statements(study.database) as statements:
        study.closes_round()
    refill(study.database, before)
    for point in range(statements.index("COMMIT") + 1):
        assert interrupted(study.database, study.closes_round, point)
        assert contents(study.database) == before
    assert interrupted(study.database, study.closes_round, point + 1)
    assert study.round().state == "closed"


def test_a_resumption_cut_anywhere_ends_the_same(ready_to_close: RunningStudy) -> None:
    study = ready_to_close
    before = contents(study.database)
    study.closes_round()
    expected = contents(study.database)
    refill(study.database, before)
    with study.database.writing() as session:
        closing.close_round(session, study.round_id, study.around)
    closed = contents(study.database)
    point = 0
    while interrupted(study.database, study.ticks, point):
        study.ticks()
        assert contents(study.database) == expected, f"after a cut at point {point}"
        refill(study.database, closed)
        point += 1
    assert point > 10
