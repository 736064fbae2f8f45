"""The tables of the convergence page: movement, statistics by item, agreement on the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from delphi.bridge import PanelAnswers
from delphi.domain.disclosure import STATISTICS_FROM, Viewer
from delphi.queries.figures import Figure, places_needed
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.results.verdicts import item_reason

MEAN_PLACES = 3
CV_PLACES = 4
W_PLACES = 4
CHI2_PLACES = 3
#: Quartiles of whole points are multiples of a quarter.
QUARTILE_PLACES = 2


@dataclass(frozen=True)
class MovementRow:
    """From one round to the next."""

    before: int
    after: int
    both: int
    moved: int
    #: largest change of a panel weight, median and mean own move; None where withheld
    figures: tuple[Figure, Figure, Figure] | None
    #: respondents missing until it may be shown
    missing: int


@dataclass(frozen=True)
class ItemRow:
    """One item of a group with all its figures."""

    code: str
    names: Names
    n: int
    mean: Figure
    sd: Figure
    cv: Figure
    median: Figure
    quartiles: Figure
    iqr: Figure
    #: change of the panel weight since the round before; None in the first
    change: Figure | None
    #: smallest and largest answer; None where withheld
    extremes: Figure | None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the row that opens."""
        given = (self.mean, self.sd, self.cv, self.median, self.quartiles, self.iqr)
        return given + tuple(one for one in (self.change, self.extremes) if one is not None)


@dataclass(frozen=True)
class OrderRow:
    """W of one round."""

    round: int
    m: int
    n: int
    w: Figure
    w_uncorrected: Figure
    chi2: Figure
    p: Figure
    df: int
    #: exact, monte_carlo, chi2; None where p does not exist
    p_method: str | None
    permutations: int | None
    seed: int
    missing: int


@dataclass(frozen=True)
class SplitRow:
    """A group of two: how many put which item first."""

    round: int
    m: int
    first: int
    second: int
    equal: int
    missing: int


@dataclass(frozen=True)
class Undefined:
    """A figure that does not exist, and why."""

    round: int
    #: code of the figure's name
    figure: str
    item: Names | None
    reason: str


def movement_rows(groups: Sequence[StoredGroup], viewer: Viewer) -> tuple[MovementRow, ...]:
    """Return one row for each pair of rounds."""
    return tuple(_movement_row(one, viewer) for one in groups if one.movement is not None)


def _movement_row(group: StoredGroup, viewer: Viewer) -> MovementRow:
    found = group.movement or {}
    shown = group.may_see_movement(viewer)
    suffix = group.round
    figures = tuple(
        Figure(f"{name}-{suffix}", found[name], reason=None if found[name] else "no_expert_in_both")
        for name in ("weight_change_max", "median_own_move", "mean_own_move")
    )
    return MovementRow(
        before=group.round - 1,
        after=group.round,
        both=group.both,
        moved=found["moved"],
        figures=(figures[0], figures[1], figures[2]) if shown else None,
        missing=0 if shown else max(1, STATISTICS_FROM - min(group.both, group.answered)),
    )


def item_rows(
    group: StoredGroup, names: Mapping[str, Names], viewer: Viewer
) -> tuple[ItemRow, ...]:
    """Return the statistics of every item; nothing where they are withheld."""
    if not group.may_see(viewer):
        return ()
    medians = places_needed([group.dispersion(code)["median"] for code in names], 3)
    return tuple(_item_row(group, code, names[code], medians, viewer) for code in names)


def _item_row(
    group: StoredGroup, code: str, names: Names, median_places: int, viewer: Viewer
) -> ItemRow:
    spread, moved = group.dispersion(code), group.moved(code)

    def one(name: str, places: int) -> Figure:
        reason = item_reason(group, code, name)
        return Figure(f"{name}-{code}", spread[name], places=places, reason=reason)

    quartiles = Figure(f"quartiles-{code}", spread["q1"], places=QUARTILE_PLACES, high=spread["q3"])
    change = None
    if moved is not None and group.may_see_movement(viewer):
        change = Figure(
            f"change-{code}", moved["weight_change"], "signed", reason="no_expert_in_both"
        )
    extremes = None
    if group.may_see(viewer, "extremes"):
        extremes = Figure(f"extremes-{code}", spread["minimum"], high=spread["maximum"])
    return ItemRow(
        code=code,
        names=names,
        n=spread["n"],
        mean=one("mean", MEAN_PLACES),
        sd=one("sd", MEAN_PLACES),
        cv=one("cv", CV_PLACES),
        median=one("median", median_places),
        quartiles=quartiles,
        iqr=one("iqr", QUARTILE_PLACES),
        change=change,
        extremes=extremes,
    )


