"""Rounds, their frozen questionnaire, and what was computed from them once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base, UtcDateTime


class Round(Base):
    """One round: draft → open → closed → published."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("state IN ('draft', 'open', 'closed', 'published')", name="state_known"),
        CheckConstraint("(state = 'draft') = (opened_at IS NULL)", name="opened_unless_draft"),
        CheckConstraint(
            "(state = 'draft') = (questionnaire IS NULL)", name="questionnaire_frozen_by_opening"
        ),
        CheckConstraint(
            "(questionnaire IS NULL) = (questionnaire_sha256 IS NULL)",
            name="questionnaire_has_its_hash",
        ),
        CheckConstraint(
            "(state IN ('closed', 'published')) = (closed_at IS NOT NULL)",
            name="closed_has_its_time",
        ),
        CheckConstraint(
            "(closed_at IS NULL) = (counted IS NULL)", name="counted_exactly_when_closed"
        ),
        CheckConstraint(
            "(counted IS NULL) = (counted_sha256 IS NULL)", name="counted_has_its_hash"
        ),
        CheckConstraint("invited >= 0", name="invited_not_negative"),
        Index(
            "uq_round_one_open",
            "study_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    #: random, 16 hexadecimal digits
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(16), default="draft")
    #: experts invited when the round was opened
    invited: Mapped[int] = mapped_column(Integer, default=0)
    #: canonical JSON `delphi-questionnaire/1`
    questionnaire: Mapped[str | None] = mapped_column(Text)
    questionnaire_sha256: Mapped[str | None] = mapped_column(String(64))
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: announced end; only the closing act closes a round
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: canonical JSON: the sorted leaves of the submissions that count
    counted: Mapped[str | None] = mapped_column(Text)
    counted_sha256: Mapped[str | None] = mapped_column(String(64))


class RoundResult(Base):
    """Statistics and verdicts of a closed round: computed once, never again."""

    __tablename__ = "round_result"

    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    #: canonical JSON `delphi-result/1`
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class RoundFeedback(Base):
    """What the next round shows: frozen and disclosure-checked."""

    __tablename__ = "round_feedback"

    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    #: canonical JSON `delphi-feedback/1`
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
