"""A form of answers arrives: behind a valid link and the access code, for which round.

The questions and each page beside them take their forms in here; what they do with one is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import jsonify
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from delphi.queries.survey import Standing
from delphi.services.drafts import Saved
from delphi.web.survey.conflict import conflict_page
from delphi.web.survey.desk import Desk, open_desk
from delphi.web.survey.gate import Answer, NoLinkError, admitted, form_is_ours, unkept_page
from delphi.web.survey.late import ClosedRound, closed_round_of
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.visit import Visit
from delphi.web.transaction import reading


@dataclass(frozen=True)
class Arrived:
    """Whose form it is, and what it is for."""

    visit: Visit
    standing: Standing
    #: the closed round that it was made for; None when its round is open
    closed: ClosedRound | None
    #: the desk of the open round; None when the form is for a closed one, or none is open
    desk: Desk | None


def arrived(form: SentForm, *, reads_own: bool = True) -> Arrived | None:
    """Return whose form it is and what it is for; None when the access code comes first.

    Parameters
    ----------
    reads_own
        Whether what was typed and sent earlier is needed.

    Raises
    ------
    NoLinkError
        When the request has no valid link.
    """
    with reading() as session:
        visit, standing = admitted(session)
        if not visit.may_answer:
            return None
        closed = closed_round_of(session, standing, form)
        desk = None
        if closed is None and standing.is_open:
            desk = open_desk(session, visit, standing, reads_own=reads_own)
    return Arrived(visit, standing, closed, desk)


def autosaved(
    form: SentForm,
    keep: Callable[[Desk], tuple[Response, int]],
    keep_late: Callable[[Visit, ClosedRound], Saved],
    *,
    reads_own: bool = False,
) -> tuple[Response, int]:
    """Answer, in JSON, a page that saves itself while it is filled in.

    Parameters
    ----------
    keep
        Keeps what was typed for the open round, and answers.
    keep_late
        Keeps what was typed for a closed one, and returns what became of it.
    reads_own
        Whether `keep` needs what was typed and sent earlier.
    """
    try:
        came = arrived(form, reads_own=reads_own)
    except NoLinkError:
        return jsonify(error="link"), 403  # first: no form token helps where no link is
    if not form_is_ours():
        return jsonify(error="form", csrf_token=generate_csrf()), 403
    if came is None:
        return jsonify(error="locked"), 403
    if came.desk is not None:
        return keep(came.desk)
    kept = came.closed is not None and keep_late(came.visit, came.closed).kept
    return jsonify(error="closed", kept=kept), 409


def two_versions(desk: Desk, saved: Saved) -> Answer:
    """Show both versions as they are stored now; what was typed where it could not be kept."""
    if not saved.kept:
        return unkept_page(desk.visit, replaceable=saved.replaceable)
    with reading() as session:
        return conflict_page(open_desk(session, desk.visit, desk.standing)), 409
