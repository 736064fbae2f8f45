"""The overview of a study, and moving the announced end of its open round."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from delphi.queries.studies import StudyOverview, study_overview
from delphi.services.launch import readiness_of
from delphi.web.formatting import STUDY_ZONE
from delphi.web.site import current_site
from delphi.web.studies.area import blueprint, readers, show
from delphi.web.studies.sentences import (
    AFTER_CLOSE,
    conclusion_lines,
    event_sentence,
    gap_lines,
)
from delphi.web.transaction import reading


@blueprint.get("/<study_id>")
@readers
def overview(study_id: str) -> Response:
    """Show where the study stands and the one thing to do next."""
    now = current_site().clock.now()
    with reading() as session:
        page = study_overview(session, study_id, now)
        gaps = gap_lines(readiness_of(session, study_id)) if page.study.is_draft else ()
    return show(
        "overview",
        page,
        gaps=gaps,
        conclusions=conclusion_lines(page.conclusions),
        event_sentence=event_sentence,
        after_close=AFTER_CLOSE,
        days_left=_days_left(page, now),
        launched="launched" in request.args,
    )


def _days_left(page: StudyOverview, now: datetime) -> int | None:
    """Return the days until the deadline as people count them; None without one ahead."""
    due_at = page.standing.due_at
    if due_at is None or due_at <= now:
        return None
    zone = ZoneInfo(STUDY_ZONE)
    return (due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
