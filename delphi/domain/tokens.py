"""The personal link: 26 characters of Crockford base32, and what is derived from them.

One secret, unrelated derivations: access and participation belong to the identity side, the
pseudonym to the answer side. Neither can be computed from another without the token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
#: Tokens are read and typed in groups of this many characters.
GROUP = 4


def new_token(random: Callable[[int], bytes]) -> str:
    """Return 130 random bits as 26 characters."""
    number = int.from_bytes(random(17), "big") & ((1 << 130) - 1)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def in_groups(text: str, size: int = GROUP) -> str:
    """Return `text` in blank-separated groups, to be read aloud."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def access_hash(token: str) -> str:
    """Return what the invitation keeps of the token."""
    return _derive("delphi-access/1", token)


def participation_tag(token: str) -> str:
    """Return the label under which a finished round is reported to the identity side."""
    return _derive("delphi-participation/1", token)


def pseudonym(token: str, study_id: str) -> str:
    """Return the respondent of this token in this study, 32 hexadecimal digits."""
    return _derive("delphi-respondent/1", token, study_id)[:32]


def _derive(label: str, token: str, *more: str) -> str:
    # 130 random bits need no slow hash: they cannot be tried out.
    return hashlib.sha256("\0".join((label, token, *more)).encode()).hexdigest()


def base32(data: bytes, characters: int) -> str:
    """Return the first `characters` of `data` in the same alphabet; for receipt codes."""
    number = int.from_bytes(data, "big")
    bits = len(data) * 8
    shifts = range(bits - 5, bits - 5 * characters - 1, -5)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in shifts)


def link(base_url: str, token: str) -> str:
    """Return the personal link; the token is in the fragment, which browsers send to nobody."""
    return f"{base_url}/s#{token}"
