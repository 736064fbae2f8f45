"""The personal link: 26 characters of Crockford base32, and what is derived from them.

One secret, unrelated derivations: access and participation belong to the identity side, the
pseudonym to the answer side. Neither can be computed from another without the token.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from urllib.parse import unquote

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
_READ_AS = {"O": "0", "I": "1", "L": "1"}
_SKIPPED = frozenset(" -‐‑‒–—_ \t\r\n")
#: Whole links are short; longer text is not searched.
LONGEST_INPUT = 2000


def new_token(random: Callable[[int], bytes]) -> str:
    """Return 130 random bits as 26 characters."""
    number = int.from_bytes(random(17), "big") & ((1 << 130) - 1)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def read_token(text: str) -> str | None:
    """Find the token in what somebody typed or pasted: a token, a fragment or a whole link.

    Leading token characters count; case, blanks and hyphens are ignored; what messengers append is
    dropped. Letters that the alphabet leaves out for their likeness are read as their twins.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_INPUT])
    if "%" in plain:
        plain = unquote(plain)
    candidates = plain.split("#")[1:] if "#" in plain else [plain]
    for candidate in candidates:
        token = _leading(candidate)
        if token is not None:
            return token
    return None


def _leading(text: str) -> str | None:
    found: list[str] = []
    for typed in text.upper():
        character = _READ_AS.get(typed, typed)
        if character in _SKIPPED:
            continue
        if character not in ALPHABET:
            break
        found.append(character)
        if len(found) == LENGTH:
            return "".join(found)
    return None


def in_groups(text: str, size: int = 4) -> str:
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
