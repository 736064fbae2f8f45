"""The leaf of a submission and the hash of a free text: one labelled SHA-256 each."""

from __future__ import annotations

import hashlib

from analysis.record.canonical import nfc

LEAF_LABEL = b"delphi-leaf/1"
TEXT_LABEL = b"delphi-text/1"
#: 16 bytes from the browser and 16 from the server, or all 32 from the server.
NONCE_BYTES = 32
SALT_BYTES = 32


def leaf_hash(submission: bytes, nonce: bytes) -> str:
    """Return SHA-256(label 0x00 canonical bytes 0x00 nonce) of one submission.

    Parameters
    ----------
    submission
        Canonical bytes of the submission document.
    nonce
        32 random bytes; without them a short answer could be found by trying all of them.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    Raises
    ------
    ValueError
        When the nonce does not have 32 bytes.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
    return hashlib.sha256(LEAF_LABEL + b"\0" + submission + b"\0" + nonce).hexdigest()


def text_hash(text: str, salt: bytes) -> str:
    """Return SHA-256(label 0x00 salt 0x00 NFC text): what a submission keeps of a reason.

    The salt lies beside the text; when both are erased the hash says nothing about them.

    Parameters
    ----------
    text
        The reason as written; it is brought to NFC first.
    salt
        32 random bytes.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    Raises
    ------
    ValueError
        When the salt does not have 32 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(TEXT_LABEL + b"\0" + salt + b"\0" + nfc(text).encode()).hexdigest()
