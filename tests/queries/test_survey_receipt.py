"""Receipts, and the search for a receipt code among the counted answers, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from delphi.db import Database
from delphi.domain.tokens import base32
from delphi.queries.receipt import (
    Receipt,
    ReceiptLine,
    find_counted,
    is_stored,
    read_code,
    receipt_lines,
    receipt_of,
    submitted_by_form,
)
from delphi.surroundings import Surroundings
from tests.five_methods import FIVE_METHODS, five_methods, full_answer
from tests.studies import RunningStudy, running_study


@pytest.fixture
def study(database: Database, around: Surroundings) -> RunningStudy:
    study = running_study(database, around, experts=5).opens_round()
    study.submits(0, (20, 50, 30), reasons={"D": "First.", "S": "Same."}, form_key="a" * 31 + "n")
    study.submits(0, (15, 55, 30), reasons={"D": "Second.", "S": "Same."})
    return study


def closed(study: RunningStudy) -> RunningStudy:
    for expert in range(1, 5):
        study.submits(expert, (20, 50, 30))
    return study.closes_round()


def receipt(study: RunningStudy, revision: int) -> Receipt:
    with study.database.reading() as session:
        line = ReceiptLine(study.number, revision, False)
        found = receipt_of(session, study.id, study.access(0).respondent, line)
    assert found is not None
    return found


def code(study: RunningStudy, revision: int) -> str:
    return receipt(study, revision).code


def test_every_submission_is_listed_latest_first(study: RunningStudy) -> None:
    respondent = study.access(0).respondent
    with study.database.reading() as session:
        assert receipt_lines(session, study.id, respondent) == (
            ReceiptLine(1, 2, is_superseded=False),
            ReceiptLine(1, 1, is_superseded=True),
        )
        assert receipt_lines(session, study.id, respondent, only="x") == ()
        assert receipt_lines(session, study.id, study.access(1).respondent) == ()
        assert receipt_lines(session, "0" * 16, respondent) == ()


def test_a_receipt_is_what_is_stored(study: RunningStudy) -> None:
    latest = receipt(study, 2)
    assert latest.values == {"root": {"D": 15, "S": 55, "E": 30}}
    assert latest.reasons == {"D": "Second.", "S": "Same."}
    assert (latest.revision, latest.latest, latest.is_superseded) == (2, 2, False)
    assert latest.is_intact
    assert latest.code == base32(bytes.fromhex(latest.leaf), 20)
    assert (latest.ledger_height, latest.ledger_head) == (
        study.events()[-1].height,
        study.events()[-1].hash,
    )
    assert latest.is_counted is None


def test_a_receipt_shows_what_every_method_stored(database: Database, around: Surroundings) -> None:
    study = running_study(
        database, around, experts=5, tree=FIVE_METHODS, protocol=five_methods()
    ).opens_round()
    study.submits(0, replace(full_answer(), abstained=frozenset({"D1"})))
    found = receipt(study, 1)
    assert found.questionnaire == study.questionnaire
    assert found.values["D1"] is None
    assert found.values["root"] == {"D:S": -3, "D:E": 1, "S:E": 2}
    assert found.values["S"] == {"S1": 2, "S2": 4, "S3": 1, "S4": 3}
    assert list(found.values) == [one.question for one in study.questionnaire.questions]


def test_an_earlier_receipt_shows_the_reasons_that_are_still_stored(study: RunningStudy) -> None:
    earlier = receipt(study, 1)
    assert earlier.is_superseded
    assert earlier.reasons == {"S": "Same."}  # the other one was replaced
    assert earlier.nonce_from_browser
    assert not receipt(study, 2).nonce_from_browser


def test_after_the_close_a_receipt_knows_whether_it_was_counted(study: RunningStudy) -> None:
    closed(study)
    assert receipt(study, 2).is_counted is True
    assert receipt(study, 1).is_counted is False


def test_a_receipt_of_somebody_else_does_not_exist(study: RunningStudy) -> None:
    with study.database.reading() as session:
        for respondent, line in (
            (study.access(1).respondent, ReceiptLine(1, 1, False)),
            (study.access(0).respondent, ReceiptLine(1, 3, False)),
            (study.access(0).respondent, ReceiptLine(2, 1, False)),
        ):
            assert receipt_of(session, study.id, respondent, line) is None


def test_only_the_counted_of_closed_rounds_are_found(study: RunningStudy) -> None:
    with study.database.reading() as session:
        assert find_counted(session, code(study, 2)) is None
    closed(study)
    with study.database.reading() as session:
        found = find_counted(session, code(study, 2))
        assert found is not None
        assert (found.title["en"], found.round) == ("City index", 1)
        assert found.closed_at == study.round().closed_at
        assert find_counted(session, code(study, 1)) is None
        assert find_counted(session, "0" * 20) is None


def test_a_form_is_known_by_its_key(study: RunningStudy) -> None:
    respondent = study.access(0).respondent
    with study.database.reading() as session:
        keys = ("a" * 31 + "n", "a" * 31 + "s")
        found = submitted_by_form(session, respondent, study.round_id, keys)
        assert found is not None
        assert is_stored(session, found)
        assert submitted_by_form(session, respondent, study.round_id, ("x",)) is None
        assert submitted_by_form(session, "0" * 32, study.round_id, keys) is None
        assert not is_stored(session, "0" * 32)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("3P3C Q55C 8BAS HWHV ZYMX", "3P3CQ55C8BASHWHVZYMX"),
        ("3p3cq55c8bashwhvzymx", "3P3CQ55C8BASHWHVZYMX"),
        ("3P3C-Q55C-8BAS\nHWHV–ZYMX ", "3P3CQ55C8BASHWHVZYMX"),
        ("３Ｐ３Ｃ　Ｑ５５Ｃ８ＢＡＳＨＷＨＶＺＹＭＸ", "3P3CQ55C8BASHWHVZYMX"),
        ("OIL0OIL0OIL0OIL0OIL0", "01100110011001100110"),
        ("3P3C Q55C 8BAS HWHV ZYM", None),
        ("3P3C Q55C 8BAS HWHV ZYMX X", None),
        ("3P3C Q55C 8BAS HWHV ZYMU", None),
        ("", None),
        ("🙂" * 20, None),
    ],
)
def test_a_receipt_code_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    assert read_code(typed) == read
