"""Every state that must not be is refused by the constraint that names it, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
    insert,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from delphi.db import Base, Database
from tests.databases import BACKENDS, MakeDatabase
from tests.models.rows import DAY, ROWS, load_one_of_each

#: constraint → table and the change of its valid row that it refuses
REFUSED_CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "ck_study_state_known": ("study", {"state": "paused"}),
    "ck_study_launched_unless_draft": ("study", {"launched_on": None}),
    "ck_study_protocol_frozen_by_launch": ("study", {"protocol_sha256": None}),
    "ck_study_role_role_known": ("study_role", {"role": "owner"}),
    "ck_indicator_not_its_own_parent": ("indicator", {"parent": "D"}),
    "ck_indicator_weight_rule_known": ("indicator", {"weight_rule": "guessed"}),
    "ck_indicator_kind_known": ("indicator", {"kind": "percent"}),
    "ck_indicator_direction_known": ("indicator", {"direction": "up"}),
    "ck_round_number_from_one": ("round", {"number": 0}),
    "ck_round_state_known": (
        "round",
        {"state": "reopened", "closed_at": None, "counted": None, "counted_sha256": None},
    ),
    "ck_round_opened_unless_draft": ("round", {"opened_at": None}),
    "ck_round_questionnaire_frozen_by_opening": (
        "round", {"questionnaire": None, "questionnaire_sha256": None},
    ),
    "ck_round_questionnaire_has_its_hash": ("round", {"questionnaire_sha256": None}),
    "ck_round_closed_has_its_time": ("round", {"state": "open"}),
    "ck_round_counted_exactly_when_closed": ("round", {"counted": None, "counted_sha256": None}),
    "ck_round_counted_has_its_hash": ("round", {"counted_sha256": None}),
    "ck_round_invited_not_negative": ("round", {"invited": -1}),
    "ck_derivation_number_from_one": ("derivation", {"number": 0}),
    "ck_ledger_event_height_from_zero": ("ledger_event", {"height": -1, "parent": "0" * 64}),
    "ck_ledger_event_parent_unless_first": ("ledger_event", {"height": 1}),
    "ck_invitation_state_known": ("invitation", {"state": "lost"}),
    "ck_invitation_entry_known": ("invitation", {"entry": "done"}),
    "ck_invitation_code_failures_not_negative": ("invitation", {"code_failures": -1}),
    "ck_invitation_code_failures_have_a_day": ("invitation", {"code_failures_on": None}),
    "ck_draft_at_most_two": ("draft", {"slot": 3}),
    "ck_draft_version_from_one": ("draft", {"version": 0}),
    "ck_submission_revision_from_one": ("submission", {"revision": 0}),
}  # fmt: skip

#: unique constraint or index → what a second row differs in
REFUSED_TWINS: dict[str, dict[str, Any]] = {
    "uq_staff_login": {"id": "9" * 16},
    "uq_round_study_id_number": {"id": "9" * 16},
    "uq_round_one_open": {
        "id": "9" * 16, "number": 3, "state": "open", "closed_at": None, "counted": None,
        "counted_sha256": None,
    },
    "uq_derivation_study_id_number": {"id": "9" * 16},
    "uq_release_study_id": {"id": "9" * 16},
    "uq_ledger_event_hash": {"height": 1, "parent": "b" * 64},
    "uq_person_study_id_email": {"id": "9" * 16},
    "uq_invitation_token_hash": {"id": "9" * 16, "state": "revoked", "tag": "0" * 64},
    "uq_invitation_tag": {"id": "9" * 16, "state": "revoked", "token_hash": "0" * 64},
    "uq_invitation_one_active": {"id": "9" * 16, "tag": "0" * 64, "token_hash": "0" * 64},
    "uq_submission_respondent_round_id_revision": {
        "id": "9" * 32, "leaf": "0" * 64, "form_key": "form-2",
    },
    "uq_submission_form_key": {"id": "9" * 32, "leaf": "0" * 64, "revision": 2},
    "uq_submission_leaf": {"id": "9" * 32, "form_key": "form-2", "revision": 2},
}  # fmt: skip
#: What has to stand there before the twin is refused by this very constraint.
BEFORE_THE_TWIN = {"uq_round_one_open": {"id": "8" * 16, "number": 2, "state": "open"}}


def _named(kind: type[Any]) -> dict[str, tuple[Table, Any]]:
    return {
        str(one.name): (table, one)
        for table in Base.metadata.sorted_tables
        for one in (*table.constraints, *table.indexes)
        if isinstance(one, kind)
    }


UNIQUES = _named(UniqueConstraint) | {
    name: found for name, found in _named(Index).items() if found[1].unique
}
FOREIGN_KEYS = _named(ForeignKeyConstraint)


@pytest.fixture(scope="module", params=BACKENDS)
def filled(request: pytest.FixtureRequest, databases: MakeDatabase) -> Iterator[Database]:
    """Give one database for all these tests, with a valid row in every table."""
    with databases(request.param) as database:
        with database.writing() as session:
            load_one_of_each(session)
        yield database


@pytest.fixture
def session(filled: Database) -> Iterator[Session]:
    """Give a session whose changes are taken back."""
    with filled.writing() as session:
        yield session
        session.rollback()


def test_every_table_has_a_valid_row_with_every_column() -> None:
    columns = {
        name: {column.name for column in table.columns}
        for name, table in Base.metadata.tables.items()
    }
    assert {name: set(row) for name, row in ROWS.items()} == columns


def test_every_check_has_a_state_that_it_refuses() -> None:
    assert set(_named(CheckConstraint)) == set(REFUSED_CHANGES)


def test_every_unique_constraint_has_a_twin_that_it_refuses() -> None:
    assert set(UNIQUES) == set(REFUSED_TWINS)


@pytest.mark.parametrize("name", sorted(REFUSED_CHANGES))
def test_a_state_that_must_not_be_is_refused_by_its_check(session: Session, name: str) -> None:
    table, change = REFUSED_CHANGES[name]
    with pytest.raises(IntegrityError, match=rf"\b{name}\b"), session.begin_nested():
        session.execute(update(Base.metadata.tables[table]).values(**change))


@pytest.mark.parametrize("name", sorted(REFUSED_TWINS))
def test_a_second_row_of_the_same_is_refused_by_its_unique_constraint(
    session: Session, name: str
) -> None:
    table, constraint = UNIQUES[name]
    twin = ROWS[table.name] | REFUSED_TWINS[name]
    if name in BEFORE_THE_TWIN:
        session.execute(insert(table).values(twin | BEFORE_THE_TWIN[name]))
    columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
    # SQLite names the columns of a unique constraint, PostgreSQL the constraint itself.
    with pytest.raises(
        IntegrityError, match=rf"(\b{name}\b|failed: {columns}$|failed: {columns}\n)"
    ):
        session.execute(insert(table).values(**twin))


@pytest.mark.parametrize("name", sorted(FOREIGN_KEYS))
def test_a_row_that_points_nowhere_is_refused_by_its_foreign_key(
    session: Session, name: str
) -> None:
    table, constraint = FOREIGN_KEYS[name]
    pointing = list(constraint.columns)[-1].name
    # SQLite does not say which foreign key it was; the change concerns this one alone.
    with pytest.raises(IntegrityError, match=rf"(\b{name}\b|FOREIGN KEY constraint failed)"):
        session.execute(update(table).values({pointing: "nowhere"}))


@pytest.mark.parametrize("table", sorted(ROWS))
def test_what_must_be_there_is_not_left_out(session: Session, table: str) -> None:
    found = Base.metadata.tables[table]
    for column in found.columns:
        if column.nullable:
            continue
        with pytest.raises(IntegrityError, match=column.name), session.begin_nested():
            session.execute(update(found).values({column.name: None}))


def test_a_second_draft_beside_the_working_one_is_allowed(session: Session) -> None:
    table = Base.metadata.tables["draft"]
    session.execute(insert(table).values(ROWS["draft"] | {"slot": 2}))


def test_a_revoked_invitation_may_stand_beside_the_active_one(session: Session) -> None:
    other = {"id": "9" * 16, "tag": "0" * 64, "token_hash": "0" * 64, "state": "revoked"}
    session.execute(insert(Base.metadata.tables["invitation"]).values(ROWS["invitation"] | other))


def test_people_without_an_address_do_not_stand_in_each_others_way(session: Session) -> None:
    table = Base.metadata.tables["person"]
    for one in ("8", "9"):
        session.execute(insert(table).values(ROWS["person"] | {"id": one * 16, "email": None}))


def test_failures_of_a_day_are_counted(session: Session) -> None:
    change = {"code_failures": 2, "code_failures_on": DAY}
    session.execute(update(Base.metadata.tables["invitation"]).values(**change))
