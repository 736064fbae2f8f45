"""An expert's way in: token, consent, access code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from delphi.clock import FixedClock
from delphi.db import Database
from delphi.domain.tokens import participation_tag, pseudonym
from delphi.models.identity import Invitation
from delphi.services import access
from delphi.services.access import TRIES_PER_DAY, check_code, choose_code, find_access, give_consent
from delphi.surroundings import Surroundings
from tests.studies import RunningStudy, looking, refuses, running_study

RIGHT, WRONG = "830274", "830275"


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    return running_study(database, around, experts=5)


@pytest.fixture
def with_code(study: RunningStudy) -> RunningStudy:
    with study.database.writing() as session:
        give_consent(session, study.access(0))
        choose_code(session, study.access(0), RIGHT)
    return study


def tries(study: RunningStudy, code: str) -> bool:
    with study.database.writing() as session:
        return check_code(session, study.access(0), code, study.around)


def test_a_token_gives_everything_a_request_needs(study: RunningStudy) -> None:
    found = study.access(0)
    assert found.study_id == study.id
    assert found.respondent == pseudonym(study.tokens[0], study.id)
    assert found.tag == participation_tag(study.tokens[0])
    assert (found.entry, found.has_code) == ("new", False)


@pytest.mark.parametrize("token", ["", "0" * 26, "not a token", "0123456789ABCDEFGHJKMNPQRS"])
def test_an_unknown_token_gives_nothing(study: RunningStudy, token: str) -> None:
    with study.database.reading() as session:
        assert find_access(session, token, study.around.key) is None


def test_a_revoked_token_gives_nothing(study: RunningStudy) -> None:
    with study.database.writing() as session:
        row = session.scalars(
            select(Invitation).where(Invitation.person_id == study.people[0])
        ).one()
        row.state = "revoked"
    with study.database.reading() as session:
        assert find_access(session, study.tokens[0], study.around.key) is None


def test_looking_at_a_link_writes_nothing(study: RunningStudy) -> None:
    with looking(study.database) as session:
        before = session.scalars(select(Invitation).order_by(Invitation.id)).all()
    study.access(0)
    with looking(study.database) as session:
        after = session.scalars(select(Invitation).order_by(Invitation.id)).all()
    assert [vars(one) | {"_sa_instance_state": 0} for one in before] == [
        vars(one) | {"_sa_instance_state": 0} for one in after
    ]


def test_consent_comes_before_the_code_and_is_given_once(study: RunningStudy) -> None:
    for _ in range(2):
        with study.database.writing() as session:
            give_consent(session, study.access(0))
        assert study.access(0).entry == "consented"


def test_consent_given_again_does_not_take_a_ready_expert_back(with_code: RunningStudy) -> None:
    with with_code.database.writing() as session:
        give_consent(session, with_code.access(0))
    assert with_code.access(0).entry == "ready"


def test_a_chosen_code_makes_the_expert_ready(with_code: RunningStudy) -> None:
    assert (with_code.access(0).entry, with_code.access(0).has_code) == ("ready", True)
    assert with_code.access(1).entry == "new"


def test_a_code_is_stored_as_a_slow_hash(with_code: RunningStudy) -> None:
    with with_code.database.reading() as session:
        stored = session.scalars(
            select(Invitation.access_code_hash).where(Invitation.access_code_hash.is_not(None))
        ).one()
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert RIGHT not in stored


@pytest.mark.parametrize(
    "code",
    ["", "12345", "1234567", "12345a", " 83027", "８３０２７４", "٨٣٠٢٧٤", "83027\n", "-83027"],
)
def test_a_code_is_six_digits(study: RunningStudy, code: str) -> None:
    with refuses("code_format"), study.database.writing() as session:
        choose_code(session, study.access(0), code)


@pytest.mark.parametrize("code", ["000000", "777777", "123456", "012345", "987654", "654321"])
def test_what_somebody_would_try_first_is_refused(study: RunningStudy, code: str) -> None:
    with refuses("code_weak"), study.database.writing() as session:
        choose_code(session, study.access(0), code)
    assert not study.access(0).has_code


def test_a_code_is_chosen_once(with_code: RunningStudy) -> None:
    with refuses("code_already_set"), with_code.database.writing() as session:
        choose_code(session, with_code.access(0), "294817")
    assert tries(with_code, RIGHT)


def test_the_right_code_opens_and_a_wrong_one_does_not(with_code: RunningStudy) -> None:
    assert not tries(with_code, WRONG)
    assert tries(with_code, RIGHT)


@pytest.mark.parametrize("code", ["", "83027", "8302744", "abc", "x" * 10_000, "８３０２７４"])
def test_a_malformed_code_is_just_wrong(with_code: RunningStudy, code: str) -> None:
    assert not tries(with_code, code)


def test_somebody_without_a_code_opens_nothing_with_any(study: RunningStudy) -> None:
    assert not tries(study, RIGHT)


def test_ten_wrong_codes_on_a_day_shut_the_door_even_to_the_right_one(
    with_code: RunningStudy,
) -> None:
    assert TRIES_PER_DAY == 10
    for _ in range(TRIES_PER_DAY):
        assert not tries(with_code, WRONG)
    for code in (WRONG, RIGHT):
        with refuses("code_wait"):
            tries(with_code, code)


def test_on_the_next_day_of_utc_the_door_opens_again(
    with_code: RunningStudy, clock: FixedClock
) -> None:
    for _ in range(TRIES_PER_DAY):
        tries(with_code, WRONG)
    clock.instant += timedelta(hours=11, minutes=59)  # it was noon
    with refuses("code_wait"):
        tries(with_code, RIGHT)
    clock.instant += timedelta(minutes=1)
    assert not tries(with_code, WRONG)
    assert tries(with_code, RIGHT)


def test_the_right_code_takes_the_wrong_ones_back(with_code: RunningStudy) -> None:
    for _ in range(2):
        for _ in range(TRIES_PER_DAY - 1):
            assert not tries(with_code, WRONG)
        assert tries(with_code, RIGHT)


def test_wrong_codes_of_one_expert_do_not_shut_out_another(with_code: RunningStudy) -> None:
    for _ in range(TRIES_PER_DAY):
        tries(with_code, WRONG)
    with with_code.database.writing() as session:
        choose_code(session, with_code.access(1), RIGHT)
        assert check_code(session, with_code.access(1), RIGHT, with_code.around)


def test_shut_out_an_expert_still_answers(with_code: RunningStudy) -> None:
    for _ in range(TRIES_PER_DAY):
        tries(with_code, WRONG)
    with_code.opens_round().submits(0, (20, 50, 30))
    assert len(with_code.submissions()) == 1


def test_the_count_is_lost_with_the_transaction_so_the_caller_commits(
    with_code: RunningStudy,
) -> None:
    with with_code.database.writing() as session:
        check_code(session, with_code.access(0), WRONG, with_code.around)
        session.rollback()
    with with_code.database.reading() as session:
        failures = session.scalars(select(Invitation.code_failures)).all()
    assert set(failures) == {0}


@pytest.mark.parametrize("code", ["010203", "135790", "112233", "890123"])
def test_other_codes_are_not_weak(code: str) -> None:
    assert not access._is_weak(code)
