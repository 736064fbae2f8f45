"""The scale that ratings are given on: its smallest and its largest value."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from analysis.errors import InputError, Problem, quoted
from analysis.tables import parse_decimal


@dataclass(frozen=True)
class Scale:
    """A scale by its bounds, exact; `low` is below `high`."""

    #: smallest possible answer
    low: Decimal
    #: largest possible answer
    high: Decimal

    @property
    def exact(self) -> tuple[Decimal, Decimal]:
        """Both bounds as `read_ratings` takes them."""
        return self.low, self.high

    @property
    def floats(self) -> tuple[float, float]:
        """Both bounds as the statistics take them."""
        return float(self.low), float(self.high)


def parse_scale(text: str, *, name: str = "--scale") -> Scale:
    """Read a scale written as smallest:largest, for example 1:9 or -3:3.

    Parameters
    ----------
    text
        Two decimal numbers with a colon between them; blanks around them do not matter.
    name
        Where the text comes from; messages name it as their place.

    Returns
    -------
    Scale
        With the bounds exactly as written.

    Raises
    ------
    InputError
        If these are not two decimal numbers, the smaller one first.
    """
    bounds = [parse_decimal(part.strip()) for part in text.split(":")]
    if len(bounds) != 2 or bounds[0] is None or bounds[1] is None:
        expected = "smallest:largest, for example 1:9"
        raise InputError([Problem(name, quoted(text), expected)])
    if bounds[0] >= bounds[1]:
        raise InputError([Problem(name, quoted(text), "the smaller number before the larger")])
    return Scale(bounds[0], bounds[1])
