"""The overview of a study, and moving the announced end of its open round."""

from __future__ import annotations

from werkzeug.wrappers import Response

from delphi.queries.studies import study_overview
from delphi.services.launch import readiness_of
from delphi.web.site import current_site
from delphi.web.studies.area import blueprint, readers, show
from delphi.web.transaction import reading


@blueprint.get("/<study_id>")
@readers
def overview(study_id: str) -> Response:
    """Show where the study stands and the one thing to do next."""
    now = current_site().clock.now()
    with reading() as session:
        page = study_overview(session, study_id, now)
        gaps = readiness_of(session, study_id) if page.study.is_draft else ()
    return show("overview", page, gaps=gaps, now=now)
