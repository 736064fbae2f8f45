"""What was stored of one expert's submissions, and whether a receipt code is among the counted."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from analysis.record.leaf import leaf_hash
from delphi.db import table_of
from delphi.domain.implications import judgements_from_document
from delphi.domain.proposals import Proposal, sent_from_document
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import Assessment, assessment_from_document
from delphi.domain.submission import RECEIPT_CHARACTERS, values_of
from delphi.domain.tokens import ALPHABET, base32
from delphi.models.answer import Rationale, Submission
from delphi.models.study import LedgerEvent, Round, Study
from delphi.queries.survey import Answers, RoundFacts, counted_leaves, questionnaire_of

_BITS = 5
_HEX_BITS = 4
#: A receipt code says so many hexadecimal digits of the leaf.
_LEAF_DIGITS = RECEIPT_CHARACTERS * _BITS // _HEX_BITS
_READ_AS = {"O": "0", "I": "1", "L": "1"}
LONGEST_CODE_INPUT = 200
#: Last character of a form key: who made the nonce.
BY_BROWSER_TOO, BY_SERVER = "n", "s"
_submissions = table_of(Submission)
_rounds = table_of(Round)
_rationales = table_of(Rationale)
_events = table_of(LedgerEvent)
_ANSWERED = _submissions.join(_rounds, _rounds.c.id == _submissions.c.round_id)
_LINES = (
    select(_submissions.c.id, _submissions.c.revision, _rounds.c.number)
    .select_from(_ANSWERED)
    .where(
        _submissions.c.respondent == bindparam("respondent"),
        _rounds.c.study_id == bindparam("study_id"),
    )
    .order_by(_rounds.c.number.desc(), _submissions.c.revision.desc())
)
_STORED = (
    select(
        _submissions.c.id,
        _submissions.c.respondent,
        _submissions.c.round_id,
        _submissions.c.revision,
        _submissions.c.document,
        _submissions.c.nonce,
        _submissions.c.leaf,
        _submissions.c.form_key,
        _rounds.c.number,
        _rounds.c.state,
        _rounds.c.due_at,
        _rounds.c.closed_at,
        _rounds.c.questionnaire_sha256,
        _rounds.c.counted_sha256,
    )
    .select_from(_ANSWERED)
    .where(
        _submissions.c.respondent == bindparam("respondent"),
        _rounds.c.study_id == bindparam("study_id"),
        _rounds.c.number == bindparam("number"),
    )
    .order_by(_submissions.c.revision.desc())
)
_REASONS = select(_rationales.c.item, _rationales.c.sha256, _rationales.c.text).where(
    _rationales.c.respondent == bindparam("respondent"),
    _rationales.c.round_id == bindparam("round_id"),
)
_LEDGER_HEAD = (
    select(_events.c.height, _events.c.hash)
    .where(_events.c.study_id == bindparam("study_id"))
    .order_by(_events.c.height.desc())
    .limit(1)
)
_BY_FORM = select(_submissions.c.id).where(
    _submissions.c.respondent == bindparam("respondent"),
    _submissions.c.round_id == bindparam("round_id"),
    _submissions.c.form_key.in_((bindparam("one_key"), bindparam("other_key"))),
)
_SEALED = select(_submissions.c.document, _submissions.c.nonce, _submissions.c.leaf).where(
    _submissions.c.id == bindparam("submission_id")
)


@dataclass(frozen=True)
class ReceiptLine:
    """One submission in a list."""

    round: int
    revision: int
    #: a later submission of the same round has taken its place
    is_superseded: bool


@dataclass(frozen=True)
class Receipt:
    """One submission as it was stored."""

    round: RoundFacts
    questionnaire: Questionnaire
    revision: int
    #: highest revision of this respondent in this round
    latest: int
    values: Answers
    #: what was said about the own knowledge
    assessed: Assessment
    #: what was said of what the answers imply: node → judgement
    judged: Mapping[str, str]
    #: item → reason, label → proposal, as far as it is still stored as submitted
    reasons: Mapping[str, str]
    proposals: tuple[Proposal, ...]
    #: the canonical document and the 32 bytes that the leaf is made from
    document: str
    nonce: str
    leaf: str
    #: whether the stored leaf follows from the stored document
    is_intact: bool
    #: half of the nonce came from the browser
    nonce_from_browser: bool
    #: whether the closing counted it; None while the round is open
    is_counted: bool | None
    ledger_height: int
    ledger_head: str

    @property
    def code(self) -> str:
        """The receipt code: 100 bits of the leaf, readable aloud."""
        return base32(bytes.fromhex(self.leaf), RECEIPT_CHARACTERS)

    @property
    def is_superseded(self) -> bool:
        """Whether a later submission has taken its place."""
        return self.revision < self.latest


@dataclass(frozen=True)
class CountedAnswer:
    """Where a receipt code was found."""

    title: Mapping[str, str]
    round: int
    closed_at: datetime | None


def receipt_lines(
    session: Session, study_id: str, respondent: str, *, only: str | None = None
) -> tuple[ReceiptLine, ...]:
    """Return every submission of a respondent, latest round first; `only`: one identifier."""
    rows = session.execute(_LINES, {"respondent": respondent, "study_id": study_id}).all()
    highest: dict[int, int] = {}
    for row in rows:
        highest.setdefault(row.number, row.revision)
    return tuple(
        ReceiptLine(row.number, row.revision, row.revision < highest[row.number])
        for row in rows
        if only is None or row.id == only
    )


def receipt_of(
    session: Session, study_id: str, respondent: str, line: ReceiptLine
) -> Receipt | None:
    """Return one submission of a respondent, read from what is stored."""
    found = session.execute(
        _STORED, {"respondent": respondent, "study_id": study_id, "number": line.round}
    ).all()
    stored = next((row for row in found if row.revision == line.revision), None)
    if stored is None:
        return None
    facts = RoundFacts(
        stored.round_id,
        stored.number,
        stored.state,
        stored.due_at,
        stored.closed_at,
        stored.questionnaire_sha256 or "",
    )
    counted = counted_leaves(session, stored.round_id, stored.counted_sha256)
    height, head = _ledger_head(session, study_id)
    document = json.loads(stored.document)
    texts = _texts(session, stored, document["texts"])
    return Receipt(
        round=facts,
        questionnaire=questionnaire_of(session, facts),
        revision=stored.revision,
        latest=found[0].revision,
        values=values_of(document),
        assessed=assessment_from_document(document["self_assessment"]),
        judged=judgements_from_document(document["implications"]),
        reasons=texts,
        proposals=sent_from_document(document["proposals"], texts),
        document=stored.document,
        nonce=stored.nonce,
        leaf=stored.leaf,
        is_intact=_is_intact(stored),
        nonce_from_browser=stored.form_key.endswith(BY_BROWSER_TOO),
        is_counted=None if stored.counted_sha256 is None else stored.leaf in counted,
        ledger_height=height,
        ledger_head=head,
    )


def _texts(session: Session, stored: Any, texts: list[Mapping[str, str]]) -> Mapping[str, str]:
    submitted = {one["item"]: one["sha256"] for one in texts}
    if not submitted:
        return {}
    rows = session.execute(
        _REASONS, {"respondent": stored.respondent, "round_id": stored.round_id}
    ).all()
    return {row.item: row.text for row in rows if submitted.get(row.item) == row.sha256}


def _is_intact(stored: Any) -> bool:
    nonce = bytes.fromhex(stored.nonce)
    return bool(leaf_hash(stored.document.encode(), nonce) == stored.leaf)


def _ledger_head(session: Session, study_id: str) -> tuple[int, str]:
    """Return the height and the hash of the study's last event."""
    row = session.execute(_LEDGER_HEAD, {"study_id": study_id}).one()
    return row.height, row.hash


