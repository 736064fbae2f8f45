"""The ledger: a hash chain of events per study."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base


class LedgerEvent(Base):
    """One event: a UTC day, never a time; no count of an open round."""

    __tablename__ = "ledger_event"
    __table_args__ = (
        CheckConstraint("height >= 0", name="height_from_zero"),
        CheckConstraint("(height = 0) = (parent IS NULL)", name="parent_unless_first"),
    )

    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    #: hash of the event before
    parent: Mapped[str | None] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date)
    #: canonical JSON
    payload: Mapped[str] = mapped_column(Text)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
