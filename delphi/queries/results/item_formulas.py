"""Formulas of the figures by item and of the movement between rounds, with their numbers.

Sums of whole answers come back exactly from the stored figures; those of derived weights are
printed rounded. No row is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from delphi.domain.protocol import Protocol
from delphi.queries.figures import (
    Equation,
    Figure,
    Formula,
    Note,
    RoundInput,
    Term,
    decimals,
    minus,
    over,
    plain,
    quantity,
    root,
    rounded,
    squares,
    whole,
    working,
)
from delphi.queries.results.sentences import cv_is_exempt
from delphi.queries.results.stored import Names, StoredGroup
from delphi.queries.results.tables import ItemRow, MovementRow, OrderRow
from delphi.queries.results.verdicts import VerdictView

#: Decimals of a sum of derived weights in the middle of a formula.
TOTAL_PLACES = 6


@dataclass(frozen=True)
class Shown:
    """What a page shows of one group: only what is on the page opens."""

    #: the rounds up to the one in view, which is the last
    groups: Sequence[StoredGroup]
    names: Mapping[str, Names]
    short: Mapping[str, Names]
    verdict: VerdictView
    movements: tuple[MovementRow, ...]
    rows: tuple[ItemRow, ...]
    orders: tuple[OrderRow, ...]
    protocol: Protocol

    @property
    def now(self) -> StoredGroup:
        """The round in view."""
        return self.groups[-1]


# ------------------------------------------------------------------------------------------ items


def item_formula(figure: Figure, row: ItemRow, shown: Shown) -> Formula:
    """Return the formula of a figure in the table of items."""
    name = figure.key.partition("-")[0]
    group = shown.now
    if name == "change":
        return _change(figure, row, shown)
    made = _ITEM[name](figure, row, group)
    notes = (*made.notes, *_item_limit(name, row, shown))
    if figure.value is None:
        notes = (*notes, Note("undefined", {"reason": figure.reason}))
    return replace(
        made,
        item=row.names,
        notes=notes,
        unrounded=_unrounded(figure),
        inputs=(input_of(group),),
    )


def _mean(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    total = total_of(group.dispersion(row.code)["mean"], row.n, group)
    terms = (quantity("x̄"), over("Σ x", "n"), over(total, row.n))
    note = "mean_derived" if group.is_derived else "mean"
    return _one(figure, group, terms, Note(note, {"n": row.n}))


def _sd(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    terms: tuple[Term, ...] = (quantity("s"), root("Σ (x − x̄)²", "n − 1"))
    if figure.value is not None:
        above = working(_sum_of_squares(figure.value, row.n, group))
        terms = (*terms, root(above, f"{row.n} − 1"))
    return _one(figure, group, terms, Note("divisor", {"n": row.n, "below": row.n - 1}))


def _sum_of_squares(sd: str, n: int, group: StoredGroup) -> str:
    if group.is_derived:
        return str(Decimal(sd) ** 2 * (n - 1))
    return rounded(decimals(squares(sd, n), 10), 10)


def _cv(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    terms: tuple[Term, ...] = (quantity("CV"), over("s", "x̄"))
    if figure.value is not None:
        spread = group.dispersion(row.code)
        terms = (*terms, over(working(spread["sd"]), working(spread["mean"])))
    return _one(figure, group, terms, Note("divisor", {"n": row.n, "below": row.n - 1}))


def _median(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    place = Note("median_place", {"n": row.n, "place": _place(row.n, 2)})
    return _one(figure, group, (quantity("Q₂"),), place)


def _quartiles(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    ends = (("Q₁", figure.value), ("Q₃", figure.high))
    return Formula(
        key=figure.key,
        figure="quartiles",
        round=group.round,
        equations=tuple(
            Equation((quantity(name),), Figure(figure.key, value, places=figure.places))
            for name, value in ends
        ),
        notes=(quartile_places(row.n),),
    )


def _iqr(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    spread = group.dispersion(row.code)
    return _one(figure, group, iqr_terms(spread), quartile_places(row.n))


def iqr_terms(spread: Mapping[str, str]) -> tuple[Term, ...]:
    """Return the sides of an interquartile range."""
    return (
        quantity("IQR"),
        quantity("Q₃ − Q₁"),
        plain(f"{working(spread['q3'])} − {working(spread['q1'])}"),
    )


def _extremes(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    ends = (("min x", figure.value), ("max x", figure.high))
    return Formula(
        key=figure.key,
        figure="extremes",
        round=group.round,
        equations=tuple(
            Equation((quantity(name),), Figure(figure.key, value)) for name, value in ends
        ),
        notes=(Note("extremes", {"n": row.n}),),
    )


def _full(figure: Figure, row: ItemRow, group: StoredGroup) -> Formula:
    high = (group.planned.scale or (0, 0))[1]
    terms = (quantity("K"), over(f"#{{x = {high}}}", "n"), over(whole(figure.value, row.n), row.n))
    return _one(figure, group, terms, Note("full", {"high": high}))


_ITEM: Mapping[str, Callable[[Figure, ItemRow, StoredGroup], Formula]] = {
    "mean": _mean,
    "sd": _sd,
    "cv": _cv,
    "median": _median,
    "quartiles": _quartiles,
    "iqr": _iqr,
    "extremes": _extremes,
    "full": _full,
}


def _change(figure: Figure, row: ItemRow, shown: Shown) -> Formula:
    group, before = shown.now, shown.groups[-2]
    name, figure_name = ("Δx̄", "change_mean") if group.is_rating else ("Δw", "change")
    note = "change_derived" if group.is_derived else figure_name
    terms: tuple[Term, ...] = (quantity(name), over("Σ (x′ − x)", "m"))
    if figure.value is not None:
        terms = (*terms, over(minus(total_of(figure.value, group.both, group)), group.both))
    return Formula(
        key=figure.key,
        figure=figure_name,
        round=group.round,
        item=row.names,
        equations=(Equation(terms, figure),),
        notes=(Note(note, {"m": group.both, "before": before.round, "after": group.round}),),
        unrounded=_unrounded(figure),
        inputs=(input_of(before), input_of(group)),
    )


def _item_limit(name: str, row: ItemRow, shown: Shown) -> tuple[Note, ...]:
    """Say what the protocol holds the figure against, if anything."""
    group = shown.now
    condition = group.condition(name)
    if condition is None:
        return (Note("no_limit"),)
    if not condition["decides"] or row_value(name, row) is None:
        return (Note("printed"),)
    limit = condition["limit"]
    if name == "cv" and is_exempting(shown.protocol, group) and cv_is_exempt(group, row.code):
        return (Note("cv_exempt", {"limit": rounded(limit, 4)}),)
    met = abs(Decimal(row_value(name, row) or 0)) <= Decimal(limit) + Decimal("1e-9")
    unit = "points" if name == "iqr" and not group.is_rating else "plain"
    return (Note(f"at_most_{unit}", {"limit": rounded(limit, 4), "met": met}),)


def is_exempting(protocol: Protocol, group: StoredGroup) -> bool:
    """Whether the rule lets the CV of an item go that is rated near zero."""
    return group.is_rating and protocol.preset == "recommended"


def row_value(name: str, row: ItemRow) -> str | None:
    """Return the value of an item's figure by its name."""
    found: Figure = getattr(row, name)
    return found.value