def submitted_by_form(
    session: Session, respondent: str, round_id: str, form_keys: tuple[str] | tuple[str, str]
) -> str | None:
    """Return the submission that one rendering of the form has already led to."""
    one, other = form_keys[0], form_keys[-1]
    return session.scalar(
        _BY_FORM,
        {"respondent": respondent, "round_id": round_id, "one_key": one, "other_key": other},
    )


def is_stored(session: Session, submission_id: str) -> bool:
    """Whether a submission is in the database as its leaf says."""
    stored = session.execute(_SEALED, {"submission_id": submission_id}).first()
    return stored is not None and _is_intact(stored)


def find_counted(session: Session, code: str) -> CountedAnswer | None:
    """Return the closed round whose counted answers include a receipt code.

    Parameters
    ----------
    code
        As `read_code` returns it.
    """
    wanted = _leaf_digits(code)
    rounds = session.execute(
        select(
            Round.id,
            Round.number,
            Round.closed_at,
            Round.counted_sha256,
            Study.title_zh,
            Study.title_en,
        )
        .join(Study, Study.id == Round.study_id)
        .where(Round.counted_sha256.is_not(None))
        .order_by(Round.closed_at.desc())
    )
    for row in rounds.all():
        leaves = counted_leaves(session, row.id, row.counted_sha256)
        if any(leaf.startswith(wanted) for leaf in leaves):
            title = {"zh": row.title_zh, "en": row.title_en}
            return CountedAnswer(title, row.number, row.closed_at)
    return None


def read_code(text: str) -> str | None:
    """Return the 20 characters of a receipt code, or None when `text` is no such code.

    Case, blanks and hyphens are ignored; letters that the alphabet leaves out for their likeness
    are read as their twins.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_CODE_INPUT]).upper()
    characters = [
        _READ_AS.get(c, c) for c in plain if not c.isspace() and unicodedata.category(c) != "Pd"
    ]
    fits = len(characters) == RECEIPT_CHARACTERS and all(c in ALPHABET for c in characters)
    return "".join(characters) if fits else None


def _leaf_digits(code: str) -> str:
    number = 0
    for character in code:
        number = number << _BITS | ALPHABET.index(character)
    return f"{number:0{_LEAF_DIGITS}x}"
