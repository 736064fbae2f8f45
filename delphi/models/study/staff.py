"""Staff: accounts, sessions, roles in studies, failed logins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column

from delphi.db import Base, UtcDateTime


class Staff(Base):
    """Somebody who runs or audits studies."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    #: argon2id
    password_hash: Mapped[str] = mapped_column(String(200))
    #: secret of the second factor, sealed with the instance key
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: last time step that was used, so that a code works once
    totp_last_step: Mapped[int | None] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())


class StaffSession(Base):
    """A logged-in browser; the cookie holds a random id of which only the hash is here."""

    __tablename__ = "staff_session"

    id_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudyRole(Base):
    """What somebody may do in a study."""

    __tablename__ = "study_role"
    __table_args__ = (
        CheckConstraint("role IN ('coordinator', 'methodologist')", name="role_known"),
    )

    study_id: Mapped[str] = mapped_column(ForeignKey("study.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))


class LoginFailure(Base):
    """A failed login, kept for as long as the throttle looks back."""

    __tablename__ = "login_failure"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    #: keyed hash of the login that was tried
    account_key: Mapped[str] = mapped_column(String(64), index=True)
    #: keyed hash of the network it came from
    network_key: Mapped[str] = mapped_column(String(64), index=True)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime)
