"""The personal link: wrapped by gateways, lengthened by messengers, read aloud, typed by hand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from delphi.domain.pasted_links import (
    LONGEST_INPUT,
    MOST_TOKENS,
    Fault,
    Strange,
    read_link,
    read_token,
)
from delphi.domain.tokens import ALPHABET, LENGTH, in_groups, new_token
from tests.domain.manglings import ALL, LINKS, SITE, TYPED, safelink

TOKEN = "0123456789ABCDEFGHJKMNPQRS"
OTHER = "4T8K9WQM2XHV7BND3RPZ6FJCYE"
tokens = st.binary(min_size=17, max_size=17).map(lambda bits: new_token(lambda _: bits))


def arrives(mangling: str, token: str) -> str:
    return ALL[mangling](token, f"{SITE}/s#{token}")


@pytest.mark.parametrize("token", [TOKEN, OTHER], ids=["digits first", "mixed"])
@pytest.mark.parametrize("mangling", ALL)
def test_the_token_is_found_in_what_arrives(mangling: str, token: str) -> None:
    assert read_token(arrives(mangling, token)) == token


@settings(max_examples=400)
@given(tokens, st.sampled_from(sorted(ALL)))
def test_any_token_survives_any_mangling(token: str, mangling: str) -> None:
    assert read_token(arrives(mangling, token)) == token


@settings(max_examples=300)
@given(tokens, st.sampled_from(sorted(LINKS)), st.text(max_size=60), st.text(max_size=60))
def test_a_link_survives_any_words_around_it(
    token: str, mangling: str, before: str, behind: str
) -> None:
    """What follows is set off, or it would be part of the link for everybody."""
    text = f"{before}\n{arrives(mangling, token)} | {behind}"
    assert token in read_link(text).tokens


@settings(max_examples=200)
@given(
    tokens, st.lists(st.integers(1, 6), min_size=4, max_size=30), st.sampled_from(" -–_\n\u3000")
)
def test_groups_of_any_size_are_put_together(token: str, sizes: list[int], between: str) -> None:
    pieces, rest = [], token
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert read_token(between.join([*filter(None, pieces), *filter(None, [rest])])) == token


@settings(max_examples=200)
@given(tokens, st.lists(st.sampled_from(["is", "code", "My", "thanks", "3", "组"]), max_size=4))
def test_groups_among_words_are_among_what_is_looked_up(token: str, words: list[str]) -> None:
    text = " ".join([*words, in_groups(token), *words])
    assert token in read_link(text).tokens


@settings(max_examples=300)
@given(st.text(max_size=300) | st.text("#%/s:= -4T8Kau\u00ad。&;*\n>", max_size=300))
def test_reading_never_fails_and_gives_only_tokens(text: str) -> None:
    read = read_link(text)
    assert len(read.tokens) <= MOST_TOKENS
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in read.tokens)
    assert read.tokens or read.fault is not None


@pytest.mark.parametrize(
    "text",
    ["4 " * LONGEST_INPUT, "#4" * LONGEST_INPUT, "%25" * LONGEST_INPUT, "&amp;" * LONGEST_INPUT,
     "urldefense?&" * LONGEST_INPUT, "aHR0c" * LONGEST_INPUT, "=\n> " * LONGEST_INPUT,
     "http://a/s#" * LONGEST_INPUT],
)  # fmt: skip
def test_reading_takes_no_time_whatever_is_sent(text: str) -> None:
    began = time.perf_counter()
    read_link(text)
    assert time.perf_counter() - began < 1


def test_of_two_links_both_are_returned() -> None:
    text = f"old: {SITE}/s#{OTHER}\nnew: {SITE}/s#{TOKEN}"
    assert read_link(text).tokens == (OTHER, TOKEN)


def test_the_code_of_a_gateway_comes_after_the_link() -> None:
    found = read_link(arrives("fireeye", TOKEN)).tokens
    assert found[0] == TOKEN
    assert len(found) > 1


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (f"https://other.example/s#{TOKEN}", "other.example"),
        (f"见 HTTP://OTHER.example:8080/s#{TOKEN}。", "other.example:8080"),
        (safelink(f"{SITE}/s#{TOKEN}"), "delphi.example.org"),
        (TOKEN, ""),
        ("https://elsewhere.example/page", ""),
    ],
    ids=["link", "port", "wrapped", "token", "other page"],
)
def test_the_site_of_a_link_is_named(text: str, host: str) -> None:
    assert read_link(text).host == host


# What is wrong with a text


@pytest.mark.parametrize(
    ("text", "fault", "count"),
    [
        ("", Fault.EMPTY, 0),
        (" -\u200b\n", Fault.EMPTY, 0),
        (TOKEN[:14], Fault.SHORT, 14),
        (in_groups(TOKEN[:25]), Fault.SHORT, 25),
        (TOKEN + "7", Fault.LONG, 27),
        (f"{SITE}/s#{TOKEN[:20]}", Fault.CUT, 20),
        (f"#{TOKEN[:20]}…", Fault.CUT, 20),
        (f"{SITE}/s", Fault.NO_FRAGMENT, 0),
        (f"{SITE}/s?from=singlemessage", Fault.NO_FRAGMENT, 0),
        (safelink(f"{SITE}/s"), Fault.NO_FRAGMENT, 0),
        ("#", Fault.NO_FRAGMENT, 0),
        ("Sehr geehrte Frau Professor, bitte füllen Sie den Fragebogen aus. " * 3, Fault.WORDS, 0),
        ("." * (LONGEST_INPUT + 1) + "#" + TOKEN, Fault.EMPTY, 0),
    ],
    ids=["nothing", "nothing seen", "half", "one missing", "one more", "cut", "cut fragment",
         "no fragment", "parameters instead", "wrapped", "hash alone", "words", "too long"],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, fault: Fault, count: int) -> None:
    read = read_link(text)
    assert (read.fault, read.count) == (fault, count)


def test_what_was_typed_too_long_still_means_its_beginning() -> None:
    assert read_link(TOKEN + "7").tokens == (TOKEN,)


def test_characters_that_no_link_has_are_named_with_their_group() -> None:
    read = read_link("0123 45U7 89AB CDEF GHJK MN@Q RS")
    assert read.fault is Fault.STRANGE
    assert read.strange == (Strange(2, "U"), Strange(6, "@"))
    assert read.groups[1] == "45U7"
    assert read.tokens == ()


def test_a_typed_token_is_given_back_in_groups() -> None:
    assert read_link(TOKEN.lower()).groups == tuple(in_groups(TOKEN).split())
    assert read_link(f"代码 {TOKEN}").groups == ()
    assert read_link(f"{SITE}/s#{TOKEN}").groups == ()


@pytest.mark.parametrize("mangling", TYPED)
def test_what_is_read_has_no_fault(mangling: str) -> None:
    assert read_link(arrives(mangling, TOKEN)).fault is None
