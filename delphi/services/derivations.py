"""From the counted answers of a round to weights: exact, with alternatives, every run kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis import exact
from analysis.decimals import decimal_string, terminating_string
from analysis.record.canonical import canonical_text, sha256_hex
from analysis.rounding import largest_remainder
from analysis.tree import Tree, global_weights, local_weights
from delphi.bridge import PanelAnswers, round_answers
from delphi.domain import round_states
from delphi.domain.methods import COMPANION_RULES, CONSTANT_SUM
from delphi.domain.protocol import Protocol
from delphi.errors import DomainError
from delphi.models.study import Derivation, Round
from delphi.services import trees
from delphi.services.ledger import append_event
from delphi.services.lookup import get_round, latest_round, lock_study
from delphi.services.studies import load_protocol
from delphi.services.uncertainty import weight_uncertainty
from delphi.surroundings import Surroundings

FORMAT = "delphi-derivation/1"


@dataclass(frozen=True)
class GroupWeights:
    """The weights of one group as exact shares."""

    answers: PanelAnswers
    #: rule → weights in the order of the items; None where the rule is undefined
    rules: Mapping[str, tuple[Fraction, ...] | None]
    #: experts whose answers went into the headline
    used: int
    #: publishing step in percent, or None
    step: Fraction | None
    #: the round whose answers they are, and its counted list
    round: int = 0
    counted_sha256: str = ""

    @property
    def headline(self) -> str:
        """The rule of the headline weights."""
        return self.answers.headline

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """The headline."""
        headline = self.rules[self.headline]
        if headline is not None:
            return headline
        if self.answers.asked.method == CONSTANT_SUM:
            raise DomainError("group_without_answers", group=self.answers.question)
        raise DomainError("group_without_weights", group=self.answers.question)


def derive(session: Session, study_id: str, around: Surroundings) -> Derivation:
    """Run the derivation on the closed rounds; every run is stored and enters the ledger.

    Each group's weights come from the last round that asked it.

    Raises
    ------
    DomainError
        `round_still_open`, `nothing_closed`, or with `group` one of `group_not_asked`,
        `group_without_answers`, `group_without_weights`.
    """
    study = lock_study(session, study_id)
    last = latest_round(session, study_id)
    if last is None:
        raise DomainError("nothing_closed")
    if last.state == round_states.OPEN:
        raise DomainError("round_still_open", number=last.number)
    protocol = load_protocol(study)
    tree = trees.load_tree(session, study_id)
    groups = latest_groups(session, study_id, last, protocol)
    document = _document(last, protocol, tree, groups)
    number = (session.scalar(_count(study_id)) or 0) + 1
    derivation = Derivation(
        id=around.new_id(),
        study_id=study_id,
        round_id=last.id,
        number=number,
        document=canonical_text(document),
        sha256=sha256_hex(document),
    )
    session.add(derivation)
    session.flush()
    payload = {
        "number": number,
        "round": last.number,
        "counted_sha256": last.counted_sha256,
        "derivation_sha256": derivation.sha256,
    }
    append_event(session, study_id, "derivation.run", payload, around)
    return derivation


def latest_groups(
    session: Session, study_id: str, last: Round, protocol: Protocol
) -> dict[str, GroupWeights]:
    """Return each elicited group's weights, in the order of the protocol.

    Raises
    ------
    DomainError
        `group_not_asked` for a group that no round up to this one has asked.
    """
    found: dict[str, GroupWeights] = {}
    for number in range(last.number, 0, -1):
        if found.keys() >= set(protocol.groups):
            break
        closed = last if number == last.number else get_round(session, study_id, number)
        for name, answers in round_answers(session, closed).items():
            if name not in found:
                weights = group_weights(answers, protocol)
                found[name] = replace(
                    weights, round=number, counted_sha256=str(closed.counted_sha256)
                )
    for name in protocol.groups:
        if name not in found:
            raise DomainError("group_not_asked", group=name)
    return {name: found[name] for name in protocol.groups}


def answers_sha256(groups: Mapping[str, GroupWeights]) -> str:
    """Return the hash of the counted answers: that of the round's list, or of several such lists.

    Where groups were asked for the last time in different rounds, the canonical list of the
    rounds' numbers and hashes is hashed.
    """
    lists = sorted({(one.round, one.counted_sha256) for one in groups.values()})
    if len(lists) == 1:
        return lists[0][1]
    return sha256_hex([{"round": number, "counted_sha256": digest} for number, digest in lists])


def _count(study_id: str) -> Any:
    return select(func.count()).select_from(Derivation).where(Derivation.study_id == study_id)


def group_weights(answers: PanelAnswers, protocol: Protocol) -> GroupWeights:
    """Return the weights of one group under the headline rule and its companions."""
    rows = [row for row in answers.aggregated if row is not None]
    method = answers.aggregated_as
    found = {
        rule: exact.aggregate(rows, method=method, rule=rule)
        for rule in (answers.headline, *COMPANION_RULES[answers.asked.method])
    }
    rules = {rule: one.weights for rule, one in found.items()}
    count = len(answers.items)
    rules["equal"] = tuple(Fraction(1, count) for _ in range(count))
    step = protocol.publishing_steps.get(answers.question)
    return GroupWeights(
        answers,
        rules,
        used=found[answers.headline].experts_used,
        step=None if step is None else Fraction(step),
    )


def exact_local(tree: Tree, groups: Mapping[str, GroupWeights]) -> dict[str, Fraction]:
    """Return every node's exact local weight."""
    return local_weights(
        tree,
        {
            trees.group_code(name): dict(zip(group.answers.items, group.weights, strict=True))
            for name, group in groups.items()
        },
    )


