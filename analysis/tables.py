"""Reads CSV files with errors that name file, row and column.

Every table of the program has the same form: UTF-8 (a byte order mark is allowed), commas, decimal
point, cells trimmed, blank lines skipped, row 1 is the header.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.errors import InputError, Problem, Problems, quoted

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
#: Sizes beyond these overflow or vanish when squared; no rating and no city figure comes near.
LARGEST = Decimal("1e100")
SMALLEST = Decimal("1e-100")
MOST_DIGITS = 60


@dataclass(frozen=True)
class Table:
    """A rectangular table of trimmed text cells."""

    #: name of the file as the user gave it
    file: str
    #: names of the columns, none empty and none twice
    header: tuple[str, ...]
    #: cells below the header, as many in each row as the header has; "" = empty
    rows: tuple[tuple[str, ...], ...]
    #: row of the file on which each of `rows` ends, the header being row 1
    lines: tuple[int, ...]

    def column(self, name: str) -> tuple[str, ...]:
        """Take one column out.

        Parameters
        ----------
        name
            One of `header`.

        Returns
        -------
        tuple of str
            Its cells from the first row to the last.
        """
        at = self.header.index(name)
        return tuple(row[at] for row in self.rows)

    def records(self) -> list[tuple[int, dict[str, str]]]:
        """Name the cells of each row.

        Returns
        -------
        list
            For each row (row of the file, column → cell).
        """
        return [
            (line, dict(zip(self.header, row, strict=True)))
            for line, row in zip(self.lines, self.rows, strict=True)
        ]


@dataclass(frozen=True)
class Ratings:
    """Answers of a panel: one row an expert, one column an item, NaN where there is no answer."""

    #: name of the file as the user gave it
    file: str
    #: names of the experts in the order of the file, none twice
    experts: tuple[str, ...]
    #: names of the items in the order of the columns, none twice
    items: tuple[str, ...]
    #: shape (n_experts, n_items), float64; NaN = no answer
    values: NDArray[np.float64]
    #: the same cells as typed, exact; None = no answer
    exact: tuple[tuple[Decimal | None, ...], ...]
    #: row of the file of each expert
    lines: tuple[int, ...]


def parse_decimal(text: str) -> Decimal | None:
    """Read one decimal number, exactly as it is written.

    Parameters
    ----------
    text
        Digits with a decimal point, a sign and an exponent where wanted, and nothing else.

    Returns
    -------
    Decimal or None
        None for anything that is not such a number, for NaN and Infinity, for more than 60
        characters, and for sizes other than 0 outside 1e-100 to 1e100.
    """
    if len(text) > MOST_DIGITS or not _NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    if number and not SMALLEST <= abs(number) <= LARGEST:
        return None
    return number


def decode(data: bytes, file: str) -> str:
    """Turn the bytes of a UTF-8 file into text, without its byte order mark.

    Parameters
    ----------
    data
        Content of the file.
    file
        Its name in messages.

    Returns
    -------
    str
        The text.

    Raises
    ------
    InputError
        Naming the row of the first byte that is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise InputError(
            [Problem(file, "bytes that are not UTF-8", "a file saved as CSV UTF-8", row)]
        ) from None


def read_bytes(path: str | Path) -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    InputError
        With the operating system's reason why it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or "nothing readable").lower()
        raise InputError([Problem(str(path), reason, "a file that can be read")]) from None


def read_table(
    path: str | Path,
    *,
    required: Iterable[str] = (),
    optional: Iterable[str] = (),
    others: bool = False,
) -> Table:
    """Read a CSV file.

    Parameters
    ----------
    path
        The file.
    required, optional
        Columns that must and that may be there.
    others
        Whether columns beyond these are allowed; if not, an unknown column is refused.

    Returns
    -------
    Table
        Cells as trimmed text; nothing is read as a number yet.

    Raises
    ------
    InputError
        With every ragged row, duplicate, missing and unknown column.
    """
    return parse_table(
        decode(read_bytes(path), str(path)),
        str(path),
        required=required,
        optional=optional,
        others=others,
    )


