"""The personal link: written by hand, read aloud, pasted from messengers."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.tokens import (
    ALPHABET,
    LENGTH,
    LONGEST_INPUT,
    access_hash,
    base32,
    in_groups,
    new_token,
    participation_tag,
    pseudonym,
    read_token,
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


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        TOKEN.lower(),
        in_groups(TOKEN),
        "-".join([TOKEN[:13], TOKEN[13:]]),
        "O" + "L" + TOKEN[2:],
        "o" + "i" + TOKEN[2:],
        f"#{TOKEN}",
        f"https://delphi.example.org/survey#{TOKEN}",
        f"https://delphi.example.org/survey#{TOKEN}&from=singlemessage",
        f"https://delphi.example.org/survey#{TOKEN}。谢谢",
        f"请点 https://delphi.example.org/survey#{TOKEN} 作答",
        f"https://delphi.example.org/survey%23{TOKEN}",
        "".join(chr(ord(c) + 0xFEE0) for c in TOKEN),
        f"  {TOKEN}\n",
        f"#wrong #{TOKEN}",
    ],
    ids=[
        "plain", "small letters", "groups", "hyphen", "twins", "small twins", "fragment", "link",
        "messenger", "full stop", "sentence", "escaped", "full-width", "blanks", "second fragment",
    ],
)  # fmt: skip
def test_the_token_is_found_in_what_people_paste(text: str) -> None:
    assert read_token(text) == TOKEN


@pytest.mark.parametrize(
    "text",
    ["", TOKEN[:-1], "https://delphi.example.org/survey", f"!{TOKEN}", f"U{TOKEN[1:]}",
     "." * (LONGEST_INPUT + 1) + "#" + TOKEN],
    ids=["nothing", "too short", "no fragment", "other first", "not in the alphabet", "too long"],
)  # fmt: skip
def test_what_holds_no_token_gives_none(text: str) -> None:
    assert read_token(text) is None


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_reading_never_fails_and_gives_only_tokens(text: str) -> None:
    found = read_token(text)
    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


@settings(max_examples=50)
@given(st.binary(min_size=17, max_size=17))
def test_a_token_reads_back_from_its_link(random: bytes) -> None:
    token = new_token(lambda size: random[:size])
    assert read_token(f"https://delphi.example.org/survey#{in_groups(token).lower()}") == token


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
