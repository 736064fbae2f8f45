"""The demonstration goes through the real services and can never become a real release."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.models.identity import Invitation
from delphi.models.study import Round, Study
from delphi.services import demonstration
from delphi.services.access import find_access
from delphi.services.demonstration import demonstrate
from delphi.services.panel import LARGEST_PANEL
from delphi.surroundings import Surroundings
from tests.studies import T2, looking, refuses


def test_eight_experts_replay_the_panel_to_its_release(
    database: Database, around: Surroundings
) -> None:
    made = demonstrate(database, around)
    assert made.weights is not None
    weights = json.loads(made.weights)
    published = [
        node["published_local_percent"] for node in weights["nodes"] if node["parent"] is None
    ]
    assert published == ["15", "55", "30"]
    assert weights["rehearsal"] is True
    assert (len(made.tokens), made.rounds_closed) == (8, 3)


def test_the_panel_is_the_one_of_the_method() -> None:
    assert demonstration.T2 == T2


@pytest.mark.parametrize("rounds_closed", [0, 1, 2])
def test_fewer_rounds_leave_the_next_one_open(
    database: Database, around: Surroundings, rounds_closed: int
) -> None:
    made = demonstrate(database, around, rounds_closed=rounds_closed)
    with looking(database) as session:
        rounds = session.scalars(select(Round).order_by(Round.number)).all()
    assert [one.state for one in rounds] == ["published"] * rounds_closed + ["open"]
    assert made.weights is None


def test_another_number_of_experts_draws_a_panel(
    sqlite_database: Database, around: Surroundings
) -> None:
    made = demonstrate(sqlite_database, around, experts=12)
    assert len(made.tokens) == 12
    assert made.weights is not None
    assert json.loads(made.weights)["panel"]["used"] == 12


def test_the_experts_have_passed_the_terms(sqlite_database: Database, around: Surroundings) -> None:
    made = demonstrate(sqlite_database, around, rounds_closed=0)
    with sqlite_database.reading() as session:
        assert set(session.scalars(select(Invitation.entry))) == {"ready"}
        found = find_access(session, made.tokens[0], around.key)
    assert found is not None
    assert found.study_id == made.study_id


def test_a_second_demonstration_may_use_the_same_coordinator(
    sqlite_database: Database, around: Surroundings
) -> None:
    first = demonstrate(sqlite_database, around, rounds_closed=0)
    second = demonstrate(sqlite_database, around, rounds_closed=0, coordinator=first.coordinator)
    assert second.coordinator == first.coordinator
    with looking(sqlite_database) as session:
        assert all(one.rehearsal for one in session.scalars(select(Study)))


@pytest.mark.parametrize(
    ("experts", "rounds_closed"), [(4, 3), (LARGEST_PANEL + 1, 3), (8, -1), (8, 4)]
)
def test_a_size_out_of_range_is_refused_before_anything_is_made(
    sqlite_database: Database, around: Surroundings, experts: int, rounds_closed: int
) -> None:
    with refuses("demo_size", experts=experts, rounds=rounds_closed):
        demonstrate(sqlite_database, around, experts=experts, rounds_closed=rounds_closed)
    with sqlite_database.reading() as session:
        assert session.scalars(select(Study.id)).all() == []


def test_a_link_that_is_dead_stops_the_demonstration(
    sqlite_database: Database, around: Surroundings, clock: FixedClock
) -> None:
    made = demonstrate(sqlite_database, around, rounds_closed=0)
    with sqlite_database.writing() as session:
        round_id = session.scalars(select(Round.id)).one()
        for row in session.scalars(select(Invitation)):
            row.state = "revoked"
    with refuses("link_unknown"):
        demonstration._answer(sqlite_database, round_id, made.tokens, T2[0], around)
