"""The delivery desk: links are opened one by one, handed on by hand, and ticked off.

Looking at the desk writes nothing and shows no link. Opening a link is an act of its own, since the
ledger keeps how many were shown.
"""

from __future__ import annotations

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.tokens import link
from delphi.errors import DomainError, NotFoundError
from delphi.exchange.panel import panel_table
from delphi.queries.delivery import DeliveryPage, delivery_page
from delphi.queries.panel import find_person
from delphi.services.links import mark_sent, replace_link, show_tokens
from delphi.web.language import gettext
from delphi.web.site import current_site
from delphi.web.studies.area import blueprint, coordinators, show
from delphi.web.studies.messages import ShownLink, shown_link
from delphi.web.studies.problems import COLUMN_NAMES
from delphi.web.transaction import reading, writing


@blueprint.get("/<study_id>/delivery")
@coordinators
def delivery(study_id: str) -> Response:
    """Show who has been handed a link; `?open=` opens one line, without its link."""
    with reading() as session:
        page = delivery_page(session, study_id)
    return _show(page, opened=request.args.get("open", ""))


@blueprint.post("/<study_id>/delivery/<person_id>/show")
@coordinators
def show_link(study_id: str, person_id: str) -> Response:
    """Show the link of one person with the message to hand it on."""
    site = current_site()
    with writing() as session:
        page = _with_round(session, study_id)
        person = next((one for one in page.people if one.id == person_id), None)
        if person is None:
            raise NotFoundError("person_unknown")
        tokens = show_tokens(session, study_id, [person_id], site.around)
    shown = shown_link(page, person, site.settings.base_url, tokens[person_id])
    return _show(page, opened=person_id, shown=shown)


@blueprint.get("/<study_id>/delivery/<person_id>/show")
@coordinators
def back_to_line(study_id: str, person_id: str) -> Response:
    """Lead back to the opened line, for whoever reloads its link or changes its language."""
    lang = request.args.get("lang")
    return redirect(url_for("studies.delivery", study_id=study_id, open=person_id, lang=lang), 303)


@blueprint.post("/<study_id>/delivery/<person_id>/sent")
@coordinators
def mark_link_sent(study_id: str, person_id: str) -> Response:
    """Set or clear the mark that a link was handed on."""
    with writing() as session:
        page = _with_round(session, study_id)
        sent = request.form.get("sent") == "1"
        mark_sent(session, study_id, person_id, _round_id(page), sent=sent)
    address = url_for("studies.delivery", study_id=study_id, _anchor=f"p-{person_id}")
    return redirect(address, 303)


@blueprint.get("/<study_id>/delivery/<person_id>/replace")
@coordinators
def replacing(study_id: str, person_id: str) -> Response:
    """List what replacing a link does before it is done."""
    with reading() as session:
        page = delivery_page(session, study_id)
        person = find_person(session, study_id, person_id)
    return show("replace_link", page, person=person)


@blueprint.post("/<study_id>/delivery/<person_id>/replace")
@coordinators
def replace(study_id: str, person_id: str) -> Response:
    """Revoke a link and make a new one, to be handed on anew."""
    with writing() as session:
        page = delivery_page(session, study_id)
        replace_link(session, study_id, person_id, current_site().around)
        if page.round is not None and page.state(person_id) is not None:
            mark_sent(session, study_id, person_id, page.round.id, sent=False)
    return redirect(url_for("studies.delivery", study_id=study_id, open=person_id, replaced=1), 303)


@blueprint.post("/<study_id>/delivery/letters")
@coordinators
def letters(study_id: str) -> Response:
    """Show letters to be printed: one person's, or a sheet for each that is to be handed on."""
    site = current_site()
    wanted = request.form.get("person", "")
    with writing() as session:
        page = _with_round(session, study_id)
        people = [one for one in page.people if one.id == wanted] if wanted else page.waiting
        if wanted and not people:
            raise NotFoundError("person_unknown")
        ids = [one.id for one in people]
        tokens = show_tokens(session, study_id, ids, site.around) if ids else {}
    sheets = [shown_link(page, one, site.settings.base_url, tokens[one.id]) for one in people]
    response = show("letters", page, sheets=sheets)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<study_id>/delivery/letters")
@coordinators
def back_to_desk(study_id: str) -> Response:
    """Lead back to the desk, for whoever reloads the letters or changes their language."""
    return redirect(
        url_for("studies.delivery", study_id=study_id, lang=request.args.get("lang")), 303
    )


@blueprint.post("/<study_id>/delivery/links.csv")
@coordinators
def links_table(study_id: str) -> Response:
    """Send all links of the round as a table; one event says how many."""
    site = current_site()
    with writing() as session:
        page = _with_round(session, study_id)
        people = [one.id for one in page.people]
        tokens = show_tokens(session, study_id, people, site.around)
    states = {
        "waiting": gettext("to hand on"),
        "sent": gettext("handed on"),
        "finished": gettext("finished"),
    }
    header = [*map(str, COLUMN_NAMES.values()), gettext("state"), gettext("personal link")]
    rows = [
        (
            one.name,
            one.salutation,
            one.field,
            one.email or "",
            words,
            link(site.settings.base_url, tokens[one.id]),
        )
        for state, words in states.items()
        for one in getattr(page, state)
    ]
    response = Response(panel_table(header, rows), mimetype="text/csv")
    number = page.round.number if page.round else 0
    name = f"links-round-{number}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _with_round(session: Session, study_id: str) -> DeliveryPage:
    """Return the desk of a study whose round is open: only then is there anything to hand on."""
    page = delivery_page(session, study_id)
    if page.round is None:
        raise DomainError("round_not_open")
    return page


def _round_id(page: DeliveryPage) -> str:
    return page.round.id if page.round is not None else ""


def _show(page: DeliveryPage, *, opened: str = "", shown: ShownLink | None = None) -> Response:
    response = show(
        "delivery", page, opened=opened, shown=shown, replaced="replaced" in request.args
    )
    response.headers["Cache-Control"] = "no-store"
    return response
