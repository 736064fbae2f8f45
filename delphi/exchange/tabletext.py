"""The text of an uploaded table, when it is no larger than what is read at once.

A file of two megabytes can have a million rows. They are counted before anything is made of them.
"""

from __future__ import annotations

import csv
import io

from analysis.errors import Problems
from analysis.tables import decode
from delphi.domain.answers.typed import clean

MOST_ROWS = 100_000
#: A column for each indicator that a tree can have, and those beside them.
MOST_COLUMNS = 2_100
MOST_CELLS = 500_000


def table_text(data: bytes, file: str, *, most_indicators: int | None = None) -> str:
    """Return the text of an uploaded table, without what no table should hold.

    Control characters and direction overrides would be stored and shown. Tabs are left, so that a
    table separated by them is refused for its columns and not for something else.

    Parameters
    ----------
    data
        The file.
    file
        Its name.
    most_indicators
        How many rows below the header may say something, where each is an indicator.

    Raises
    ------
    InputError
        Naming the limit, when there are too many rows, columns, cells or indicators; and when the
        file is not UTF-8.
    """
    text = decode(data, file).replace("\r\n", "\n").replace("\r", "\n")
    _check_size(text, file, most_indicators)
    return "\t".join(map(clean, text.split("\t")))


def _check_size(text: str, file: str, most_indicators: int | None) -> None:
    rows = columns = cells = filled = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows += 1
            columns = max(columns, len(row))
            cells += len(row)
            filled += any(cell.strip() for cell in row)
    except csv.Error:
        return  # whoever reads the table says where
    problems = Problems(file)
    if most_indicators is not None and filled - 1 > most_indicators:
        problems.add(f"{filled - 1} indicators", f"at most {most_indicators}")
        problems.raise_any()
    for count, name, most in (
        (rows, "rows", MOST_ROWS),
        (columns, "columns", MOST_COLUMNS),
        (cells, "cells", MOST_CELLS),
    ):
        if count > most:
            problems.add(f"{count} {name}", f"at most {most}")
            problems.raise_any()
