"""Statistics, verdicts and feedback of a closed round: computed once, stored, never again."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis import verdict as stopping
from analysis.concordance import Concordance, kendall_w
from analysis.dispersion import dispersion
from analysis.exact import shares
from analysis.matching import Answers, match
from analysis.record.canonical import canonical_text, sha256_hex
from analysis.stability import movement
from delphi.bridge import PanelAnswers, questionnaire_of, round_answers
from delphi.domain import round_states
from delphi.domain.methods import RATING, is_comparable
from delphi.domain.protocol import PRESETS, TOTAL, Protocol
from delphi.errors import DomainError
from delphi.individual_weights import Row
from delphi.models.study import Round, RoundFeedback, RoundResult
from delphi.services.authority import panel_authority, weighted_document
from delphi.services.consistency import consistency_document
from delphi.services.derivations import group_uncertainty, group_weights
from delphi.services.feedback import feedback_document
from delphi.services.implications import implications_document
from delphi.services.ledger import append_event
from delphi.services.lookup import get_round, get_study, lock_round, lock_study
from delphi.services.studies import load_protocol
from delphi.surroundings import Surroundings

FORMAT = "delphi-result/1"
Floats = NDArray[np.float64]
_SPREAD = ("n", "mean", "sd", "cv", "median", "q1", "q3", "iqr", "full_score_share")


@dataclass(frozen=True)
class Prepared:
    """What was computed from a closed round, ready to be stored."""

    round_id: str
    result: Mapping[str, Any]
    feedback: Mapping[str, Any]


def compute_results(session: Session, round_id: str) -> Prepared:
    """Compute everything that follows from a closed round; reads only, holds no lock.

    Raises
    ------
    DomainError
        `round_not_closed` when the round still takes answers.
    """
    closed = session.get_one(Round, round_id)
    if closed.state not in {round_states.CLOSED, round_states.PUBLISHED}:
        raise DomainError("round_not_closed", number=closed.number)
    protocol = load_protocol(get_study(session, closed.study_id))
    answers = round_answers(session, closed)
    before = _answers_before(session, closed)
    authority = panel_authority(session, closed, protocol)
    result = {
        "format": FORMAT,
        "study": closed.study_id,
        "round": closed.number,
        "counted_sha256": closed.counted_sha256,
        "invited": closed.invited,
        "answered": _respondents(answers),
        "preset": protocol.preset,
        "authority": None if authority is None else stored(authority.to_document()),
        "implications": implications_document(session, closed),
        "groups": [
            {
                **_group(one, before.get(name), closed, protocol),
                "authority_weighted": stored(weighted_document(one, authority)),
            }
            for name, one in answers.items()
        ],
    }
    return Prepared(round_id, result, feedback_document(session, closed, answers))


def store_results(session: Session, prepared: Prepared, around: Surroundings) -> None:
    """Store results and feedback, unless somebody else has stored them meanwhile.

    The ledger shows the hash of the result, and the result holds figures that are withheld. A
    secret salt in it keeps these from being found by trying: it stays with the result, and whoever
    is given the whole result can check the hash. It follows from the instance key and the round, so
    that a closing that was interrupted and taken up again ends with the same result.
    """
    lock_study(session, session.get_one(Round, prepared.round_id).study_id)
    closed = lock_round(session, prepared.round_id)
    if session.get(RoundResult, closed.id) is not None:
        return
    result = {**prepared.result, "salt": around.key.derive(f"result-salt/{closed.id}").hex()}
    hashes = {
        "result_sha256": sha256_hex(result),
        "feedback_sha256": sha256_hex(prepared.feedback),
    }
    session.add(
        RoundResult(
            round_id=closed.id,
            document=canonical_text(result),
            sha256=hashes["result_sha256"],
        )
    )
    session.add(
        RoundFeedback(
            round_id=closed.id,
            document=canonical_text(prepared.feedback),
            sha256=hashes["feedback_sha256"],
        )
    )
    session.flush()
    append_event(
        session, closed.study_id, "results.frozen", {"round": closed.number, **hashes}, around
    )


def _answers_before(session: Session, closed: Round) -> dict[str, PanelAnswers]:
    """Return the answers of the round before to what it asked in the same way."""
    if closed.number == 1:
        return {}
    before = round_answers(session, get_round(session, closed.study_id, closed.number - 1))
    asked = questionnaire_of(closed)
    return {
        one.question: before[one.question]
        for one in asked.questions
        if one.question in before and is_comparable(before[one.question].asked.planned, one.planned)
    }


def _respondents(answers: Mapping[str, PanelAnswers]) -> int:
    return len(next(iter(answers.values())).respondents) if answers else 0


def _group(
    answers: PanelAnswers, before: PanelAnswers | None, closed: Round, protocol: Protocol
) -> dict[str, Any]:
    given = answers.values[~np.isnan(answers.values).any(axis=1)]
    order = kendall_w(given) if len(given) else None
    rule = _Rule(closed, protocol, order)
    judged = {preset: _decide(answers, before, rule, preset) for preset in PRESETS}
    return {
        **answers.asked.planned.to_document(),
        "items": list(answers.items),
        "answered": answers.answered,
        "abstained": len(answers.respondents) - answers.answered,
        "dispersion": _dispersion(answers, answers.values),
        "further_criteria": {
            criterion: _dispersion(answers, values)
            for criterion, values in answers.criteria.items()
        },
        "consistency": stored(consistency_document(answers)),
        "concordance": None if order is None else stored(asdict(order)),
        "movement": None if before is None else _movement(before, answers, protocol),
        "verdict": judged[protocol.preset],
        "other_presets": {
            preset: verdict["verdict"]
            for preset, verdict in judged.items()
            if preset != protocol.preset
        },
        **_weights(answers, protocol),
    }


@dataclass(frozen=True)
class _Rule:
    """What the verdicts of one group under either preset share."""

    closed: Round
    protocol: Protocol
    #: W, computed once
    order: Concordance | None


def _panel(answers: PanelAnswers) -> Answers:
    return Answers(answers.respondents, answers.items, answers.values)


def _decide(
    answers: PanelAnswers,
    before: PanelAnswers | None,
    rule: _Rule,
    preset: str,
) -> dict[str, Any]:
    closed, protocol = rule.closed, rule.protocol
    decided = stopping.decide(
        None if before is None else _panel(before),
        _panel(answers),
        method=answers.judged_as,
        invited=closed.invited,
        scale=answers.scale,
        tolerance=float(protocol.tolerance),
        minimum=protocol.minimum,
        response=float(protocol.response),
        last=protocol.is_last_of(closed.number, answers.question),
        preset=preset,
        concordance=rule.order,
    )
    document: dict[str, Any] = stored(asdict(decided))
    return document


def _dispersion(answers: PanelAnswers, values: Floats) -> list[dict[str, Any]]:
    figures = dispersion(values, answers.scale)
    extremes = [
        (np.min(column), np.max(column)) if len(column) else (None, None)
        for column in (values[~np.isnan(values[:, at]), at] for at in range(len(answers.items)))
    ]
    records = []
    for at, item in enumerate(answers.items):
        record = {name: stored(getattr(figures, name)[at]) for name in _SPREAD}
        low, high = extremes[at]
        records.append({"item": item, **record, "minimum": stored(low), "maximum": stored(high)})
    return records


def _movement(before: PanelAnswers, answers: PanelAnswers, protocol: Protocol) -> dict[str, Any]:
    matched = match(_panel(before), _panel(answers))
    moved = movement(
        matched.before,
        matched.after,
        method=answers.judged_as,
        scale=answers.scale,
        tolerance=float(protocol.tolerance),
    )
    changes = {"weight_change": _weight_change(before, answers, matched.experts)}
    if answers.asked.method == RATING:
        changes["mean_change"] = _change(before.exact_by(), answers.exact_by(), matched.experts)
    return {
        "respondents_both": len(matched.experts),
        "only_before": len(matched.only_before),
        "only_after": len(matched.only_after),
        "with_weights": moved.experts_with_weights,
        "with_weights_before": _with_weights(before),
        "with_weights_after": _with_weights(answers),
        "moved": int((matched.before != matched.after).any(axis=1).sum()),
        "items": [
            {
                "item": item,
                **{
                    name: stored(change[at] if change else None) for name, change in changes.items()
                },
                "cv_change": stored(moved.cv_change[at]),
                "wilcoxon_p": stored(moved.wilcoxon_p[at]),
                "changed": int(moved.changed[at]),
            }
            for at, item in enumerate(matched.items)
        ],
        "weight_change_max": stored(moved.weight_change_max),
        "total_variation": stored(moved.total_variation),
        "mean_own_move": stored(moved.mean_own_move),
        "median_own_move": stored(moved.median_own_move),
    }


def _with_weights(answers: PanelAnswers) -> int:
    """Count whose answers have weights: ratings that are all 0 have none."""
    if answers.asked.method != RATING:
        return answers.answered
    return sum(any(row) for row in answers.exact_by().values())


def _weight_change(
    before: PanelAnswers, answers: PanelAnswers, respondents: Sequence[str]
) -> list[float]:
    """Return the change of each panel weight in points, exact, over those who answered both.

    Ratings count by their shares; whoever rated everything 0 in one of the rounds has none.
    """
    earlier, later = before.exact_by(), answers.exact_by()
    if answers.asked.method == RATING:
        respondents = [one for one in respondents if any(earlier[one]) and any(later[one])]
        earlier, later = (
            {one: tuple(TOTAL * share for share in shares(rows[one])) for one in respondents}
            for rows in (earlier, later)
        )
    return _change(earlier, later, respondents)


def _change(
    before: Mapping[str, Row], after: Mapping[str, Row], respondents: Sequence[str]
) -> list[float]:
    """Return how far the mean of each column moved, over these respondents; empty without any."""
    if not respondents:
        return []
    moves = (zip(*(rows[one] for one in respondents), strict=True) for rows in (before, after))
    return [
        float((sum(later) - sum(earlier)) / len(respondents))
        for earlier, later in zip(*moves, strict=True)
    ]


def _weights(answers: PanelAnswers, protocol: Protocol) -> dict[str, Any]:
    """Return what the answers of this round would give: weights in percent, and how sure."""
    if not answers.answered:
        return {"headline": None, "used": 0, "weights": {}, "exact": None, "uncertainty": None}
    group = group_weights(answers, protocol)
    weights = {
        rule: None if found is None else [stored(float(100 * one)) for one in found]
        for rule, found in group.rules.items()
    }
    headline = group.rules[group.headline]
    return {
        "headline": group.headline,
        "used": group.used,
        "weights": weights,
        "exact": None if headline is None else [str(one) for one in headline],
        "uncertainty": None if headline is None else group_uncertainty(group),
    }


def stored(value: Any) -> Any:
    """Return figures as they are stored: integers, decimal strings, null for what is undefined."""
    if isinstance(value, Mapping):
        return {str(key): stored(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [stored(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else format(Decimal(repr(value)), "f")
    return value
