"""Screening of indicators between rounds: boundary values (界值法) and an absolute triple.

The boundaries come from the items themselves, and that is the weakness of the method: in a list of
excellent items about one in six still fails each criterion; deleting items and screening again
tightens the bar for items about which nothing has changed, so it is applied once a round; one weak
item more protects the others; with fewer than some eight items mean and SD over items say little.
Nothing fails a criterion on which all items are equal. A proposal is therefore never carried out
here: a group of people decides. The absolute triple beside it has fixed bars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.dispersion import full_score_share, moments
from analysis.numerics.squares import look_at

Floats = NDArray[np.float64]

#: Statistics of an item that are screened, in the order of the columns of the results.
CRITERIA = ("mean", "full_score_share", "cv")
#: What happens to an item: kept, talked over, or proposed for deletion.
DECISIONS = ("keep", "discuss", "propose_delete")
#: Fixed bars of the absolute triple, on its scale only: at least, at least, at most.
ABSOLUTE = (3.5, 0.2, 0.25)
#: Scale of the absolute triple.
ABSOLUTE_SCALE = (1.0, 5.0)
#: Items below which the boundaries say little.
ENOUGH_ITEMS = 8
#: What a figure may miss its bar by and still lie on it: floats of decimals are not exact.
ON_LIMIT = 1e-9
#: A high mean and share are good, a high CV is not: with this sign larger is better.
_SIGNS = np.array([1.0, 1.0, -1.0])


@dataclass(frozen=True, eq=False)
class Screening:
    """Boundaries and what each item fails; columns are those of `CRITERIA`."""

    #: shape (n_items, 3): mean (unit of the scale), full-score share (0..1), CV; NaN = undefined
    statistics: Floats
    #: shape (3,): mean - SD of the means and shares, mean + SD of the CVs over items; NaN with
    #: fewer than two items that have the figure
    boundaries: Floats
    #: shape (n_items, 3): beyond the boundary; False where the figure or the boundary is undefined
    fails_relative: NDArray[np.bool_]
    #: shape (n_items, 3): misses the fixed bar; None on another scale than 1 to 5
    fails_absolute: NDArray[np.bool_] | None
    #: per item by the relative rule: fails nothing `keep`, one or two `discuss`, all three
    #: `propose_delete`; None where a figure or a boundary is undefined
    decisions: tuple[str | None, ...]
    #: whether there are fewer than eight items, too few for boundaries that mean something
    few_items: bool

    def records(self) -> list[dict[str, Any]]:
        """Return one dict an item.

        Returns
        -------
        list of dict
            `mean full_score_share cv`, `fails_relative` and `fails_absolute` as lists of criteria,
            `decision`, None where undefined, and `reason`: None, or figure → code. Codes are
            `undefined` for a statistic that the answers do not give, `undefined_statistic`,
            `fewer_than_2_items` and `scale_not_1_to_5`.
        """
        return [self._record(at) for at in range(len(self.statistics))]

    def _record(self, at: int) -> dict[str, Any]:
        figures = dict(zip(CRITERIA, self.statistics[at].tolist(), strict=True))
        reason = {name: "undefined" for name, value in figures.items() if np.isnan(value)}
        known = {name: None if name in reason else value for name, value in figures.items()}
        if self.decisions[at] is None:
            reason["decision"] = "undefined_statistic" if reason else "fewer_than_2_items"
        absolute = None
        if self.fails_absolute is None:
            reason["fails_absolute"] = "scale_not_1_to_5"
        elif np.isnan(self.statistics[at]).any():
            reason["fails_absolute"] = "undefined_statistic"
        else:
            absolute = _names(self.fails_absolute[at])
        return known | {
            "fails_relative": _names(self.fails_relative[at]),
            "fails_absolute": absolute,
            "decision": self.decisions[at],
            "reason": reason or None,
        }


def _names(failed: NDArray[np.bool_]) -> list[str]:
    return [name for name, fails in zip(CRITERIA, failed.tolist(), strict=True) if fails]


@dataclass(frozen=True, eq=False)
class SeveralScreenings:
    """Screening of the same items by several ratings, such as importance and operability."""

    #: name of the rating → its screening, in the order given
    by_rating: dict[str, Screening]
    #: per item: `propose_delete` if every rating proposes it, `keep` if every rating keeps it, else
    #: `discuss`; None where a rating gives no decision
    decisions: tuple[str | None, ...]


def boundary_values(statistics: Floats) -> Floats:
    """Return the boundaries of the three criteria from the statistics of the items.

    mean(M) - SD(M), mean(K) - SD(K), mean(CV) + SD(CV), mean and SD (divisor n-1) over items.

    Parameters
    ----------
    statistics
        Shape (n_items, 3), columns as in `CRITERIA`; NaN = undefined, left out of its column. Not
        changed.

    Returns
    -------
    ndarray
        Shape (3,), in the units of the columns; NaN with fewer than two items in a column. Where
        all items are equal it is exactly their value.
    """
    # One criterion a row, sorted: the order of items changes no digit. NaN goes last.
    ordered = np.sort(np.asarray(statistics, np.float64).T, axis=1)
    known = ~np.isnan(ordered)
    n = known.sum(axis=1)
    if not (n > 1).any():
        return np.full(len(CRITERIA), np.nan)
    lowest = ordered[:, :1]
    above = np.where(known, ordered - lowest, 0.0)
    middle = above.sum(axis=1) / np.maximum(n, 1)
    away = np.where(known, above - middle[:, None], 0.0)
    sd = np.sqrt(np.square(away).sum(axis=1) / np.maximum(n - 1, 1))
    boundaries: Floats = np.where(n > 1, lowest[:, 0] + middle - _SIGNS * sd, np.nan)
    return boundaries


def screen_statistics(statistics: Floats, scale: tuple[float, float]) -> Screening:
    """Screen items whose statistics are known, for example from a printed table.

    An item fails a criterion if its mean or full-score share lies below the boundary, or its CV
    above. On the boundary it passes. The absolute triple passes at a mean of at least 3.5, a CV of
    at most 0.25 and a full-score share of at least 0.2, and means something from 1 to 5 only.

    Parameters
    ----------
    statistics
        Shape (n_items, 3): mean, full-score share, CV; NaN = undefined. Not changed.
    scale
        Smallest and largest possible rating.

    Returns
    -------
    Screening
        Of the relative rule, with the absolute one beside it.

    Raises
    ------
    ValueError
        If there are not three columns.

    References
    ----------
    界值法 as taught for Chinese Delphi studies; the absolute bars as in published training and
    health indicator studies.
    """
    figures = np.array(statistics, np.float64)
    if figures.ndim != 2 or figures.shape[1] != len(CRITERIA):
        raise ValueError("statistics must have the columns mean, full-score share, CV")
    boundaries = boundary_values(figures)
    relative = _worse(figures, boundaries)
    absolute = _worse(figures, np.array(ABSOLUTE)) if tuple(scale) == ABSOLUTE_SCALE else None
    known = np.asarray(~np.isnan(figures).any(axis=1) & ~np.isnan(boundaries).any())
    counts = relative.sum(axis=1)
    decisions = tuple(
        _decision(int(count)) if told else None for count, told in zip(counts, known, strict=True)
    )
    few = len(figures) < ENOUGH_ITEMS
    return Screening(figures, boundaries, relative, absolute, decisions, few)


def _worse(figures: Floats, bars: Floats) -> NDArray[np.bool_]:
    """Tell which figures lie on the wrong side of their bar; NaN never does."""
    slack = ON_LIMIT * np.maximum(1.0, np.abs(bars))
    result: NDArray[np.bool_] = _SIGNS * (bars - figures) > slack
    return result


def _decision(failed: int) -> str:
    return DECISIONS[0 if not failed else 2 if failed == len(CRITERIA) else 1]


def screen(values: Floats, scale: tuple[float, float]) -> Screening:
    """Screen the items of one rating round; see `screen_statistics` for the rule.

    Parameters
    ----------
    values
        Ratings, shape (n_experts, n_items); NaN = no answer, left out of that item. Not changed.
    scale
        Smallest and largest possible rating. Its largest, not the largest seen, is the full score.

    Returns
    -------
    Screening
        An item with fewer than two answers, or with a mean of 0 and so no CV, gets no decision.

    Raises
    ------
    ValueError
        If `values` is not a matrix, holds a value off the scale, or the scale is no interval.
    """
    low, high = scale
    if not low < high:
        raise ValueError(f"a scale from {low} to {high}")
    answers = look_at(values)
    if answers.low < low or answers.high > high:
        raise ValueError(f"a value off the scale from {low} to {high}")
    found = moments(answers)
    figures = np.column_stack([found.mean, full_score_share(answers, high), found.cv])
    return screen_statistics(figures, scale)


def screen_several(
    ratings: Mapping[str, Floats], scales: Mapping[str, tuple[float, float]]
) -> SeveralScreenings:
    """Screen the same items by several ratings and join the decisions.

    Each rating is screened by itself. Joined, an item is proposed for deletion only if every rating
    proposes it and kept only if every rating keeps it; anything else is talked over. That is a
    convention of this program, on the side of caution: an item that is important and hard to
    measure needs a better definition and not deletion.

    Parameters
    ----------
    ratings
        Name, such as importance (重要性) or operability (可操作性), → ratings of shape (n_experts,
        n_items), the same items in each; NaN = no answer. Not changed.
    scales
        Name → smallest and largest possible rating.

    Returns
    -------
    SeveralScreenings
        The screening of each rating with the joint decisions.

    Raises
    ------
    ValueError
        Without ratings, if their items are not as many, a scale is missing, or `screen` refuses
        one.
    """
    if not ratings:
        raise ValueError("no ratings to screen")
    if len({np.shape(values)[-1] for values in ratings.values()}) > 1:
        raise ValueError("the ratings do not have the same items")
    missing = [name for name in ratings if name not in scales]
    if missing:
        raise ValueError(f"no scale for {missing[0]!r}")
    found = {name: screen(values, scales[name]) for name, values in ratings.items()}
    columns = zip(*(one.decisions for one in found.values()), strict=True)
    return SeveralScreenings(found, tuple(_joint(decisions) for decisions in columns))


def _joint(decisions: Sequence[str | None]) -> str | None:
    if None in decisions:
        return None
    return decisions[0] if len(set(decisions)) == 1 else "discuss"