# --------------------------------------------------------------------------------------- movement


def movement_figure(figure: Figure, after: int, shown: Shown) -> Formula:
    """Return the formula of a figure in the table of movement."""
    name = figure.key.partition("-")[0]
    at = next(i for i, group in enumerate(shown.groups) if group.round == after)
    return movement_formula(name, figure, shown.groups[at - 1], shown.groups[at])


def movement_formula(name: str, figure: Figure, before: StoredGroup, group: StoredGroup) -> Formula:
    """Return the formula of a figure on the movement between two rounds."""
    return Formula(
        key=figure.key,
        figure=name,
        round=group.round,
        equations=(Equation(_movement_terms(name, figure, group), figure),),
        notes=(_movement_note(name, before, group),),
        unrounded=_unrounded(figure),
        inputs=(input_of(before), input_of(group)),
    )


def _movement_note(name: str, before: StoredGroup, group: StoredGroup) -> Note:
    suffix = "_rated" if group.is_rating else "_derived" if group.is_derived else ""
    parameters = {"m": _movers(group), "before": before.round, "after": group.round}
    return Note(f"{name}{suffix}", parameters)


def _movers(group: StoredGroup) -> int:
    """Return the respondents with weights in both rounds: whoever rated all 0 has none."""
    return 0 if group.movement is None else int(group.movement["with_weights"])


def _movement_terms(name: str, figure: Figure, group: StoredGroup) -> tuple[Term, ...]:
    items = [] if group.movement is None else group.movement["items"]
    if name == "weight_change_max":
        sizes = [one["weight_change"] for one in items if one["weight_change"] is not None]
        inside = ", ".join(rounded(abs(Decimal(size)), 6) for size in sizes)
        return quantity("max |Δw|"), plain(f"max ({inside})")
    own = quantity("d = ½ Σ |x′ − x|")
    if name == "median_own_move":
        return quantity("Q₂(d)"), own
    if figure.value is None:
        return (quantity("d̄"), over("Σ d", "m"))
    count = _movers(group)
    total = working_total(figure.value, count, is_whole=not (group.is_rating or group.is_derived))
    return quantity("d̄"), over("Σ d", "m"), over(total, count)


# ----------------------------------------------------------------------------------------- common


def total_of(mean: str | None, count: int, group: StoredGroup) -> str:
    """Return the sum that a mean was divided from: exact of whole answers, else rounded."""
    return working_total(mean, count, is_whole=not group.is_derived)


def working_total(mean: str | None, count: int, *, is_whole: bool) -> str:
    """Return the sum behind a mean of so many figures, as it stands in the middle of a formula."""
    if is_whole or mean is None:
        return str(whole(mean, count))
    return rounded(Decimal(mean) * count, TOTAL_PLACES)


def input_of(group: StoredGroup) -> RoundInput:
    """Return the counted answers that a round's figures rest on."""
    return RoundInput(group.round, group.counted, group.counted_sha256)


def _one(figure: Figure, group: StoredGroup, terms: tuple[Term, ...], note: Note) -> Formula:
    return Formula(
        key=figure.key,
        figure=figure.key.partition("-")[0],
        round=group.round,
        equations=(Equation(terms, figure),),
        notes=(note,),
    )


def quartile_places(n: int) -> Note:
    """Say where the quartiles stand among n sorted answers."""
    return Note("quartile_places", {"n": n, "first": _place(n, 1), "third": _place(n, 3)})


def _place(n: int, quarter: int) -> str:
    """Return the place of a type-7 quartile among n sorted answers, counted from 1."""
    return rounded(1 + Decimal((n - 1) * quarter) / 4, 2)


def _unrounded(figure: Figure) -> str | None:
    """Return all stored digits where the page prints fewer."""
    if figure.value is None or figure.high is not None:
        return None
    most = figure.most if figure.places is None else figure.places
    return None if Decimal(rounded(figure.value, most)) == Decimal(figure.value) else figure.value
