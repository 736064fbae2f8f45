"""Interrupts a path at a chosen statement or commit, so that every point can be tried in turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from delphi.db import Database


class FaultError(Exception):
    """The power went off here."""


@contextmanager
def counted_statements(database: Database) -> Iterator[list[str]]:
    """Collect every statement and commit that goes to the database."""
    seen: list[str] = []
    with _listening(database, seen.append):
        yield seen


@contextmanager
def fault_at(database: Database, point: int) -> Iterator[None]:
    """Raise `FaultError` instead of the statement or commit of that number, from 0."""
    left = point

    def count_down(statement: str) -> None:
        nonlocal left
        if left == 0:
            raise FaultError(statement)
        left -= 1

    with _listening(database, count_down):
        yield


@contextmanager
def _listening(database: Database, tell: Any) -> Iterator[None]:
    def statement(connection: Any, cursor: Any, text: str, *others: object) -> None:
        tell(text)

    def commit(connection: Any) -> None:
        tell("COMMIT")

    raw_rewrite = database.rewrite

    def rewrite(*tables: str) -> None:
        tell("REWRITE")  # SQLite does this on a raw connection, which tells nobody
        raw_rewrite(*tables)

    event.listen(database.engine, "before_cursor_execute", statement)
    event.listen(database.engine, "commit", commit)
    database.rewrite = rewrite
    try:
        yield
    finally:
        del database.rewrite
        event.remove(database.engine, "before_cursor_execute", statement)
        event.remove(database.engine, "commit", commit)
