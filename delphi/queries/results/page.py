"""The data class of the convergence page, for every state of a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from delphi.domain.methods import CONSTANT_SUM, RATING, PlannedQuestion
from delphi.domain.protocol import ROOT, Protocol
from delphi.queries.figures import Formula
from delphi.queries.head import StudyHead
from delphi.queries.results.authority import AuthorityView
from delphi.queries.results.chart import Series
from delphi.queries.results.implications import ImplicationsView
from delphi.queries.results.proposals import ProposalsView
from delphi.queries.results.stored import DERIVED, Names
from delphi.queries.results.tables import (
    ConsistencyView,
    CriterionTable,
    ItemRow,
    MovementRow,
    OrderRow,
    SplitRow,
    Undefined,
)
from delphi.queries.results.verdicts import VerdictView
from delphi.queries.rounds import GOING_ON


@dataclass(frozen=True)
class GroupPage:
    """One elicited group on the page."""

    #: how it was asked
    planned: PlannedQuestion
    #: names of the parent; None for the first level
    names: Names | None
    items: Mapping[str, Names]
    short: Mapping[str, Names]
    #: respondents who answered, and who said that they could not judge
    answered: int
    abstained: int
    #: whether statistics may be shown, and how many answers are missing if not
    is_shown: bool
    missing: int
    verdict: VerdictView
    history: tuple[VerdictView, ...]
    movements: tuple[MovementRow, ...]
    series: tuple[Series, ...]
    rows: tuple[ItemRow, ...]
    orders: tuple[OrderRow, ...]
    splits: tuple[SplitRow, ...]
    undefined: tuple[Undefined, ...]
    #: a round of high W and wide quartiles, to explain what W says
    example: Mapping[str, object] | None
    #: answers of each round, for the caption of the chart
    counts: tuple[tuple[int, int], ...]
    #: what is added to the keys of its figures
    suffix: str
    #: further criteria of a rating
    criteria: tuple[CriterionTable, ...] = ()
    #: None where no comparisons were asked, or where it is withheld
    consistency: ConsistencyView | None = None
    #: earlier rounds that asked the group in another way, which is not compared
    other_ways: tuple[tuple[int, PlannedQuestion], ...] = ()

    @property
    def question(self) -> str:
        """Name of the question."""
        return self.planned.group

    @property
    def is_rating(self) -> bool:
        """Whether its figures are ratings, without points."""
        return self.planned.method == RATING

    @property
    def is_derived(self) -> bool:
        """Whether its figures are individual weights, derived from each answer."""
        return self.planned.method in DERIVED

    @property
    def is_first_level(self) -> bool:
        """Whether its items are the dimensions."""
        return self.question == ROOT

    @property
    def has_extremes(self) -> bool:
        """Whether smallest and largest answers may be shown."""
        return any(row.extremes is not None for row in self.rows)


@dataclass(frozen=True)
class Outlook:
    """What a group would be published as if the study ended here."""

    #: percentages to three decimals; None where withheld
    exact: tuple[str, ...] | None
    #: None where the protocol does not round
    published: tuple[str, ...] | None
    step: str | None
    #: items that the publishing step would make 0, or equals that it would split
    harms: bool


@dataclass(frozen=True)
class PlannedChange:
    """What the next round of the plan does otherwise with a group."""

    #: names of the parent; None for the first level
    names: Names | None
    #: how it is asked now and next; None where it is not
    now: PlannedQuestion | None
    then: PlannedQuestion | None


@dataclass(frozen=True)
class NextStep:
    """What the rule says and what may be done."""

    #: `again`, `plan` (the rule is content, the plan goes on), `hold`, `end`; of all groups
    #: together
    outcome: str
    #: whether this is the last round that was opened and the study still runs
    is_current: bool
    next_round: int
    rounds: int
    may_open: bool
    may_end: bool
    #: answers that a release still needs; 0 when there are enough
    missing: int
    needed: int
    outlook: tuple[Outlook, ...]
    #: groups that the next round asks in another way, for the first time, or not again
    changes: tuple[PlannedChange, ...] = ()

    @property
    def ends(self) -> bool:
        """Whether the rule lets the study end here."""
        return self.outcome == "end"


@dataclass(frozen=True)
class RoundPage:
    """The convergence page."""

    study: StudyHead
    number: int
    #: `open`, `computing` or `ready`
    state: str
    invited: int
    due_at: datetime | None
    protocol: Protocol
    #: numbers of the rounds that were opened
    rounds: tuple[int, ...]
    #: submissions that count; 0 as long as the round is open
    answered: int = 0
    closed_at: datetime | None = None
    counted_sha256: str = ""
    groups: tuple[GroupPage, ...] = ()
    #: None where nothing was asked
    authority: AuthorityView | None = None
    #: what follows further down; None where nothing was shown to the experts
    implications: ImplicationsView | None = None
    #: None where none were asked for
    proposals: ProposalsView | None = None
    next: NextStep | None = None
    opened: Formula | None = None

    @property
    def headline(self) -> str:
        """What all groups have in common, for the heading; `mixed` where they differ."""
        found = {(group.verdict.code, group.verdict.sentence.reason) for group in self.groups}
        codes = {code for code, _ in found}
        if len(codes) > 1:
            return "mixed"
        (code,) = codes
        reasons = {reason for _, reason in found}
        if code == "continue" and reasons == {"first"}:
            return "first" if self.number < self.protocol.rounds else "first_and_last"
        if self.protocol.goes_on(self.number) and code not in {"continue", "hold"}:
            return f"{code}_plan"
        classic = self.protocol.preset == "classic" and code in {"continue", "round_limit"}
        return f"{code}_classic" if classic else code

    @property
    def names_methods(self) -> bool:
        """Whether the plan has more than dividing points, so that methods have to be told."""
        return any(one.method != CONSTANT_SUM for asked in self.protocol.plan for one in asked)

    @property
    def ending_groups(self) -> int:
        """How many groups may end here."""
        return sum(group.verdict.code not in GOING_ON for group in self.groups)
