"""Canonical JSON: the same bytes for the same document, and nothing that could be read two ways."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.record.canonical import (
    LARGEST_INTEGER,
    CanonicalError,
    canonical_bytes,
    canonical_text,
    nfc,
    parse_canonical,
    sha256_hex,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(nfc)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (None, "null"),
        (True, "true"),
        (0, "0"),
        (-5, "-5"),
        (LARGEST_INTEGER, "9007199254740991"),
        ("", '""'),
        ("指标 é", '"指标 é"'),
        ("\u2028\u2029", '"\u2028\u2029"'),
        ('"\\/\b\f\n\r\t\x00\x1f\x7f', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
        ([], "[]"),
        ({}, "{}"),
        ([3, [2, {"a": ()}]], '[3,[2,{"a":[]}]]'),
        ({"b": 1, "a": {"d": None, "c": True}}, '{"a":{"c":true,"d":null},"b":1}'),
    ],
)
def test_a_document_has_one_form(document: object, text: str) -> None:
    assert canonical_text(document) == text
    assert canonical_bytes(document) == text.encode()


def test_keys_stand_in_the_order_of_their_utf_16_units() -> None:
    # The example of RFC 8785, 3.2.3: by code points the emoji would stand last.
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    # U+FB33 is not in normalisation form C; a private character stands for it.
    keys[2] = "\ue000"
    found = list(json.loads(canonical_bytes(dict.fromkeys(keys, 0))))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ue000"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (0.5, "float has no canonical form; write a decimal string"),
        (1.0, "float has no canonical form"),
        (float("nan"), "float has no canonical form"),
        ({"a": [float("inf")]}, "float has no canonical form"),
        (Decimal("0.5"), "Decimal has no canonical form"),
        (Fraction(1, 2), "Fraction has no canonical form"),
        (b"bytes", "bytes has no canonical form"),
        ({1, 2}, "set has no canonical form"),
        (object(), "object has no canonical form"),
        (LARGEST_INTEGER + 1, "integer 9007199254740992 is beyond"),
        (-LARGEST_INTEGER - 1, "is beyond"),
        ("e\u0301", "text that is not in normalisation form C"),
        ({"e\u0301": 1}, "text that is not in normalisation form C"),
        ({1: 2}, "key 1 is not text"),
        ({None: 2}, "key None is not text"),
        ("\ud800", "text with a lone surrogate"),
        ({"\udc00": 1}, "text with a lone surrogate"),
    ],
)
def test_what_could_be_read_two_ways_is_refused(document: object, message: str) -> None:
    with pytest.raises(CanonicalError, match=message.replace("^", r"\^")):
        canonical_bytes(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("NaN", "float has no canonical form"),
        ("1.0", "float has no canonical form"),
        ("1e2", "float has no canonical form"),
        ("{ }", "not in canonical form"),
        (" {}", "not in canonical form"),
        ("{}\n", "not in canonical form"),
        ('{"b":1,"a":2}', "not in canonical form"),
        ('{"a":1,"a":1}', "not in canonical form"),
        ('"\\u6307"', "not in canonical form"),
        ('"\\/"', "not in canonical form"),
        ("-0", "not in canonical form"),
        ('"e\u0301"', "normalisation form C"),
        ("9007199254740993", "is beyond"),
    ],
)
def test_a_stored_text_in_another_form_is_refused(text: str, message: str) -> None:
    with pytest.raises(CanonicalError, match=message):
        parse_canonical(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(CanonicalError, match="not JSON"):
        parse_canonical(b'"\xff"')


@settings(max_examples=100)
@given(DOCUMENTS)
def test_every_document_reads_back_the_same(document: object) -> None:
    raw = canonical_bytes(document)
    assert parse_canonical(raw) == document
    assert canonical_bytes(parse_canonical(raw)) == raw


@settings(max_examples=100)
@given(st.dictionaries(TEXTS, st.integers(0, 9), min_size=2, max_size=6), st.randoms())
def test_the_order_in_which_a_document_was_made_does_not_matter(
    document: dict[str, int], random: object
) -> None:
    keys = list(document)
    random.shuffle(keys)
    assert canonical_bytes({key: document[key] for key in keys}) == canonical_bytes(document)


@settings(max_examples=100)
@given(DOCUMENTS, DOCUMENTS)
def test_different_documents_have_different_bytes(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical_bytes(one) == canonical_bytes(other)) == same


@settings(max_examples=100)
@given(st.text(max_size=20))
def test_text_is_hashed_in_normalisation_form_c(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfc(nfc(text)) == nfc(text)


def test_the_hash_is_that_of_the_bytes() -> None:
    assert (
        sha256_hex({"b": 1, "a": "指"}) == hashlib.sha256('{"a":"指","b":1}'.encode()).hexdigest()
    )
