"""The verdict on a group: its sentence, its conditions, and which of them decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from delphi.domain.disclosure import STATISTICS_FROM, Viewer
from delphi.domain.protocol import Protocol
from delphi.queries.figures import Figure, rounded
from delphi.queries.results.stored import Names, StoredGroup

STABILITY = ("weight_change_max", "median_own_move")
#: Conditions that are counts of people or of rounds: they say nothing about an answer.
COUNTS = ("response", "experts_both", "earlier_round", "last_round")
#: Conditions with one figure for each item.
BY_ITEM = ("iqr", "within_tolerance", "cv")
ON_MOVEMENT = (*STABILITY, "mean_own_move")
SIGNIFICANCE = ("p_permutation", "p_chi2")
CONTINUING = ("continue", "round_limit")
_FORMS = {
    "response": ("share", None),
    "within_tolerance": ("share", None),
    "cv": ("number", 4),
    "w": ("number", 4),
    "p_permutation": ("p", None),
    "p_chi2": ("p", None),
}


@dataclass(frozen=True)
class Sentence:
    """A sentence as codes: what decided, what follows, and what fills the placeholders."""

    reason: str
    #: `end`, `end_dissent`, `again`, `limit` or `hold`
    ending: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ConditionRow:
    """One line of the table of conditions."""

    name: str
    #: one figure; one for each item where the condition is on items
    figures: tuple[Figure, ...]
    limit: str | None
    #: tick, cross, or neither
    holds: bool | None
    #: whether the rule asks for it; if not, it is printed beside
    decides: bool
    #: whether it is among those that decided
    decided: bool
    #: code of what it decided, on the last of its kind
    tag: str | None
    #: how many items have to meet it; 0 where it is not on items
    items_needed: int = 0
    #: answers missing until it may be shown; 0 where it is shown
    missing: int = 0


@dataclass(frozen=True)
class Beside:
    """What stands in the margin: the figures of the other preset and its verdict."""

    preset: str
    other: str
    other_verdict: str
    cv: tuple[Figure, ...]
    w: Figure
    p: Figure
    #: whether W is tested under `classic`: in groups of three or more
    tests_order: bool


@dataclass(frozen=True)
class VerdictView:
    """The verdict on a group in one round."""

    round: int
    code: str
    sentence: Sentence
    conditions: tuple[ConditionRow, ...]
    #: None where figures are withheld
    beside: Beside | None


def verdict_view(
    group: StoredGroup, names: Mapping[str, Names], protocol: Protocol, viewer: Viewer
) -> VerdictView:
    """Return the verdict on a group with everything that led to it."""
    return VerdictView(
        round=group.round,
        code=group.verdict,
        sentence=sentence_of(group, names, protocol, viewer),
        conditions=_rows(group, protocol, viewer),
        beside=_beside(group, protocol) if group.may_see(viewer) else None,
    )


# ------------------------------------------------------------------------------------- conditions


def _rows(group: StoredGroup, protocol: Protocol, viewer: Viewer) -> tuple[ConditionRow, ...]:
    decided = deciding(group, protocol)
    agreed = group.condition("items_agreed")
    needed = 0 if agreed is None else int(agreed["limit"])
    return tuple(_row(group, condition, decided, needed, viewer) for condition in group.conditions)


def _row(
    group: StoredGroup,
    condition: Mapping[str, Any],
    decided: Mapping[str, str | None],
    needed: int,
    viewer: Viewer,
) -> ConditionRow:
    name = condition["name"]
    missing = _missing(group, name, viewer)
    # That the plan has no further round is a fact, neither met nor missed.
    marked = not missing and name != "last_round"
    return ConditionRow(
        name=name,
        figures=() if missing else _figures(group, condition),
        limit=None if condition["limit"] is None else str(condition["limit"]),
        holds=condition["holds"] if marked else None,
        decides=condition["decides"],
        decided=name in decided,
        tag=decided.get(name),
        items_needed=needed if name in BY_ITEM and condition["decides"] else 0,
        missing=missing,
    )


def _missing(group: StoredGroup, name: str, viewer: Viewer) -> int:
    """Return how many answers are missing until a figure may be shown; 0 if it may."""
    if name in COUNTS:
        return 0
    if not group.may_see(viewer):
        return STATISTICS_FROM - group.answered
    if name in ON_MOVEMENT and group.movement is not None and not group.may_see_movement(viewer):
        return STATISTICS_FROM - group.both
    return 0


def _figures(group: StoredGroup, condition: Mapping[str, Any]) -> tuple[Figure, ...]:
    name, value = condition["name"], condition["value"]
    form, places = _FORMS.get(name, ("number", None))
    if name in BY_ITEM:
        return tuple(
            Figure(name, value[item], form, places, reason=item_reason(group, item, name))
            for item in group.document["items"]
        )
    if isinstance(value, bool):
        return (Figure(name, str(group.round), "count"),)
    reason = (group.document["verdict"]["reason"] or {}).get(name)
    text = None if value is None else str(value)
    return (Figure(name, text, form, places, reason=reason),)


def item_reason(group: StoredGroup, item: str, figure: str) -> str | None:
    """Return the code of why a figure of an item does not exist; None when it does."""
    spread = group.dispersion(item)
    if spread.get(figure, "") is not None:
        return None
    if spread["n"] == 0:
        return "no_answers"
    return "one_answer" if spread["n"] == 1 else "mean_0"


def deciding(group: StoredGroup, protocol: Protocol) -> dict[str, str | None]:
    """Return the conditions that decided, each with a tag on the last of its kind."""
    conditions = {condition["name"]: condition for condition in group.conditions}
    if group.verdict == "hold":
        return _tagged(_failing(conditions, ("response", "experts_both")), "hold")
    if not conditions["earlier_round"]["holds"]:
        return {"earlier_round": "first"}
    if protocol.preset == "classic":
        return _decided_classic(group, conditions)
    return _decided_recommended(group, conditions)


def _decided_recommended(
    group: StoredGroup, conditions: Mapping[str, Mapping[str, Any]]
) -> dict[str, str | None]:
    agreement = ("iqr", "within_tolerance", "items_agreed")
    if group.verdict == "consensus_stable":
        return _tagged(STABILITY, "stable") | _tagged(agreement, "agrees")
    if group.verdict == "stable_dissent":
        return _tagged(STABILITY, "stable") | _tagged(_failing(conditions, agreement), "disagrees")
    return _tagged(_failing(conditions, STABILITY), "moving") | {"last_round": group.verdict}


def _decided_classic(
    group: StoredGroup, conditions: Mapping[str, Mapping[str, Any]]
) -> dict[str, str | None]:
    asked = tuple(
        name
        for name in ("cv", "items_agreed", *SIGNIFICANCE)
        if name in conditions and conditions[name]["decides"]
    )
    if group.verdict == "consensus_stable":
        return _tagged(asked, "agrees")
    return _tagged(_failing(conditions, asked), "disagrees") | {"last_round": group.verdict}


def _tagged(names: Sequence[str], tag: str) -> dict[str, str | None]:
    return {name: tag if name == names[-1] else None for name in names}


def _failing(conditions: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> tuple[str, ...]:
    """Return those that do not hold; a figure that does not exist holds nothing up or down."""
    return tuple(
        name
        for name in names
        if conditions[name]["holds"] is False
        or (conditions[name]["holds"] is None and name in SIGNIFICANCE)
    )


# --------------------------------------------------------------------------------------- sentence


def sentence_of(
    group: StoredGroup, names: Mapping[str, Names], protocol: Protocol, viewer: Viewer
) -> Sentence:
    """Return what is said about the verdict; figures that are withheld are not in it."""
    ending = _ending(group, protocol)
    common = {"rounds": protocol.rounds, "round": group.round, "count": len(names)}
    if group.verdict == "hold":
        return _hold(group, common)
    if not _condition(group, "earlier_round")["holds"]:
        return Sentence("first", ending, common)
    if not group.may_see_movement(viewer):
        seen = min(group.answered, group.both)
        return Sentence("withheld", ending, common | {"seen": seen, "needed": STATISTICS_FROM})
    if protocol.preset == "classic":
        reason, parameters = _classic(group, names)
    else:
        reason, parameters = _recommended(group, names)
    return Sentence(reason, ending, common | parameters)


def _ending(group: StoredGroup, protocol: Protocol) -> str:
    if group.verdict == "continue" and group.round >= protocol.rounds:
        return "limit"
    return {
        "consensus_stable": "end",
        "stable_dissent": "end_dissent",
        "continue": "again",
        "round_limit": "limit",
    }.get(group.verdict, "hold")


def _hold(group: StoredGroup, common: Mapping[str, Any]) -> Sentence:
    response, both = _condition(group, "response"), _condition(group, "experts_both")
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
    change, own = (_condition(group, name) for name in STABILITY)
    moved = {
        "change": rounded(change["value"], 3),
        "own": rounded(own["value"], 3),
        "limit": rounded(change["limit"], 3),
    }
    if group.verdict == "consensus_stable":
        return "stable_agreed", moved | {"agreed": _condition(group, "items_agreed")["value"]}
    if group.verdict == "stable_dissent":
        return _dissent(group, names)
    failing = [name for name, one in zip(STABILITY, (change, own), strict=True) if not one["holds"]]
    reason = "moving_both" if len(failing) > 1 else f"moving_{failing[0]}"
    iqr = _condition(group, "iqr")
    apart = () if iqr["holds"] else tuple(rounded(iqr["value"][code], 3) for code in names)
    return reason, moved | {"iqr": " / ".join(apart), "iqr_limit": rounded(iqr["limit"], 3)}


def _dissent(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    """Name the item that is furthest from agreement, and how many more are not agreed on."""
    iqr, within = _condition(group, "iqr"), _condition(group, "within_tolerance")
    wide = [code for code in names if Decimal(iqr["value"][code]) > Decimal(iqr["limit"])]
    far = [code for code in names if Decimal(within["value"][code]) < Decimal(within["limit"])]
    others = len({*wide, *far}) - 1
    if wide:
        worst = max(wide, key=lambda code: Decimal(iqr["value"][code]))
        return "dissent_iqr", {
            "item": names[worst],
            "value": rounded(iqr["value"][worst], 3),
            "limit": rounded(iqr["limit"], 3),
            "others": others,
        }
    worst = min(far, key=lambda code: Decimal(within["value"][code]))
    return "dissent_within", {
        "item": names[worst],
        "share": Figure("within_tolerance", within["value"][worst], "share"),
        "share_limit": Figure("within_tolerance", within["limit"], "share"),
        "tolerance": rounded(iqr["limit"], 3),
        "others": others,
    }


def _classic(group: StoredGroup, names: Mapping[str, Names]) -> tuple[str, dict[str, Any]]:
    cv = _condition(group, "cv")
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
    return ("classic_p" if tested["value"] is not None else "classic_no_order"), parameters


def _condition(group: StoredGroup, name: str) -> Mapping[str, Any]:
    found = group.condition(name)
    if found is None:
        raise ValueError(f"the rule has no condition {name}")
    return found


# ----------------------------------------------------------------------------------------- margin


def _beside(group: StoredGroup, protocol: Protocol) -> Beside | None:
    if group.concordance is None:
        return None
    other, verdict = next(iter(group.document["other_presets"].items()))
    found = group.concordance
    method = "p_chi2" if found["p_method"] == "chi2" else "p_permutation"
    reasons = found["reason"] or {}
    return Beside(
        preset=protocol.preset,
        other=other,
        other_verdict=verdict,
        cv=tuple(
            Figure(
                "cv", group.dispersion(item)["cv"], places=4, reason=item_reason(group, item, "cv")
            )
            for item in group.document["items"]
        ),
        w=Figure("w", found["w"], places=4, reason=reasons.get("w")),
        p=Figure("p", found[method], "p", reason=reasons.get(method)),
        tests_order=len(group.document["items"]) > 2,
    )
