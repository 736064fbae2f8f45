"""The sentence on a verdict as codes: what decided, what follows, and what fills the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from analysis.stability import ON_LIMIT as FLOAT_ON_LIMIT
from analysis.verdict import CV_FROM_MEAN
from delphi.domain.disclosure import STATISTICS_FROM, Unsaid, Viewer
from delphi.domain.protocol import Protocol
from delphi.queries.figures import Figure, rounded
from delphi.queries.results.stored import Names, StoredGroup

#: The conditions that decide whether a group has stopped moving: of points, and of ratings.
#: A figure this near its limit lies on it, as for the rule itself.
ON_LIMIT = Decimal(repr(FLOAT_ON_LIMIT))
STABILITY = ("weight_change_max", "median_own_move")
RATING_STABILITY = ("histogram_change",)
#: Reasons whose sentences have figures on the movement.
_OF_MOVEMENT = frozenset(
    {"stable_agreed", "moving_both", "rating_agreed", "rating_moving"}
    | {f"moving_{name}" for name in STABILITY}
)
SIGNIFICANCE = ("p_permutation", "p_chi2")


@dataclass(frozen=True)
class Sentence:
    """A sentence as codes: what decided, what follows, and what fills the placeholders."""

    reason: str
    #: `end`, `end_dissent`, `again`, `limit`, `hold`, `other_way` or `not_again`
    ending: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def sentence_of(
    group: StoredGroup, names: Mapping[str, Names], protocol: Protocol, viewer: Viewer
) -> Sentence:
    """Return what is said about the verdict; figures that are withheld are not in it."""
    ending = _ending(group, protocol)
    common = {
        "rounds": protocol.rounds,
        "round": group.round,
        "count": len(names),
        "next": protocol.planned(group.round + 1, group.question),
    }
    if group.verdict == "hold":
        return _hold(group, common)
    if not condition_of(group, "earlier_round")["holds"]:
        return Sentence("first", ending, common)
    unsaid = group.movement_unsaid(viewer)
    if unsaid is Unsaid.FEW:
        seen = min(group.answered, group.both)
        return Sentence("withheld", ending, common | {"seen": seen, "needed": STATISTICS_FROM})
    if protocol.preset == "classic":
        reason, parameters = _classic(group, names)
    elif group.is_rating:
        reason, parameters = _ratings(group, names)
    else:
        reason, parameters = _recommended(group, names)
    if unsaid and reason in _OF_MOVEMENT:
        reason, parameters = _without_movement(group, reason, unsaid)
    return Sentence(reason, ending, common | parameters)


def _without_movement(
    group: StoredGroup, reason: str, unsaid: Unsaid
) -> tuple[str, dict[str, Any]]:
    """Return what the rule found without a figure on the movement."""
    if reason not in {"stable_agreed", "rating_agreed"}:
        return "moving_unsaid", {"unsaid": unsaid.value}
    agreed = condition_of(group, "items_agreed")["value"]
    return "agreed_unsaid", {"agreed": agreed, "unsaid": unsaid.value}


def _ending(group: StoredGroup, protocol: Protocol) -> str:
    if group.round < protocol.rounds and protocol.is_last_of(group.round, group.question):
        asked = protocol.planned(group.round + 1, group.question)
        return "not_again" if asked is None else "other_way"
    if group.verdict == "continue" and group.round >= protocol.rounds:
        return "limit"
    return {
        "consensus_stable": "end",
        "stable_dissent": "end_dissent",
        "continue": "again",
        "round_limit": "limit",
    }.get(group.verdict, "hold")


def _hold(group: StoredGroup, common: Mapping[str, Any]) -> Sentence:
    response, both = condition_of(group, "response"), condition_of(group, "experts_both")
    parameters = {
        "answered": group.answered,
        "invited": group.invited,
        "share": Figure("response", response["value"], "share"),
        "share_limit": Figure("response", response["limit"], "share"),
        "both": both["value"],
        "minimum": both["limit"],
    }
    few, fewer = response["holds"] is False, both["holds"] is False
    reason = "hold_response_both" if few and fewer else "hold_response" if few else "hold_both"
    return Sentence(reason, "hold", {**common, **parameters})


def _recommended(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    change, own = (condition_of(group, name) for name in STABILITY)
    moved = {
        "change": rounded(change["value"], 3),
        "own": rounded(own["value"], 3),
        "limit": rounded(change["limit"], 3),
    }
    if group.verdict == "consensus_stable":
        return "stable_agreed", moved | {"agreed": condition_of(group, "items_agreed")["value"]}
    if group.verdict == "stable_dissent":
        return _dissent(group, names)
    failing = [name for name, one in zip(STABILITY, (change, own), strict=True) if not one["holds"]]
    reason = "moving_both" if len(failing) > 1 else f"moving_{failing[0]}"
    return reason, moved | _apart(group, names)


def _apart(group: StoredGroup, names: Mapping[str, Names]) -> dict[str, Any]:
    """Return the interquartile ranges where they are too wide; else nothing to print."""
    iqr = condition_of(group, "iqr")
    wide = () if iqr["holds"] else _wide(group, names)
    apart = tuple(rounded(iqr["value"][code], 3) for code in wide)
    return {"iqr": " / ".join(apart), "iqr_limit": rounded(iqr["limit"], 3)}


def _dissent(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    """Name the item that is furthest from agreement, and how many more are not agreed on."""
    iqr, within = condition_of(group, "iqr"), condition_of(group, "within_tolerance")
    wide = _wide(group, names)
    far = [code for code in names if Decimal(within["value"][code]) < Decimal(within["limit"])]
    others = len({*wide, *far}) - 1
    if wide:
        return "dissent_iqr", _widest(group, names, wide) | {"others": others}
    worst = min(far, key=lambda code: Decimal(within["value"][code]))
    return "dissent_within", {
        "item": names[worst],
        "share": Figure("within_tolerance", within["value"][worst], "share"),
        "share_limit": Figure("within_tolerance", within["limit"], "share"),
        "tolerance": rounded(iqr["limit"], 3),
        "others": others,
    }


def _wide(group: StoredGroup, names: Mapping[str, Names]) -> list[str]:
    iqr = condition_of(group, "iqr")
    limit = Decimal(iqr["limit"]) + ON_LIMIT
    return [code for code in names if Decimal(iqr["value"][code]) > limit]


def _widest(group: StoredGroup, names: Mapping[str, Names], wide: list[str]) -> dict[str, Any]:
    iqr = condition_of(group, "iqr")
    worst = max(wide, key=lambda code: Decimal(iqr["value"][code]))
    return {
        "item": names[worst],
        "value": rounded(iqr["value"][worst], 3),
        "limit": rounded(iqr["limit"], 3),
    }


def _ratings(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    change, agreed = condition_of(group, "histogram_change"), condition_of(group, "items_agreed")
    limit = Decimal(change["limit"])
    moving = [code for code in names if Decimal(change["value"][code]) > limit]
    settled = {
        "settled": len(names) - len(moving),
        "needed": agreed["limit"],
        "share_limit": Figure("histogram_change", change["limit"], "share"),
    }
    if group.verdict == "consensus_stable":
        return "rating_agreed", settled | {"agreed": agreed["value"]}
    if group.verdict == "stable_dissent":
        return _rating_dissent(group, names)
    worst = max(names, key=lambda code: Decimal(change["value"][code]))
    share = Figure("histogram_change", change["value"][worst], "share")
    moved = settled | {"item": names[worst], "share": share}
    return "rating_moving", moved | _apart(group, names)


def _rating_dissent(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    cv = condition_of(group, "cv")
    wide = _wide(group, names)
    uneven = [code for code in names if not cv_is_met(group, code)]
    others = len({*wide, *uneven}) - 1
    if wide:
        return "rating_dissent_iqr", _widest(group, names, wide) | {"others": others}
    worst = max(uneven, key=lambda code: Decimal(cv["value"][code]))
    return "rating_dissent_cv", {
        "item": names[worst],
        "value": Figure("cv", cv["value"][worst], places=4),
        "limit": rounded(cv["limit"], 4),
        "others": others,
    }


def cv_is_met(group: StoredGroup, item: str) -> bool:
    """Whether a rated item meets the limit of the CV, or is too near zero for it to apply."""
    condition = condition_of(group, "cv")
    value = condition["value"][item]
    return cv_is_exempt(group, item) or (
        value is not None and abs(Decimal(value)) <= Decimal(condition["limit"]) + ON_LIMIT
    )


def cv_is_exempt(group: StoredGroup, item: str) -> bool:
    """Whether the mean of a rated item is so near zero that its CV decides nothing."""
    low, high = group.planned.scale or (0, 0)
    mean = group.dispersion(item)["mean"]
    return mean is not None and float(mean) <= CV_FROM_MEAN * (high - low)


def _classic(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    cv = condition_of(group, "cv")
    values = {code: Decimal(value) for code, value in cv["value"].items() if value is not None}
    parameters: dict[str, Any] = {"limit": rounded(cv["limit"], 4)}
    above = [code for code, value in values.items() if abs(value) > Decimal(cv["limit"])]
    if above and not cv["holds"]:
        worst = max(above, key=lambda code: values[code])
        largest = Figure("cv", cv["value"][worst], places=4)
        parameters |= {"item": names[worst], "value": largest, "others": len(above) - 1}
        return "classic_cv", parameters
    largest_code = max(values, key=lambda code: values[code], default=None)
    largest = Figure("cv", None if largest_code is None else cv["value"][largest_code], places=4)
    tested = next((c for c in group.conditions if c["name"] in SIGNIFICANCE and c["decides"]), None)
    if tested is None:
        return "classic_agreed_two", parameters | {"value": largest}
    p = Figure("p", tested["value"], "p")
    parameters |= {"value": largest, "p": p, "p_limit": rounded(tested["limit"], 4)}
    if tested["holds"]:
        return "classic_agreed", parameters
    if tested["value"] is not None:
        return "classic_p", parameters
    return ("classic_no_order_rated" if group.is_rating else "classic_no_order"), parameters


def condition_of(group: StoredGroup, name: str) -> Mapping[str, Any]:
    """Return a condition of the rule; raises `ValueError` where the rule has none of the name."""
    found = group.condition(name)
    if found is None:
        raise ValueError(f"the rule has no condition {name}")
    return found
