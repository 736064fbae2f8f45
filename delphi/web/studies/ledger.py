"""The ledger of a study."""

from __future__ import annotations

from werkzeug.wrappers import Response

from delphi.queries.ledger import ledger_page
from delphi.web.studies.area import blueprint, readers, show
from delphi.web.studies.sentences import event_sentence
from delphi.web.transaction import reading


@blueprint.get("/<study_id>/ledger")
@readers
def ledger(study_id: str) -> Response:
    """Show every event, and whether the chain holds."""
    with reading() as session:
        page = ledger_page(session, study_id)
    return show("ledger", page, event_sentence=event_sentence)
