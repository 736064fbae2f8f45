"""The list of somebody's studies."""

from __future__ import annotations

from werkzeug.wrappers import Response

from delphi.queries.studies import study_list
from delphi.web.access import current_staff, staff_required
from delphi.web.site import current_site
from delphi.web.studies.area import blueprint, show
from delphi.web.transaction import reading


@blueprint.get("")
@staff_required
def index() -> Response:
    """Show every study in which whoever is signed in has a role."""
    with reading() as session:
        page = study_list(session, current_staff().id, current_site().clock.now())
    return show("index", page)
