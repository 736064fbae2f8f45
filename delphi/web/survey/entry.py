"""The way in: the token goes from the address into a form, and only a press of a button sends it.

Opening the address does nothing: mail scanners open links, some of them with script.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from delphi.domain.pasted_links import LONGEST_INPUT, ReadLink, read_link
from delphi.services.access import find_access
from delphi.web.access import expert, public
from delphi.web.forms import FieldProblem
from delphi.web.network import network
from delphi.web.site import current_site
from delphi.web.survey.base import blueprint
from delphi.web.survey.entry_words import entry_texts, fault_text, several_text, too_many_text
from delphi.web.survey.gate import Answer, form_is_ours
from delphi.web.survey.visit import Shows, carry, forget, new_pass, presented_pass
from delphi.web.survey.wrong_links import WrongLinks
from delphi.web.transaction import reading


@dataclass(frozen=True)
class EntryPage:
    """The entry."""

    #: what was typed and not accepted, or stood in the path of the address
    typed: str = ""
    #: the link was in the path: the script takes it out of the address
    is_from_address: bool = False
    #: a visit has just ended, or never began
    is_again: bool = False
    has_left: bool = False
    #: what was typed by hand, to be compared with the letter
    groups: tuple[str, ...] = ()
    #: numbers of the groups that hold what no link has
    strange: frozenset[int] = frozenset()

    @property
    def texts(self) -> str:
        """What the script says."""
        return entry_texts()


@blueprint.get("/s")
@public
def entry() -> Answer:
    """Show the field for the link; a module fills it from the fragment of the address."""
    return _shown(EntryPage(is_again="again" in request.args, has_left="left" in request.args))


@blueprint.get("/S")
@public
def entry_in_capitals() -> Response:
    """Lead on from an address typed in capitals; browsers keep its fragment."""
    return redirect(url_for("survey.entry"), 303)


@blueprint.get("/s#<path:pasted>")
@public
def entry_by_path(pasted: str) -> Answer:
    """Take a link whose hash was written `%23` on the way: its token is in the path then."""
    if not read_link(f"#{pasted}").tokens:
        abort(404)
    return _shown(EntryPage(pasted[:LONGEST_INPUT], is_from_address=True))


@blueprint.get("/s%23<path:pasted>")
@public
def entry_by_escaped_path(pasted: str) -> Answer:
    """Take a link whose hash was escaped twice."""
    return entry_by_path(pasted)


@blueprint.post("/s")
@expert
def entry_sent() -> Answer:
    """Begin a visit, or say what to do; nothing tells unknown links from revoked ones.

    A network that sends wrong links by the dozen gets 429 for the rest of the minute; a right one
    opens all the same, so that no office shuts out its own experts.
    """
    typed = request.form.get("token", "")[:LONGEST_INPUT]
    read = read_link(typed)
    known = _known(read.tokens)
    if len(known) == 1:
        _begin(known[0])
        return redirect(url_for("survey.questionnaire"), 303)
    if read.tokens and not known and _is_too_many():
        return _refused(typed, read, too_many_text(), status=429)
    return _refused(typed, read, several_text() if known else fault_text(read))


def _is_too_many() -> bool:
    wrong = current_app.extensions.setdefault("delphi_wrong_links", WrongLinks())
    return bool(wrong.is_too_many(network(), current_site().clock.now()))


def _refused(typed: str, read: ReadLink, text: str, *, status: int = 422) -> Answer:
    strange = frozenset(one.group for one in read.strange)
    page = EntryPage(typed, groups=read.groups, strange=strange)
    return _shown(page, FieldProblem("token", text)), status


def _shown(page: EntryPage, *problems: FieldProblem) -> str:
    return render_template("survey/entry.html", page=page, problems=problems)


@blueprint.post("/survey/leave")
@expert
def leave() -> Response:
    """Forget the link on this device."""
    if form_is_ours():
        forget()
        return redirect(url_for("survey.entry", left=1), 303)
    return redirect(url_for("survey.questionnaire"), 303)


def _known(tokens: tuple[str, ...]) -> list[str]:
    """Return the tokens that open something: a text may mean several, most of them by chance."""
    key = current_site().key
    with reading() as session:
        return [one for one in tokens if find_access(session, one, key) is not None]


def _begin(token: str) -> None:
    """Give the cookie; who opens the same link again on this device goes on as before."""
    before = presented_pass()
    if before is None or before.token != token or before.shows is Shows.UNDECIDED:
        carry(new_pass(token))
