"""What is kept of a data table for the fact cards: a few figures of each leaf, no row of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class DataRange:
    """The values of one leaf in a data table, over all units and years that have one."""

    #: smallest, middle and largest value, decimal strings
    low: str
    median: str
    high: str
    #: units with a value, each once
    units: int
    #: first and last year with a value
    from_year: int
    to_year: int

    def to_document(self) -> dict[str, Any]:
        """Return the stored form."""
        return asdict(self)


@dataclass(frozen=True)
class LeafData:
    """One leaf that has values."""

    range: DataRange
    #: cells with a number: unit-years
    values: int


@dataclass(frozen=True)
class Dataset:
    """A data table that was attached to a study: which file it was, and its leaves."""

    #: name of the file as it was sent
    file: str
    #: hash of its bytes
    sha256: str
    #: leaves with at least one value, by code
    leaves: Mapping[str, LeafData]

    def to_document(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "leaves": {
                code: {"values": leaf.values, "range": leaf.range.to_document()}
                for code, leaf in self.leaves.items()
            },
        }


def range_from_document(document: Mapping[str, Any] | None) -> DataRange | None:
    """Read a stored range back; None where there is none."""
    return None if document is None else DataRange(**document)


def from_document(document: Mapping[str, Any]) -> Dataset:
    """Read a stored dataset back."""
    return Dataset(
        document["file"],
        document["sha256"],
        {
            code: LeafData(DataRange(**leaf["range"]), leaf["values"])
            for code, leaf in document["leaves"].items()
        },
    )
