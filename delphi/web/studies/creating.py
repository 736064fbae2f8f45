"""A new study: titles in both languages and a tree, from a template or a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.errors import InputError
from analysis.templates import TEMPLATES, template_text, template_tree
from analysis.tree import Tree
from delphi.domain.answers.typed import clean
from delphi.exchange.tree import read_tree_file
from delphi.services.studies import NewStudy, create_study
from delphi.web.access import current_staff, staff_required
from delphi.web.forms import FieldProblem
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import refusal
from delphi.web.site import current_site
from delphi.web.studies.area import INVALID, attempt, blueprint, show
from delphi.web.studies.problems import ShownProblems, table_problems

UPLOAD = "upload"
LONGEST_FILE_NAME = 100


@dataclass(frozen=True)
class TemplateChoice:
    """A tree that ships with the program, as the form offers it."""

    id: str
    title_zh: str
    title_en: str
    source: str
    #: how many indicators each level has, from the top
    levels: tuple[int, ...]
    leaves: int
    #: what the table itself remarks on: code, Chinese, English
    notes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class NewStudyPage:
    """The form, with what was typed."""

    templates: tuple[TemplateChoice, ...]
    title_zh: str = ""
    title_en: str = ""
    #: id of a template, or `upload`
    tree: str = ""
    #: what is wrong with the uploaded table
    in_file: ShownProblems = field(default_factory=ShownProblems)


@blueprint.get("/new")
@staff_required
def new() -> Response:
    """Show the form."""
    return show("new", NewStudyPage(template_choices()))


@blueprint.post("/new")
@staff_required
def create() -> Response:
    """Create the study, or show the form again with everything that is wrong."""
    typed = {name: request.form.get(name, "") for name in ("title_zh", "title_en")}
    chosen = _chosen()
    try:
        tree, source = _read_tree(chosen)
    except InputError as unusable:
        return _again(typed, chosen, _missing_titles(typed), unusable)
    problems = _missing_titles(typed)
    if tree is None:
        problems.append(FieldProblem("file" if chosen == UPLOAD else "tree", _TREE_MISSING[chosen]))
    if tree is None or problems:
        return _again(typed, chosen, problems)
    made: list[str] = []

    def act(session: Session) -> None:
        started = NewStudy(typed["title_zh"], typed["title_en"], tree, source)
        made.append(create_study(session, started, current_staff().id, current_site().around))

    error = attempt(act)
    if error is not None:
        where = str(error.parameters.get("field", "title_zh"))
        return _again(typed, chosen, [FieldProblem(where, refusal(error))])
    return redirect(url_for("studies.overview", study_id=made[0]), 303)


@blueprint.get("/templates/<template_id>.csv")
@staff_required
def template_table(template_id: str) -> Response:
    """Send the table of a template, to start one's own from."""
    try:
        text = template_text(template_id)
    except KeyError:
        return Response(status=404)
    response = Response("\ufeff" + text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{template_id}.csv"'
    return response


@lru_cache(maxsize=1)
def template_choices() -> tuple[TemplateChoice, ...]:
    """Return the templates with their size and notes; they never change while the program runs."""
    return tuple(_choice(template.id) for template in TEMPLATES)


def _choice(template_id: str) -> TemplateChoice:
    template = next(one for one in TEMPLATES if one.id == template_id)
    tree = template_tree(template_id)
    depths = [tree.level(node.code) for node in tree.nodes]
    return TemplateChoice(
        template.id,
        template.title_zh,
        template.title_en,
        template.source,
        levels=tuple(depths.count(level) for level in range(1, max(depths) + 1)),
        leaves=len(tree.leaves),
        notes=tuple(
            (node.code, node.note_zh or "", node.note_en or "")
            for node in tree.nodes
            if node.note_zh or node.note_en
        ),
    )


_TREE_MISSING = {
    UPLOAD: _lazy("Choose the file with your table."),
    "": _lazy("Choose a template, or your own table."),
}
_TITLE_MISSING = {
    "title_zh": _lazy("The Chinese title is missing."),
    "title_en": _lazy("The English title is missing."),
}


def _chosen() -> str:
    """Return which tree was chosen; a file without a choice is a choice too."""
    chosen = request.form.get("tree", "")
    if chosen in {template.id for template in TEMPLATES}:
        return chosen
    file = request.files.get("file")
    return UPLOAD if chosen == UPLOAD or (file is not None and file.filename) else ""


def _read_tree(chosen: str) -> tuple[Tree | None, str]:
    """Return the chosen tree and where it came from; None when no file was sent."""
    if chosen not in {UPLOAD, ""}:
        return template_tree(chosen), chosen
    file = request.files.get("file")
    if file is None or not file.filename:
        return None, ""
    name = clean(file.filename)[-LONGEST_FILE_NAME:]
    return read_tree_file(file.read(), name), name


def _missing_titles(typed: dict[str, str]) -> list[FieldProblem]:
    return [
        FieldProblem(name, words)
        for name, words in _TITLE_MISSING.items()
        if not typed[name].strip()
    ]


def _again(
    typed: dict[str, str],
    chosen: str,
    problems: list[FieldProblem],
    unusable: InputError | None = None,
) -> Response:
    if unusable is not None:
        words = _lazy("The table cannot be used yet; what was found in it is listed above.")
        problems = [*problems, FieldProblem("in-list", words)]
    page = NewStudyPage(
        template_choices(),
        typed["title_zh"],
        typed["title_en"],
        chosen,
        table_problems(unusable) if unusable is not None else ShownProblems(),
    )
    return show("new", page, problems=problems, status=INVALID)
