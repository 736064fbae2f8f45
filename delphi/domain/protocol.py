"""The protocol: every rule of a study, frozen by hash before round 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from delphi.domain.methods import (
    COMPANION_RULES,
    CRITERIA,
    HEADLINE_RULES,
    METHODS,
    MOST_ITEMS,
    RATING,
    SCALES,
    PlannedQuestion,
    is_comparable,
    planned_from_document,
)
from delphi.domain.self_assessment import AssessmentRule, rule_from_document
from delphi.errors import DomainError

FORMAT = "delphi-protocol/1"
ROOT = "root"
TOTAL = 100
RoundPlan = tuple[PlannedQuestion, ...]
ANSWER_STEPS = (1, 5)
PRESETS = ("recommended", "classic")
MOST_ROUNDS = 4
DEFAULT_ROUNDS = 3
_DECIMAL = re.compile(r"\d{1,3}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Protocol:
    """The rules; what stands here is what every page and file quotes."""

    #: groups that experts weight: code of the parent, or `root`
    groups: tuple[str, ...]
    #: group → publishing step in percent (decimal string), or None: not rounded
    publishing_steps: Mapping[str, str | None]
    #: what each round asks, first round first; the last one cannot end in `continue`
    plan: tuple[RoundPlan, ...]
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
    #: from round 2 on the group's figures appear only after a look at the own last answer
    own_first: bool = False
    #: experts may suggest indicators, question definitions and comment on the tree
    proposals: bool = False

    @property
    def rounds(self) -> int:
        """Rounds at most."""
        return len(self.plan)

    def planned(self, number: int, group: str) -> PlannedQuestion | None:
        """Return how a round asks a group; None where it does not, or there is no such round."""
        if not 1 <= number <= self.rounds:
            return None
        return next((one for one in self.plan[number - 1] if one.group == group), None)

    def is_last_of(self, number: int, group: str) -> bool:
        """Whether no later round asks a group as this one does."""
        now, after = self.planned(number, group), self.planned(number + 1, group)
        return now is None or after is None or not is_comparable(now, after)

    def goes_on(self, number: int) -> bool:
        """Whether the next round asks something in another way, or something new."""
        if number >= self.rounds:
            return False
        now = self.plan[number - 1]
        return any(not any(is_comparable(one, other) for other in now) for one in self.plan[number])

    @property
    def final_questions(self) -> tuple[PlannedQuestion, ...]:
        """How each group is asked for the last time; weights come from there."""
        last = {one.group: one for questions in self.plan for one in questions}
        return tuple(last[group] for group in self.groups if group in last)

    @property
    def uncompared(self) -> tuple[str, ...]:
        """Groups whose last question the round before does not ask: movement is never known."""
        found = []
        for last in self.final_questions:
            number = max(n for n in range(1, self.rounds + 1) if self.planned(n, last.group))
            before = self.planned(number - 1, last.group)
            if before is None or not is_comparable(before, last):
                found.append(last.group)
        return tuple(found)

    @property
    def headline(self) -> str:
        """The rule of the headline weights; several are joined by `+`, in the order of groups."""
        rules = dict.fromkeys(HEADLINE_RULES[one.method] for one in self.final_questions)
        return "+".join(rules)

    def to_document(self, study_id: str, *, rehearsal: bool, tree_sha256: str) -> dict[str, Any]:
        """Return the stored document `delphi-protocol/1`."""
        plan = [
            {"round": number, "questions": [one.to_document() for one in questions]}
            for number, questions in enumerate(self.plan, start=1)
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
            "aggregation": self.headline,
            "companions": _companions(self),
            "zero_replacement": "0.005",
            "expert_weights": "equal",
            "self_assessment": self.self_assessment and self.self_assessment.to_document(),
            "publishing_steps": [
                {"group": group, "step_percent": self.publishing_steps.get(group)}
                for group in self.groups
            ],
            "quantile": "type_7",
            "feedback": {
                "median_from": 5,
                "quartiles_from": 8,
                "reasons_from": 3,
                "own_first": self.own_first,
            },
            "proposals": self.proposals,
            "time_zone": "Asia/Shanghai",
        }


def from_document(document: Mapping[str, Any]) -> Protocol:
    """Read a stored protocol back."""
    steps = document["publishing_steps"]
    return Protocol(
        groups=tuple(entry["group"] for entry in steps),
        publishing_steps={entry["group"]: entry["step_percent"] for entry in steps},
        plan=tuple(
            tuple(planned_from_document(one) for one in entry["questions"])
            for entry in document["round_plan"]
        ),
        answer_step=document["answer_step"],
        tolerance=document["tolerance"],
        preset=document["stopping"]["preset"],
        response=document["stopping"]["response"],
        minimum=document["stopping"]["minimum"],
        item_order=document["item_order"],
        self_assessment=rule_from_document(document["self_assessment"]),
        own_first=document["feedback"]["own_first"],
        proposals=document["proposals"],
    )


def _companions(protocol: Protocol) -> list[str]:
    rules = {rule for one in protocol.final_questions for rule in COMPANION_RULES[one.method]}
    return sorted(rules)


def default_protocol(groups: Iterable[str], rounds: int = DEFAULT_ROUNDS) -> Protocol:
    """Return the defaults: 100 points everywhere; a publishing step of 5 % for the first level."""
    groups = tuple(groups)
    return Protocol(
        groups=groups,
        publishing_steps={group: "5" if group == ROOT else None for group in groups},
        plan=same_in_every_round(map(PlannedQuestion, groups), rounds),
    )


def same_in_every_round(questions: Iterable[PlannedQuestion], rounds: int) -> tuple[RoundPlan, ...]:
    """Return the plan that asks the same in each of some rounds."""
    return (tuple(questions),) * rounds


def with_rounds(protocol: Protocol, rounds: int) -> Protocol:
    """Return the same rules over more or fewer rounds; new ones ask what the last one does."""
    plan = protocol.plan[:rounds]
    return replace(protocol, plan=plan + protocol.plan[-1:] * (rounds - len(plan)))


def with_groups(protocol: Protocol, groups: Iterable[str]) -> Protocol:
    """Return the same rules over other groups; steps and questions of groups that stay are kept.

    A group that is new is asked for 100 points in every round. A round that would ask nothing any
    more is left out; the last one is repeated for it.
    """
    fresh = default_protocol(groups, protocol.rounds)
    kept = protocol.publishing_steps
    steps = {group: kept.get(group, step) for group, step in fresh.publishing_steps.items()}
    plan = tuple(
        tuple(
            one
            for group in fresh.groups
            if (one := _question_of(protocol, number, group)) is not None
        )
        for number in range(1, protocol.rounds + 1)
    )
    left = tuple(now for now, before in zip(plan, protocol.plan, strict=True) if now or not before)
    changed = replace(protocol, groups=fresh.groups, publishing_steps=steps, plan=left or plan)
    return with_rounds(changed, protocol.rounds)


def _question_of(protocol: Protocol, number: int, group: str) -> PlannedQuestion | None:
    if group in protocol.groups:
        return protocol.planned(number, group)
    return PlannedQuestion(group)


def check_protocol(protocol: Protocol) -> None:
    """Refuse values outside what the rules allow.

    Raises
    ------
    DomainError
        `protocol_value` with `field`, `found` and `expected`; `plan_group_missing`,
        `plan_group_interrupted` (with `group`, the latter also with `round`) or
        `plan_round_empty` (with `round`).
    """
    _between("rounds", protocol.rounds, 2, MOST_ROUNDS)
    check_plan(protocol)
    _one_of("answer_step", protocol.answer_step, ANSWER_STEPS)
    _one_of("preset", protocol.preset, PRESETS)
    _one_of("item_order", protocol.item_order, ("per_respondent", "tree"))
    _between("tolerance", protocol.tolerance, protocol.answer_step, 50)
    _between("minimum", protocol.minimum, 3, 1000)
    if not _DECIMAL.fullmatch(protocol.response) or not 0 < Decimal(protocol.response) <= 1:
        _refuse("response", protocol.response, "0.01–1")
    for step in protocol.publishing_steps.values():
        if step is not None:
            _check_step(step)


def check_plan(protocol: Protocol) -> None:
    """Refuse a round plan that leaves a group out, asks it with a gap, or asks nothing.

    Raises
    ------
    DomainError
        As `check_protocol`.
    """
    for number, questions in enumerate(protocol.plan, start=1):
        for one in questions:
            _check_planned(one, number)
    for error in plan_refusals(protocol):
        raise error


def check_sizes(protocol: Protocol, sizes: Mapping[str, int]) -> None:
    """Refuse a method for a group with more items than it can take.

    Raises
    ------
    DomainError
        `plan_group_too_large` with `group`, `round`, `method`, `most` and `found`.
    """
    for error in size_refusals(protocol, sizes):
        raise error


def plan_refusals(protocol: Protocol) -> Iterator[DomainError]:
    """Give everything that is wrong with which rounds ask which groups."""
    for number, questions in enumerate(protocol.plan, start=1):
        if protocol.groups and not questions:
            yield DomainError("plan_round_empty", round=number)
    for group in protocol.groups:
        asked = [n for n in range(1, protocol.rounds + 1) if protocol.planned(n, group)]
        if not asked:
            yield DomainError("plan_group_missing", group=group)
            continue
        gaps = set(range(asked[0], asked[-1])) - set(asked)
        if gaps:
            yield DomainError("plan_group_interrupted", group=group, round=min(gaps))


def size_refusals(protocol: Protocol, sizes: Mapping[str, int]) -> Iterator[DomainError]:
    """Give every question whose group, by its number of items, is too large for its method."""
    for number, questions in enumerate(protocol.plan, start=1):
        for one in questions:
            most = MOST_ITEMS.get(one.method)
            if most is not None and sizes[one.group] > most:
                yield DomainError(
                    "plan_group_too_large",
                    group=one.group,
                    round=number,
                    method=one.method,
                    most=most,
                    found=sizes[one.group],
                )


def _check_planned(one: PlannedQuestion, number: int) -> None:
    field = f"plan.{number}.{one.group}"
    _one_of(field, one.method, METHODS)
    if one.method != RATING:
        _one_of(field, (one.scale, one.criteria), ((None, ()),))
        return
    _one_of(field, one.scale, SCALES)
    known = [criterion for criterion in CRITERIA if criterion in one.criteria]
    if list(one.criteria) != known or known[:1] != [CRITERIA[0]]:
        _refuse(field, ", ".join(one.criteria), ", ".join(CRITERIA))


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
