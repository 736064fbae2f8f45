"""The protocol: every rule of a study, frozen by hash before round 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from delphi.domain.self_assessment import AssessmentRule, rule_from_document
from delphi.errors import DomainError

FORMAT = "delphi-protocol/1"
ROOT = "root"
TOTAL = 100
ANSWER_STEPS = (1, 5)
PRESETS = ("recommended", "classic")
MOST_ROUNDS = 4
_DECIMAL = re.compile(r"\d{1,3}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Protocol:
    """The rules; what stands here is what every page and file quotes."""

    #: groups that experts weight in every round: code of the parent, or `root`
    groups: tuple[str, ...]
    #: group → publishing step in percent (decimal string), or None: not rounded
    publishing_steps: Mapping[str, str | None]
    #: rounds at most; the last one cannot end in `continue`
    rounds: int = 3
    #: answers go in steps of so many points
    answer_step: int = 5
    #: t, in points; stability is judged by t/2
    tolerance: int = 5
    #: stopping rule: `recommended` or `classic`
    preset: str = "recommended"
    #: least response of a round, decimal string
    response: str = "0.7"
    #: least number of experts who answered both rounds
    minimum: int = 8
    #: order of items: `per_respondent` (derived, nothing stored) or `tree`
    item_order: str = "per_respondent"
    #: tables of the self-assessment after the weights; None: it is not asked
    self_assessment: AssessmentRule | None = None

    def to_document(self, study_id: str, *, rehearsal: bool, tree_sha256: str) -> dict[str, Any]:
        """Return the stored document `delphi-protocol/1`."""
        plan = [
            {
                "round": number,
                "questions": [
                    {"question": group, "method": "constant_sum"} for group in self.groups
                ],
            }
            for number in range(1, self.rounds + 1)
        ]
        return {
            "format": FORMAT,
            "study": study_id,
            "rehearsal": rehearsal,
            "tree_sha256": tree_sha256,
            "confidentiality": "confidential",
            "delivery": "by_hand",
            "answers": "auditors",
            "round_plan": plan,
            "total": TOTAL,
            "answer_step": self.answer_step,
            "item_order": self.item_order,
            "tolerance": self.tolerance,
            "stopping": {
                "preset": self.preset,
                "response": self.response,
                "minimum": self.minimum,
            },
            "aggregation": "arithmetic_mean",
            "companions": ["geometric_mean", "l1", "median", "trimmed_mean"],
            "zero_replacement": "0.005",
            "expert_weights": "equal",
            "self_assessment": self.self_assessment and self.self_assessment.to_document(),
            "publishing_steps": [
                {"group": group, "step_percent": self.publishing_steps.get(group)}
                for group in self.groups
            ],
            "quantile": "type_7",
            "feedback": {"median_from": 5, "quartiles_from": 8, "reasons_from": 3},
            "time_zone": "Asia/Shanghai",
        }


def from_document(document: Mapping[str, Any]) -> Protocol:
    """Read a stored protocol back."""
    plan = document["round_plan"]
    return Protocol(
        groups=tuple(question["question"] for question in plan[0]["questions"]) if plan else (),
        publishing_steps={
            entry["group"]: entry["step_percent"] for entry in document["publishing_steps"]
        },
        rounds=len(plan),
        answer_step=document["answer_step"],
        tolerance=document["tolerance"],
        preset=document["stopping"]["preset"],
        response=document["stopping"]["response"],
        minimum=document["stopping"]["minimum"],
        item_order=document["item_order"],
        self_assessment=rule_from_document(document["self_assessment"]),
    )


def default_protocol(groups: Iterable[str]) -> Protocol:
    """Return the defaults: a publishing step of 5 % for the first level, none below."""
    groups = tuple(groups)
    return Protocol(
        groups=groups, publishing_steps={group: "5" if group == ROOT else None for group in groups}
    )


def with_groups(protocol: Protocol, groups: Iterable[str]) -> Protocol:
    """Return the same rules over other groups; steps of groups that stay are kept."""
    fresh = default_protocol(groups)
    kept = protocol.publishing_steps
    steps = {group: kept.get(group, step) for group, step in fresh.publishing_steps.items()}
    return replace(protocol, groups=fresh.groups, publishing_steps=steps)


def check_protocol(protocol: Protocol) -> None:
    """Refuse values outside what the rules allow.

    Raises
    ------
    DomainError
        `protocol_value` with `field`, `found` and `expected`.
    """
    _one_of("answer_step", protocol.answer_step, ANSWER_STEPS)
    _one_of("preset", protocol.preset, PRESETS)
    _one_of("item_order", protocol.item_order, ("per_respondent", "tree"))
    _between("rounds", protocol.rounds, 2, MOST_ROUNDS)
    _between("tolerance", protocol.tolerance, protocol.answer_step, 50)
    _between("minimum", protocol.minimum, 3, 1000)
    if not _DECIMAL.fullmatch(protocol.response) or not 0 < Decimal(protocol.response) <= 1:
        _refuse("response", protocol.response, "0.01–1")
    for step in protocol.publishing_steps.values():
        if step is not None:
            _check_step(step)


def _check_step(step: str) -> None:
    if (
        not _DECIMAL.fullmatch(step)
        or not 0 < Decimal(step) <= 50
        or Decimal(TOTAL) % Decimal(step)
    ):
        _refuse("publishing_step", step, "0.01, 0.1, 0.5, 1, 2, 5, 10")


def _one_of(field: str, found: object, allowed: tuple[object, ...]) -> None:
    if found not in allowed:
        _refuse(field, found, ", ".join(map(str, allowed)))


def _between(field: str, found: int, low: int, high: int) -> None:
    if not low <= found <= high:
        _refuse(field, found, f"{low}–{high}")


def _refuse(field: str, found: object, expected: str) -> None:
    raise DomainError("protocol_value", field=field, found=str(found), expected=expected)
