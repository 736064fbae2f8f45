"""One valid row for every table, and how they are loaded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

import delphi.models
from delphi.db import Base

AT = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = date(2026, 11, 2)
STUDY, STAFF, PERSON, ROUND, DERIVATION = ("1" * 16, "2" * 16, "3" * 16, "4" * 16, "5" * 16)
RESPONDENT = "a" * 32

assert delphi.models  # registers the tables

#: table → its row; a new table needs one here
ROWS: dict[str, dict[str, Any]] = {
    "study": {
        "id": STUDY, "title_zh": "城市指数", "title_en": "City index", "state": "running",
        "rehearsal": False, "letter": "{}", "protocol": "{}", "protocol_sha256": "0" * 64,
        "launched_on": DAY, "dataset": "{}", "created_at": AT,
    },
    "staff": {
        "id": STAFF, "login": "lin", "name": "Lin", "password_hash": "-",
        "totp_sealed": b"sealed", "totp_last_step": 59_000_000, "is_active": True,
    },
    "staff_session": {
        "id_hash": "1" * 64, "staff_id": STAFF, "created_at": AT, "seen_at": AT,
    },
    "study_role": {"study_id": STUDY, "staff_id": STAFF, "role": "coordinator"},
    "login_failure": {
        "id": "6" * 16, "account_key": "2" * 64, "network_key": "3" * 64, "failed_at": AT,
    },
    "indicator": {
        "study_id": STUDY, "code": "D", "parent": None, "position": 0, "name_zh": "需求",
        "name_en": "Demand", "unit_zh": "元", "unit_en": "CNY", "kind": "value",
        "direction": "benefit", "source_zh": "统计局", "source_en": "Statistics bureau",
        "note_zh": "说明", "note_en": "Note", "weight_rule": "fixed", "local_percent": "100",
    },
    "round": {
        "id": ROUND, "study_id": STUDY, "number": 1, "state": "closed", "invited": 8,
        "questionnaire": "{}", "questionnaire_sha256": "4" * 64, "opened_at": AT, "due_at": AT,
        "closed_at": AT, "counted": "[]", "counted_sha256": "5" * 64,
    },
    "round_result": {"round_id": ROUND, "document": "{}", "sha256": "6" * 64},
    "round_feedback": {"round_id": ROUND, "document": "{}", "sha256": "7" * 64},
    "derivation": {
        "id": DERIVATION, "study_id": STUDY, "round_id": ROUND, "number": 1, "document": "{}",
        "sha256": "8" * 64,
    },
    "release": {
        "id": "7" * 16, "study_id": STUDY, "derivation_id": DERIVATION, "released_on": DAY,
        "weights": "{}\n", "weights_sha256": "9" * 64,
    },
    "ledger_event": {
        "study_id": STUDY, "height": 0, "parent": None, "type": "study.created", "day": DAY,
        "payload": "{}", "payload_sha256": "a" * 64, "hash": "b" * 64,
    },
    "person": {
        "id": PERSON, "study_id": STUDY, "name": "陈建平", "salutation": "陈教授",
        "field": "统计", "email": "chen@example.org",
    },
    "invitation": {
        "id": "8" * 16, "study_id": STUDY, "person_id": PERSON, "token_hash": "c" * 64,
        "sealed_token": b"\x00sealed",
        "sealed_respondent": b"\x00sealed", "tag": "d" * 64, "state": "active", "issued_on": DAY,
        "entry": "ready", "access_code_hash": "-", "code_failures": 1, "code_failures_on": DAY,
    },
    "participation": {"person_id": PERSON, "round_id": ROUND, "finished": True, "sent": True},
    "participation_outbox": {"round_id": ROUND, "sealed_tags": b"\x00sealed"},
    "respondent": {"pseudonym": RESPONDENT, "study_id": STUDY},
    "draft": {
        "respondent": RESPONDENT, "round_id": ROUND, "slot": 1, "version": 1, "content": "{}",
    },
    "submission": {
        "id": "c" * 32, "respondent": RESPONDENT, "round_id": ROUND, "revision": 1,
        "document": "{}", "nonce": "e" * 64, "leaf": "f" * 64, "form_key": "form-1",
    },
    "rationale": {
        "id": "d" * 32, "respondent": RESPONDENT, "round_id": ROUND, "item": "D",
        "salt": "1" * 64, "text": "因为", "sha256": "2" * 64,
    },
}  # fmt: skip


def load_one_of_each(session: Session) -> None:
    """Store the rows, parents first."""
    for table in Base.metadata.sorted_tables:
        session.execute(insert(table).values(**ROWS[table.name]))
