"""The letter that an expert reads first."""

from __future__ import annotations

import pytest

from delphi.domain.letter import LANGUAGES, REQUIRED, Letter, from_document

BOTH = {"zh": "文字", "en": "Words"}
FULL = Letter(BOTH, BOTH, BOTH, BOTH, telephone="010", email="a@example.org", minutes=12)


def test_an_empty_letter_lacks_every_text_and_the_telephone() -> None:
    wanted = {f"{name}.{language}" for name in REQUIRED for language in LANGUAGES}
    assert set(Letter().gaps()) == wanted | {"telephone"}


def test_a_full_letter_lacks_nothing() -> None:
    assert FULL.gaps() == ()


def test_an_address_is_not_needed_where_a_telephone_is() -> None:
    assert Letter(BOTH, BOTH, BOTH, BOTH, telephone="010").gaps() == ()


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_missing_in_one_language_is_named(name: str, language: str) -> None:
    texts = dict.fromkeys(REQUIRED, BOTH) | {name: BOTH | {language: ""}}
    assert Letter(**texts, telephone="010").gaps() == (f"{name}.{language}",)


def test_a_stored_letter_reads_back_the_same() -> None:
    assert from_document(FULL.to_document()) == FULL
