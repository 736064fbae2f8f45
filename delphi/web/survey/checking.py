"""The public check of a receipt code against the counted answers of closed rounds."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request

from delphi.queries.receipt import LONGEST_CODE_INPUT, CountedAnswer, find_counted, read_code
from delphi.web.access import expert, public
from delphi.web.forms import FieldProblem
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey.base import blueprint
from delphi.web.survey.gate import Answer
from delphi.web.transaction import reading

_NO_CODE = _lazy("A receipt code has 20 letters and digits, in five groups of four.")


@dataclass(frozen=True)
class CheckPage:
    """The check of a receipt code."""

    typed: str
    #: whether a code was looked up
    is_answer: bool
    counted: CountedAnswer | None


@blueprint.get("/check")
@public
def check_receipt() -> Answer:
    """Show the field for a receipt code."""
    page = CheckPage("", is_answer=False, counted=None)
    return render_template("survey/receipt_check.html", page=page, problems=())


@blueprint.post("/check")
@expert  # nothing is changed, so no form token is asked for: it would cost a cookie
def receipt_code_sent() -> Answer:
    """Say whether a code is among the counted answers; looks only."""
    typed = request.form.get("code", "")[:LONGEST_CODE_INPUT]
    code = read_code(typed)
    if code is None:
        page = CheckPage(typed, is_answer=False, counted=None)
        problems = (FieldProblem("code", _NO_CODE),)
        return render_template("survey/receipt_check.html", page=page, problems=problems), 422
    with reading() as session:
        counted = find_counted(session, code)
    page = CheckPage(typed, is_answer=True, counted=counted)
    return render_template("survey/receipt_check.html", page=page, problems=())
