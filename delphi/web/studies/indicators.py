"""The tree of a study and the weight rules of its groups."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.queries.setup import indicators_page
from delphi.services.studies import set_weight_rule
from delphi.web.forms import FieldProblem
from delphi.web.refusals import refusal
from delphi.web.studies.area import INVALID, attempt, blueprint, coordinators, readers, show
from delphi.web.transaction import reading

PREFIX = "rule."


@blueprint.get("/<study_id>/indicators")
@readers
def indicators(study_id: str) -> Response:
    """Show the tree as a table, and the weight rule of each group."""
    with reading() as session:
        page = indicators_page(session, study_id)
    rules = {group.group: group.rule for group in page.groups}
    return show("indicators", page, rules=rules, saved="saved" in request.args)


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
    return _again(study_id, chosen, problem)


def _again(study_id: str, chosen: Mapping[str, str | None], problem: FieldProblem) -> Response:
    with reading() as session:
        page = indicators_page(session, study_id)
    rules = {group.group: chosen.get(group.group) or group.rule for group in page.groups}
    return show("indicators", page, problems=[problem], status=INVALID, rules=rules, saved=False)
