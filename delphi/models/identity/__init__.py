"""Identity side: person, invitation, participation, outbox. Knows nothing of any answer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base


class Person(Base):
    """An invited expert as the coordinator knows them."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("study_id", "email"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    #: how a letter begins: 陈教授, Prof Chen
    salutation: Mapped[str] = mapped_column(String(100), default="")
    #: field of work, shown to the coordinator only
    field: Mapped[str] = mapped_column(String(100), default="")
    email: Mapped[str | None] = mapped_column(String(254))


class Invitation(Base):
    """A personal link. A replaced link is a new row; the old one stays, revoked."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'revoked')", name="state_known"),
        CheckConstraint("entry IN ('new', 'consented', 'ready')", name="entry_known"),
        CheckConstraint("code_failures >= 0", name="code_failures_not_negative"),
        CheckConstraint(
            "(code_failures = 0) = (code_failures_on IS NULL)", name="code_failures_have_a_day"
        ),
        Index(
            "uq_invitation_one_active",
            "person_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    #: hash of the token under the label of access
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: the token sealed with the instance key, so that the link can be shown again
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary)
    #: of a replaced link: the respondent it goes on as, sealed; the answer side knows nothing of it
    sealed_respondent: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: hash of the token under the label of participation
    tag: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(8), default="active")
    issued_on: Mapped[date] = mapped_column(Date)
    #: new → consented (access code still to be chosen) → ready
    entry: Mapped[str] = mapped_column(String(12), default="new")
    #: argon2id of the six digits
    access_code_hash: Mapped[str | None] = mapped_column(String(200))
    #: wrong codes on the day of `code_failures_on`
    code_failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    code_failures_on: Mapped[date | None] = mapped_column(Date)


class Participation(Base):
    """Whether a person has finished a round: no time, no count, no device."""

    __tablename__ = "participation"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True, index=True)
    finished: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    #: the coordinator's own mark that the link was handed on; set and cleared by hand
    sent: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class ParticipationOutbox(Base):
    """Finished, not yet marked: one row a round, sealed, rewritten whole at each insert.

    Rows of their own would keep an order of arrival, and each a hidden transaction number that
    joins it to the submission written with it; unsealed, one who waits alone would be joined too.
    """

    __tablename__ = "participation_outbox"

    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    #: canonical JSON of the sorted participation tags, sealed with the instance key
    sealed_tags: Mapped[bytes] = mapped_column(LargeBinary)
