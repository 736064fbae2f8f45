"""`authority`: authority coefficients of experts from their self-assessment."""

from __future__ import annotations

import argparse
from decimal import Decimal
from typing import Any

import numpy as np

from analysis.authority import LEVELS, TABLES, authority
from analysis.errors import InputError, Problem, Problems, quoted
from analysis.tables import Table, parse_decimal, read_table

HELP = "Grounds of judgement Ca, familiarity Cs and authority Cr of experts and group."
_SPLIT = ("peers_domestic", "peers_foreign")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file",
        metavar="FILE.csv",
        help="columns expert practice theory peers intuition familiarity; grounds as L, M, S or "
        "大, 中, 小; familiarity from 0 to 1; an empty cell leaves the expert without figures",
    )
    parser.add_argument(
        "--table",
        choices=tuple(TABLES),
        default="A",
        help="values of the grounds (default %(default)s); the file for D has peers_domestic and "
        "peers_foreign, or peers for both",
    )
    parser.add_argument(
        "--familiarity",
        metavar="V,V,...",
        help="values of the familiarity scale, for example 1,.8,.6,.4,.2: a cell must be one of "
        "them (without it any number from 0 to 1 will do)",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the coefficients of each expert and of the group."""
    scale = None if arguments.familiarity is None else _scale(arguments.familiarity)
    table = read_table(arguments.file, **_columns(arguments.table))
    columns = _ground_columns(table, arguments.table)
    problems = Problems(table.file)
    if not table.rows:
        problems.add("no experts", "one row for each expert", row=1)
    _check_experts(table, problems)
    grounds = [_grounds(record, line, columns, problems) for line, record in table.records()]
    familiarity = [_familiarity(record, line, scale, problems) for line, record in table.records()]
    problems.raise_any()
    found = authority(grounds, np.array(familiarity), table=arguments.table)
    return {
        "table": arguments.table,
        "familiarity": None if scale is None else [float(value) for value in scale],
        "experts": dict(zip(table.column("expert"), found.records(), strict=True)),
        "complete_experts": found.complete_experts,
        "ca": found.ca,
        "cs": found.cs,
        "cr": found.cr,
        "reason": found.reason,
    }


def _columns(name: str) -> dict[str, Any]:
    """Columns of the file; peers may be split where the table is."""
    common = ("expert", "practice", "theory", "intuition", "familiarity")
    if name != "D":
        return {"required": (*common[:3], "peers", *common[3:])}
    return {"required": common, "optional": ("peers", *_SPLIT)}


def _ground_columns(table: Table, name: str) -> tuple[str, ...]:
    """Column of the file for each ground of the table."""
    grounds = TABLES[name].grounds
    given = tuple(column for column in table.header if column in ("peers", *_SPLIT))
    if name != "D" or sorted(given) == sorted(_SPLIT):
        return grounds
    if given == ("peers",):
        return tuple("peers" if ground in _SPLIT else ground for ground in grounds)
    found = f"columns {', '.join(given)}" if given else "no column for peers"
    raise InputError([Problem(table.file, found, f"{' and '.join(_SPLIT)}, or peers alone", row=1)])


def _scale(text: str) -> list[Decimal]:
    values = [parse_decimal(part.strip()) for part in text.split(",")]
    known = [value for value in values if value is not None and 0 <= value <= 1]
    if len(known) != len(values) or len(set(known)) != len(known):
        expected = "different numbers from 0 to 1, such as 1,.8,.6,.4,.2"
        raise InputError([Problem("--familiarity", quoted(text), expected)])
    return known


def _check_experts(table: Table, problems: Problems) -> None:
    seen: set[str] = set()
    for line, expert in zip(table.lines, table.column("expert"), strict=True):
        if not expert:
            problems.add("no expert", "a name or code", row=line, column="expert")
        elif expert in seen:
            found = f"expert {quoted(expert)} twice"
            problems.add(found, "each expert once", row=line, column="expert")
        seen.add(expert)


def _grounds(
    record: dict[str, str], line: int, columns: tuple[str, ...], problems: Problems
) -> list[str]:
    for column in dict.fromkeys(columns):
        if record[column] and record[column] not in LEVELS:
            expected = "L, M, S or 大, 中, 小, or an empty cell"
            problems.add(quoted(record[column]), expected, row=line, column=column)
    return [record[column] for column in columns]


def _familiarity(
    record: dict[str, str], line: int, scale: list[Decimal] | None, problems: Problems
) -> float:
    text = record["familiarity"]
    number = parse_decimal(text)
    if not text:
        return np.nan
    if number is None or not 0 <= number <= 1 or (scale is not None and number not in scale):
        listed = "" if scale is None else ", ".join(f"{value}" for value in scale)
        expected = f"one of {listed}" if listed else "a number from 0 to 1"
        problems.add(quoted(text), f"{expected}, or an empty cell", row=line, column="familiarity")
        return np.nan
    return float(number)
