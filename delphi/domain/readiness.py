"""What stands between a draft and its launch: a typed list of gaps, each with its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from delphi.domain.disclosure import ADVISED_FROM, LAUNCH_FROM, QUARTILES_FROM


@dataclass(frozen=True)
class Gap:
    """One thing that is missing or weak."""

    #: names the rule; words are chosen where people read
    code: str
    #: page on which it is mended: `panel`, `indicators`, `protocol` or `letter`
    remedy: str
    #: whether launch is refused while it stands
    blocks: bool
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """What the list is made from."""

    experts: int
    #: groups that experts weight
    groups: int
    #: indicators whose name is missing in one language
    unnamed: tuple[str, ...]
    #: leaves without kind or direction, which scoring needs
    without_kind: tuple[str, ...]
    #: groups with more items than 100 points can be divided among
    large_groups: tuple[str, ...]
    #: fields of the letter that are empty
    letter_gaps: tuple[str, ...]
    #: least number of experts in both rounds, by the protocol
    minimum: int
    #: least response, by the protocol, in percent
    response_percent: int
    #: groups whose weights will come from ratings
    rated: tuple[str, ...] = ()
    #: groups whose weights will come from a ranking
    ranked: tuple[str, ...] = ()
    #: groups whose last question no round before asks in the same way
    uncompared: tuple[str, ...] = ()


MOST_ITEMS = 10


def readiness(facts: Facts) -> tuple[Gap, ...]:
    """Return every gap, those that block launch first."""
    gaps = [
        *_tree_gaps(facts),
        *_panel_gaps(facts),
        *_plan_gaps(facts),
    ]
    if facts.letter_gaps:
        gaps.append(Gap("letter_incomplete", "letter", True, {"fields": facts.letter_gaps}))
    return tuple(sorted(gaps, key=lambda gap: not gap.blocks))


def _tree_gaps(facts: Facts) -> list[Gap]:
    gaps = []
    if facts.groups == 0:
        gaps.append(Gap("nothing_to_weight", "indicators", True))
    if facts.unnamed:
        gaps.append(Gap("names_missing", "indicators", True, {"codes": facts.unnamed}))
    if facts.large_groups:
        gaps.append(
            Gap(
                "group_too_large",
                "indicators",
                False,
                {"codes": facts.large_groups, "most": MOST_ITEMS},
            )
        )
    if facts.without_kind:
        gaps.append(Gap("kind_missing", "indicators", False, {"codes": facts.without_kind}))
    return gaps


def _panel_gaps(facts: Facts) -> list[Gap]:
    if facts.experts == 0:
        return [Gap("panel_empty", "panel", True, {"needed": LAUNCH_FROM})]
    if facts.experts < LAUNCH_FROM:
        return [
            Gap("panel_too_small", "panel", True, {"found": facts.experts, "needed": LAUNCH_FROM})
        ]
    gaps = []
    if facts.experts < ADVISED_FROM:
        gaps.append(
            Gap("panel_small", "panel", False, {"found": facts.experts, "advised": ADVISED_FROM})
        )
    if facts.experts < facts.minimum:
        gaps.append(
            Gap(
                "minimum_unreachable",
                "panel",
                False,
                {"found": facts.experts, "minimum": facts.minimum},
            )
        )
    elif facts.experts < QUARTILES_FROM:
        gaps.append(Gap("quartiles_unreachable", "panel", False, {"needed": QUARTILES_FROM}))
    return gaps


def _plan_gaps(facts: Facts) -> list[Gap]:
    groups = {
        "weights_from_ratings": facts.rated,
        "weights_from_ranking": facts.ranked,
        "never_compared": facts.uncompared,
    }
    return [
        Gap(code, "protocol", False, {"codes": found}) for code, found in groups.items() if found
    ]
