"""The data table behind the fact cards: sent, replaced, taken away; all of it before launch."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from analysis.errors import InputError
from delphi.domain.answers.typed import clean
from delphi.exchange.dataset import read_data_file
from delphi.exchange.panel import panel_table
from delphi.queries.setup import indicators_page
from delphi.services.dataset import attach_dataset, remove_dataset
from delphi.web.forms import FieldProblem
from delphi.web.language import gettext
from delphi.web.refusals import refusal
from delphi.web.studies.area import CONFLICT, INVALID, attempt, blueprint, coordinators
from delphi.web.studies.creating import LONGEST_FILE_NAME
from delphi.web.studies.indicators import show_indicators
from delphi.web.studies.problems import table_problems
from delphi.web.transaction import reading

#: the section of the page, and its field
SECTION, FIELD = "data", "data-file"


@blueprint.post("/<study_id>/indicators/data")
@coordinators
def attach_data(study_id: str) -> Response:
    """Attach a data table, or show everything that is wrong with it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        words = gettext("Choose the file with your table.")
        return show_indicators(study_id, problems=[FieldProblem(FIELD, words)], status=INVALID)
    with reading() as session:
        leaves = indicators_page(session, study_id).leaf_codes
    name = clean(file.filename)[-LONGEST_FILE_NAME:]
    try:
        dataset = read_data_file(file.read(), name, leaves)
    except InputError as unusable:
        words = gettext("The table cannot be used yet; what was found in it is listed above.")
        return show_indicators(
            study_id,
            problems=[FieldProblem("in-list", words)],
            in_file=table_problems(unusable),
            file=name,
            status=INVALID,
        )
    error = attempt(lambda session: attach_dataset(session, study_id, dataset))
    if error is not None:
        problem = FieldProblem(SECTION, refusal(error))
        return show_indicators(study_id, problems=[problem], status=INVALID)
    return redirect(url_for("studies.indicators", study_id=study_id, data="attached"), 303)


@blueprint.post("/<study_id>/indicators/data/remove")
@coordinators
def remove_data(study_id: str) -> Response:
    """Take the data table away."""
    error = attempt(lambda session: remove_dataset(session, study_id))
    if error is not None:
        problem = FieldProblem(SECTION, refusal(error))
        return show_indicators(study_id, problems=[problem], status=CONFLICT)
    return redirect(url_for("studies.indicators", study_id=study_id, data="removed"), 303)


@blueprint.get("/<study_id>/indicators/data")
@blueprint.get("/<study_id>/indicators/data/remove")
@coordinators
def back_to_indicators(study_id: str) -> Response:
    """Lead back to the indicators, for whoever reloads a refused table or changes its language."""
    lang = request.args.get("lang")
    return redirect(url_for("studies.indicators", study_id=study_id, lang=lang), 303)


@blueprint.get("/<study_id>/indicators/data/sample.csv")
@coordinators
def data_sample(study_id: str) -> Response:
    """Send a table with the columns of this tree and one row to be filled in."""
    with reading() as session:
        leaves = indicators_page(session, study_id).leaf_codes
    row = (gettext("City A"), "2025", *[""] * len(leaves))
    response = Response(panel_table(("unit", "year", *leaves), [row]), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="data-sample.csv"'
    return response
