"""The leaf of a submission and the hash of a reason."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.leaf import NONCE_BYTES, SALT_BYTES, leaf_hash, text_hash

NONCE = bytes(range(NONCE_BYTES))


def test_a_leaf_is_the_hash_of_label_document_and_nonce() -> None:
    expected = hashlib.sha256(b"delphi-leaf/1\x00{}\x00" + NONCE).hexdigest()
    assert leaf_hash(b"{}", NONCE) == expected


def test_a_reason_is_hashed_with_label_and_salt() -> None:
    expected = hashlib.sha256(b"delphi-text/1\x00" + NONCE + b"\x00" + "因为".encode()).hexdigest()
    assert text_hash("因为", NONCE) == expected


def test_one_text_written_two_ways_has_one_hash() -> None:
    assert text_hash("e\u0301", NONCE) == text_hash("\u00e9", NONCE)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_nonce_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"a nonce has 32 bytes, not {size}"):
        leaf_hash(b"{}", bytes(size))


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"a salt has 32 bytes, not {size}"):
        text_hash("text", bytes(size))


def test_a_leaf_and_the_hash_of_a_text_are_never_the_same() -> None:
    assert NONCE_BYTES == SALT_BYTES
    assert leaf_hash(NONCE, NONCE) != text_hash(NONCE.decode(), NONCE)


@settings(max_examples=100)
@given(st.binary(max_size=40), st.integers(0, 39), st.integers(1, 255))
def test_any_changed_byte_changes_the_leaf(document: bytes, place: int, change: int) -> None:
    if place < len(document):
        changed = bytearray(document)
        changed[place] ^= change
        assert leaf_hash(bytes(changed), NONCE) != leaf_hash(document, NONCE)
    nonce = bytearray(NONCE)
    nonce[place % NONCE_BYTES] ^= change
    assert leaf_hash(document, bytes(nonce)) != leaf_hash(document, NONCE)
