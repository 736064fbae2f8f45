"""The Chinese texts. The English ones stand in the code: they are the message identifiers.

One folder an area, each with a catalogue of its own, so that several people can write at once. The
compiled files (`.mo`) are made from the catalogues (`.po`) and never committed.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from delphi.translations.typesetting import tie

FOLDER = Path(__file__).resolve().parent
LOCALE = "zh_Hans_CN"
AREAS = ("site", "survey", "studies", "results")
DOMAIN = "messages"


def catalogue_file(area: str) -> Path:
    """Return where the catalogue of an area is, whether or not it has been written."""
    return FOLDER / area / LOCALE / "LC_MESSAGES" / f"{DOMAIN}.po"


def directories() -> list[Path]:
    """Return the folders of the areas that have a catalogue, in the order of `AREAS`."""
    return [FOLDER / area for area in AREAS if catalogue_file(area).is_file()]


def compile_catalogues() -> list[Path]:
    """Compile every catalogue that is newer than its compiled file; return what was written.

    Each file appears whole or not at all, so that a running program never reads half of one.
    """
    written = []
    for directory in directories():
        source = catalogue_file(directory.name)
        target = source.with_suffix(".mo")
        if _is_stale(source, target):
            _write(_typeset(read_catalogue(source)), target)
            written.append(target)
    return written


def read_catalogue(source: Path) -> Catalog:
    """Read one catalogue."""
    with source.open("rb") as file:
        return read_po(file, locale=LOCALE, abort_invalid=True)


def _is_stale(source: Path, target: Path) -> bool:
    if not target.is_file():
        return True
    made = target.stat().st_mtime_ns
    typesetting = FOLDER / "typesetting.py"
    return any(path.stat().st_mtime_ns > made for path in (source, typesetting))


def _typeset(catalogue: Catalog) -> Catalog:
    for message in catalogue:
        if not message.id or message.string is None:
            continue
        string = message.string
        message.string = (
            tie(string) if isinstance(string, str) else tuple(tie(form) for form in string)
        )
    return catalogue


def _write(catalogue: Catalog, target: Path) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".mo.new")
    try:
        with os.fdopen(handle, "wb") as file:
            write_mo(file, catalogue)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
