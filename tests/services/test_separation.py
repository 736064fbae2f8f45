"""A copy of the database does not tell who answered what; a naive variant is seen through."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.tokens import pseudonym
from delphi.models import answer
from delphi.models.answer import Respondent, Submission
from delphi.models.identity import Participation
from delphi.services import closing, links
from delphi.services.access import give_consent
from delphi.surroundings import Surroundings
from tests.databases import MakeDatabase, contents
from tests.services.observer import (
    Row,
    hidden,
    joined_values,
    pairs_by_order,
    pairs_by_transaction,
    tables_of,
)
from tests.studies import RunningStudy, running_study, typed

PANEL = 12
ANSWER, OTHER = (20, 50, 30), (10, 60, 30)


@pytest.fixture
def new_database(databases: MakeDatabase) -> Iterator[Database]:
    """Give PostgreSQL with new files: what lay in them before would lie in the way."""
    with databases("postgresql", new=True) as database:
        yield database


def truth(study: RunningStudy) -> dict[str, str]:
    """Return person → respondent, as only the tokens tell."""
    return {
        person: pseudonym(token, study.id)
        for person, token in zip(study.people, study.tokens, strict=True)
    }


def arrive_one_by_one(study: RunningStudy, *, marks_at_once: bool = False) -> list[str]:
    """Let everybody submit in a random order, with drafts and codes; return the order."""
    order = list(range(PANEL))
    random.Random(7).shuffle(order)  # noqa: S311  (repeatable on purpose)
    for expert in order:
        with study.database.writing() as session:
            give_consent(session, study.access(expert))
        study.drafts(expert, typed({"D": 20}))
        study.submits(expert, ANSWER, reasons={"D": f"理由 {expert}"})
        if marks_at_once:  # the naive way: a mark of its own in the next transaction
            with study.database.writing() as session:
                session.execute(
                    update(Participation)
                    .where(Participation.person_id == study.people[expert])
                    .values(finished=True)
                )
        else:
            study.ticks()
    return [truth(study)[study.people[expert]] for expert in order]


def found_pairs(study: RunningStudy, table: str, answers: str = "submission") -> set[str]:
    """Return the people whom hidden transaction numbers give away, by the best of three ways."""
    people = hidden(study.database, table, "person_id")
    respondents = hidden(
        study.database, answers, "pseudonym" if answers == "respondent" else "respondent"
    )
    ways = (
        pairs_by_transaction(people, respondents, apart=1),
        pairs_by_transaction(people, respondents, apart=4),
        pairs_by_order(people, respondents),
    )
    true = truth(study)
    return max(
        ({person for person, one in way.items() if true[person] == one} for way in ways), key=len
    )


def test_marks_join_nobody_to_an_answer_while_the_round_is_open(
    new_database: Database, around: Surroundings
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    assert found_pairs(study, "participation") == set()


@pytest.mark.parametrize("answers", ["respondent", "draft", "submission"])
def test_a_first_opening_joins_nobody_to_an_answer_while_the_round_is_open(
    new_database: Database, around: Surroundings, answers: str
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    assert len(found_pairs(study, "invitation", answers)) <= 2  # one of twelve by chance


def replaces_one_link(study: RunningStudy) -> None:
    with study.database.writing() as session:
        links.replace_link(session, study.id, study.people[0], study.around)


def test_a_replaced_link_writes_nothing_on_the_answer_side(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=PANEL).opens_round()
    study.all_submit([ANSWER] * PANEL)
    before = contents(database)
    replaces_one_link(study)
    after = contents(database)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"invitation", "ledger_event"}
    assert changed.isdisjoint(tables_of(answer))


def test_one_who_waits_alone_is_not_joined(new_database: Database, around: Surroundings) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    study.submits(0, ANSWER)
    (waiting,) = hidden(new_database, "participation_outbox", "sealed_tags")
    (stored,) = hidden(new_database, "submission", "respondent")
    # Written together, as it must be; so what was written must not say who it was.
    assert waiting.transaction == stored.transaction
    assert study.access(0).tag.encode() not in bytes(waiting.key)


def test_after_the_close_all_answers_were_written_by_one_transaction(
    new_database: Database, around: Surroundings
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    study.closes_round()
    for table, key in (
        ("submission", "id"), ("respondent", "pseudonym"), ("rationale", "id"),
        ("draft", "respondent"),
    ):  # fmt: skip
        rows = hidden(new_database, table, key)
        assert len(rows) == PANEL
        assert len({row.transaction for row in rows}) == 1, table


def test_after_the_close_all_answers_lie_in_the_order_of_their_keys(
    new_database: Database, around: Surroundings
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    study.closes_round()
    for table, key in (
        ("submission", "id"), ("respondent", "pseudonym"), ("rationale", "id"),
        ("draft", "respondent"),
    ):  # fmt: skip
        keys = [row.key for row in hidden(new_database, table, key)]
        assert keys == sorted(keys), table


def test_after_the_close_marks_were_written_by_one_transaction(
    new_database: Database, around: Surroundings
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    study.closes_round()
    rows = hidden(new_database, "participation", "person_id")
    assert len({row.transaction for row in rows}) == 1
    for answers in ("respondent", "draft", "submission"):
        assert found_pairs(study, "participation", answers) == set()
        assert found_pairs(study, "invitation", answers) == set()


def test_the_naive_way_is_seen_through_by_the_same_observer(
    new_database: Database, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    order = arrive_one_by_one(study, marks_at_once=True)
    assert len(found_pairs(study, "participation")) == PANEL
    monkeypatch.setattr(closing, "rewrite_answers", lambda _: None)
    study.closes_round()
    rows = hidden(new_database, "submission", "respondent")
    assert len({row.transaction for row in rows}) == PANEL
    assert [row.key for row in rows] == order  # and where they lie tells who came when


def test_a_rewrite_that_keeps_transaction_numbers_is_seen_through(
    new_database: Database, around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    monkeypatch.setattr(
        closing, "rewrite_answers", lambda database: database.rewrite(*closing.ANSWER_TABLES)
    )
    study.closes_round()
    assert len({row.transaction for row in hidden(new_database, "submission", "id")}) > 1


def test_closing_one_study_leaves_no_order_of_another_that_is_open(
    new_database: Database, around: Surroundings
) -> None:
    study = running_study(new_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    other = running_study(new_database, around, experts=5).opens_round()
    other.submits(0, ANSWER)
    other.closes_round()
    rows = hidden(new_database, "submission", "id")
    assert len(rows) == PANEL + 1
    assert len({row.transaction for row in rows}) == 1
    assert study.round().state == "open"


def test_pairs_are_found_where_exactly_one_of_each_is_near() -> None:
    people = [Row("p1", 11, (0, 1)), Row("p2", 21, (0, 2)), Row("p3", 22, (0, 3))]
    answers = [Row("r1", 10, (0, 1)), Row("r2", 21, (0, 2)), Row("r4", 40, (0, 3))]
    assert pairs_by_transaction(people, answers) == {"p1": "r1"}
    assert pairs_by_order(people, answers) == {"p1": "r1", "p2": "r2", "p3": "r4"}
    assert pairs_by_order(people, [*answers, answers[0]]) == {}


def test_no_value_stands_on_both_sides(
    database: Database, around: Surroundings, clock: FixedClock
) -> None:
    study = running_study(database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    with database.writing() as session:
        links.replace_link(session, study.id, study.people[0], around)
        shown = links.show_tokens(session, study.id, study.people[:1], around)
    study.tokens[0] = shown[study.people[0]]
    study.submits(0, OTHER)
    study.closes_round()
    assert joined_values(database) == {study.id, study.round_id}


@pytest.mark.parametrize(
    "derive", [lambda tag: tag, lambda tag: tag[::-1]], ids=["a tag", "a tag backwards"]
)
def test_a_value_on_both_sides_is_seen(
    database: Database, around: Surroundings, derive: object
) -> None:
    study = running_study(database, around, experts=5).opens_round()
    study.submits(0, ANSWER)
    tag = study.access(0).tag
    assert callable(derive)
    with database.writing() as session:
        session.execute(update(Submission).values(form_key=derive(tag)[:32]))
        session.execute(text("UPDATE invitation SET tag = substr(tag, 1, 32)"))
        if derive(tag) != tag:
            session.execute(text("UPDATE submission SET form_key = :key"), {"key": tag[:32][::-1]})
    assert len(joined_values(database) - {study.id, study.round_id}) == 1


def test_a_respondent_by_the_hash_of_an_address_is_seen(
    database: Database, around: Surroundings
) -> None:
    study = running_study(database, around, experts=5)
    address = "chen@example.org"
    with database.writing() as session:
        session.execute(text("UPDATE person SET email = :to WHERE id = :id"),
                        {"to": address, "id": study.people[0]})  # fmt: skip
        by_address = hashlib.md5(address.encode()).hexdigest()  # noqa: S324  (as a careless program would)
        session.add(Respondent(pseudonym=by_address, study_id=study.id))
    assert by_address in joined_values(database)


def test_no_token_is_in_the_files(sqlite_database: Database, around: Surroundings) -> None:
    study = running_study(sqlite_database, around, experts=PANEL).opens_round()
    arrive_one_by_one(study)
    assert sqlite_database.url.database is not None
    folder = Path(sqlite_database.url.database).parent
    raw = b"".join(path.read_bytes() for path in folder.glob("delphi.db*"))
    assert study.access(0).tag.encode() in raw  # the search finds what is there
    assert not [token for token in study.tokens if token.encode() in raw]
