"""Authority coefficients of experts (权威系数): grounds of judgement Ca, familiarity Cs, Cr.

Each expert says how much (large, medium, small) each ground influenced the own judgement, and how
familiar the matter is. Ca is the sum of table values, Cs the value of the familiarity, Cr their
mean. These are self-reports: they say how a panel sees itself and not how good its judgement is. In
the usual table two of four rows have one value for all three answers and Ca is at least 0.6 for
everybody, so that a group Cr of 0.7 or more is almost automatic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: What an expert may answer, with the place of its value in a row of a table.
LEVELS: Mapping[str, int] = MappingProxyType({"L": 0, "M": 1, "S": 2, "大": 0, "中": 1, "小": 2})
_PLACES = dict(LEVELS) | {"": 3}
_HUNDREDTHS = 100


@dataclass(frozen=True)
class Table:
    """A table of values for the grounds of judgement."""

    #: grounds in the order of the answers
    grounds: tuple[str, ...]
    #: per ground the values of large, medium, small, in hundredths: sums of them are exact
    hundredths: tuple[tuple[int, int, int], ...]


_FOUR = ("practice", "theory", "peers", "intuition")
_PRACTICE, _THEORY = (50, 40, 30), (30, 20, 10)
_FLAT = (10, 10, 10)
_HALF = (5, 5, 5)
#: Tables in use. A: the usual one. B and B2: peers and intuition tell answers apart. C: values of
#: practice and theory exchanged. D: peers at home and abroad apart.
TABLES: Mapping[str, Table] = MappingProxyType(
    {
        "A": Table(_FOUR, (_PRACTICE, _THEORY, _FLAT, _FLAT)),
        "B": Table(_FOUR, (_PRACTICE, _THEORY, (10, 10, 5), (10, 10, 5))),
        "B2": Table(_FOUR, (_PRACTICE, _THEORY, (10, 8, 6), (10, 8, 6))),
        "C": Table(_FOUR, (_THEORY, _PRACTICE, _FLAT, _FLAT)),
        "D": Table(
            ("practice", "theory", "peers_domestic", "peers_foreign", "intuition"),
            (_PRACTICE, _THEORY, _HALF, _HALF, _FLAT),
        ),
    }
)
#: Values of the familiarity scales in use, from very familiar to unfamiliar; the first is usual.
FAMILIARITY_SCALES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "fifths": (1.0, 0.8, 0.6, 0.4, 0.2),
        "tenths": (0.9, 0.7, 0.5, 0.3, 0.1),
        "quarters": (1.0, 0.75, 0.5, 0.25, 0.0),
        "uneven": (1.0, 0.8, 0.5, 0.2, 0.0),
    }
)


@dataclass(frozen=True, eq=False)
class Authority:
    """Coefficients of each expert, arrays of shape (n_experts,), and of the group.

    An expert with an empty cell has none of the three (NaN) and is left out of the group's.
    """

    #: Ca, sum of the table values; 0.6..1 with table A
    expert_ca: Floats
    #: Cs, self-rated familiarity, 0..1
    expert_cs: Floats
    #: Cr = (Ca + Cs)/2
    expert_cr: Floats
    #: experts without an empty cell; the group's figures rest on these
    complete_experts: int
    #: mean Ca over the complete experts; None if there are none
    ca: float | None
    #: mean Cs, likewise
    cs: float | None
    #: mean Cr, likewise
    cr: float | None
    #: None, or figure of the group → `no_complete_expert`
    reason: dict[str, str] | None

    def records(self) -> list[dict[str, Any]]:
        """Return the coefficients of each expert as a dict.

        Returns
        -------
        list of dict
            `ca cs cr`, None where undefined, and `reason`: None, or figure → `empty_cell`.
        """
        columns = (self.expert_ca, self.expert_cs, self.expert_cr)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [_record(dict(zip(("ca", "cs", "cr"), row, strict=True))) for row in rows]


def _record(figures: dict[str, float]) -> dict[str, Any]:
    if math.isnan(figures["cr"]):
        return dict.fromkeys(figures) | {"reason": dict.fromkeys(figures, "empty_cell")}
    return figures | {"reason": None}


def authority(
    grounds: Sequence[Sequence[str | None]], familiarity: Floats, *, table: str | Table = "A"
) -> Authority:
    """Return Ca, Cs and Cr of each expert and of the group.

    Ca = sum of the table's values of the answers, Cs = the familiarity, Cr = (Ca + Cs)/2; the
    group's are means over the experts without an empty cell. Nothing is rounded on the way: a mean
    of rounded coefficients can differ in the third digit, as printed tables show.

    Parameters
    ----------
    grounds
        One row an expert, one answer for each ground of the table: L, M, S or 大, 中, 小; None or
        "" = no answer. Not changed.
    familiarity
        Shape (n_experts,), 0..1, see `FAMILIARITY_SCALES`; NaN = no answer. Not changed.
    table
        A key of `TABLES`, or a table of one's own. A study states which it used.

    Returns
    -------
    Authority
        With NaN and None where an answer is missing, never a middle value in its place.

    Raises
    ------
    ValueError
        For an unknown table or answer, a familiarity outside 0..1, or rows that do not fit.

    References
    ----------
    Self-assessment as customary in Chinese Delphi studies; table A as printed in their reports. The
    other tables and scales are variants in use. Burgman et al. 2011 (self-rating and performance).
    """
    values = _table(table)
    ca = _sums(grounds, values)
    cs = np.asarray(familiarity, np.float64)
    if cs.shape != ca.shape:
        raise ValueError(f"familiarity of shape {cs.shape} for {len(ca)} experts")
    if ((cs < 0) | (cs > 1)).any():
        raise ValueError("a familiarity outside 0..1")
    complete = ~(np.isnan(ca) | np.isnan(cs))
    cs, ca = np.where(complete, cs, np.nan) + 0.0, np.where(complete, ca, np.nan)
    # In hundredths until the last step: 0.9 and 0.8 make 0.85 and not 0.8500000000000001.
    columns = {
        "ca": ca / _HUNDREDTHS,
        "cs": cs,
        "cr": (ca + _HUNDREDTHS * cs) / (2 * _HUNDREDTHS),
    }
    means = {name: _mean(column[complete]) for name, column in columns.items()}
    reason = None if complete.any() else dict.fromkeys(means, "no_complete_expert")
    count = int(np.count_nonzero(complete))
    return Authority(
        expert_ca=columns["ca"],
        expert_cs=columns["cs"],
        expert_cr=columns["cr"],
        complete_experts=count,
        reason=reason,
        **means,
    )


def _table(table: str | Table) -> Table:
    if isinstance(table, Table):
        return table
    if table not in TABLES:
        raise ValueError(f"no table {table!r}: choose from {', '.join(TABLES)}")
    return TABLES[table]


def _sums(grounds: Sequence[Sequence[str | None]], table: Table) -> Floats:
    """Sum of the table values of each expert in hundredths; NaN with an answer missing."""
    width = len(table.grounds)
    ragged = [len(answers) for answers in grounds if len(answers) != width]
    if ragged:
        raise ValueError(f"{ragged[0]} answers for {width} grounds")
    given = [answer or "" for answers in grounds for answer in answers]
    unknown = set(given) - set(_PLACES)
    if unknown:
        raise ValueError(f"answer {min(unknown)!r}, expected one of {', '.join(LEVELS)}")
    places = np.array([_PLACES[answer] for answer in given], np.int64).reshape(-1, width)
    values = np.array([(*row, np.nan) for row in table.hundredths])
    return np.asarray(values[np.arange(width), places].sum(axis=1))


def _mean(column: Floats) -> float | None:
    # fsum: the sum is the same in whatever order the experts stand.
    return math.fsum(column) / len(column) if len(column) else None


def familiarity_values(levels: Floats, scale: Sequence[float]) -> Floats:
    """Turn familiarity levels into values of a scale.

    Parameters
    ----------
    levels
        Any shape: 1 = very familiar, and so on to the last value; NaN = no answer. Not changed.
    scale
        Value of each level, such as `FAMILIARITY_SCALES["fifths"]`.

    Returns
    -------
    ndarray
        Same shape, values of the scale; NaN where there is no answer.

    Raises
    ------
    ValueError
        For a level that the scale does not have.
    """
    places = np.asarray(levels, np.float64)
    given = ~np.isnan(places)
    if not np.isin(places[given], np.arange(1, len(scale) + 1)).all():
        raise ValueError(f"a level that is no whole number from 1 to {len(scale)}")
    values = np.asarray(scale, np.float64)
    at = np.where(given, places, 1.0).astype(np.int64) - 1
    return np.where(given, values[at], np.nan)
