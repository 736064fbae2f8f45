"""The release: a derivation declared final, its weight file frozen; one per study."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from analysis.weightfile import Origin, weight_document
from delphi.domain import round_states
from delphi.domain.disclosure import RELEASE_FROM
from delphi.domain.protocol import Protocol
from delphi.errors import DomainError
from delphi.models.study import Derivation, Release, Round, RoundFeedback, RoundResult, Study
from delphi.services import trees
from delphi.services.derivations import (
    answers_sha256,
    derive,
    exact_local,
    latest_groups,
    load_derivation,
)
from delphi.services.ledger import append_event
from delphi.services.lookup import latest_round, lock_round, lock_study
from delphi.services.rounds import publish_round, record_departure, verdict_says_continue
from delphi.services.studies import load_protocol
from delphi.services.uncertainty import SEED
from delphi.surroundings import Surroundings


def end_study(
    session: Session,
    study_id: str,
    around: Surroundings,
    *,
    departure: str | None = None,
    accept_rounding: bool = False,
) -> Release:
    """Publish the last round, derive the weights and release them.

    Parameters
    ----------
    departure
        Written reason when the rule asks for another round; goes into the ledger.
    accept_rounding
        Whether a publishing step that makes a weight 0 or splits equals is accepted.

    Raises
    ------
    DomainError
        `study_not_running`, `nothing_closed`, `round_still_open`, `results_missing`,
        `departure_needed`, `release_needs_answers` (with `found` and `needed`),
        `group_not_asked`, `group_without_answers`, `group_without_weights`, `rounding_harms` (with
        `zeroed` and `split`).
    """
    study = lock_study(session, study_id)
    if study.state != "running":
        raise DomainError("study_not_running")
    last = _publish_last(session, study, departure, around)
    derivation = derive(session, study_id, around)
    _check_rounding(derivation, accept_rounding)
    document = _weight_file(session, study, last, derivation, around.day.isoformat())
    weights = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    release = Release(
        id=around.new_id(),
        study_id=study_id,
        derivation_id=derivation.id,
        released_on=around.day,
        weights=weights,
        weights_sha256=sha256(weights.encode()).hexdigest(),
    )
    session.add(release)
    study.state = "finished"
    session.flush()
    payload = {
        "round": last.number,
        "derivation": derivation.number,
        "derivation_sha256": derivation.sha256,
        "weights_sha256": release.weights_sha256,
        "rehearsal": study.rehearsal,
    }
    append_event(session, study_id, "weights.released", payload, around)
    return release


def _publish_last(
    session: Session, study: Study, departure: str | None, around: Surroundings
) -> Round:
    found = latest_round(session, study.id)
    if found is None:
        raise DomainError("nothing_closed")
    last = lock_round(session, found.id)
    if last.state == round_states.OPEN:
        raise DomainError("round_still_open", number=last.number)
    result, feedback = session.get(RoundResult, last.id), session.get(RoundFeedback, last.id)
    if result is None or feedback is None:
        raise DomainError("results_missing", number=last.number)
    if _rule_goes_on(result, last.number, load_protocol(study)):
        record_departure(session, last, "end", departure, around)
    publish_round(session, last, feedback.sha256, around)
    return last


def _rule_goes_on(result: RoundResult, number: int, protocol: Protocol) -> bool:
    """Whether rule or plan asks for more than this round.

    A group that the last round of the plan asks for the first time has nothing to be compared with;
    no further round could change that.
    """
    if protocol.goes_on(number):
        return True
    if number < protocol.rounds:
        return verdict_says_continue(result)
    groups = json.loads(result.document)["groups"]
    return any(group["verdict"]["verdict"] == "hold" for group in groups)


def _check_rounding(derivation: Derivation, accept: bool) -> None:
    harms = [
        group["rounding"]
        for group in load_derivation(derivation)["groups"]
        if group["rounding"] and (group["rounding"]["zeroed"] or group["rounding"]["ties_split"])
    ]
    if harms and not accept:
        raise DomainError(
            "rounding_harms",
            zeroed=", ".join(code for harm in harms for code in harm["zeroed"]),
            split=", ".join(code for harm in harms for tie in harm["ties_split"] for code in tie),
        )


def _weight_file(
    session: Session, study: Study, last: Round, derivation: Derivation, released_on: str
) -> dict[str, Any]:
    tree = trees.load_tree(session, study.id)
    protocol = load_protocol(study)
    groups = latest_groups(session, study.id, last, protocol)
    fewest = min((group.used for group in groups.values()), default=0)
    if fewest < RELEASE_FROM:
        raise DomainError("release_needs_answers", found=fewest, needed=RELEASE_FROM)
    origin = Origin(
        rehearsal=study.rehearsal,
        study_id=study.id,
        title_zh=study.title_zh,
        title_en=study.title_en,
        protocol_sha256=study.protocol_sha256,
        round=last.number,
        released_on=released_on,
        invited=last.invited,
        answered=len(json.loads(last.counted or "[]")),
        used=fewest,
        aggregation=protocol.headline,
        rounding_step_percent=_steps(protocol),
        quantile="type_7",
        expert_weights="equal",
        answers_sha256=answers_sha256(groups),
        seed=SEED,
    )
    return weight_document(
        tree,
        exact_local(tree, groups),
        origin=origin,
        published=_published(derivation),
        interval95=_intervals(derivation),
    )


def _steps(protocol: Protocol) -> str | Mapping[str, str] | None:
    steps = {group: step for group, step in protocol.publishing_steps.items() if step is not None}
    return next(iter(steps.values())) if len(protocol.groups) == len(steps) == 1 else steps or None


def _published(derivation: Derivation) -> dict[str | None, dict[str, Fraction]]:
    """Return the rounded percentages of a derivation, group by group."""
    return {
        trees.group_code(group["question"]): dict(
            zip(group["items"], map(Fraction, group["rounding"]["rounded"]), strict=True)
        )
        for group in load_derivation(derivation)["groups"]
        if group["rounding"]
    }


def _intervals(derivation: Derivation) -> dict[str, tuple[Fraction, Fraction]]:
    """Return the bootstrap intervals of the elicited local weights, shares of 1."""
    return {
        code: (Fraction(low), Fraction(high))
        for group in load_derivation(derivation)["groups"]
        for code, low, high in zip(
            group["items"],
            group["uncertainty"]["low"],
            group["uncertainty"]["high"],
            strict=True,
        )
        if low is not None
    }
