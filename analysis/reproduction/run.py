"""Runs every check against the claims that ship with the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from analysis.reproduction import dei, icdi
from analysis.reproduction.facts import Facts
from analysis.reproduction.findings import Claim, Finding

#: Recomputes what one claim prints from the printed figures, and says what it found.
Check = Callable[[Claim, Facts], Finding]

#: One check for each claim of `published/claims.csv`.
CHECKS: dict[str, Check] = {
    "icdi_growth": icdi.growth,
    "icdi_above": icdi.above,
    "icdi_bands": icdi.bands,
    "icdi_counts": icdi.counts,
    "icdi_weights": icdi.weights,
    "dei_groups": dei.groups,
    "dei_composition": dei.composition,
    "dei_mean": dei.mean_score,
    "dei_tier_means": dei.tier_means,
    "dei_tier_counts": dei.tier_counts,
    "dei_tier_members": dei.tier_members,
    "dei_new_first_growth": dei.new_first_growth,
    "dei_first_size": dei.first_size,
    "dei_new_first_size": dei.new_first_size,
    "dei_regions": dei.regions,
}


@dataclass(frozen=True)
class Result:
    """One claim with what recomputing it gave."""

    #: what the source prints
    claim: Claim
    #: what the recomputation gave
    finding: Finding

    @property
    def as_expected(self) -> bool:
        """Whether the verdict is the one on record."""
        return self.finding.verdict == self.claim.expected


def reproduce(facts: Facts) -> tuple[Result, ...]:
    """Recompute every claim.

    Parameters
    ----------
    facts
        The printed figures.

    Returns
    -------
    tuple of Result
        One for each claim, in the order of the file.
    """
    return tuple(Result(claim, CHECKS[claim.claim](claim, facts)) for claim in facts.claims)
