"""What is wrong with an uploaded tree, data table or panel, in the reader's language, line by line.

`analysis` tells its problems in English, for the command line. Here each of its phrases is known by
its form and said in the language of the page; a phrase that is not known is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analysis.errors import InputError, Problem
from delphi.exchange.panel import PanelProblem
from delphi.web.language import Words, gettext, is_chinese
from delphi.web.language import lazy_gettext as _lazy

#: More lines than this help nobody; the rest is counted.
SHOWN = 100


@dataclass(frozen=True)
class ShownProblems:
    """Lines to read, and how many more there are."""

    lines: tuple[str, ...] = ()
    more: int = 0

    @property
    def count(self) -> int:
        """How many problems there are altogether."""
        return len(self.lines) + self.more


# ------------------------------------------------------------------------------------------ tables

#: Form of a phrase → the same with placeholders named as in the form.
_PHRASES: Sequence[tuple[re.Pattern[str], Words]] = [
    (re.compile(form, re.DOTALL), words)
    for form, words in (
        (r"no name", _lazy("no name")),
        (r"no code", _lazy("no code")),
        (r"no rule", _lazy("no weight rule")),
        (r"nothing", _lazy("nothing")),
        (r"no indicators", _lazy("no indicators")),
        (r"an empty file", _lazy("an empty file")),
        (r"an empty header", _lazy("an empty column head")),
        (r"bytes that are not UTF-8", _lazy("bytes that are not UTF-8")),
        (r"broken quoting \(.*\)", _lazy("broken quotation marks")),
        (r"(?P<count>\d+) cells", _lazy("%(count)s cells")),
        (r"(?P<count>\d+) rows", _lazy("%(count)s rows")),
        (r"(?P<count>\d+) columns", _lazy("%(count)s columns")),
        (r"no column (?P<text>\".*\")", _lazy("no column %(text)s")),
        (r"column (?P<text>\".*\") twice", _lazy("column %(text)s twice")),
        (r"a cycle through (?P<text>\".*\")", _lazy("a cycle through %(text)s")),
        (
            r"a sum of (?P<count>\S+) over (?P<text>\".*\")",
            _lazy("a sum of %(count)s over %(text)s"),
        ),
        (r"(?P<count>\d+) indicators", _lazy("%(count)s indicators")),
        (
            r"(?P<count>\d+) characters at (?P<text>\S+)",
            _lazy("%(count)s characters at %(text)s"),
        ),
        (r"a name in Chinese", _lazy("a name in Chinese")),
        (r"a name in English", _lazy("a name in English")),
        (
            r"1 to 32 letters A-Z a-z, digits and \. _ -, a letter or digit first, no spaces",
            _lazy("1 to 32 letters A-Z a-z, digits and . _ -, a letter or digit first, no spaces"),
        ),
        (
            r"a code that is not reserved \((?P<text>.*)\)",
            _lazy("a code that is not reserved (%(text)s)"),
        ),
        (
            r"each code once \(also on row (?P<count>\S+)\)",
            _lazy("each code once (also on row %(count)s)"),
        ),
        (r"one row for each indicator", _lazy("one row for each indicator")),
        (r"the code of another row", _lazy("the code of another row")),
        (
            r"a path that ends at a row without parent",
            _lazy("a path that ends at a row without parent"),
        ),
        (r"(?P<text>\w+(?:, \w+)*) or (?P<last>\w+)", _lazy("%(text)s or %(last)s")),
        (
            r"(?P<text>\w+) as on its sibling (?P<last>\".*\")",
            _lazy("%(text)s as on its sibling %(last)s"),
        ),
        (r"a number from 0 to 100", _lazy("a number from 0 to 100")),
        (
            r"a percentage, as the rule is (?P<text>\w+)",
            _lazy("a percentage, as the rule is %(text)s"),
        ),
        (r"a sum of exactly 100", _lazy("a sum of exactly 100")),
        (r"(?P<count>\d+) as in the header", _lazy("%(count)s as in the header")),
        (r"a column name", _lazy("a column name")),
        (r"each column once", _lazy("each column once")),
        (r"a column (?P<text>\w+)", _lazy("a column %(text)s")),
        (r"a header row and data", _lazy("a header row and data")),
        (r"comma-separated cells", _lazy("cells separated by commas")),
        (
            r"a file saved as CSV UTF-8",
            _lazy("a file saved as “CSV UTF-8 (comma delimited)”"),
        ),
        (r"at most (?P<count>\d+)", _lazy("at most %(count)s")),
        (r"at most (?P<count>\d+) characters", _lazy("at most %(count)s characters")),
        (r"no number", _lazy("no number")),
        (r"no rows", _lazy("no rows")),
        (r"no unit", _lazy("no unit")),
        (r"no column of a leaf", _lazy("no column of an indicator")),
        (r"unknown column (?P<text>\".*\")", _lazy("the unknown column %(text)s")),
        (
            r"unit (?P<text>\".*\") in (?P<count>\d+) twice",
            _lazy("unit %(text)s twice in %(count)s"),
        ),
        (
            r"only unit, year, .*",
            _lazy("unit, year or the code of an indicator with nothing below it"),
        ),
        (
            r"one column for each leaf code",
            _lazy("one column for each indicator with nothing below it, headed by its code"),
        ),
        (r"one row for each unit and year", _lazy("one row for each unit and year")),
        (r"a name or code", _lazy("a name or code")),
        (r"a year as a whole number", _lazy("a year as a whole number")),
        (r"each unit once a year", _lazy("each unit once a year")),
        (r"a number or an empty cell", _lazy("a number or an empty cell")),
        (r"a number in at least one cell", _lazy("a number in at least one cell")),
    )
]


def table_problems(unusable: InputError) -> ShownProblems:
    """Return the problems of a table of indicators or of data as lines to read."""
    lines = tuple(_table_line(problem) for problem in unusable.problems[:SHOWN])
    return ShownProblems(lines, len(unusable.problems) - len(lines) + unusable.left_out)


def phrase(text: str) -> str:
    """Return a phrase of `analysis` in the reader's language; what is quoted stays as it is."""
    if _is_quoted(text):
        return _in_quotes(text)
    for form, words in _PHRASES:
        found = form.fullmatch(text)
        if found is not None:
            parts = found.groupdict()
            return words % {
                name: _in_quotes(part) if _is_quoted(part) else part for name, part in parts.items()
            }
    return text


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text.startswith('"') and text.endswith('"')


