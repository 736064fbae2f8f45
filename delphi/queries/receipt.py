"""What was stored of one expert's submissions, and whether a receipt code is among the counted."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.record.leaf import leaf_hash
from delphi.domain.questionnaire import Questionnaire
from delphi.domain.submission import RECEIPT_CHARACTERS, points_of
from delphi.domain.tokens import ALPHABET, base32
from delphi.models.answer import Rationale, Submission
from delphi.models.study import LedgerEvent, Round, Study
from delphi.queries.survey import Points, RoundFacts, counted_leaves, questionnaire_of

_BITS = 5
_HEX_BITS = 4
#: A receipt code says so many hexadecimal digits of the leaf.
_LEAF_DIGITS = RECEIPT_CHARACTERS * _BITS // _HEX_BITS
_READ_AS = {"O": "0", "I": "1", "L": "1"}
LONGEST_CODE_INPUT = 200
#: Last character of a form key: who made the nonce.
BY_BROWSER_TOO, BY_SERVER = "n", "s"


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
    points: Points
    #: item → reason, as far as it is still stored as submitted
    reasons: Mapping[str, str]
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
    statement = (
        select(Submission.id, Submission.revision, Round.number)
        .join(Round, Round.id == Submission.round_id)
        .where(Submission.respondent == respondent, Round.study_id == study_id)
        .order_by(Round.number.desc(), Submission.revision.desc())
    )
    rows = session.execute(statement).all()
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
        select(Submission, Round)
        .join(Round, Round.id == Submission.round_id)
        .where(
            Submission.respondent == respondent,
            Round.study_id == study_id,
            Round.number == line.round,
        )
        .order_by(Submission.revision.desc())
    ).all()
    stored = next((row for row in found if row.Submission.revision == line.revision), None)
    if stored is None:
        return None
    submission, opened = stored
    facts = RoundFacts(
        opened.id,
        opened.number,
        opened.state,
        opened.due_at,
        opened.closed_at,
        opened.questionnaire_sha256 or "",
    )
    counted = counted_leaves(session, opened.id, opened.counted_sha256)
    height, head = _ledger_head(session, study_id)
    document = json.loads(submission.document)
    return Receipt(
        round=facts,
        questionnaire=questionnaire_of(session, facts),
        revision=submission.revision,
        latest=found[0].Submission.revision,
        points=points_of(document),
        reasons=_reasons(session, submission, document["texts"]),
        document=submission.document,
        nonce=submission.nonce,
        leaf=submission.leaf,
        is_intact=_is_intact(submission),
        nonce_from_browser=submission.form_key.endswith(BY_BROWSER_TOO),
        is_counted=None if opened.counted_sha256 is None else submission.leaf in counted,
        ledger_height=height,
        ledger_head=head,
    )


def _reasons(
    session: Session, submission: Submission, texts: list[Mapping[str, str]]
) -> Mapping[str, str]:
    submitted = {one["item"]: one["sha256"] for one in texts}
    rows = session.execute(
        select(Rationale.item, Rationale.sha256, Rationale.text).where(
            Rationale.respondent == submission.respondent,
            Rationale.round_id == submission.round_id,
        )
    )
    return {row.item: row.text for row in rows if submitted.get(row.item) == row.sha256}


def _is_intact(submission: Submission) -> bool:
    nonce = bytes.fromhex(submission.nonce)
    return leaf_hash(submission.document.encode(), nonce) == submission.leaf


def _ledger_head(session: Session, study_id: str) -> tuple[int, str]:
    """Return the height and the hash of the study's last event."""
    row = session.execute(
        select(LedgerEvent.height, LedgerEvent.hash)
        .where(LedgerEvent.study_id == study_id)
        .order_by(LedgerEvent.height.desc())
        .limit(1)
    ).one()
    return row.height, row.hash


def submitted_by_form(
    session: Session, respondent: str, round_id: str, form_keys: tuple[str, ...]
) -> str | None:
    """Return the submission that one rendering of the form has already led to."""
    return session.scalar(
        select(Submission.id).where(
            Submission.respondent == respondent,
            Submission.round_id == round_id,
            Submission.form_key.in_(form_keys),
        )
    )


def is_stored(session: Session, submission_id: str) -> bool:
    """Whether a submission is in the database as its leaf says."""
    submission = session.get(Submission, submission_id)
    return submission is not None and _is_intact(submission)


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
