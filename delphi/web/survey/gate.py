"""What comes before every page of an expert: a valid link, and a form that is ours."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_wtf.csrf import validate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import ValidationError

from delphi.domain.questionnaire import Questionnaire
from delphi.queries.named_questionnaire import questionnaire_named
from delphi.queries.survey import Standing, standing_of
from delphi.web.security import SAFE_METHODS
from delphi.web.survey.form_marks import (
    ASKED,
    WHOSE,
    is_of_another,
    named_questionnaire,
    remember,
)
from delphi.web.survey.kept import Kept, kept_of
from delphi.web.survey.visit import Visit, present_visit
from delphi.web.transaction import reading

#: What a view answers with.
Answer = str | Response | tuple[str, int]
#: What has a page of its own beside the questions.
_LONGEST_HIDDEN = 100
_PAGES = ("survey.familiarity_sent", "survey.implications_sent", "survey.proposals_sent")


class NoLinkError(Exception):
    """The request has no valid link: never given, 12 hours old, or revoked."""


class OtherLinkError(NoLinkError):
    """The form was made for another link than the one that is open in this browser."""


@dataclass(frozen=True)
class KeptPage:
    """What was typed when the link had become invalid meanwhile."""

    kept: Kept
    #: where it is sent again
    action: str
    #: hidden fields of the form that are sent again unchanged
    hidden: tuple[tuple[str, str], ...]
    #: the link is valid, and the access code is asked for first
    is_locked: bool
    #: another link was opened in this browser
    is_of_another: bool = False
    #: other versions are kept already
    is_full: bool = False
    #: one of them was typed without the access code and may be let go
    is_replaceable: bool = False


def admitted(session: Session) -> tuple[Visit, Standing]:
    """Return who asks and where their study is.

    Raises
    ------
    NoLinkError
        When the request has no valid link.
    OtherLinkError
        When it brings a form that was made for another link.
    """
    visit = present_visit(session)
    if visit is None:
        raise NoLinkError
    if is_of_another(visit):
        raise OtherLinkError
    remember(visit)
    return visit, standing_of(session, visit.access.study_id)


def form_is_ours() -> bool:
    """Whether the form that was sent carries the token of this browser."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def no_link(error: NoLinkError) -> Answer:
    """Send a reader to the entry; show a writer what was typed, so that it can be sent again."""
    if request.method in SAFE_METHODS:
        return redirect(url_for("survey.entry", again=1), 303)
    return kept_page(is_locked=False, is_of_another=isinstance(error, OtherLinkError))


def kept_page(*, is_locked: bool, is_of_another: bool = False) -> Answer:
    """Show what was typed and not stored, with a way to send it again after opening the link."""
    kept = kept_of(request.form.items(), _asked())
    page = KeptPage(kept, _action(), _hidden_fields(), is_locked, is_of_another)
    return render_template("survey/kept.html", page=page), 403


def unkept_page(visit: Visit, *, replaceable: bool) -> Answer:
    """Show what was typed and is not kept, for other versions are: with a way to send it again."""
    kept, is_locked = kept_of(request.form.items(), _asked()), not visit.shows_earlier
    page = KeptPage(
        kept,
        _action(),
        _hidden_fields(),
        is_locked,
        is_full=True,
        is_replaceable=replaceable,
    )
    return render_template("survey/kept.html", page=page), 403 if is_locked else 409


def _asked() -> Questionnaire | None:
    """Return the questionnaire that the form says it was made for, or None."""
    named = named_questionnaire()
    if named is None:
        return None
    with reading() as session:
        return questionnaire_named(session, named)


def _action() -> str:
    """Return where the form goes once more: to the page that it was on."""
    return url_for(str(request.endpoint) if request.endpoint in _PAGES else "survey.answers_sent")


def _hidden_fields() -> tuple[tuple[str, str], ...]:
    wanted = ("version", "round", ASKED, WHOSE, "kept")
    return tuple(
        (name, request.form[name][:_LONGEST_HIDDEN]) for name in wanted if name in request.form
    )
