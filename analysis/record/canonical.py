"""Canonical JSON (RFC 8785), narrowed: no floating-point numbers, NFC text only.

Formatting a binary fraction differs between languages and versions; integers and decimal strings do
not. What is hashed is therefore written with these two alone.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

#: Integers beyond this are not exact in other languages' JSON readers.
LARGEST_INTEGER = 2**53 - 1


class CanonicalError(ValueError):
    """A value that has no canonical form."""


def nfc(text: str) -> str:
    """Bring a text to Unicode normalisation form C, as everything hashed must be.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same text for every reader, in one sequence of code points.
    """
    return unicodedata.normalize("NFC", text)


def canonical_bytes(document: Any) -> bytes:
    """Write a document in the one form that is hashed: RFC 8785, keys by UTF-16 code units.

    Parameters
    ----------
    document
        Mappings with text keys, lists, tuples, NFC text, integers up to 2**53 - 1 in size, True,
        False and None, nested as wanted. Fractions are written as decimal strings before.

    Returns
    -------
    bytes
        UTF-8 without blanks and without a line break at the end.

    Raises
    ------
    CanonicalError
        For floats, integers beyond 2**53 - 1, text that is not NFC or has lone surrogates, keys
        that are not text, and types that JSON does not have.
    """
    text = json.dumps(
        _ordered(document), ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError("text with a lone surrogate") from None


def canonical_text(document: Any) -> str:
    """Write a document in canonical form, as text.

    Parameters
    ----------
    document
        As for `canonical_bytes`, which refuses the same.

    Returns
    -------
    str
        Its UTF-8 bytes are `canonical_bytes(document)`.
    """
    return canonical_bytes(document).decode("utf-8")


def sha256_hex(document: Any) -> str:
    """Hash the canonical form of a document.

    Parameters
    ----------
    document
        As for `canonical_bytes`, which refuses the same.

    Returns
    -------
    str
        SHA-256 of the canonical bytes, as 64 lower-case hexadecimal digits.
    """
    return hashlib.sha256(canonical_bytes(document)).hexdigest()


def parse_canonical(text: str | bytes) -> Any:
    """Read a stored document back; refuse it when it is not in canonical form.

    Parameters
    ----------
    text
        What `canonical_text` or `canonical_bytes` once gave.

    Returns
    -------
    object
        The document; writing it again gives the same bytes.

    Raises
    ------
    CanonicalError
        When `text` is not JSON or not the canonical form of what it says.
    """
    raw = text.encode("utf-8") if isinstance(text, str) else text
    try:
        document = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CanonicalError(f"not JSON: {error}") from None
    if canonical_bytes(document) != raw:
        raise CanonicalError("not in canonical form")
    return document


def _ordered(value: Any) -> Any:
    """Return `value` with keys in the order of their UTF-16 code units, checked on the way."""
    if isinstance(value, str):
        return _checked_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise CanonicalError(f"integer {value} is beyond 2^53 - 1; write a decimal string")
        return value
    if isinstance(value, (list, tuple)):
        return [_ordered(inner) for inner in value]
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value, key=_key)}
    raise CanonicalError(f"{type(value).__name__} has no canonical form; write a decimal string")


def _checked_text(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise CanonicalError("text that is not in normalisation form C")
    return text


def _key(key: Any) -> bytes:
    if not isinstance(key, str):
        raise CanonicalError(f"key {key!r} is not text")
    return _checked_text(key).encode("utf-16-be", "surrogatepass")