def _document(
    last: Round, protocol: Protocol, tree: Tree, groups: Mapping[str, GroupWeights]
) -> dict[str, Any]:
    local = exact_local(tree, groups)
    overall = global_weights(tree, local)
    return {
        "format": FORMAT,
        "study": last.study_id,
        "round": last.number,
        "counted_sha256": last.counted_sha256,
        "rule": protocol.headline,
        "expert_weights": "equal",
        "groups": [_group(group) for group in groups.values()],
        "nodes": [
            {
                "code": node.code,
                "local": decimal_string(local[node.code]),
                "global": decimal_string(overall[node.code]),
                "local_exact": str(local[node.code]),
            }
            for node in tree.nodes
        ],
        "publishing_steps": dict(protocol.publishing_steps),
    }


def _group(group: GroupWeights) -> dict[str, Any]:
    return {
        **group.answers.asked.planned.to_document(),
        "round": group.round,
        "counted_sha256": group.counted_sha256,
        "headline": group.headline,
        "answered": group.answers.answered,
        "used": group.used,
        "items": list(group.answers.items),
        "rules": {
            rule: None if weights is None else [decimal_string(one) for one in weights]
            for rule, weights in group.rules.items()
        },
        "exact": [str(weight) for weight in group.weights],
        "rounding": _rounding(group),
        "uncertainty": group_uncertainty(group),
    }


def group_uncertainty(group: GroupWeights) -> dict[str, Any]:
    """Return how sure the headline weights of a group are, as they are stored."""
    return weight_uncertainty(
        group.answers.aggregated_values,
        group.weights,
        method=group.answers.aggregated_as,
        rule=group.headline,
        step=group.step,
    )


def _rounding(group: GroupWeights) -> dict[str, Any] | None:
    if group.step is None:
        return None
    rounding = largest_remainder(group.weights, group.step)
    return {
        "step_percent": terminating_string(group.step),
        "rounded": [terminating_string(one) for one in rounding.rounded],
        "max_error": decimal_string(rounding.max_error),
        "zeroed": [group.answers.items[at] for at in rounding.zeroed],
        "ties_split": [[group.answers.items[at] for at in tie] for tie in rounding.ties_split],
    }


def load_derivation(derivation: Derivation) -> dict[str, Any]:
    """Return the stored document of a derivation."""
    document: dict[str, Any] = json.loads(derivation.document)
    return document
