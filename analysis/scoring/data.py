"""Reads the tables of the scoring engine: data, units, thresholds and tiers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.errors import InputError, Problem, Problems, quoted
from analysis.scoring.thresholds import GivenThreshold, Indicator
from analysis.scoring.tiers import Tier
from analysis.tables import Table, parse_decimal, parse_table, read_table

_YEAR = re.compile(r"\d{1,4}", re.ASCII)


@dataclass(frozen=True)
class UnitData:
    """Values of units over years: one row a unit-year, one column a leaf of the tree."""

    #: name of the file as the user gave it
    file: str
    #: codes of the leaves that have a column, in the order of the tree
    leaves: tuple[str, ...]
    #: unit of each row
    units: tuple[str, ...]
    #: shape (n_unit_years,)
    years: NDArray[np.int64]
    #: shape (n_unit_years, n_leaves), columns in the order of `leaves`; NaN = missing
    values: NDArray[np.float64]


@dataclass(frozen=True)
class UnitColumns:
    """What is known of the units: for every column, unit → text (empty = nothing)."""

    #: name of the file as the user gave it
    file: str
    #: units in the order of the file, none twice
    units: tuple[str, ...]
    #: column → unit → text
    columns: dict[str, dict[str, str]]


def read_data(path: str | Path, leaves: Sequence[str]) -> UnitData:
    """Read the values of the units.

    Parameters
    ----------
    path
        CSV with the columns `unit` and `year` and one column for each leaf code; an empty cell is a
        missing value.
    leaves
        Codes of the leaves of the tree, in the order the result shall have.

    Returns
    -------
    UnitData
        Rows as in the file; an empty cell is NaN.

    Raises
    ------
    InputError
        Naming each missing or unknown column, each cell that is not a number (text such as `NA`
        too), each year that is not a whole number, each unit-year that occurs twice, and a file
        without rows.
    """
    return _unit_data(read_table(path, required=("unit", "year", *leaves)), leaves)


def parse_some_data(text: str, file: str, leaves: Sequence[str]) -> UnitData:
    """Like `read_data`, from text already in memory; leaves may lack a column.

    Parameters
    ----------
    text
        Content of the file.
    file
        Its name in messages.
    leaves
        Codes of the leaves of the tree, in the order the result shall have.

    Returns
    -------
    UnitData
        As from `read_data`, with the leaves that have a column.

    Raises
    ------
    InputError
        As `read_data`, and when no leaf has a column.
    """
    table = parse_table(text, file, required=("unit", "year"), optional=leaves)
    present = [leaf for leaf in leaves if leaf in table.header]
    if not present:
        problem = Problem(file, "no column of a leaf", "one column for each leaf code", 1)
        raise InputError([problem])
    return _unit_data(table, present)


def _unit_data(table: Table, leaves: Sequence[str]) -> UnitData:
    problems = Problems(table.file)
    if not table.rows:
        problems.add("no rows", "one row for each unit and year", row=1)
    _check_unit_years(table, problems)
    columns = [_numbers(table, leaf, problems) for leaf in leaves]
    problems.raise_any()
    return UnitData(
        table.file,
        tuple(leaves),
        table.column("unit"),
        np.array([int(year) for year in table.column("year")], np.int64),
        np.array(columns, np.float64).T,
    )


def _check_unit_years(table: Table, problems: Problems) -> None:
    seen: set[tuple[str, int]] = set()
    rows = zip(table.lines, table.column("unit"), table.column("year"), strict=True)
    for line, unit, year in rows:
        if not unit:
            problems.add("no unit", "a name or code", row=line, column="unit")
        if not _YEAR.fullmatch(year):
            problems.add(quoted(year), "a year as a whole number", row=line, column="year")
        elif (unit, int(year)) in seen:
            problems.add(
                f"unit {quoted(unit)} in {year} twice",
                "each unit once a year",
                row=line,
                column="unit",
            )
        else:
            seen.add((unit, int(year)))


def _numbers(table: Table, column: str, problems: Problems) -> list[float]:
    """Return the numbers of one column, NaN for empty cells."""
    found = []
    for line, text in zip(table.lines, table.column(column), strict=True):
        number = parse_decimal(text) if text else None
        if text and number is None:
            problems.add(quoted(text), "a number or an empty cell", row=line, column=column)
        found.append(np.nan if number is None else float(number))
    return found


def read_units(path: str | Path, known: Collection[str]) -> UnitColumns:
    """Read what is known of the units, such as type or region.

    Parameters
    ----------
    path
        CSV with `unit` as its first column and one column for each property.
    known
        Units that have data.

    Returns
    -------
    UnitColumns
        Every column but `unit`, as text.

    Raises
    ------
    InputError
        For a wrong first column, no other column, and each unit that is empty, twice, or not among
        the units with data.
    """
    table = read_table(path, required=("unit",), others=True)
    problems = Problems(table.file)
    if table.header[0] != "unit":
        problems.add(f"first column {quoted(table.header[0])}", "unit in the first column", row=1)
    if len(table.header) < 2:
        problems.add("only the column unit", "one more column, such as type or region", row=1)

    def check(unit: str) -> str | None:
        return None if unit in known else "a unit that has data"

    _check_names(table, "unit", problems, check)
    problems.raise_any()
    units = table.column("unit")
    return UnitColumns(
        table.file,
        units,
        {
            name: dict(zip(units, table.column(name), strict=True))
            for name in table.header
            if name != "unit"
        },
    )


def _check_names(
    table: Table, column: str, problems: Problems, check: Callable[[str], str | None]
) -> None:
    """Note names that are empty, occur twice, or fail `check`, which says what was expected."""
    seen: set[str] = set()
    for line, name in zip(table.lines, table.column(column), strict=True):
        wrong = check(name) if name else None
        if not name:
            problems.add(f"no {column}", "a name or code", row=line, column=column)
        elif name in seen:
            problems.add(
                f"{column} {quoted(name)} twice", f"each {column} once", row=line, column=column
            )
        elif wrong:
            problems.add(f"unknown {column} {quoted(name)}", wrong, row=line, column=column)
        seen.add(name)


def read_thresholds(path: str | Path, indicators: Iterable[Indicator]) -> dict[str, GivenThreshold]:
    """Read thresholds that replace the rule.

    Parameters
    ----------
    path
        CSV with the columns `code`, `threshold` and, where there are cost indicators, `lower`.
    indicators
        The leaves of the tree.

    Returns
    -------
    dict
        Code → threshold. A lower bound of 0 on a benefit indicator changes nothing and is dropped.

    Raises
    ------
    InputError
        For each code that is unknown or occurs twice, each cell that is not a number, each
        threshold that is not above 0, a cost indicator without `lower` or with one that is not
        below its threshold, and a benefit indicator with a `lower` other than 0.
    """
    table = read_table(path, required=("code", "threshold"), optional=("lower",))
    problems = Problems(table.file)
    direction = {indicator.code: indicator.direction for indicator in indicators}

    def check(code: str) -> str | None:
        return None if code in direction else "the code of a leaf of the tree"

    _check_names(table, "code", problems, check)
    given: dict[str, GivenThreshold] = {}
    for line, record in table.records():
        cost = direction.get(record["code"]) == "cost"
        upper = _bound(record, "threshold", line, problems, needed=True)
        lower = _bound(record, "lower", line, problems, needed=cost)
        if upper is not None and upper <= 0:
            problems.add(str(upper), "a threshold above 0", row=line, column="threshold")
        elif cost and upper is not None and lower is not None and lower >= upper:
            problems.add(str(lower), f"less than {upper}", row=line, column="lower")
        elif not cost and lower:
            problems.add(
                str(lower), "an empty cell for a benefit indicator", row=line, column="lower"
            )
        elif upper is not None:
            bound = float(lower) if cost and lower is not None else None
            given[record["code"]] = GivenThreshold(float(upper), bound)
    problems.raise_any()
    return given


def _bound(
    record: dict[str, str], column: str, line: int, problems: Problems, *, needed: bool
) -> Decimal | None:
    text = record.get(column, "")
    number = parse_decimal(text) if text else None
    if text and number is None:
        problems.add(quoted(text), "a number", row=line, column=column)
    elif needed and not text:
        name = quoted(record.get("code") or record.get("tier", ""))
        problems.add(f"no {column} for {name}", "a number", row=line, column=column)
    return number


def read_tiers(path: str | Path) -> tuple[Tier, ...]:
    """Read a table of tiers.

    Parameters
    ----------
    path
        CSV with the columns `tier name_zh name_en lower`; `lower` is on the printed scale and
        belongs to its tier.

    Returns
    -------
    tuple of Tier
        In the order of the file.

    Raises
    ------
    InputError
        For each tier that is empty or occurs twice, each bound that is not a number or occurs
        twice, and a file without tiers.
    """
    table = read_table(path, required=("tier", "name_zh", "name_en", "lower"))
    problems = Problems(table.file)
    if not table.rows:
        problems.add("no tiers", "one row for each tier", row=1)
    _check_names(table, "tier", problems, lambda _: None)
    tiers: list[Tier] = []
    for line, record in table.records():
        lower = _bound(record, "lower", line, problems, needed=True)
        if lower is None:
            continue
        if float(lower) in (tier.lower for tier in tiers):
            problems.add(f"lower bound {lower} twice", "each bound once", row=line, column="lower")
        tiers.append(Tier(record["tier"], record["name_zh"], record["name_en"], float(lower)))
    problems.raise_any()
    return tuple(tiers)
