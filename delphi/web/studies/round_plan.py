"""The round plan on the page of the protocol: how each round asks each group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from delphi.domain.methods import (
    CONSTANT_SUM,
    CRITERIA,
    METHODS,
    MOST_ITEMS,
    RATING,
    SCALES,
    PlannedQuestion,
)
from delphi.domain.protocol import (
    MOST_ROUNDS,
    ROOT,
    Protocol,
    RoundPlan,
    plan_refusals,
    size_refusals,
    with_rounds,
)
from delphi.errors import DomainError
from delphi.queries.setup import GroupRow, ProtocolPage
from delphi.web import words
from delphi.web.formatting import interval, names
from delphi.web.forms import FieldProblem
from delphi.web.language import Words, gettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import refusal

PLAN = "plan."
#: What a cell says where a round does not ask the group.
NOT_ASKED = "none"
#: Further criteria are chosen by this name; importance is always rated.
FURTHER = "criteria"
#: Cells of the form: `constant_sum`, `rating.1-5` → method and scale.
WAYS: Mapping[str, tuple[str, tuple[int, int] | None]] = {
    (method if scale is None else f"{method}.{scale[0]}-{scale[1]}"): (method, scale)
    for method in METHODS
    for scale in (SCALES if method == RATING else (None,))
}
#: What a method is and when to choose it.
ADVICE: Mapping[str, Words] = {
    "constant_sum": _lazy(
        "Experts divide 100 points among the indicators, and the points are the weights. The first "
        "choice for the upper levels: best with 2 to 7 indicators, hard with more than 10."
    ),
    "rating": _lazy(
        "Each indicator gets a number of its own, by one criterion or several. For screening and "
        "for groups of many indicators. As weights, ratings are compressed: the largest is seldom "
        "more than about twice the smallest. The scale 1–5 is answered soonest, 1–9 and 0–100 are "
        "finer."
    ),
    "ranking": _lazy(
        "Experts put the indicators in order, and weights follow from the places alone. Only where "
        "nothing better can be asked; at most %(most)s indicators."
    ),
    "pairwise": _lazy(
        "Every two indicators are compared: which counts more, and how many times. Best with 3 to "
        "7 indicators; at most %(most)s."
    ),
    "best_worst": _lazy(
        "Experts choose the most and the least important indicator and compare the others with "
        "these two: fewer comparisons than of every pair. For 3 to %(most)s indicators."
    ),
}


@dataclass(frozen=True)
class Cell:
    """How one round asks one group, as the form shows it."""

    #: name of its field
    field: str
    round: int
    value: str
    #: value → words, without what the group is too large for
    options: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The choice in words."""
        return way_words(self.value)


@dataclass(frozen=True)
class PlanTable:
    """Groups by rounds, and what their ratings go by."""

    rounds: tuple[int, ...]
    rows: tuple[tuple[GroupRow, tuple[Cell, ...]], ...]
    #: further criteria: code and whether it is chosen
    criteria: tuple[tuple[str, bool], ...]
    #: code and meaning of each method that may be chosen or, later, is asked
    methods: tuple[tuple[str, str], ...]

    @property
    def rated(self) -> bool:
        """Whether any cell is a rating."""
        ways = (WAYS.get(cell.value) for _, cells in self.rows for cell in cells)
        return any(way is not None and way[0] == RATING for way in ways)


def cell_field(number: int, group: str) -> str:
    """Return the name of a cell's field."""
    return f"{PLAN}{number}.{group}"


def typed_cells(protocol: Protocol, posted: Mapping[str, str]) -> dict[str, str]:
    """Return every cell as it was posted; where nothing was, as the protocol has it.

    The table has the rounds that were posted, so that nothing typed is lost when the stored number
    has changed meanwhile.
    """
    numbers = [
        number
        for number in range(1, MOST_ROUNDS + 1)
        if any(cell_field(number, group) in posted for group in protocol.groups)
    ]
    stored = with_rounds(protocol, max(numbers, default=protocol.rounds))
    return {
        (field := cell_field(number, group)): posted.get(
            field, _value(stored.planned(number, group))
        )
        for number in range(1, stored.rounds + 1)
        for group in protocol.groups
    }


def stored_criteria(protocol: Protocol) -> tuple[str, ...]:
    """Return what the ratings of a protocol go by beside importance."""
    chosen = {one for questions in protocol.plan for asked in questions for one in asked.criteria}
    return tuple(criterion for criterion in CRITERIA[1:] if criterion in chosen)


