"""What experts proposed in a closed round, as a table."""

from __future__ import annotations

from flask import make_response
from werkzeug.wrappers import Response

from delphi.exchange.panel import panel_table
from delphi.queries.head import find_study
from delphi.queries.results.proposals import round_proposals
from delphi.web.studies.area import blueprint, readers
from delphi.web.transaction import reading

HEADER = ("round", "kind", "code", "name_zh", "name_en", "text")


@blueprint.get("/<study_id>/rounds/<int:number>/proposals.csv")
@readers
def proposals_csv(study_id: str, number: int) -> Response:
    """Send the texts in the order of the page; safe against formulas."""
    with reading() as session:
        view = round_proposals(session, study_id, number)
        marked = "-rehearsal" if find_study(session, study_id).rehearsal else ""
    rows = []
    for texts in view.kinds.values():
        for one in texts:
            about = one.node.name if one.node else {}
            code = one.node.code if one.node else ""
            labels = (code, about.get("zh", ""), about.get("en", ""))
            rows.append((str(number), one.kind, *labels, one.text))
    response = make_response(panel_table(HEADER, rows))
    response.mimetype = "text/csv"
    name = f"{study_id}-round-{number}-proposals{marked}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
