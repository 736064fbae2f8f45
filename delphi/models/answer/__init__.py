"""Answer side: respondent, draft, submission, rationale.

Nothing here carries a time, an arrival order, an address or a key of the identity side. Keys are
random or derived from the expert's own token; SQLite tables have no rowid.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base

_NO_ROWID = {"sqlite_with_rowid": False}


class Respondent(Base):
    """A pseudonym: derived from the token under a label of its own, never stored beside it."""

    __tablename__ = "respondent"
    __table_args__ = (_NO_ROWID,)

    pseudonym: Mapped[str] = mapped_column(String(32), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))


class Draft(Base):
    """What somebody has typed and not submitted; never counted, at most two versions kept."""

    __tablename__ = "draft"
    __table_args__ = (
        CheckConstraint("slot IN (1, 2)", name="at_most_two"),
        CheckConstraint("version >= 1", name="version_from_one"),
        _NO_ROWID,
    )

    respondent: Mapped[str] = mapped_column(ForeignKey("respondent.pseudonym"), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    #: 1 the one in work; 2 of another window, or typed without the access code, where it differs
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer)
    #: canonical JSON of the fields as typed
    content: Mapped[str] = mapped_column(Text)


class Submission(Base):
    """One immutable revision of one respondent's answers in one round."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("respondent", "round_id", "revision"),
        UniqueConstraint("respondent", "round_id", "form_key", name="uq_submission_form_key"),
        CheckConstraint("revision >= 1", name="revision_from_one"),
        _NO_ROWID,
    )

    #: random, 32 hexadecimal digits
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    respondent: Mapped[str] = mapped_column(ForeignKey("respondent.pseudonym"))
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    #: the highest at close counts
    revision: Mapped[int] = mapped_column(Integer)
    #: canonical JSON `delphi-submission/1`
    document: Mapped[str] = mapped_column(Text)
    #: 32 bytes, hexadecimal
    nonce: Mapped[str] = mapped_column(String(64))
    leaf: Mapped[str] = mapped_column(String(64), unique=True)
    #: made when the form was rendered: the same form sent twice gets the same receipt
    form_key: Mapped[str] = mapped_column(String(32))


class Rationale(Base):
    """A reason in somebody's own words, kept apart so that it can be erased."""

    __tablename__ = "rationale"
    __table_args__ = (_NO_ROWID,)

    #: random, 32 hexadecimal digits
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    respondent: Mapped[str] = mapped_column(ForeignKey("respondent.pseudonym"), index=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    #: code of the indicator
    item: Mapped[str] = mapped_column(String(32))
    #: 32 bytes, hexadecimal
    salt: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    #: what the submission keeps of it
    sha256: Mapped[str] = mapped_column(String(64))
