"""Tables of a scoring run as CSV files that spreadsheets open."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import InputError, Problem
from analysis.scoring.assessment import Assessment
from analysis.spreadsheet import harmless

Rows = Iterable[Sequence[Any]]


def write_tables(assessment: Assessment, answer: dict[str, Any], folder: str | Path) -> None:
    """Write `scores.csv`, `coverage.csv`, `normalised.csv`, `thresholds.csv` and the rest.

    UTF-8 with a byte order mark. Undefined cells are empty. A text cell that a spreadsheet would
    take for a formula gets an apostrophe in front. The folder is made when it is not there; files
    of the same names are replaced.

    Parameters
    ----------
    assessment
        The run.
    answer
        Its document, from `document.document`.
    folder
        Where to write.

    Raises
    ------
    InputError
        When the folder cannot be written to.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, rows in _tables(assessment, answer):
            (target / f"{name}.csv").write_bytes(csv_bytes(rows))
    except OSError as error:
        reason = (error.strerror or "no way to write").lower()
        raise InputError([Problem(str(folder), reason, "a folder to write to")]) from None


def csv_bytes(rows: Rows) -> bytes:
    """Write rows as a CSV file that spreadsheets open: UTF-8 with a byte order mark.

    Parameters
    ----------
    rows
        The header and what stands below it; each cell goes through `cell`.

    Returns
    -------
    bytes
        Content of the file, lines ended by CR LF.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: Any) -> str:
    """Write one cell: numbers in full, undefined empty, text guarded.

    Parameters
    ----------
    value
        Text, a number, or None or NaN for what is undefined.

    Returns
    -------
    str
        Floats with as many digits as they need to be read back. Text that a spreadsheet would take
        for a formula has an apostrophe in front; a negative number has not.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return harmless(value)
    return repr(float(value)) if isinstance(value, float) else str(value)


def _tables(assessment: Assessment, answer: dict[str, Any]) -> Iterator[tuple[str, Rows]]:
    inner, leaves = assessment.hierarchy.inner, assessment.hierarchy.leaves
    units = answer["units"]
    key = ("unit", "year")
    own = ("index", "index_capped", "index_uncapped", "rank", "tier", "capped_cells")
    yield (
        "scores",
        [
            (*key, *own, *inner),
            *(
                [unit[name] for name in (*key, *own)] + list(unit["scores"].values())
                for unit in units
            ),
        ],
    )
    yield (
        "coverage",
        [
            (*key, "index", *inner),
            *((u["unit"], u["year"], u["index_coverage"], *u["coverage"].values()) for u in units),
        ],
    )
    normalised = assessment.normalised.tolist()
    yield (
        "normalised",
        [
            (*key, *leaves),
            *((u["unit"], u["year"], *row) for u, row in zip(units, normalised, strict=True)),
        ],
    )
    yield "thresholds", _thresholds(answer)
    yield "years", _years(answer)
    yield "contributions", _contributions(answer)
    yield "groups", _groups(answer)
    yield "warnings", _warnings(answer)


def _thresholds(answer: dict[str, Any]) -> Rows:
    columns = ("threshold", "lower", "how", "capped_cells", "cells")
    yield ("code", "year", *columns)
    for code, found in answer["thresholds"].items():
        for year, threshold in (found["by_year"] or {None: found["threshold"]}).items():
            yield (code, year, threshold, *(found[name] for name in columns[1:]))


def _years(answer: dict[str, Any]) -> Rows:
    yield ("year", "units", "index", "growth", "growth_units")
    for year in answer["years"]:
        basis = year["growth_basis"] or {}
        yield (year["year"], year["units"], year["index"], year["growth"], basis.get("units"))


def _contributions(answer: dict[str, Any]) -> Rows:
    basis = answer["contributions_basis"]
    yield ("code", "points", "percent", "first", "last", "units")
    for code, found in answer["contributions"].items():
        ends = (basis["first"], basis["last"], basis["units"])
        yield (code, found["points"], found["percent"], *ends)


def _groups(answer: dict[str, Any]) -> Rows:
    found = [
        (column, value, year)
        for column, groups in answer["groups"].items()
        for value, group in groups.items()
        for year in group["years"]
    ]
    cuts = list(found[0][2]["share_above"] or ()) if found else []
    yield ("column", "value", "year", "units", "index", "growth", *(f"share_{c}" for c in cuts))
    for column, value, year in found:
        shares = (year["share_above"] or {}).values()
        yield (column, value, year["year"], year["units"], year["index"], year["growth"], *shares)


def _warnings(answer: dict[str, Any]) -> Rows:
    yield ("code", "indicator", "zh", "en")
    for warning in answer["warnings"]:
        message = warning["message"]
        yield (warning["code"], warning["indicator"], message["zh"], message["en"])
