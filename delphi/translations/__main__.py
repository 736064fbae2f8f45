"""`python -m delphi.translations`: compile the catalogues that have changed.

With `missing`: print what has no Chinese yet, in the form of a catalogue.
"""

from __future__ import annotations

import sys

from delphi.translations import (
    catalogue_file,
    compile_catalogues,
    directories,
    read_catalogue,
)
from delphi.translations.extraction import MessageId, extract_messages


def write_missing() -> None:
    """Print each text without a translation once, with the first place where it stands."""
    known = set()
    for directory in directories():
        known |= {message.id for message in read_catalogue(catalogue_file(directory.name))}
    for message in extract_messages():
        if message.id in known:
            continue
        known.add(message.id)
        sys.stdout.write(f"\n#: {message.file.as_posix()}:{message.line}\n{_entry(message.id)}\n")


def _entry(text: MessageId) -> str:
    if isinstance(text, str):
        return f'msgid {_quoted(text)}\nmsgstr ""'
    return f'msgid {_quoted(text[0])}\nmsgid_plural {_quoted(text[1])}\nmsgstr[0] ""'


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    if sys.argv[1:] == ["missing"]:
        write_missing()
    else:
        compile_catalogues()
