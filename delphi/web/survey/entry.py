"""The way in: the token goes from the address into a form, and only a press of a button sends it.

Opening the address does nothing: mail scanners open links, some of them with script.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delphi.domain.tokens import LONGEST_INPUT, read_token
from delphi.services.access import find_access
from delphi.web.access import expert, public
from delphi.web.forms import FieldProblem
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.site import current_site
from delphi.web.survey.base import blueprint
from delphi.web.survey.gate import Answer, form_is_ours
from delphi.web.survey.visit import Shows, carry, forget, new_pass, presented_pass
from delphi.web.transaction import reading

_STALE = _lazy(
    "This link is no longer valid, usually because a new one was sent. Use the link in the latest "
    "message, or contact the coordinator."
)


@dataclass(frozen=True)
class EntryPage:
    """The entry."""

    #: what was typed and not accepted
    typed: str
    #: a visit has just ended, or never began
    is_again: bool
    has_left: bool


@blueprint.get("/s")
@public
def entry() -> Answer:
    """Show the field for the link; a module fills it from the fragment of the address."""
    page = EntryPage("", "again" in request.args, "left" in request.args)
    return render_template("survey/entry.html", page=page, problems=())


@blueprint.post("/s")
@expert
def entry_sent() -> Answer:
    """Begin a visit, or say that the link is not valid: the same for unknown and revoked ones."""
    typed = request.form.get("token", "")[:LONGEST_INPUT]
    token = read_token(typed)
    if token is None or not _is_known(token):
        page = EntryPage(typed, is_again=False, has_left=False)
        problems = (FieldProblem("token", _STALE),)
        return render_template("survey/entry.html", page=page, problems=problems), 422
    _begin(token)
    return redirect(url_for("survey.questionnaire"), 303)


@blueprint.post("/survey/leave")
@expert
def leave() -> Response:
    """Forget the link on this device."""
    if form_is_ours():
        forget()
        return redirect(url_for("survey.entry", left=1), 303)
    return redirect(url_for("survey.questionnaire"), 303)


def _is_known(token: str) -> bool:
    with reading() as session:
        return find_access(session, token, current_site().key) is not None


def _begin(token: str) -> None:
    """Give the cookie; who opens the same link again on this device goes on as before."""
    before = presented_pass()
    if before is None or before.token != token or before.shows is Shows.UNDECIDED:
        carry(new_pass(token))
