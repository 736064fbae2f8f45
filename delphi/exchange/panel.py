"""Panels as people have them: lines pasted from anywhere, tables as spreadsheets write them.

Everything is read and checked before anything is said: either all rows are good, or every problem
comes back with row, column and reason. Text that looks like a formula or like HTML is text.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from analysis.spreadsheet import harmless
from delphi.domain.answers.typed import clean

COLUMNS = ("name", "salutation", "field", "email")
#: Headers that are understood, beside the names of the columns themselves.
CHINESE = {"姓名": "name", "称呼": "salutation", "专业": "field", "邮箱": "email"}
LONGEST = {"name": 100, "salutation": 100, "field": 100, "email": 254}
MOST_BYTES = 1_000_000
_SEPARATORS = ("\t", ";", "；", "，", ",")
#: Not `str.splitlines`, which also splits at control characters.
_LINE_END = re.compile("\r\n|\r|\n")
_PASTED_SEPARATOR = re.compile("[\t,;，；]")
#: Below this share of readable multi-byte sequences a file is not UTF-8 with a fault but something
#: else: Chinese text in GBK reaches 0.15.
_MOSTLY_UTF8 = 0.8
_SHOWN = 60


@dataclass(frozen=True)
class PanelRow:
    """Somebody to be invited, as read: texts are clean, `email` is None where there is none."""

    name: str
    salutation: str
    field: str
    email: str | None


@dataclass(frozen=True)
class PanelProblem:
    """One thing wrong in one place; the words are chosen where people read."""

    code: str
    #: row of the file or of the pasted lines, from 1; None when the whole is meant
    row: int | None = None
    #: one of `COLUMNS`, or None
    column: str | None = None
    #: what stood there, cut to fit a line
    found: str = ""
    #: a number that belongs to the sentence: a limit, or the row where something stood before
    number: int = 0


class PanelError(ValueError):
    """Nothing was taken over; carries every problem."""

    def __init__(self, problems: Sequence[PanelProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(", ".join(sorted({problem.code for problem in self.problems})))


@dataclass(frozen=True)
class PanelRules:
    """What rows are checked against, beside themselves."""

    #: addresses that the panel has already
    taken: Sequence[str]
    #: how many more people the panel can hold
    room: int
    #: whether a text is one mail address
    is_address: Callable[[str], bool]


@dataclass
class _Checker:
    rules: PanelRules
    problems: list[PanelProblem] = field(default_factory=list)
    #: address → row where it stands; 0 for the panel itself
    addresses: dict[str, int] = field(default_factory=dict)

    def add(
        self, code: str, row: int, column: str | None = None, found: str = "", number: int = 0
    ) -> None:
        self.problems.append(PanelProblem(code, row, column, _cut(found), number))

    def raise_any(self) -> None:
        if self.problems:
            raise PanelError(self.problems)


def read_panel_file(data: bytes, rules: PanelRules) -> tuple[PanelRow, ...]:
    """Read a panel from a CSV file: a header, then one person a row.

    Parameters
    ----------
    data
        The file: UTF-8 with or without a byte order mark, or GBK / GB18030, the cells separated by
        commas, tabs or semicolons. The header names the columns in English (`COLUMNS`) or in
        Chinese (`CHINESE`), in any order; only the name must be there.
    rules
        What rows are checked against.

    Returns
    -------
    tuple of PanelRow
        Everybody, in the order of the file.

    Raises
    ------
    PanelError
        With every problem; nothing else, whatever the bytes are.
    """
    records = _records(_decode(data))
    if not records:
        raise PanelError([PanelProblem("file_empty")])
    columns = _header(*records[0])
    body = records[1:]
    if not body:
        raise PanelError([PanelProblem("no_people")])
    return _people(((line, _by_column(cells, columns)) for line, cells in body), rules, len(body))


def read_pasted_panel(text: str, rules: PanelRules) -> tuple[PanelRow, ...]:
    """Read a panel from pasted lines: name, salutation, field, e-mail; later parts may be left out.

    Parts are separated by a comma, a semicolon (full width or not) or a tab. A first line that
    consists of known column names is taken as a header, since copying a table brings it along.

    Raises
    ------
    PanelError
        With every problem, by line.
    """
    lines = [
        (number, tuple(part.strip() for part in _PASTED_SEPARATOR.split(line)))
        for number, line in enumerate(_LINE_END.split(text), start=1)
        if line.strip()
    ]
    columns: tuple[str, ...] = COLUMNS
    if lines and all(_column(part) for part in lines[0][1]):
        columns = _header(*lines[0])
        lines = lines[1:]
    if not lines:
        raise PanelError([PanelProblem("nothing_pasted")])
    return _people(
        ((number, _by_column(parts, columns, short=True)) for number, parts in lines),
        rules,
        len(lines),
    )


def panel_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a table for spreadsheets: UTF-8 with byte order mark, safe against formulas.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    for row in (header, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _decode(data: bytes) -> str:
    if not data.strip():
        raise PanelError([PanelProblem("file_empty")])
    if len(data) > MOST_BYTES:
        raise PanelError([PanelProblem("file_large", number=MOST_BYTES // 1_000_000)])
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise PanelError([PanelProblem("file_workbook")])
    text = _text(data)
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if any(_is_binary(character) for character in line):
            raise PanelError([PanelProblem("file_not_text", row=number)])
    return text


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data.startswith(codecs.BOM_UTF8) or _is_mostly_utf8(data):
            row = error.object[: error.start].count(b"\n") + 1
            raise PanelError([PanelProblem("file_broken", row=row)]) from None
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise PanelError([PanelProblem("file_not_text", row=row)]) from None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether this is UTF-8 with a fault, which must not be read as Chinese in another coding."""
    foreign = sum(byte > 127 for byte in data)
    readable = sum(byte > 127 for byte in data.decode("utf-8", errors="ignore").encode())
    return readable >= _MOSTLY_UTF8 * foreign


