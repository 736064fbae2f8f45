"""What is kept of a data table reads back the same."""

from __future__ import annotations

import json

from analysis.record.canonical import canonical_text
from delphi.domain.dataset import (
    DataRange,
    Dataset,
    LeafData,
    from_document,
    range_from_document,
)

RANGE = DataRange("3.1", "41", "88", 26, 2018, 2020)


def test_a_stored_dataset_reads_back_the_same() -> None:
    kept = Dataset("cities.csv", "e" * 64, {"S1.1": LeafData(RANGE, 78), "D": LeafData(RANGE, 26)})
    assert from_document(json.loads(canonical_text(kept.to_document()))) == kept


def test_a_range_is_stored_in_decimal_strings_and_whole_numbers() -> None:
    assert RANGE.to_document() == {
        "low": "3.1", "median": "41", "high": "88", "units": 26, "from_year": 2018,
        "to_year": 2020,
    }  # fmt: skip
    assert range_from_document(RANGE.to_document()) == RANGE
    assert range_from_document(None) is None
