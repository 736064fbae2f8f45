"""The panel: lines pasted, files imported, people taken out; all of it before launch."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.exchange.panel import (
    CHINESE,
    COLUMNS,
    PanelError,
    PanelRow,
    PanelRules,
    panel_table,
    read_panel_file,
    read_pasted_panel,
)
from delphi.queries.panel import find_person, panel_page
from delphi.services.panel import (
    LARGEST_PANEL,
    NewPerson,
    add_people,
    addresses,
    is_address,
    remove_person,
)
from delphi.web.access import current_role
from delphi.web.forms import FieldProblem
from delphi.web.language import gettext, is_chinese
from delphi.web.refusals import refusal
from delphi.web.site import current_site
from delphi.web.studies.area import (
    COORDINATOR,
    INVALID,
    attempt,
    blueprint,
    coordinators,
    readers,
    show,
)
from delphi.web.studies.problems import ShownProblems, panel_problems
from delphi.web.transaction import reading

PASTE, FILE = "people", "file"
#: Longer text is a file; the field keeps what was pasted all the same.
LONGEST_PASTE = 400_000
_SAMPLE_ZH = (
    ("陈建平", "陈教授", "城市规划", "chen@example.org"),
    ("苏敏", "苏主任", "统计", "su@example.org"),
)
_SAMPLE_EN = (
    ("Jianping Chen", "Prof Chen", "urban planning", "chen@example.org"),
    ("Min Su", "Dr Su", "statistics", "su@example.org"),
)


@blueprint.get("/<study_id>/panel")
@readers
def panel(study_id: str) -> Response:
    """Show who is or will be invited."""
    return _show(study_id)


@blueprint.post("/<study_id>/panel/paste")
@coordinators
def paste_panel(study_id: str) -> Response:
    """Add the people of pasted lines, all or none."""
    text = request.form.get(PASTE, "")
    return _add(study_id, PASTE, lambda rules: read_pasted_panel(text[:LONGEST_PASTE], rules))


@blueprint.post("/<study_id>/panel/import")
@coordinators
def import_panel(study_id: str) -> Response:
    """Add the people of a file, all or none."""
    file = request.files.get(FILE)
    if file is None or not file.filename:
        words = gettext("Choose the file with your table.")
        return _show(study_id, problems=[FieldProblem(FILE, words)], status=INVALID)
    data = file.read()
    return _add(study_id, FILE, lambda rules: read_panel_file(data, rules))


@blueprint.get("/<study_id>/panel/paste")
@blueprint.get("/<study_id>/panel/import")
@coordinators
def back_to_panel(study_id: str) -> Response:
    """Lead back to the panel, for whoever reloads a refused list or changes its language."""
    lang = request.args.get("lang")
    return redirect(url_for("studies.panel", study_id=study_id, lang=lang), 303)


@blueprint.get("/<study_id>/panel/sample.csv")
@coordinators
def panel_sample(study_id: str) -> Response:
    """Send a table with the right columns and two invented people."""
    del study_id
    header = tuple(CHINESE) if is_chinese() else COLUMNS
    rows = _SAMPLE_ZH if is_chinese() else _SAMPLE_EN
    response = Response(panel_table(header, rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="panel-sample.csv"'
    return response


@blueprint.get("/<study_id>/panel/<person_id>/remove")
@coordinators
def removal(study_id: str, person_id: str) -> Response:
    """Ask before somebody is taken out of the panel."""
    with reading() as session:
        page = panel_page(session, study_id, with_names=False)
        person = find_person(session, study_id, person_id)
    return show("remove_person", page, person=person)


@blueprint.post("/<study_id>/panel/<person_id>/remove")
@coordinators
def remove_from_panel(study_id: str, person_id: str) -> Response:
    """Take somebody out of the panel."""
    error = attempt(lambda session: remove_person(session, study_id, person_id))
    if error is not None:
        return _show(study_id, problems=[FieldProblem("people-list", refusal(error))], status=409)
    return redirect(url_for("studies.panel", study_id=study_id, removed=1), 303)


def _add(study_id: str, field: str, read: Callable[[PanelRules], tuple[PanelRow, ...]]) -> Response:
    with reading() as session:
        taken = addresses(session, study_id)
        present = panel_page(session, study_id, with_names=False).count
    try:
        rows = read(PanelRules(taken, LARGEST_PANEL - present, is_address))
    except PanelError as error:
        words = gettext("Nobody was added; what has to be corrected is listed above.")
        return _show(
            study_id,
            problems=[FieldProblem("in-list", words)],
            in_list=panel_problems(error.problems),
            status=INVALID,
        )
    people = [NewPerson(row.name, row.salutation, row.field, row.email) for row in rows]

    def act(session: Session) -> None:
        add_people(session, study_id, people, current_site().around)

    refused = attempt(act)
    if refused is not None:
        return _show(study_id, problems=[FieldProblem(field, refusal(refused))], status=INVALID)
    return redirect(url_for("studies.panel", study_id=study_id, added=len(people)), 303)


def _show(
    study_id: str,
    *,
    problems: list[FieldProblem] | None = None,
    in_list: ShownProblems | None = None,
    status: int = 200,
) -> Response:
    with reading() as session:
        page = panel_page(session, study_id, with_names=current_role() == COORDINATOR)
    return show(
        "panel",
        page,
        problems=problems or [],
        status=status,
        in_list=in_list or ShownProblems(),
        pasted=request.form.get(PASTE, ""),
        added=request.args.get("added", 0, type=int),
        removed="removed" in request.args,
    )
