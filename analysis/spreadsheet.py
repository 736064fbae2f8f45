"""Text in tables that spreadsheets open: none of it may run as a formula."""

from __future__ import annotations

import re
import unicodedata

#: What a formula begins with; full-width forms become these.
_STARTS = frozenset("=+-@−")
#: Where a spreadsheet set to another separator ends a cell in the middle of a text.
_BREAK = re.compile("([;\t\r\n])")
_LINE_STARTS = ("\t", "\r", "\n")
#: Characters without a look of their own, which a spreadsheet may skip: controls, formats, spaces.
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def harmless(text: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would run as a formula.

    Parameters
    ----------
    text
        Text of one cell. Numbers are not to be given: a negative one would become text.

    Returns
    -------
    str
        The text. Guarded are its beginning and, since a semicolon, a tab or a line break inside it
        begins a new cell where another separator is set, whatever follows one of these.
    """
    first, *rest = _BREAK.split(text)
    guarded = [f"'{first}" if _runs(first) or text.startswith(_LINE_STARTS) else first]
    for at, part in enumerate(rest):
        # A quote inside a cell is doubled in the file, and stands for nothing at its beginning.
        guarded.append(f"'{part}" if at % 2 and _runs(part, skipped='"') else part)
    return "".join(guarded)


def _runs(part: str, skipped: str = "") -> bool:
    for character in part:
        if character not in skipped and unicodedata.category(character) not in _UNSEEN:
            return unicodedata.normalize("NFKC", character)[:1] in _STARTS
    return False