def parse_table(
    text: str,
    file: str,
    *,
    required: Iterable[str] = (),
    optional: Iterable[str] = (),
    others: bool = False,
) -> Table:
    """Like `read_table`, from text already in memory.

    Parameters
    ----------
    text
        Content of the file.
    file
        Its name in messages.
    required, optional, others
        As for `read_table`.

    Returns
    -------
    Table
        Cells as trimmed text.

    Raises
    ------
    InputError
        As `read_table`.
    """
    header, rows, lines = _split(text, file)
    problems = Problems(file)
    _check_header(header, tuple(required), tuple(optional), others, problems)
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(header):
            problems.add(f"{len(row)} cells", f"{len(header)} as in the header", row=line)
    problems.raise_any()
    return Table(file, header, tuple(rows), tuple(lines))


def _split(text: str, file: str) -> tuple[tuple[str, ...], list[tuple[str, ...]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    try:
        for cells in reader:
            row = tuple(cell.strip() for cell in cells)
            if any(row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(
            [Problem(file, f"broken quoting ({error})", "comma-separated cells", reader.line_num)]
        ) from None
    if not rows:
        raise InputError([Problem(file, "an empty file", "a header row and data")])
    return rows[0], rows[1:], lines[1:]


def _check_header(
    header: tuple[str, ...],
    required: tuple[str, ...],
    optional: tuple[str, ...],
    others: bool,
    problems: Problems,
) -> None:
    seen: set[str] = set()
    allowed = dict.fromkeys((*required, *optional))
    known = f"only {', '.join(allowed)}"
    for at, name in enumerate(header, start=1):
        if not name:
            problems.add("an empty header", "a column name", row=1, column=str(at))
        elif name in seen:
            problems.add(f"column {quoted(name)} twice", "each column once", row=1, column=name)
        elif not others and name not in allowed:
            problems.add(f"unknown column {quoted(name)}", known, row=1, column=name)
        seen.add(name)
    for name in required:
        if name not in seen:
            problems.add(f"no column {quoted(name)}", f"a column {name}", row=1)


def read_ratings(
    path: str | Path, *, scale: tuple[Decimal, Decimal] | None = None, negative: bool = True
) -> Ratings:
    """Read answers of a panel: column `expert`, then one column an item; empty = no answer.

    Parameters
    ----------
    path
        The file.
    scale
        Smallest and largest allowed value; values off it are errors, fractions are fine.
    negative
        Whether values below zero are allowed.

    Returns
    -------
    Ratings
        The cells twice: as floats for statistics and exact for headline figures.

    Raises
    ------
    InputError
        Naming each cell that is not a number, off the scale, each duplicate expert or item, and a
        file without experts or items.
    """
    table = read_table(path, required=("expert",), others=True)
    problems = Problems(table.file)
    if table.header[0] != "expert":
        problems.add(f"first column {quoted(table.header[0])}", "expert in the first column", row=1)
        problems.raise_any()
    items = table.header[1:]
    if not items:
        problems.add("no items", "one column for each item after expert", row=1)
    if not table.rows:
        problems.add("no experts", "one row for each expert", row=1)
    _check_experts(table, problems)
    check = _cell_check(scale, negative)
    exact = tuple(
        tuple(
            _cell(text, line, item, check, problems)
            for item, text in zip(items, row[1:], strict=True)
        )
        for line, row in zip(table.lines, table.rows, strict=True)
    )
    problems.raise_any()
    values = np.array(
        [[np.nan if cell is None else float(cell) for cell in row] for row in exact], np.float64
    )
    return Ratings(table.file, table.column("expert"), items, values, exact, table.lines)


def _check_experts(table: Table, problems: Problems) -> None:
    seen: set[str] = set()
    for line, row in zip(table.lines, table.rows, strict=True):
        if not row[0]:
            problems.add("no expert", "a name or code", row=line, column="expert")
        elif row[0] in seen:
            problems.add(
                f"expert {quoted(row[0])} twice", "each expert once", row=line, column="expert"
            )
        seen.add(row[0])


def _cell_check(
    scale: tuple[Decimal, Decimal] | None, negative: bool
) -> Callable[[Decimal], str | None]:
    def check(number: Decimal) -> str | None:
        if scale is not None and not scale[0] <= number <= scale[1]:
            return f"a number from {scale[0]} to {scale[1]}"
        if not negative and number < 0:
            return "a number not below 0"
        return None

    return check


def _cell(
    text: str,
    line: int,
    item: str,
    check: Callable[[Decimal], str | None],
    problems: Problems,
) -> Decimal | None:
    if not text:
        return None
    number = parse_decimal(text)
    wrong = "a number or an empty cell" if number is None else check(number)
    if wrong:
        problems.add(quoted(text), wrong, row=line, column=item)
    return number
