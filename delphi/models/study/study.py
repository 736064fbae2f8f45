"""The study: titles, letter, protocol, state."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base, UtcDateTime


class Study(Base):
    """One Delphi exercise: tree, panel, protocol, rounds, release."""

    __tablename__ = "study"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'running', 'finished')", name="state_known"),
        CheckConstraint("(state = 'draft') = (launched_on IS NULL)", name="launched_unless_draft"),
        CheckConstraint(
            "(state = 'draft') = (protocol_sha256 IS NULL)", name="protocol_frozen_by_launch"
        ),
    )

    #: random, 16 hexadecimal digits
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    #: draft, running, finished
    state: Mapped[str] = mapped_column(String(16), default="draft")
    #: demonstration or rehearsal: marked in every file, never a real release
    rehearsal: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: canonical JSON: who asks, for what, viewpoint, whom to call; both languages
    letter: Mapped[str] = mapped_column(Text)
    #: canonical JSON `delphi-protocol/1`; may change until launch
    protocol: Mapped[str] = mapped_column(Text)
    #: hash of the frozen protocol; set exactly by launch
    protocol_sha256: Mapped[str | None] = mapped_column(String(64))
    launched_on: Mapped[date | None] = mapped_column(Date)
    #: canonical JSON: file and ranges of the data table behind the fact cards; none without one
    dataset: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
