"""Passwords: argon2id with the library's defaults (64 MiB, three passes, four lanes)."""

from __future__ import annotations

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from delphi.errors import DomainError

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
# What the password is checked against when there is no such account, so that both take equally
# long. Its own password was random and is not known to anybody.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$DQ9PJDsd8llAsz6o+vJ/rQ$"
    "VwsuX0XQCLQEoJJEY4Lgjpp7JzG0W3e5rzRdhe3hIRE"
)

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password of 12 to 200 characters.

    Raises
    ------
    DomainError
        `staff_password_length`.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise DomainError("staff_password_length", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
    return _hasher.hash(_normalised(password))


def is_password(password_hash: str, password: str) -> bool:
    """Whether the password is the one of the hash; takes equally long either way."""
    try:
        _hasher.verify(password_hash, _normalised(password[:LONGEST_PASSWORD]))
    except VerificationError:
        return False
    return len(password) <= LONGEST_PASSWORD


def _normalised(password: str) -> str:
    """Return one form for what keyboards type in several (full-width letters, accents)."""
    return unicodedata.normalize("NFKC", password)
