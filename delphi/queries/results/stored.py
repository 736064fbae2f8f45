"""The stored results of a study's closed rounds, as far as somebody may see them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from delphi.domain import round_states
from delphi.domain.disclosure import Unsaid, Viewer, movement_unsaid, staff_may_see
from delphi.domain.methods import (
    BEST_WORST,
    PAIRWISE,
    RANKING,
    RATING,
    PlannedQuestion,
    is_comparable,
    planned_from_document,
)
from delphi.models.study import Round, RoundResult

Names = Mapping[str, str]
#: Methods whose statistics are on individual weights, derived from each answer.
DERIVED = (RANKING, PAIRWISE, BEST_WORST)


@dataclass(frozen=True)
class StoredGroup:
    """What was computed for one group in one round."""

    round: int
    question: str
    #: respondents who answered the question
    answered: int
    #: submissions that count, abstentions included
    counted: int
    invited: int
    counted_sha256: str
    document: Mapping[str, Any]

    @property
    def planned(self) -> PlannedQuestion:
        """How the group was asked."""
        return planned_from_document(self.document)

    @property
    def is_rating(self) -> bool:
        """Whether its statistics are on ratings."""
        return str(self.document["method"]) == RATING

    @property
    def is_derived(self) -> bool:
        """Whether its statistics are on weights derived from each answer."""
        return str(self.document["method"]) in DERIVED

    @property
    def used(self) -> int:
        """Respondents whose answers go into the headline weights."""
        return int(self.document["used"])

    @property
    def exact(self) -> tuple[Fraction, ...] | None:
        """The headline weights, shares of 1; None where there are none."""
        found = self.document["exact"]
        return None if found is None else tuple(map(Fraction, found))

    @property
    def conditions(self) -> Sequence[Mapping[str, Any]]:
        """The conditions of the rule, in its order."""
        found: Sequence[Mapping[str, Any]] = self.document["verdict"]["conditions"]
        return found

    @property
    def verdict(self) -> str:
        """Outcome of the rule."""
        return str(self.document["verdict"]["verdict"])

    @property
    def concordance(self) -> Mapping[str, Any] | None:
        """W and its tests; None when nobody answered."""
        found: Mapping[str, Any] | None = self.document["concordance"]
        return found

    @property
    def movement(self) -> Mapping[str, Any] | None:
        """Movement since the round before; None in the first."""
        found: Mapping[str, Any] | None = self.document["movement"]
        return found

    @property
    def consistency(self) -> Mapping[str, Any] | None:
        """How far the comparisons contradict themselves; None for other methods."""
        found: Mapping[str, Any] | None = self.document["consistency"]
        return found

    @property
    def further(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Further criterion of a rating → spread of its ratings, item by item."""
        found: Mapping[str, Sequence[Mapping[str, Any]]] = self.document["further_criteria"]
        return found

    @property
    def both(self) -> int:
        """Respondents who answered this round and the one before."""
        return 0 if self.movement is None else int(self.movement["respondents_both"])

    def dispersion(self, item: str) -> Mapping[str, Any]:
        """Spread of the answers to one item."""
        found: Mapping[str, Any] = next(
            one for one in self.document["dispersion"] if one["item"] == item
        )
        return found

    def moved(self, item: str) -> Mapping[str, Any] | None:
        """Movement of one item; None in the first round."""
        if self.movement is None:
            return None
        found: Mapping[str, Any] = next(
            one for one in self.movement["items"] if one["item"] == item
        )
        return found

    def condition(self, name: str) -> Mapping[str, Any] | None:
        """Return one condition; None where the rule of the study does not have it."""
        return next((one for one in self.conditions if one["name"] == name), None)

    def may_see(self, viewer: Viewer, figure: str = "statistics") -> bool:
        """Whether somebody sees figures on all who answered."""
        return staff_may_see(viewer, figure, self.answered)

    def movement_unsaid(self, viewer: Viewer) -> Unsaid | None:
        """Return why somebody is not shown figures on those who answered both rounds, or None."""
        found = self.movement
        if found is None:
            return Unsaid.FEW
        both, before, after = self.both, found["only_before"], found["only_after"]
        # Ratings that are all 0 have no shares that could move.
        weighted = found.get("with_weights", both)
        apart = (
            before,
            after,
            found.get("with_weights_before", both + before) - weighted,
            found.get("with_weights_after", both + after) - weighted,
        )
        return movement_unsaid(viewer, min(self.answered, both, weighted), apart, found["moved"])

    def may_see_movement(self, viewer: Viewer) -> bool:
        """Whether somebody sees figures on those who answered both rounds."""
        return self.movement_unsaid(viewer) is None


@dataclass(frozen=True)
class StoredRound:
    """A round that was closed; `groups` is None as long as its results are being computed."""

    number: int
    state: str
    invited: int
    counted: int
    counted_sha256: str
    closed_at: datetime
    preset: str
    #: Ca, Cs and Cr; None where they were not asked for, or are not computed yet
    authority: Mapping[str, Any] | None
    groups: Mapping[str, StoredGroup] | None


def closed_rounds(session: Session, study_id: str, up_to: int) -> tuple[StoredRound, ...]:
    """Return the closed rounds of a study up to a number, in order."""
    rows = session.execute(
        select(Round, RoundResult.document)
        .outerjoin(RoundResult, RoundResult.round_id == Round.id)
        .where(
            Round.study_id == study_id,
            Round.number <= up_to,
            Round.state.in_((round_states.CLOSED, round_states.PUBLISHED)),
        )
        .order_by(Round.number)
    ).all()
    return tuple(_round(one, document) for one, document in rows)


def _round(one: Round, text: str | None) -> StoredRound:
    if one.closed_at is None or one.counted_sha256 is None:
        raise ValueError("a closed round has its time and its list")
    document = None if text is None else json.loads(text)
    counted = len(json.loads(one.counted or "[]"))
    return StoredRound(
        number=one.number,
        state=one.state,
        invited=one.invited,
        counted=counted,
        counted_sha256=one.counted_sha256,
        closed_at=one.closed_at,
        preset="" if document is None else document["preset"],
        authority=None if document is None else document["authority"],
        groups=None if document is None else _groups(one, document, counted),
    )


def _groups(one: Round, document: Mapping[str, Any], counted: int) -> dict[str, StoredGroup]:
    return {
        group["question"]: StoredGroup(
            round=one.number,
            question=group["question"],
            answered=group["answered"],
            counted=counted,
            invited=one.invited,
            counted_sha256=str(one.counted_sha256),
            document=group,
        )
        for group in document["groups"]
    }


def comparable_run(
    stored: Sequence[StoredRound], asked: PlannedQuestion
) -> tuple[StoredGroup, ...]:
    """Return a group in the latest rounds that asked it in one way, without a gap, in order."""
    run: list[StoredGroup] = []
    for one in reversed(stored):
        group = (one.groups or {}).get(asked.group)
        if group is None or not is_comparable(group.planned, asked):
            break
        run.insert(0, group)
    return tuple(run)


def latest_groups(stored: Sequence[StoredRound], names: Sequence[str]) -> dict[str, StoredGroup]:
    """Return each of some groups in the last round that asked it; left out where none has yet."""
    found = {name: group for one in stored for name, group in (one.groups or {}).items()}
    return {name: found[name] for name in names if name in found}
