"""Who sees what: the one place that decides which figure is shown to whom, and from how many on.

Experts see the median from 5 answers, quartiles from 8, reasons by side from 3; rounded, never the
mean, CV or W. Staff see exact statistics of a closed round from 5, minimum and maximum from 10;
figures on those who answered two rounds only where no difference of figures leads to one or two
people. A release needs 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

MEDIAN_FROM = 5
QUARTILES_FROM = 8
EXTREMES_FROM = 10
HISTOGRAM_FROM = 15
REASONS_FROM = 3
STATISTICS_FROM = 5
RELEASE_FROM = 8
LAUNCH_FROM = 5
ADVISED_FROM = 12
#: People by whom two published sets of the same answers differ at least, unless they are equal.
DIFFERENCE_FROM = 3


class Viewer(StrEnum):
    """Whoever looks."""

    EXPERT = "expert"
    COORDINATOR = "coordinator"
    METHODOLOGIST = "methodologist"


class Unsaid(StrEnum):
    """Why figures on those who answered two rounds are withheld."""

    #: fewer than 5 answers stand behind them
    FEW = "few"
    #: one or two answered only one of the rounds: sums of all minus sums of both are theirs
    APART = "apart"
    #: one or two moved: what the panel moved by is theirs
    STILL = "still"


@dataclass(frozen=True)
class Withheld:
    """A figure that is not shown: what it is and how many answers it would need."""

    figure: str
    needed: int


@dataclass(frozen=True)
class ItemFeedback:
    """What experts are shown of one item, already rounded; None where it is withheld."""

    item: str
    median: Fraction | None
    low: Fraction | None
    high: Fraction | None
    withheld: tuple[Withheld, ...]


def item_feedback(
    item: str, answered: int, quartiles: tuple[Fraction, Fraction, Fraction] | None, step: int
) -> ItemFeedback:
    """Return what experts see of one item.

    Parameters
    ----------
    item
        Code of the indicator.
    answered
        How many gave an answer to this item.
    quartiles
        First quartile, median, third quartile, exact; None when there are no answers.
    step
        Answer step in points. The median is rounded to half a step (halves away from zero), the
        quartiles outward to the step.
    """
    withheld = tuple(
        Withheld(figure, needed)
        for figure, needed in (("median", MEDIAN_FROM), ("quartiles", QUARTILES_FROM))
        if answered < needed
    )
    if quartiles is None or answered < MEDIAN_FROM:
        return ItemFeedback(item, None, None, None, withheld)
    low, median, high = quartiles
    half = Fraction(step, 2)
    rounded = floor(median / half + Fraction(1, 2)) * half
    if answered < QUARTILES_FROM:
        return ItemFeedback(item, rounded, None, None, withheld)
    outward = Fraction(floor(low / step) * step), Fraction(ceil(high / step) * step)
    return ItemFeedback(item, rounded, *outward, withheld)


def shows_reasons(counted: int) -> bool:
    """Whether the reasons of a round are shown: of fewer submissions everybody knows the writer."""
    return counted >= REASONS_FROM


def splits_reasons(count: int, answered: int) -> bool:
    """Whether reasons of one item are split by side; else they are shown as one list.

    Sides are those of the median, and where that is withheld they would tell where it lies.
    """
    return count >= REASONS_FROM and answered >= MEDIAN_FROM


def shown_count(answered: int, asked: int) -> str | None:
    """Return how many answered as experts are told it.

    Exact when everybody asked has answered, `5+` when some skipped, None below 5.
    """
    if answered < MEDIAN_FROM:
        return None
    return str(answered) if answered == asked else f"{MEDIAN_FROM}+"


def staff_may_see(viewer: Viewer, figure: str, answered: int) -> bool:
    """Whether somebody of the staff sees an exact figure of a closed round.

    Parameters
    ----------
    viewer
        Coordinator or methodologist.
    figure
        `statistics`, `extremes` or `rows`.
    answered
        Number of answers behind it.
    """
    if viewer is Viewer.EXPERT:
        return False
    if figure == "rows":
        return viewer is Viewer.METHODOLOGIST
    return answered >= {"statistics": STATISTICS_FROM, "extremes": EXTREMES_FROM}[figure]


def movement_unsaid(viewer: Viewer, behind: int, apart: Iterable[int], moved: int) -> Unsaid | None:
    """Return why somebody is not shown figures on those who answered two rounds, or None.

    Parameters
    ----------
    viewer
        Coordinator or methodologist.
    behind
        Fewest answers that one of the figures rests on.
    apart
        By how many people those who answered both differ from each set whose figures on the same
        answers are shown.
    moved
        How many changed their answer.
    """
    if not staff_may_see(viewer, "statistics", behind):
        return Unsaid.FEW
    if any(_leads_to_people(one) for one in apart):
        return Unsaid.APART
    return Unsaid.STILL if _leads_to_people(moved) else None


def _leads_to_people(difference: int) -> bool:
    return 0 < difference < DIFFERENCE_FROM
