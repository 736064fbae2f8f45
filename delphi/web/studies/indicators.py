"""The tree of a study, the weight rules of its groups and the data behind its fact cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.queries.setup import indicators_page
from delphi.services.studies import set_weight_rule
from delphi.web.forms import FieldProblem
from delphi.web.refusals import refusal
from delphi.web.studies.area import INVALID, attempt, blueprint, coordinators, readers, show
from delphi.web.studies.problems import ShownProblems
from delphi.web.transaction import reading

PREFIX = "rule."


@blueprint.get("/<study_id>/indicators")
@readers
def indicators(study_id: str) -> Response:
    """Show the tree as a table, the weight rule of each group, and the data."""
    return show_indicators(study_id)


@blueprint.post("/<study_id>/indicators")
@coordinators
def set_rules(study_id: str) -> Response:
    """Change the weight rules that differ from the stored ones."""
    with reading() as session:
        page = indicators_page(session, study_id)
    chosen = {group.group: request.form.get(PREFIX + group.group) for group in page.groups}
    changed = {
        group.group: rule
        for group in page.groups
        if (rule := chosen[group.group]) is not None and rule != group.rule
    }
    refused: list[str] = []

    def act(session: Session) -> None:
        for group, rule in changed.items():
            refused[:] = [group]
            set_weight_rule(session, study_id, group, rule)

    error = attempt(act) if changed else None
    if error is None:
        return redirect(url_for("studies.indicators", study_id=study_id, saved=1), 303)
    problem = FieldProblem(PREFIX + refused[0], refusal(error))
    return show_indicators(study_id, problems=[problem], chosen=chosen, status=INVALID)


def show_indicators(
    study_id: str,
    *,
    problems: Sequence[FieldProblem] = (),
    chosen: Mapping[str, str | None] | None = None,
    in_file: ShownProblems | None = None,
    file: str = "",
    status: int = 200,
) -> Response:
    """Return the page of the indicators.

    Parameters
    ----------
    problems
        What was refused.
    chosen
        Weight rules as chosen in a form that was refused, by group.
    in_file, file
        What is wrong with a data table, and its name.
    status
        Of the response.
    """
    with reading() as session:
        page = indicators_page(session, study_id)
    kept = chosen or {}
    return show(
        "indicators",
        page,
        problems=problems,
        status=status,
        rules={group.group: kept.get(group.group) or group.rule for group in page.groups},
        about_data=chosen is None,
        saved="saved" in request.args,
        data=request.args.get("data", ""),
        in_file=in_file or ShownProblems(),
        file=file,
    )
