"""Data tables as files: what `analysis score` reads, brought down to what the fact cards show."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from analysis.errors import InputError, Problem
from analysis.scoring.data import UnitData, parse_some_data
from delphi.domain.dataset import DataRange, Dataset, LeafData
from delphi.exchange.tabletext import table_text


def read_data_file(data: bytes, file: str, leaves: Sequence[str]) -> Dataset:
    """Return the figures of an uploaded data table.

    Parameters
    ----------
    data
        The file: CSV in UTF-8 with the columns `unit` and `year` and one for each leaf that has
        data; an empty cell is a missing value.
    file
        Its name.
    leaves
        Codes of the leaves of the tree.

    Returns
    -------
    Dataset
        Leaves without a column and leaves without a number are left out.

    Raises
    ------
    InputError
        When the table is too large, with every problem that `analysis.scoring.data` finds, or
        because there is no number at all.
    """
    read = parse_some_data(table_text(data, file), file, leaves)
    found = {
        code: leaf
        for at, code in enumerate(read.leaves)
        if (leaf := _leaf(read, read.values[:, at].tolist())) is not None
    }
    if not found:
        raise InputError([Problem(file, "no number", "a number in at least one cell")])
    return Dataset(file, hashlib.sha256(data).hexdigest(), found)


def _leaf(data: UnitData, column: Sequence[float]) -> LeafData | None:
    """Return the figures of one column; None when all its cells are empty."""
    present = [at for at, value in enumerate(column) if not math.isnan(value)]
    if not present:
        return None
    # The shortest decimal of a float is the number as it was typed, to fifteen digits.
    values = [Decimal(repr(column[at])) for at in present]
    years = [int(data.years[at]) for at in present]
    return LeafData(
        DataRange(
            low=_plain(min(values)),
            median=_plain(median(values)),
            high=_plain(max(values)),
            units=len({data.units[at] for at in present}),
            from_year=min(years),
            to_year=max(years),
        ),
        len(values),
    )


def _plain(number: Decimal) -> str:
    """Return a decimal without exponent, without trailing zeros, and zero without a sign."""
    return f"{number.normalize():f}" if number else "0"
