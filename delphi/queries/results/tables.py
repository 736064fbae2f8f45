"""The tables of the convergence page: movement, statistics by item, agreement on the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from delphi.bridge import PanelAnswers
from delphi.domain.disclosure import STATISTICS_FROM, Unsaid, Viewer
from delphi.queries.figures import Figure, places_needed
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.results.verdicts import item_reason, order_reason

MEAN_PLACES = 3
CV_PLACES = 4
W_PLACES = 4
CHI2_PLACES = 3
#: Quartiles of whole answers are multiples of a quarter.
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
    #: respondents missing until it may be shown; 0 where it is withheld for another reason
    missing: int
    #: why it is withheld; None where it is shown
    unsaid: Unsaid | None


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
    #: change of the panel weight, of ratings that of the mean, since the round before; None in the
    #: first
    change: Figure | None
    #: smallest and largest answer; None where withheld
    extremes: Figure | None
    #: share of the largest rating; None for other methods
    full: Figure | None = None

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure of the row that opens."""
        given = (self.mean, self.sd, self.cv, self.median, self.quartiles, self.iqr)
        more = (self.change, self.extremes, self.full)
        return given + tuple(one for one in more if one is not None)


@dataclass(frozen=True)
class CriterionRow:
    """The ratings of one item under a further criterion."""

    names: Names
    n: int
    mean: Figure
    sd: Figure
    cv: Figure
    median: Figure
    full: Figure


@dataclass(frozen=True)
class CriterionTable:
    """What the panel says of a further criterion."""

    #: code of the criterion
    criterion: str
    rows: tuple[CriterionRow, ...]


@dataclass(frozen=True)
class ConsistencyView:
    """How far the comparisons of a panel contradict themselves."""

    method: str
    experts: int
    #: experts whose ratio has a limit, and how many of these exceed it; None where they are few
    judged: int
    above: int | None
    median: Figure
    #: of pairwise comparisons, else None
    gci: Figure | None = None
    gci_limit: str | None = None
    gci_above: int = 0
    #: Goepel's S* as a share; None where it does not exist
    consensus: Figure | None = None


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
    unsaid = group.movement_unsaid(viewer)
    few = unsaid is Unsaid.FEW
    suffix = group.round
    nobody = "no_complete_expert_in_both" if group.is_rating else "no_expert_in_both"
    figures = tuple(
        Figure(f"{name}-{suffix}", found[name], reason=None if found[name] else nobody)
        for name in ("weight_change_max", "median_own_move", "mean_own_move")
    )
    return MovementRow(
        before=group.round - 1,
        after=group.round,
        both=group.both,
        moved=found["moved"],
        figures=None if unsaid else (figures[0], figures[1], figures[2]),
        missing=max(1, STATISTICS_FROM - min(group.both, group.answered)) if few else 0,
        unsaid=unsaid,
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

    places = quartile_places(group)
    quartiles = Figure(f"quartiles-{code}", spread["q1"], places=places, high=spread["q3"])
    change = None
    if moved is not None and group.may_see_movement(viewer):
        value = moved["mean_change" if group.is_rating else "weight_change"]
        change = Figure(f"change-{code}", value, "signed", reason="no_expert_in_both")
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
        iqr=one("iqr", places),
        change=change,
        extremes=extremes,
        full=Figure(f"full-{code}", spread["full_score_share"], "share")
        if group.is_rating
        else None,
    )


def quartile_places(group: StoredGroup) -> int:
    """Return the decimals that quartiles are printed with."""
    return MEAN_PLACES if group.is_derived else QUARTILE_PLACES


def criterion_tables(
    group: StoredGroup, names: Mapping[str, Names], viewer: Viewer
) -> tuple[CriterionTable, ...]:
    """Return what the panel says of each further criterion; nothing where it is withheld."""
    if not group.may_see(viewer):
        return ()
    return tuple(
        CriterionTable(one, tuple(_criterion_row(spread, names) for spread in group.further[one]))
        for one in group.planned.criteria[1:]
    )


def _criterion_row(spread: Mapping[str, Any], names: Mapping[str, Names]) -> CriterionRow:
    return CriterionRow(
        names=names[spread["item"]],
        n=spread["n"],
        mean=Figure("mean", spread["mean"], places=MEAN_PLACES),
        sd=Figure("sd", spread["sd"], places=MEAN_PLACES),
        cv=Figure("cv", spread["cv"], places=CV_PLACES),
        median=Figure("median", spread["median"]),
        full=Figure("full", spread["full_score_share"], "share"),
    )


def consistency_view(group: StoredGroup, viewer: Viewer) -> ConsistencyView | None:
    """Return how far the comparisons contradict themselves; None where withheld or not asked."""
    found = group.consistency
    if found is None or not group.may_see(viewer):
        return None
    view = ConsistencyView(
        method=group.planned.method,
        experts=found["experts"],
        judged=found["judged"],
        above=found["above"] if found["judged"] >= STATISTICS_FROM else None,
        median=Figure("cr", found["median"], places=CV_PLACES),
    )
    if "gci_median" not in found:
        return view
    return replace(
        view,
        gci=Figure("gci", found["gci_median"], places=CV_PLACES),
        gci_limit=found["gci_limit"],
        gci_above=found["gci_above"],
        consensus=Figure("consensus", found["consensus"], "share"),
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
        reason = order_reason(group, reasons.get(name))
        return Figure(f"{key}{suffix}", value, form, places, reason=reason)

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
        iqr = None if group.is_rating else group.condition("iqr")
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
