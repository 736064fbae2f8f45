"""Derivations and the release."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base


class Derivation(Base):
    """One run from answers to weights with all its options; every run is kept."""

    __tablename__ = "derivation"
    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    #: the round whose answers were used
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"))
    number: Mapped[int] = mapped_column(Integer)
    #: canonical JSON `delphi-derivation/1`
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))


class Release(Base):
    """A derivation declared final; one per study."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("study_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"))
    derivation_id: Mapped[str] = mapped_column(ForeignKey("derivation.id"))
    released_on: Mapped[date] = mapped_column(Date)
    #: JSON `delphi-weights/1`, the bytes that are downloaded
    weights: Mapped[str] = mapped_column(Text)
    weights_sha256: Mapped[str] = mapped_column(String(64))
