"""What other rules make of the same answers, beside the headline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from delphi.domain.disclosure import STATISTICS_FROM
from delphi.domain.methods import COMPANION_RULES
from delphi.queries.results.stored import StoredGroup

#: The rule that uses no answers.
EQUAL = "equal"
#: The headline's rule with experts weighted by Cr, where the protocol asks for familiarity.
BY_AUTHORITY = "by_authority"
#: Percentages this near are the same.
_SAME = Fraction(1, 10**9)


@dataclass(frozen=True)
class Alternative:
    """What another rule makes of the same answers, in percent."""

    rule: str
    #: None where the rule is undefined, then `reason` says why
    weights: tuple[Fraction, ...] | None
    differences: tuple[Fraction, ...] = ()
    #: whether a difference is larger than half the publishing step
    flagged: bool = False
    reason: str | None = None
    #: with experts weighted: how many were, how many have no Cr, and the effective panel size
    experts: int = 0
    without: int = 0
    effective_size: Fraction | None = None


def rules_beside(method: str) -> tuple[str, ...]:
    """Return the rules beside the headline of a method, in the order of the table."""
    return (*COMPANION_RULES[method], EQUAL)


def by_authority(
    exact: Sequence[Fraction], half: Fraction, stored: StoredGroup
) -> tuple[Alternative, ...]:
    """Return the companion weighted by Cr as the closing computed it; empty where none is asked.

    Parameters
    ----------
    exact
        The headline in percent.
    half
        Half the publishing step: a larger difference is flagged.
    stored
        The stored result of the group.
    """
    found = stored.document["authority_weighted"]
    if found is None:
        return ()
    if found["experts"] < STATISTICS_FROM:
        return (Alternative(BY_AUTHORITY, None, reason="fewer_than_5_assessed"),)
    if found["reason"] is not None:
        return (Alternative(BY_AUTHORITY, None, reason=found["reason"]),)
    weights = tuple(map(Fraction, found["weights"]))
    gaps = (a - b for a, b in zip(weights, exact, strict=True))
    # Stored as decimals: the same weights may be a last digit apart.
    differences = tuple(Fraction(0) if abs(gap) < _SAME else gap for gap in gaps)
    return (
        Alternative(
            BY_AUTHORITY,
            weights,
            differences,
            any(abs(one) > half for one in differences),
            experts=found["experts"],
            without=found["without"],
            effective_size=Fraction(found["effective_size"]),
        ),
    )