def plan_table(
    page: ProtocolPage, cells: Mapping[str, str], criteria: Sequence[str], *, offers: bool
) -> PlanTable:
    """Return the table of a form; with `offers` every method is explained, else those asked."""
    rounds = range(1, _rounds_of(page.protocol, cells) + 1)
    rows = tuple(
        (
            group,
            tuple(
                _cell(group, number, cells[cell_field(number, group.group)]) for number in rounds
            ),
        )
        for group in page.groups
    )
    asked = {WAYS[value][0] for value in cells.values() if value in WAYS}
    return PlanTable(
        rounds=tuple(rounds),
        rows=rows,
        criteria=tuple((one, one in criteria) for one in CRITERIA[1:]),
        methods=tuple(
            (method, ADVICE[method] % {"most": MOST_ITEMS.get(method)})
            for method in METHODS
            if offers or method in asked
        ),
    )


def read_plan(
    protocol: Protocol, cells: Mapping[str, str], criteria: Sequence[str]
) -> tuple[tuple[RoundPlan, ...], list[FieldProblem]]:
    """Return the plan of a form, and what in it means nothing."""
    problems = [_impossible(FURTHER, one, CRITERIA) for one in criteria if one not in CRITERIA]
    problems += [
        _impossible(field, value, (NOT_ASKED, *WAYS))
        for field, value in cells.items()
        if value != NOT_ASKED and value not in WAYS
    ]
    rated = (CRITERIA[0], *(one for one in CRITERIA[1:] if one in criteria))
    plan = tuple(
        tuple(
            _planned(group, value, rated)
            for group in protocol.groups
            if (value := cells[cell_field(number, group)]) != NOT_ASKED
        )
        for number in range(1, _rounds_of(protocol, cells) + 1)
    )
    return plan, problems


def plan_problems(page: ProtocolPage, wanted: Protocol) -> Iterator[FieldProblem]:
    """Give everything that the rules refuse of a plan, each at a cell."""
    sizes = {group.group: len(group.items) for group in page.groups}
    for error in (*plan_refusals(wanted), *size_refusals(wanted, sizes)):
        number = error.parameters.get("round", 1)
        group = error.parameters.get("group", wanted.groups[0])
        yield FieldProblem(f"{PLAN}{number}.{group}", in_words(page.groups, error))


def in_words(groups: Iterable[GroupRow], error: DomainError) -> str:
    """Return the sentence of a refusal, with group and method as people call them."""
    values = dict(error.parameters)
    named = {group.group: group_words(group) for group in groups}
    if "group" in values:
        values["group"] = named.get(str(values["group"]), values["group"])
    if "method" in values:
        values["method"] = words.METHODS.get(str(values["method"]), values["method"])
    return refusal(DomainError(error.code, **values))


def group_words(group: GroupRow) -> str:
    """Return what a group is called: its parent, or the first level."""
    return gettext("First level") if group.group == ROOT else f"{group.group} {names(group)}"


def way_words(value: str) -> str:
    """Return a choice of the table in words: `Rating 1–5`."""
    if value not in WAYS:
        return gettext("Not asked")
    method, scale = WAYS[value]
    return f"{words.METHODS[method]} {interval(*scale)}" if scale else str(words.METHODS[method])


def _value(asked: PlannedQuestion | None) -> str:
    if asked is None:
        return NOT_ASKED
    return next(value for value, way in WAYS.items() if way == (asked.method, asked.scale))


def _planned(group: str, value: str, rated: tuple[str, ...]) -> PlannedQuestion:
    method, scale = WAYS.get(value, (CONSTANT_SUM, None))
    return PlannedQuestion(group, method, scale, rated if scale else ())


def _rounds_of(protocol: Protocol, cells: Mapping[str, str]) -> int:
    return len(cells) // len(protocol.groups) if protocol.groups else protocol.rounds


def _cell(group: GroupRow, number: int, value: str) -> Cell:
    """Return a cell; a choice that cannot stand is shown as long as it is chosen."""
    size = len(group.items)
    offered = [
        way
        for way, (method, _) in WAYS.items()
        if size <= MOST_ITEMS.get(method, size) or way == value
    ]
    options = tuple((way, way_words(way)) for way in (NOT_ASKED, *offered))
    return Cell(cell_field(number, group.group), number, value, options)


def _impossible(field: str, found: str, allowed: Iterable[str]) -> FieldProblem:
    expected = ", ".join(allowed)
    error = DomainError("protocol_value", field=field, found=found[:40], expected=expected)
    return FieldProblem(field, refusal(error))
