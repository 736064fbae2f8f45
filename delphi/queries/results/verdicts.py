"""The verdict on a group: its sentence, its conditions, and which of them decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from delphi.domain.disclosure import STATISTICS_FROM, Unsaid, Viewer
from delphi.domain.protocol import Protocol
from delphi.queries.figures import Figure
from delphi.queries.results.sentences import (
    RATING_STABILITY,
    SIGNIFICANCE,
    STABILITY,
    Sentence,
    sentence_of,
)
from delphi.queries.results.stored import Names, StoredGroup

#: Conditions that are counts of people or of rounds: they say nothing about an answer.
COUNTS = ("response", "experts_both", "earlier_round", "last_round")
#: Conditions with one figure for each item.
BY_ITEM = ("iqr", "within_tolerance", "cv", "histogram_change")
ON_MOVEMENT = (*STABILITY, *RATING_STABILITY, "mean_own_move")
#: Conditions on agreement, as far as the rule asks for them.
AGREEMENT = ("iqr", "within_tolerance", "cv", "items_agreed")
_FORMS = {
    "response": ("share", None),
    "within_tolerance": ("share", None),
    "histogram_change": ("share", None),
    "cv": ("number", 4),
    "w": ("number", 4),
    "p_permutation": ("p", None),
    "p_chi2": ("p", None),
}


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
    #: answers missing until it may be shown; 0 where it is shown or withheld for another reason
    missing: int = 0
    #: why its figures are withheld although whether it holds is shown
    unsaid: Unsaid | None = None
    #: of `last_round`: the last one that asks in this way, where that is not the last of all
    last: int | None = None


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
    last = _last_of_its_kind(group, protocol)
    return tuple(
        replace(row, last=last) if row.name == "last_round" else row
        for row in (_row(group, one, decided, needed, viewer) for one in group.conditions)
    )


def _last_of_its_kind(group: StoredGroup, protocol: Protocol) -> int | None:
    """Return the last round that asks a group in this way; None if that is the last of all."""
    last = next(
        number
        for number in range(group.round, protocol.rounds + 1)
        if protocol.is_last_of(number, group.question)
    )
    return None if last == protocol.rounds else last


def _row(
    group: StoredGroup,
    condition: Mapping[str, Any],
    decided: Mapping[str, str | None],
    needed: int,
    viewer: Viewer,
) -> ConditionRow:
    name = condition["name"]
    missing, unsaid = _missing(group, name, viewer), _unsaid(group, name, viewer)
    # That the plan has no further round is a fact, neither met nor missed.
    marked = not missing and name != "last_round"
    return ConditionRow(
        name=name,
        figures=() if missing or unsaid else _figures(group, condition),
        limit=None if condition["limit"] is None else str(condition["limit"]),
        holds=condition["holds"] if marked else None,
        decides=condition["decides"],
        decided=name in decided,
        tag=decided.get(name),
        items_needed=needed if name in BY_ITEM and condition["decides"] else 0,
        missing=missing,
        unsaid=unsaid,
    )


def _unsaid(group: StoredGroup, name: str, viewer: Viewer) -> Unsaid | None:
    """Return why a figure on the movement is withheld from anybody, however many answered."""
    found = group.movement_unsaid(viewer) if name in ON_MOVEMENT else None
    return None if found is Unsaid.FEW else found


def _missing(group: StoredGroup, name: str, viewer: Viewer) -> int:
    """Return how many answers are missing until a figure may be shown; 0 if it may."""
    if name in COUNTS:
        return 0
    if not group.may_see(viewer):
        return STATISTICS_FROM - group.answered
    few = group.movement is not None and group.movement_unsaid(viewer) is Unsaid.FEW
    if name in ON_MOVEMENT and few:
        return STATISTICS_FROM - group.both
    return 0


def _figures(group: StoredGroup, condition: Mapping[str, Any]) -> tuple[Figure, ...]:
    name, value = condition["name"], condition["value"]
    form, places = _FORMS.get(name, ("number", None))
    if name in BY_ITEM and value is not None:
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
    if spread["n"] == 1:
        return "one_answer"
    return "mean_0_rated" if group.is_rating else "mean_0"


def order_reason(group: StoredGroup, code: str | None) -> str | None:
    """Return the code of why there is no order, told in ratings where ratings were asked."""
    return "all_constant_rated" if group.is_rating and code == "all_constant" else code


def deciding(group: StoredGroup, protocol: Protocol) -> dict[str, str | None]:
    """Return the conditions that decided, each with a tag on the last of its kind."""
    conditions = {condition["name"]: condition for condition in group.conditions}
    if group.verdict == "hold":
        return _tagged(_failing(conditions, ("response", "experts_both")), "hold")
    if not conditions["earlier_round"]["holds"]:
        if protocol.is_last_of(group.round, group.question):
            return {"earlier_round": None, "last_round": "round_limit"}
        return {"earlier_round": "first"}
    if protocol.preset == "classic":
        return _decided_classic(group, conditions)
    return _decided_recommended(group, conditions)


def _decided_recommended(
    group: StoredGroup, conditions: Mapping[str, Mapping[str, Any]]
) -> dict[str, str | None]:
    agreement = tuple(
        name for name in AGREEMENT if name in conditions and conditions[name]["decides"]
    )
    stability = RATING_STABILITY if group.is_rating else STABILITY
    if group.verdict == "consensus_stable":
        return _tagged(stability, "stable") | _tagged(agreement, "agrees")
    if group.verdict == "stable_dissent":
        return _tagged(stability, "stable") | _tagged(_failing(conditions, agreement), "disagrees")
    return _tagged(_failing(conditions, stability), "moving") | {"last_round": group.verdict}


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


# ----------------------------------------------------------------------------------------- margin


def _beside(group: StoredGroup, protocol: Protocol) -> Beside | None:
    if group.concordance is None:
        return None
    other, verdict = next(iter(group.document["other_presets"].items()))
    found = group.concordance
    method = "p_chi2" if found["p_method"] == "chi2" else "p_permutation"
    reasons = found["reason"] or {}
    none = {name: order_reason(group, reasons.get(name)) for name in ("w", method)}
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
        w=Figure("w", found["w"], places=4, reason=none["w"]),
        p=Figure("p", found[method], "p", reason=none[method]),
        tests_order=len(group.document["items"]) > 2,
    )
