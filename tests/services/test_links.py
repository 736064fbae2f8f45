"""Personal links: sealed, hashed, shown again with an event, replaced without a second vote."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from delphi.db import Database
from delphi.domain.tokens import access_hash, participation_tag, pseudonym
from delphi.instance_key import InstanceKey
from delphi.models.answer import Respondent
from delphi.models.identity import Invitation, Participation
from delphi.models.study import Study
from delphi.services import links
from delphi.services.access import find_access
from delphi.surroundings import Surroundings
from tests.studies import RunningStudy, looking, refuses, running_study


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5)


def replace_link(study: RunningStudy, expert: int) -> str:
    """Replace a link; return the new token, which the study then uses."""
    person = study.people[expert]
    with study.database.writing() as session:
        links.replace_link(session, study.id, person, study.around)
        shown = links.show_tokens(session, study.id, [person], study.around)
    study.tokens[expert] = shown[person]
    return shown[person]


def test_a_token_is_stored_as_hashes_and_sealed_only(study: RunningStudy) -> None:
    with looking(study.database) as session:
        rows = {one.person_id: one for one in session.scalars(select(Invitation))}
    for person, token in zip(study.people, study.tokens, strict=True):
        row = rows[person]
        assert row.token_hash == access_hash(token)
        assert row.tag == participation_tag(token)
        assert token.encode() not in row.sealed_token
        assert study.around.key.open("invitation-token", row.sealed_token) == token.encode()


def test_each_token_is_another(study: RunningStudy) -> None:
    assert len(set(study.tokens)) == 5


def test_links_are_shown_again_and_each_showing_is_an_event(study: RunningStudy) -> None:
    for people in (study.people[:2], study.people[2:3]):
        with study.database.writing() as session:
            shown = links.show_tokens(session, study.id, people, study.around)
        assert shown == {one: study.tokens[study.people.index(one)] for one in people}
    shows = [json.loads(e.payload) for e in study.events() if e.type == "links.shown"]
    assert shows == [{"links": 5}, {"links": 2}, {"links": 1}]


def test_links_of_somebody_else_are_not_shown(study: RunningStudy, around: Surroundings) -> None:
    other = running_study(study.database, around, experts=5)
    with refuses("person_unknown"), study.database.writing() as session:
        links.show_tokens(session, study.id, [study.people[0], other.people[0]], around)


def test_links_that_go_out_by_mail_are_shown_to_nobody(study: RunningStudy) -> None:
    # No protocol can have it yet; whoever adds the delivery must not open this door.
    with study.database.writing() as session:
        stored = session.get_one(Study, study.id)
        stored.protocol = json.dumps({**json.loads(stored.protocol), "delivery": "mail"})
    with refuses("links_by_mail"), study.database.writing() as session:
        links.show_tokens(session, study.id, [study.people[0]], study.around)


def test_links_stay_shut_under_another_instance_key(study: RunningStudy) -> None:
    moved = replace(study.around, key=InstanceKey(bytes(32)))
    with refuses("key_changed"), study.database.writing() as session:
        links.show_tokens(session, study.id, study.people, moved)
    with refuses("key_changed"), study.database.writing() as session:
        links.replace_link(session, study.id, study.people[0], moved)
    assert study.access(0).entry == "new"


def test_the_old_link_is_dead_and_the_new_one_is_the_same_respondent(study: RunningStudy) -> None:
    old, before = study.tokens[0], study.access(0)
    replace_link(study, 0)
    with study.database.reading() as session:
        assert find_access(session, old, study.around.key) is None
    after = study.access(0)
    assert after.respondent == before.respondent
    assert after.invitation_id != before.invitation_id
    assert after.tag != before.tag


def test_a_link_replaced_twice_still_leads_to_the_first_respondent(study: RunningStudy) -> None:
    first = study.access(0).respondent
    for _ in range(2):
        replace_link(study, 0)
        assert study.access(0).respondent == first


def test_a_replaced_link_keeps_the_answers_and_gets_no_second_vote(study: RunningStudy) -> None:
    study.opens_round()
    study.submits(0, (20, 50, 30))
    replace_link(study, 0)
    study.submits(0, (10, 60, 30))
    revisions = [(one.respondent, one.revision) for one in study.submissions()]
    assert revisions == [(study.access(0).respondent, 1), (study.access(0).respondent, 2)]
    study.closes_round()
    assert len(study.counted()) == 1
    assert study.finished() == [0]


def test_a_link_replaced_before_its_first_opening_works_like_any(study: RunningStudy) -> None:
    replace_link(study, 0)
    study.opens_round()
    study.submits(0, (20, 50, 30))
    study.closes_round()
    assert len(study.counted()) == 1


def test_a_replaced_link_stays_behind_the_same_access_code(study: RunningStudy) -> None:
    with study.database.writing() as session:
        row = session.scalars(
            select(Invitation).where(Invitation.person_id == study.people[0])
        ).one()
        row.access_code_hash, row.entry = "-", "ready"
    replace_link(study, 0)
    assert (study.access(0).entry, study.access(0).has_code) == ("new", True)


def test_replacing_a_link_is_an_event_without_a_name(study: RunningStudy) -> None:
    replace_link(study, 0)
    event = next(one for one in study.events() if one.type == "link.replaced")
    assert json.loads(event.payload) == {"links": 1}


def test_the_others_are_not_touched(study: RunningStudy) -> None:
    before = [study.access(expert) for expert in range(1, 5)]
    replace_link(study, 0)
    assert [study.access(expert) for expert in range(1, 5)] == before


def test_only_somebody_with_a_link_gets_another(study: RunningStudy) -> None:
    with refuses("person_unknown"), study.database.writing() as session:
        links.replace_link(session, study.id, "0" * 16, study.around)
    with study.database.writing() as session:
        row = session.scalars(
            select(Invitation).where(Invitation.person_id == study.people[0])
        ).one()
        row.state = "revoked"
    with refuses("person_unknown"), study.database.writing() as session:
        links.replace_link(session, study.id, study.people[0], study.around)


def test_the_answer_side_learns_nothing_of_a_replaced_link(study: RunningStudy) -> None:
    before = study.access(0).respondent
    replace_link(study, 0)
    with looking(study.database) as session:
        assert session.scalars(select(Respondent)).all() == []
        rows = session.scalars(select(Invitation.sealed_respondent)).all()
    (sealed,) = [one for one in rows if one is not None]
    assert before.encode() not in sealed
    assert pseudonym(study.tokens[0], study.id) != before


def test_a_replaced_link_opens_with_the_key_that_sealed_it_only(study: RunningStudy) -> None:
    replace_link(study, 0)
    with refuses("key_changed"), study.database.reading() as session:
        find_access(session, study.tokens[0], InstanceKey(bytes(32)))


@pytest.mark.parametrize("sent", [True, False])
def test_the_coordinator_notes_whether_a_link_was_handed_on(
    study: RunningStudy, *, sent: bool
) -> None:
    study.opens_round()
    for mark in (not sent, sent):
        with study.database.writing() as session:
            links.mark_sent(session, study.id, study.people[0], study.round_id, sent=mark)
    with looking(study.database) as session:
        row = session.get_one(Participation, (study.people[0], study.round_id))
    assert (row.sent, row.finished) == (sent, False)


def test_a_mark_needs_somebody_who_was_asked_in_the_round(
    study: RunningStudy, around: Surroundings
) -> None:
    other = running_study(study.database, around, experts=5).opens_round()
    for person, round_id in ((study.people[0], other.round_id), (study.people[0], "0" * 16)):
        with refuses("person_unknown"), study.database.writing() as session:
            links.mark_sent(session, study.id, person, round_id, sent=True)
