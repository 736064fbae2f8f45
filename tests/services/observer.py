"""What somebody with a copy of the database, and nothing else, can join."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from types import ModuleType

from sqlalchemy import text

from delphi.db import Base, Database
from delphi.models import answer, identity
from tests.databases import contents


@dataclass(frozen=True)
class Row:
    """A row with what PostgreSQL keeps beside it: the transaction that wrote it, and its place."""

    key: str
    transaction: int
    place: tuple[int, int]


def hidden(database: Database, table: str, key: str) -> list[Row]:
    """Return the rows of a table in the order in which they lie."""
    query = text(f"SELECT {key}, xmin::text, ctid::text FROM {table}")  # noqa: S608  (names of ours)
    with database.reading() as session:
        found = session.execute(query).all()
    rows = []
    for value, transaction, place in found:
        block, line = place.strip("()").split(",")
        rows.append(Row(value, int(transaction), (int(block), int(line))))
    return sorted(rows, key=lambda row: row.place)


def pairs_by_transaction(
    people: list[Row], respondents: list[Row], *, apart: int = 1
) -> dict[str, str]:
    """Return person → respondent where each is the only one written near the other.

    `apart` is how many transactions may lie between the two.
    """

    def near(row: Row, others: list[Row]) -> list[Row]:
        return [one for one in others if abs(one.transaction - row.transaction) <= apart]

    pairs = {}
    for person in people:
        found = near(person, respondents)
        if len(found) == 1 and near(found[0], people) == [person]:
            pairs[person.key] = found[0].key
    return pairs


def pairs_by_order(people: list[Row], respondents: list[Row]) -> dict[str, str]:
    """Return person → respondent, the first written with the first, and so on.

    Rows of one transaction have no order; without one there are no pairs.
    """
    rows = [sorted(side, key=lambda row: row.transaction) for side in (people, respondents)]
    if any(len({row.transaction for row in side}) < len(side) for side in rows):
        return {}
    return {one.key: other.key for one, other in zip(*rows, strict=False)}


def tables_of(package: ModuleType) -> list[str]:
    """Return the names of the tables of one side."""
    name = package.__name__
    return [
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith(name)
    ]


def values_of(database: Database, package: ModuleType) -> set[str]:
    """Return every text of eight characters or more that one side stores."""
    rows = contents(database)
    return {
        value if isinstance(value, str) else value.hex()
        for table in tables_of(package)
        for row in rows[table]
        for value in row
        if isinstance(value, (str, bytes)) and len(value) >= 8
    }


def joined_values(database: Database) -> set[str]:
    """Return what stands on both sides, as it is or under a common hash."""
    answers = values_of(database, answer)
    found = set()
    for value in values_of(database, identity):
        raw = value.encode()
        forms = {value, value.lower(), value[::-1]}
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s",
                     "sha3_256", "sha3_512"):  # fmt: skip
            digest = hashlib.new(name, raw).hexdigest()
            forms |= {digest, digest[:32], digest[:16], digest[-32:]}
        found |= forms & answers
    return found