def order_rows(groups: Sequence[StoredGroup], shown: int, viewer: Viewer) -> tuple[OrderRow, ...]:
    """Return W of every round; the one in view has keys without a number."""
    return tuple(_order_row(one, shown, viewer) for one in groups)


def _order_row(group: StoredGroup, shown: int, viewer: Viewer) -> OrderRow:
    found = group.concordance if group.may_see(viewer) else None
    suffix = "" if group.round == shown else f"-{group.round}"
    reasons: Mapping[str, str] = {} if found is None else found["reason"] or {}

    def one(name: str, key: str, places: int | None, form: str = "number") -> Figure:
        value = None if found is None else found[name]
        return Figure(f"{key}{suffix}", value, form, places, reason=reasons.get(name))

    by_chi2 = found is not None and found["p_method"] == "chi2"
    return OrderRow(
        round=group.round,
        m=group.answered,
        n=len(group.document["items"]),
        w=one("w", "w", W_PLACES),
        w_uncorrected=one("w_uncorrected", "w_uncorrected", W_PLACES),
        chi2=one("chi2", "chi2", CHI2_PLACES),
        p=one("p_chi2" if by_chi2 else "p_permutation", "p", None, "p"),
        df=0 if found is None else found["df"],
        p_method=None if found is None else found["p_method"],
        permutations=None if found is None else found["permutations"],
        seed=0 if found is None else found["seed"],
        missing=max(0, STATISTICS_FROM - group.answered),
    )


def split_row(group: StoredGroup, answers: PanelAnswers, viewer: Viewer) -> SplitRow:
    """Return how many put the first of two items above the second."""
    missing = max(0, STATISTICS_FROM - group.answered)
    if not group.may_see(viewer):
        return SplitRow(group.round, group.answered, 0, 0, 0, missing)
    rows = [row for row in answers.exact if row is not None]
    first = sum(row[0] > row[1] for row in rows)
    second = sum(row[0] < row[1] for row in rows)
    return SplitRow(group.round, len(rows), first, second, len(rows) - first - second, 0)


def undefined(
    group: StoredGroup, items: Sequence[ItemRow], orders: Sequence[OrderRow]
) -> tuple[Undefined, ...]:
    """Return every figure that does not exist although it may be shown, and why."""
    found = [
        Undefined(group.round, figure.key.partition("-")[0], row.names, figure.reason)
        for row in items
        for figure in row.figures
        if figure.value is None and figure.reason
    ]
    for order in orders:
        found += [
            Undefined(order.round, figure.key.partition("-")[0], None, figure.reason)
            for figure in (order.w, order.p)
            if figure.value is None and figure.reason
        ]
    return tuple(found)


def example_of_order(
    groups: Sequence[StoredGroup], names: Mapping[str, Names], viewer: Viewer
) -> dict[str, Any] | None:
    """Return a round of this study in which W is high and the answers lie far apart, if any."""
    for group in groups:
        found = group.concordance if group.may_see(viewer) else None
        iqr = group.condition("iqr")
        if found is None or found["w"] is None or iqr is None:
            continue
        worst = max(names, key=lambda code: Decimal(iqr["value"][code] or 0))
        if Decimal(found["w"]) >= Decimal("0.9") and not iqr["holds"] and iqr["limit"]:
            return {
                "round": group.round,
                "w": Figure("w", found["w"], places=W_PLACES),
                "item": names[worst],
                "iqr": Figure("iqr", iqr["value"][worst]),
            }
    return None
