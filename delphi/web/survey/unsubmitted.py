"""What was typed for a round that has closed and was not submitted: said while none is open.

A device without earlier answers hears of what was typed on it and of what was sent from it, and of
nothing else: whether somebody with the access code has submitted does not follow from what it says.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, url_for
from sqlalchemy.orm import Session

from delphi.domain.answers.typed import Typed
from delphi.queries.own_answers import typed_last
from delphi.queries.survey import Standing
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import is_unsent, open_desk
from delphi.web.survey.gate import Answer, admitted
from delphi.web.survey.late import ClosedRound, unsubmitted_page
from delphi.web.survey.visit import Visit
from delphi.web.transaction import reading

#: Never submitted; changed after a submission; typed on a device without earlier answers.
NEVER, CHANGED, HERE = "never", "changed", "here"


@dataclass(frozen=True)
class Unsubmitted:
    """What was typed and not submitted."""

    closed: ClosedRound
    typed: Typed
    #: NEVER, CHANGED or HERE
    how: str


def unsubmitted_of(session: Session, visit: Visit, standing: Standing) -> Unsubmitted | None:
    """Return what may be said of it on this device; None where there is nothing."""
    if standing.round is None or standing.is_open or not visit.may_answer:
        return None
    desk = open_desk(session, visit, standing)
    draft = typed_last(desk.own.working, desk.own.other)
    if draft is None or not _says_anything(draft.typed):
        return None
    closed = ClosedRound(desk.round, desk.questionnaire)
    if desk.own.submitted is not None:
        return Unsubmitted(closed, draft.typed, CHANGED) if is_unsent(desk, draft.typed) else None
    if visit.shows_earlier:
        return Unsubmitted(closed, draft.typed, NEVER)
    # What was sent from here and replaced since says nothing of what was typed here later.
    return None if visit.carried.sent else Unsubmitted(closed, draft.typed, HERE)


def _says_anything(typed: Typed) -> bool:
    """Whether anything was typed: a look at the own last answers is stored as a draft too."""
    texts = [
        *typed.fields.values(),
        *typed.reasons.values(),
        *(one.text for one in typed.proposals),
    ]
    return bool(any(texts) or typed.abstained or typed.assessed or typed.judged)


@blueprint.get("/survey/unsubmitted")
@expert
def unsubmitted() -> Answer:
    """Show it again, as long as no other round is open."""
    with reading() as session:
        visit, standing = admitted(session)
        found = unsubmitted_of(session, visit, standing)
    if found is None:
        return redirect(url_for("survey.questionnaire"), 303)
    return unsubmitted_page(standing, found.closed, found.typed, is_hidden=found.how == HERE)
