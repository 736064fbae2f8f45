"""The convergence page of a closed round, and the weights page."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response

from delphi.web.studies.area import blueprint, readers


@blueprint.get("/<study_id>/rounds/<int:number>")
@readers
def round_result(study_id: str, number: int) -> Response:
    """Show verdict and statistics of a closed round."""
    del study_id, number
    abort(404)


@blueprint.get("/<study_id>/weights")
@readers
def weights(study_id: str) -> Response:
    """Show the weights."""
    del study_id
    abort(404)
