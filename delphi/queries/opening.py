"""What opening the next round shows to experts, and what stands in its way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from delphi.models.identity import Invitation
from delphi.models.study import Indicator, Round, RoundFeedback
from delphi.queries.head import StudyHead, find_study, head_of
from delphi.queries.rounds import RoundLine, round_lines
from delphi.queries.studies import protocol_of


@dataclass(frozen=True)
class ItemShown:
    """What experts will see of one indicator; figures are decimal strings, None is withheld."""

    code: str
    name_zh: str
    name_en: str
    median: str | None
    low: str | None
    high: str | None
    #: reasons that will be readable
    reasons: int


@dataclass(frozen=True)
class GroupShown:
    """What experts will see of one group."""

    answered: int
    asked: int
    items: tuple[ItemShown, ...]


@dataclass(frozen=True)
class OpeningPage:
    """The page from which the next round is opened."""

    study: StudyHead
    #: the round that would be opened
    number: int
    #: rounds at most, by the protocol
    rounds: int
    #: people with an active link
    invited: int
    #: the round before; None for the first
    before: RoundLine | None
    #: empty for the first round, and as long as nothing has been computed
    shown: tuple[GroupShown, ...]
    #: the plan asks something in another way, or something new, in the next round
    plan_goes_on: bool = False

    @property
    def obstacle(self) -> str | None:
        """Code of what stands in the way, or None."""
        if self.study.state != "running":
            return "draft" if self.study.is_draft else "finished"
        if self.before is not None and self.before.is_open:
            return "open"
        if self.before is not None and not self.before.has_result:
            return "computing"
        return "limit" if self.number > self.rounds else None

    @property
    def departs(self) -> bool:
        """Whether the rule would end the study here, so that a reason must be written."""
        ends = self.before is not None and self.before.outcome == "end"
        return ends and not self.plan_goes_on


def opening_page(session: Session, study_id: str) -> OpeningPage:
    """Return the page; raises `NotFoundError` with `study_unknown`."""
    study = find_study(session, study_id)
    lines = round_lines(session, [study_id])[study_id]
    before = lines[-1] if lines else None
    protocol = protocol_of(study)
    active = select(func.count()).where(
        Invitation.study_id == study_id, Invitation.state == "active"
    )
    return OpeningPage(
        study=head_of(study),
        number=before.number + 1 if before else 1,
        rounds=protocol.rounds,
        invited=session.scalar(active) or 0,
        before=before,
        shown=_shown(session, study_id, before),
        plan_goes_on=before is not None and protocol.goes_on(before.number),
    )


def _shown(session: Session, study_id: str, before: RoundLine | None) -> tuple[GroupShown, ...]:
    if before is None or not before.has_result:
        return ()
    document = session.scalar(
        select(RoundFeedback.document)
        .join(Round, Round.id == RoundFeedback.round_id)
        .where(Round.study_id == study_id, Round.number == before.number)
    )
    if document is None:
        return ()
    stored = session.scalars(select(Indicator).where(Indicator.study_id == study_id))
    names = {one.code: one for one in stored}
    return tuple(
        GroupShown(
            question["answered"],
            question["asked"],
            tuple(_item(item, names[item["item"]]) for item in question["items"]),
        )
        for question in json.loads(document)["questions"]
    )


def _item(item: Mapping[str, Any], named: Indicator) -> ItemShown:
    reasons = item["reasons"]
    return ItemShown(
        code=item["item"],
        name_zh=named.name_zh,
        name_en=named.name_en,
        median=item["median"],
        low=item["low"],
        high=item["high"],
        reasons=sum(len(reasons[side]) for side in ("heavier", "lighter", "other")),
    )
