"""The token: its bits, its alphabet, what is derived from it."""

from __future__ import annotations

import secrets

import pytest

from delphi.domain.tokens import (
    ALPHABET,
    LENGTH,
    access_hash,
    base32,
    in_groups,
    new_token,
    participation_tag,
    pseudonym,
)

TOKEN = "0123456789ABCDEFGHJKMNPQRS"
#: SHA-256 of label, zero byte, token (zero byte, study), computed apart from the program
ACCESS = "a302fc5192cc075c736e1e9f82d97ee7627e5d653b3ff5641b427fdea2a50703"
TAG = "843f72a03d8ab212ce7f318ad6a1331b998495174037b173f438883b822ee99d"
PSEUDONYM = "eb5b7b8e72bdd7d819c5be9312033430"


def test_a_token_has_twenty_six_characters_and_130_random_bits() -> None:
    asked: list[int] = []

    def ones(size: int) -> bytes:
        asked.append(size)
        return b"\xff" * size

    assert new_token(ones) == "Z" * LENGTH
    assert asked == [17]
    assert 5 * LENGTH == 130
    assert new_token(bytes) == "0" * LENGTH


def test_every_random_bit_of_the_130_reaches_the_token() -> None:
    seen = {new_token(lambda _, bit=bit: (1 << bit).to_bytes(17, "big")) for bit in range(130)}
    assert len(seen) == 130
    assert "0" * LENGTH not in seen


def test_the_alphabet_has_no_look_alikes() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


def test_what_is_derived_from_a_token_is_unrelated() -> None:
    derived = {access_hash(TOKEN), participation_tag(TOKEN), pseudonym(TOKEN, "a" * 16)}
    assert len({one[:32] for one in derived}) == 3
    assert {len(one) for one in derived} == {64, 32}


def test_the_same_token_is_another_respondent_in_another_study() -> None:
    assert pseudonym(TOKEN, "a" * 16) != pseudonym(TOKEN, "b" * 16)
    assert pseudonym(TOKEN, "a" * 16) == pseudonym(TOKEN, "a" * 16)


@pytest.mark.parametrize("derive", [access_hash, participation_tag])
def test_one_other_character_gives_something_unrelated(derive: object) -> None:
    assert callable(derive)
    assert derive(TOKEN) != derive("1" + TOKEN[1:])


def test_derivations_never_change_or_every_link_is_dead() -> None:
    assert access_hash(TOKEN) == ACCESS
    assert participation_tag(TOKEN) == TAG
    assert pseudonym(TOKEN, "a" * 16) == PSEUDONYM


def test_groups_of_four_are_read_aloud() -> None:
    assert in_groups("ABCDEFGHJ") == "ABCD EFGH J"


def test_receipt_codes_are_the_first_bits_in_the_same_alphabet() -> None:
    assert base32(b"\xff" * 20, 20) == "Z" * 20
    assert base32(bytes(20), 4) == "0000"
    assert base32(b"\x08\x00\x00\x00\x00", 8) == "10000000"
    assert len(base32(secrets.token_bytes(32), 20)) == 20