def _is_binary(character: str) -> bool:
    return character != "\t" and unicodedata.category(character) in {"Cc", "Cn", "Co", "Cs"}


def _records(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows that are not blank, each with its row in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    records = []
    try:
        for cells in reader:
            trimmed = tuple(cell.strip() for cell in cells)
            if any(trimmed):
                records.append((reader.line_num, trimmed))
    except csv.Error:
        raise PanelError([PanelProblem("file_quotes", row=reader.line_num)]) from None
    return records


def _separator(text: str) -> str:
    """Return what separates the cells: whatever of the known separators the header has most."""
    header = next((line for line in _LINE_END.split(text) if line.strip()), "")
    return max(_SEPARATORS, key=lambda one: (header.count(one), one == ","))


def _header(line: int, cells: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns of a table by their own names, or refuse its header."""
    columns = []
    problems = []
    for cell in cells:
        column = _column(cell)
        if column is None:
            code = "column_unknown" if cell else "column_unnamed"
            problems.append(PanelProblem(code, line, found=_cut(cell)))
        elif column in columns:
            problems.append(PanelProblem("column_twice", line, column, found=_cut(cell)))
        columns.append(column or "")
    if "name" not in columns:
        problems.append(PanelProblem("column_missing", line, "name"))
    if problems:
        raise PanelError(problems)
    return tuple(columns)


def _column(cell: str) -> str | None:
    name = unicodedata.normalize("NFKC", cell).strip().lower()
    return name if name in COLUMNS else CHINESE.get(name)


def _by_column(
    cells: tuple[str, ...], columns: tuple[str, ...], *, short: bool = False
) -> dict[str, str] | int:
    """Return the cells of a row by column, or how many there are when they do not fit."""
    while short and len(cells) > len(columns) and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > len(columns) or (len(cells) < len(columns) and not short):
        return len(cells)
    padded = (*cells, *[""] * (len(columns) - len(cells)))
    return dict(zip(columns, padded, strict=True))


def _people(
    rows: Iterator[tuple[int, dict[str, str] | int]], rules: PanelRules, count: int
) -> tuple[PanelRow, ...]:
    if count > rules.room:
        raise PanelError([PanelProblem("too_many", found=str(count), number=rules.room)])
    checker = _Checker(rules, addresses={one.casefold(): 0 for one in rules.taken})
    people = [_person(line, cells, checker) for line, cells in rows]
    checker.raise_any()
    return tuple(person for person in people if person is not None)


def _person(line: int, cells: dict[str, str] | int, checker: _Checker) -> PanelRow | None:
    if isinstance(cells, int):
        checker.add("row_cells", line, number=cells)
        return None
    texts = {column: " ".join(clean(cells.get(column, "")).split()) for column in COLUMNS}
    for column, text in texts.items():
        if len(text) > LONGEST[column]:
            checker.add("cell_long", line, column, text, LONGEST[column])
        if "\ufffd" in text:
            checker.add("cell_garbled", line, column, text)
    _check_name(line, texts["name"], checker)
    for column in ("name", "salutation", "field"):
        if checker.rules.is_address(texts[column]):
            checker.add("address_misplaced", line, column, texts[column])
    address = unicodedata.normalize("NFKC", texts["email"])
    _check_address(line, address, checker)
    return PanelRow(texts["name"], texts["salutation"], texts["field"], address or None)


def _check_name(line: int, name: str, checker: _Checker) -> None:
    if not name:
        checker.add("name_missing", line, "name")
    elif not any(character.isalnum() for character in name):
        checker.add("name_unreadable", line, "name", name)


def _check_address(line: int, address: str, checker: _Checker) -> None:
    if not address or len(address) > LONGEST["email"]:
        return
    if not checker.rules.is_address(address):
        checker.add("address_bad", line, "email", address)
        return
    before = checker.addresses.setdefault(address.casefold(), line)
    if before == 0:
        checker.add("address_taken", line, "email", address)
    elif before != line:
        checker.add("address_twice", line, "email", address, before)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
