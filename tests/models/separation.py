"""The rules that keep identities and answers apart, as a list of what breaks them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Date, DateTime, Integer, Interval, Numeric, Table, Time
from sqlalchemy.dialects.postgresql import CIDR, INET, MACADDR, MACADDR8

#: What both sides may carry: the study and the round that they belong to.
SHARED = {"study_id", "round_id"}
#: Numbers that count within one respondent's own answers.
OWN_NUMBERS = {"revision", "version", "slot"}
_TIME = re.compile(r"(^|_)(at|on|date|day|time|when|stamp|timestamp|created|updated|seen)(_|$)")
_RUNNING = re.compile(r"(^|_)(seq|sequence|serial|counter|number|no|position|order|rowid)(_|$)")
_DEVICE = re.compile(
    r"(^|_)(ip|address|addr|network|host|port|agent|browser|device|referer|referrer|cookie|session"
    r"|language|locale|time_?zone|e?mail|phone|telephone|name|person|invitation|token|tag)(_|$)"
)


@dataclass(frozen=True)
class Sides:
    """The tables of each side."""

    answer: Sequence[Table]
    identity: Sequence[Table]
    study: Sequence[Table] = ()


def breaches(sides: Sides) -> list[str]:
    """Return every breach as `rule: table.column`."""
    found = [*_pointers(sides), *_shared_columns(sides)]
    for table in sides.answer:
        found += [f"{rule}: {table.name}" for rule in _table_rules(table)]
        found += [
            f"{rule}: {table.name}.{column.name}"
            for column in table.columns
            for rule in _column_rules(column)
        ]
    return found


def _table_rules(table: Table) -> Iterator[str]:
    if table.dialect_options["sqlite"]["with_rowid"] is not False:
        yield "rowid"
    # What SQLAlchemy would make SERIAL: an integer key alone.
    if table.autoincrement_column is not None:
        yield "autoincrement"


def _column_rules(column: Column[object]) -> Iterator[str]:
    kind = column.type
    kind = getattr(kind, "impl_instance", kind)
    if isinstance(kind, (Date, DateTime, Time, Interval)) or _TIME.search(column.name):
        yield "time"
    if column.identity is not None or column.server_default is not None or column.default:
        yield "default"  # identity, sequence, now(): the database or the clock would number rows
    if column.onupdate is not None or column.server_onupdate is not None:
        yield "update"
    is_number = isinstance(kind, (Integer, Numeric)) and column.name not in OWN_NUMBERS
    if is_number or _RUNNING.search(column.name):
        yield "number"
    if isinstance(kind, (INET, CIDR, MACADDR, MACADDR8)) or _DEVICE.search(column.name):
        yield "address"


def _pointers(sides: Sides) -> Iterator[str]:
    answer = {table.name for table in sides.answer}
    identity = {table.name for table in sides.identity}
    allowed = {"study", "round"}
    for tables, own in ((sides.answer, answer), (sides.identity, identity), (sides.study, set())):
        for table in tables:
            for key in table.foreign_keys:
                target = key.target_fullname.split(".")[0]
                if tables is sides.study:
                    crosses = target in answer | identity
                else:
                    crosses = target not in own | allowed
                if crosses:
                    yield f"pointer: {table.name}.{key.parent.name}"


def _shared_columns(sides: Sides) -> Iterator[str]:
    theirs = {column.name for table in sides.identity for column in table.columns}
    for table in sides.answer:
        for column in table.columns:
            if column.name in theirs - SHARED and not _is_random_key(column):
                yield f"shared: {table.name}.{column.name}"


def _is_random_key(column: Column[object]) -> bool:
    """Whether this is a key that only its own row has, and that points at nothing."""
    return column.name == "id" and column.primary_key and not column.foreign_keys