def _in_quotes(text: str) -> str:
    """Return what stood between straight quotation marks between the ones of print."""
    return f"“{text[1:-1]}”"


def _set_off(text: str) -> str:
    """Return a phrase as it follows a Chinese word: Latin letters and digits take a space."""
    return f" {text}" if is_chinese() and text[:1].isascii() and text[:1].isalnum() else text


def _table_line(problem: Problem) -> str:
    found, expected = _set_off(phrase(problem.found)), _set_off(phrase(problem.expected))
    values: Mapping[str, object] = {
        "row": problem.row,
        "column": problem.column,
        "found": found,
        "expected": expected,
    }
    if problem.row is None and problem.column is None:
        return gettext("Whole table: found %(found)s, expected %(expected)s", **values)
    if problem.row is None:
        return gettext("Column %(column)s: found %(found)s, expected %(expected)s", **values)
    if problem.column is None:
        return gettext("Row %(row)s: found %(found)s, expected %(expected)s", **values)
    return gettext(
        "Row %(row)s, column %(column)s: found %(found)s, expected %(expected)s", **values
    )


# ------------------------------------------------------------------------------------------ panels

COLUMN_NAMES: Mapping[str, Words] = {
    "name": _lazy("name"),
    "salutation": _lazy("form of address"),
    "field": _lazy("field of work"),
    "email": _lazy("e-mail"),
}
_PANEL: Mapping[str, Words] = {
    "file_empty": _lazy("The file is empty."),
    "file_large": _lazy("The file is larger than %(number)s MB; a panel is a short table."),
    "file_workbook": _lazy(
        "This is a workbook. Save the sheet as CSV (“CSV UTF-8”) and choose that file."
    ),
    "file_not_text": _lazy(
        "This is not a text file. Save the table as CSV (UTF-8 or GBK) and choose that file."
    ),
    "file_broken": _lazy("Bytes that are not UTF-8 in a UTF-8 file. Save it once more as CSV."),
    "file_quotes": _lazy("Quotation marks that do not close, or text after a closing one."),
    "no_people": _lazy("The file has a header and nobody below it."),
    "nothing_pasted": _lazy("There is nobody in the text. Write one person a line."),
    "column_unknown": _lazy(
        "Unknown column “%(found)s”. The columns are name, salutation, field, email."
    ),
    "column_unnamed": _lazy("A column without a head."),
    "column_twice": _lazy("Column “%(found)s” stands there twice."),
    "column_missing": _lazy(
        "No column for the name. The first row names the columns: name, salutation, field, email."
    ),
    "row_cells": _lazy("%(number)s cells do not fit the columns."),
    "too_many": _lazy("%(found)s people, but the panel has room for %(number)s."),
    "name_missing": _lazy("The name is missing."),
    "name_unreadable": _lazy("“%(found)s” has no letter in it; a name is expected."),
    "cell_long": _lazy("“%(found)s” is too long; at most %(number)s characters."),
    "cell_garbled": _lazy("“%(found)s” has characters that were lost when the file was saved."),
    "address_bad": _lazy(
        "“%(found)s” is no mail address; one such as chen@example.org is expected."
    ),
    "address_twice": _lazy("“%(found)s” stands on row %(number)s already; each address once."),
    "address_taken": _lazy("“%(found)s” is in the panel already."),
    "address_misplaced": _lazy(
        "“%(found)s” is a mail address in another place. The order is name, form of address, "
        "field of work, e-mail; leave a part empty between two commas."
    ),
}


def panel_problems(problems: Sequence[PanelProblem]) -> ShownProblems:
    """Return the problems of a panel file or of pasted lines as lines to read."""
    lines = tuple(_panel_line(problem) for problem in problems[:SHOWN])
    return ShownProblems(lines, len(problems) - len(lines))


def _panel_line(problem: PanelProblem) -> str:
    sentence = _PANEL[problem.code] % {"found": problem.found, "number": problem.number}
    if problem.row is None:
        return sentence
    if problem.column is None:
        return gettext("Row %(row)s: %(what)s", row=problem.row, what=sentence)
    column = str(COLUMN_NAMES[problem.column])
    return gettext(
        "Row %(row)s, %(column)s: %(what)s", row=problem.row, column=column, what=sentence
    )
