"""Both languages are complete: every text has its Chinese, once, with the same placeholders."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.mofile import read_mo
from babel.messages.pofile import PoFileError, read_po

from delphi import translations
from delphi.translations import AREAS, FOLDER, LOCALE, catalogue_file, compile_catalogues
from delphi.translations.extraction import KEYWORDS, ROOT, MessageId, extract_messages

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd%]")
#: Chinese text has full-width punctuation and no straight quotes.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\"|\"[\u4e00-\u9fff]")


def entries() -> list[tuple[str, Entry]]:
    """Return every entry of every catalogue with its area."""
    found = []
    for directory in translations.directories():
        catalogue = translations.read_catalogue(catalogue_file(directory.name))
        found += [(directory.name, entry) for entry in catalogue if entry.id]
    return found


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    if text is None:
        return ()
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) - {"%%"}


@pytest.fixture(scope="module")
def texts() -> dict[MessageId, str]:
    """Give every text of templates and code with a place where it stands."""
    return {message.id: f"{message.file}:{message.line}" for message in extract_messages()}


def test_every_text_has_its_chinese(texts: dict[MessageId, str]) -> None:
    translated = {
        entry.id
        for _, entry in entries()
        if not entry.fuzzy and forms(entry.string) and all(forms(entry.string))
    }
    missing = {text: place for text, place in texts.items() if text not in translated}
    assert missing == {}, "`python -m delphi.translations missing` prints what to add"


def test_no_catalogue_has_a_text_that_is_gone(texts: dict[MessageId, str]) -> None:
    gone = [(area, entry.id) for area, entry in entries() if entry.id not in texts]
    assert gone == []
    for area in AREAS:
        if catalogue_file(area).is_file():
            assert "\n#~ " not in catalogue_file(area).read_text(encoding="utf-8"), area


def test_placeholders_are_the_same_in_both_languages() -> None:
    wrong = []
    for area, entry in entries():
        originals = set().union(*(placeholders(form) for form in forms(entry.id)))
        for form in forms(entry.string):
            # A singular may spell its number out; a Chinese form serves every number.
            if form and placeholders(form) != originals:
                wrong.append((area, entry.id, form))
    assert wrong == []


def test_no_text_is_translated_in_two_ways() -> None:
    ways = defaultdict(set)
    for _, entry in entries():
        ways[entry.id].add(forms(entry.string))
    assert {text: found for text, found in ways.items() if len(found) > 1} == {}


def test_no_entry_is_fuzzy() -> None:
    assert [(area, entry.id) for area, entry in entries() if entry.fuzzy] == []


def test_chinese_has_its_own_punctuation() -> None:
    wrong = [
        (area, form)
        for area, entry in entries()
        for form in forms(entry.string)
        if HALF_WIDTH.search(form)
    ]
    assert wrong == []


def test_english_texts_are_english(texts: dict[MessageId, str]) -> None:
    """They may quote Chinese, such as the heading of a column."""
    han, latin = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]")
    for text in texts:
        for form in forms(text):
            assert len(han.findall(form)) <= len(latin.findall(form)) / 4, form


def test_every_catalogue_lies_in_a_known_area() -> None:
    found = {path.relative_to(FOLDER).parts[0] for path in FOLDER.rglob("*.po")}
    assert found <= set(AREAS)


def test_extraction_looks_into_macros_and_knows_every_mark(texts: dict[MessageId, str]) -> None:
    assert any("_macros" in place for place in texts.values())
    assert set(KEYWORDS) == {"_", "_lazy", "gettext", "lazy_gettext", "ngettext"}
    other = re.compile(r"\b(pgettext|npgettext|lazy_ngettext|lazy_pgettext)\(")
    for path in (ROOT / "delphi").rglob("*.py"):
        assert not other.search(path.read_text(encoding="utf-8")), path


# Compiling


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the translations a folder of their own, with one catalogue."""
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    (tmp_path / "typesetting.py").write_text("", encoding="utf-8")
    source = tmp_path / "site" / LOCALE / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Round %(n)s"\nmsgstr "第 %(n)s 轮"\n\n'
        '#, fuzzy\nmsgid "unsure"\nmsgstr "不确定"\n',
        encoding="utf-8",
    )
    return source


def test_compiling_sets_the_type_and_leaves_out_what_is_fuzzy(own_folder: Path) -> None:
    (target,) = compile_catalogues()
    with target.open("rb") as file:
        compiled = read_mo(file)
    message = compiled.get("Round %(n)s")
    assert message is not None
    assert message.string == "第\u00a0%(n)s\u00a0轮"
    assert compiled.get("unsure") is None
    with own_folder.open("rb") as file:  # the source stays as it was written
        source = read_po(file).get("Round %(n)s")
    assert source is not None
    assert source.string == "第 %(n)s 轮"


def test_compiling_again_writes_only_what_has_changed(own_folder: Path) -> None:
    assert len(compile_catalogues()) == 1
    assert compile_catalogues() == []
    later = own_folder.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(own_folder, ns=(later, later))
    assert len(compile_catalogues()) == 1


def test_a_broken_catalogue_leaves_the_compiled_one(own_folder: Path) -> None:
    (target,) = compile_catalogues()
    before = target.read_bytes()
    later = target.stat().st_mtime_ns + 1_000_000_000
    own_folder.write_text('msgid "a"\ngarbage\n', encoding="utf-8")
    os.utime(own_folder, ns=(later, later))
    with pytest.raises(PoFileError, match="misformatted"):
        compile_catalogues()
    assert target.read_bytes() == before
    assert list(target.parent.glob("*.new")) == []
