"""The five question methods: what a protocol may plan for a group in a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONSTANT_SUM, RATING, RANKING, PAIRWISE, BEST_WORST = METHODS = (
    "constant_sum",
    "rating",
    "ranking",
    "pairwise",
    "best_worst",
)
#: Scales of a rating: smallest and largest.
SCALES = ((1, 5), (1, 9), (0, 100))
#: What indicators may be rated by; weights come from the first, which is always asked.
CRITERIA = ("importance", "operability", "availability", "sensitivity", "representativeness")
#: Items at most: 36 comparisons are the most that anybody finishes, and no table of consistency
#: limits of the best-worst method goes further; nobody keeps more than 12 places apart.
MOST_ITEMS: Mapping[str, int] = {RANKING: 12, PAIRWISE: 9, BEST_WORST: 9}
#: Comparisons go up to this many times.
MOST_TIMES = 9
#: The rule of the headline weights, by method.
HEADLINE_RULES: Mapping[str, str] = {
    CONSTANT_SUM: "arithmetic_mean",
    RATING: "mean_of_normalised",
    RANKING: "roc",
    PAIRWISE: "geometric_mean",
    BEST_WORST: "geometric_mean",
}
#: The rules that are computed beside.
COMPANION_RULES: Mapping[str, tuple[str, ...]] = {
    CONSTANT_SUM: ("geometric_mean", "l1", "median", "trimmed_mean"),
    RATING: ("normalised_means", "median"),
    RANKING: ("rank_sum", "reciprocal"),
    PAIRWISE: ("arithmetic_mean", "l1", "median", "trimmed_mean"),
    BEST_WORST: ("arithmetic_mean", "l1", "median", "trimmed_mean"),
}


@dataclass(frozen=True)
class PlannedQuestion:
    """One group in one round: how it is asked."""

    #: code of the parent, or `root`
    group: str
    method: str = CONSTANT_SUM
    #: of a rating: smallest and largest; else None
    scale: tuple[int, int] | None = None
    #: of a rating: what is rated, the first being importance; else empty
    criteria: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """Return the entry of the round plan."""
        document: dict[str, Any] = {"question": self.group, "method": self.method}
        if self.scale is not None:
            document |= {"scale": list(self.scale), "criteria": list(self.criteria)}
        return document


def planned_from_document(document: Mapping[str, Any]) -> PlannedQuestion:
    """Read an entry of the round plan back."""
    scale = document.get("scale")
    return PlannedQuestion(
        group=document["question"],
        method=document["method"],
        scale=None if scale is None else (scale[0], scale[1]),
        criteria=tuple(document.get("criteria", ())),
    )


def is_comparable(one: PlannedQuestion, other: PlannedQuestion) -> bool:
    """Whether movement between two rounds means anything: the same group, method and scale."""
    return (one.group, one.method, one.scale) == (other.group, other.method, other.scale)
