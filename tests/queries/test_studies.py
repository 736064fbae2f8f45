"""What the coordinator's pages read: standing, conclusions, panel, desk, ledger, opening."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.errors import NotFoundError
from delphi.queries.closing_now import RunningRound, closing_now
from delphi.queries.delivery import delivery_page
from delphi.queries.head import study_head
from delphi.queries.ledger import event_count, last_events, ledger_page
from delphi.queries.opening import opening_page
from delphi.queries.panel import find_person, panel_page
from delphi.queries.setup import indicators_page, letter_page, protocol_page
from delphi.queries.studies import study_list, study_overview
from delphi.services.links import mark_sent
from delphi.services.releases import end_study
from delphi.services.studies import set_weight_rule
from delphi.surroundings import Surroundings
from tests.studies import COORDINATOR, FOUR_GROUPS, T2, draft_study, running_study, typed

CLOSED = ((0, "launched"), (1, "continue"), (2, "continue"), (3, "end"))


@pytest.mark.parametrize(("rounds", "code"), CLOSED)
def test_a_study_stands_where_its_last_verdicts_put_it(
    database: Database, around: Surroundings, rounds: int, code: str
) -> None:
    study = running_study(database, around)
    for answers in T2[:rounds]:
        study.opens_round().all_submit(answers).closes_round()
    with database.reading() as session:
        page = study_overview(session, study.id, around.clock.now())
    assert (page.standing.code, page.standing.number) == (code, rounds)
    assert [row.line is not None for row in page.rounds] == [n < rounds for n in range(3)]
    assert page.rounds[-1].is_last
    assert page.conclusions == ()


def test_a_draft_and_a_finished_study_stand_where_their_state_says(
    database: Database, around: Surroundings
) -> None:
    draft = draft_study(database, around)
    study = running_study(database, around)
    for answers in T2:
        study.opens_round().all_submit(answers).closes_round()
    with database.writing() as session:
        end_study(session, study.id, around, accept_rounding=True)
    with database.reading() as session:
        lines = study_list(session, COORDINATOR, around.clock.now()).studies
    found = {line.study.id: line.standing for line in lines}
    assert found[draft].code == "draft"
    assert found[study.id].code == "finished"
    assert found[study.id].released_on == around.day


def test_too_few_answers_hold_and_in_the_last_round_exhaust(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    codes = []
    for answers in T2:
        study.opens_round().all_submit(answers[:5]).closes_round()
        with database.reading() as session:
            codes.append(study_overview(session, study.id, around.clock.now()).standing.code)
    assert codes == ["hold", "hold", "exhausted"]


def test_an_open_round_counts_recorded_marks_only(
    database: Database, around: Surroundings, clock: FixedClock
) -> None:
    study = running_study(database, around).opens_round(days=1).all_submit(T2[0][:5])
    with database.reading() as session:
        page = study_overview(session, study.id, around.clock.now())
    assert page.opened is not None
    assert page.opened.finished == 0
    study.ticks()
    study.submits(6, (20, 50, 30))
    study.ticks()
    clock.instant += timedelta(days=1)
    with database.reading() as session:
        page = study_overview(session, study.id, around.clock.now())
    assert page.standing.code == "overdue"
    assert page.standing.finished == 5
    assert [one.code for one in page.conclusions] == ["response_unknown", "quartiles_withheld"]


def test_several_groups_give_one_verdict_each(database: Database, around: Surroundings) -> None:
    study = running_study(database, around, tree=FOUR_GROUPS).opens_round()
    codes = [item.code for question in study.questionnaire.questions for item in question.items]
    for expert in range(8):
        points = dict(zip(codes, (20, 50, 30, 40, 60), strict=True))
        study.submits(expert, typed(points))
    study.closes_round()
    with database.reading() as session:
        line = study_overview(session, study.id, around.clock.now()).latest
    assert line is not None
    assert [one.group for one in line.verdicts] == ["root", "D"]
    assert line.distinct == (("continue", 2),)


def test_somebody_without_a_role_has_no_studies(database: Database, around: Surroundings) -> None:
    draft_study(database, around)
    with database.reading() as session:
        assert study_list(session, "nobody", around.clock.now()).studies == ()


# -------------------------------------------------------------------------------------- closing now


def conclusions(
    finished: int, *, invited: int = 8, before: int | None = 8, minimum: int = 8, last: bool = False
) -> dict[str, bool | None]:
    running = RunningRound(2, invited, finished, before, last)
    return {one.code: one.holds for one in closing_now(running, "0.7", minimum)}


def test_the_prototype_holds() -> None:
    assert conclusions(6) == {
        "response_met": True,
        "both_missed": False,
        "quartiles_withheld": False,
    }


def test_a_complete_panel_leaves_nothing_open() -> None:
    assert conclusions(8) == {"response_met": True, "both_met": True, "quartiles_shown": True}


def test_an_empty_round_says_so_first() -> None:
    assert list(conclusions(0)) == ["nobody", "response_missed", "both_missed", "feedback_withheld"]


def test_a_first_round_compares_with_nothing_and_a_last_one_shows_nothing() -> None:
    assert list(conclusions(3, before=None, last=True)) == ["response_missed"]


@given(
    invited=st.integers(5, 60),
    data=st.data(),
    minimum=st.integers(3, 20),
)
def test_every_conclusion_holds_whoever_is_waiting(
    invited: int, data: st.DataObject, minimum: int
) -> None:
    """For each number who can have answered, and each overlap with the round before."""
    finished = data.draw(st.integers(0, invited))
    before = data.draw(st.integers(1, invited))
    found = conclusions(finished, invited=invited, before=before, minimum=minimum)
    possible = [
        answered
        for answered in range(finished, min(finished + 2, invited) + 1)
        if answered < invited or answered == finished
    ]
    for answered in possible:
        share = Fraction(answered, invited) >= Fraction("0.7")
        assert found.get("response_met") is not True or share
        assert found.get("response_missed") is not False or not share
        overlaps = range(max(0, answered + before - invited), min(answered, before) + 1)
        assert found.get("both_met") is not True or min(overlaps) >= minimum
        assert found.get("both_missed") is not False or max(overlaps) < minimum
        assert found.get("quartiles_shown") is not True or answered >= 8
        assert found.get("quartiles_withheld") is not False or answered < 8
        assert found.get("feedback_withheld") is not False or answered < 5


# ------------------------------------------------------------------------------------- other pages


def test_a_panel_is_counted_without_reading_names(database: Database, around: Surroundings) -> None:
    study_id = draft_study(database, around)
    with database.reading() as session:
        named = panel_page(session, study_id, with_names=True)
        counted = panel_page(session, study_id, with_names=False)
    assert [person.name for person in named.people] == [f"Expert {n:03}" for n in range(1, 9)]
    assert (named.count, counted.count, counted.people) == (8, 8, ())
    assert named.people[0].called == "Expert 001"


def test_a_person_is_found_in_their_own_study_only(
    database: Database, around: Surroundings
) -> None:
    study, other = running_study(database, around), draft_study(database, around)
    with database.reading() as session:
        assert find_person(session, study.id, study.people[0]).name == "Expert 001"
        with pytest.raises(NotFoundError):
            find_person(session, other, study.people[0])


def test_the_desk_sorts_people_by_what_is_recorded(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around)
    with database.reading() as session:
        assert delivery_page(session, study.id).round is None
    study.opens_round().all_submit(T2[0][:3])
    study.ticks()
    with database.writing() as session:
        for expert in (0, 3):
            mark_sent(session, study.id, study.people[expert], study.round_id, sent=True)
    with database.reading() as session:
        page = delivery_page(session, study.id)
    assert [one.name[-3:] for one in page.finished] == ["001", "002", "003"]
    assert [one.name[-3:] for one in page.sent] == ["004"]
    assert [one.name[-3:] for one in page.waiting] == ["005", "006", "007", "008"]
    assert page.state(study.people[0]) == "finished"
    assert page.state("nobody") is None
    assert len(page.people) == 8


def test_the_ledger_is_checked_as_it_is_read(database: Database, around: Surroundings) -> None:
    study = running_study(database, around)
    with database.reading() as session:
        page = ledger_page(session, study.id)
        assert event_count(session, study.id) == len(page.events) == 4
        assert last_events(session, study.id, 2) == page.events[:2]
    assert page.broken_at is None
    assert [event.height for event in page.events] == [3, 2, 1, 0]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger_event SET day = '2020-01-01' WHERE height = 2")
    with database.reading() as session:
        assert ledger_page(session, study.id).broken_at == 2


def test_the_opening_page_names_what_stands_in_the_way(
    database: Database, around: Surroundings
) -> None:
    draft = draft_study(database, around)
    study = running_study(database, around)
    with database.reading() as session:
        assert opening_page(session, draft).obstacle == "draft"
        assert opening_page(session, study.id).obstacle is None
    study.opens_round()
    with database.reading() as session:
        assert opening_page(session, study.id).obstacle == "open"
    study.all_submit(T2[0]).closes_round()
    with database.reading() as session:
        page = opening_page(session, study.id)
    assert (page.number, page.obstacle, page.departs, page.invited) == (2, None, False, 8)
    (group,) = page.shown
    assert [(item.code, item.median, item.low, item.high) for item in group.items] == [
        ("D", "17.5", "10", "25"),
        ("S", "55", "40", "65"),
        ("E", "30", "25", "35"),
    ]


def test_groups_of_one_are_no_groups_and_rules_are_named(
    database: Database, around: Surroundings
) -> None:
    study_id = draft_study(database, around, tree=FOUR_GROUPS)
    with database.reading() as session:
        page = indicators_page(session, study_id)
    assert [(group.group, group.rule) for group in page.groups] == [
        ("root", "elicited"),
        ("D", "elicited"),
        ("S", "equal_leaves"),
    ]
    assert page.levels == (3, 5)
    assert page.leaves == 5
    with database.writing() as session:
        set_weight_rule(session, study_id, "D", "equal_siblings")
    with database.reading() as session:
        protocol = protocol_page(session, study_id)
        letter = letter_page(session, study_id)
    assert [group.group for group in protocol.groups] == ["root"]
    assert protocol.departures == 0
    assert letter.questions == 1


def test_a_study_that_does_not_exist_is_not_found(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFoundError):
        study_head(session, "0" * 16)
