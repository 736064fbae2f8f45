"""What comes before every page of an expert: a valid link, and a form that is ours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_wtf.csrf import validate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import ValidationError

from delphi.domain.answers.typed import LONGEST_FIELD, LONGEST_TEXT, clean
from delphi.queries.survey import Standing, standing_of
from delphi.web.security import SAFE_METHODS
from delphi.web.survey.visit import Visit, present_visit

#: What a view answers with.
Answer = str | Response | tuple[str, int]
_KEPT_FIELD = re.compile(
    r"(?:points|rating|place|more|times|best|worst|best_to|to_worst|reason|abstain|familiarity"
    r"|basis|implication|kind|about|proposal)\.[A-Za-z0-9][A-Za-z0-9._:-]{0,64}",
    re.ASCII,
)
#: What has a page of its own beside the questions.
_PAGES = ("survey.familiarity_sent", "survey.implications_sent", "survey.proposals_sent")
_CHOICES = ("more.", "best.", "worst.")
#: More fields than any questionnaire has are not sent back.
_MOST_KEPT = 10_000


class NoLinkError(Exception):
    """The request has no valid link: never given, 12 hours old, or revoked."""


@dataclass(frozen=True)
class KeptField:
    """A field that was sent and could not be stored, to be sent again."""

    name: str
    #: the part after the dot: code of the indicator
    code: str
    text: str

    @property
    def is_choice(self) -> bool:
        """Whether it was chosen among things that this page cannot name, and is sent unchanged."""
        return self.name.startswith(_CHOICES)


@dataclass(frozen=True)
class KeptPage:
    """What was typed when the link had become invalid meanwhile."""

    fields: tuple[KeptField, ...]
    #: where it is sent again
    action: str
    #: hidden fields of the form that are sent again unchanged
    hidden: tuple[tuple[str, str], ...]
    #: the link is valid, and the access code is asked for first
    is_locked: bool


def admitted(session: Session) -> tuple[Visit, Standing]:
    """Return who asks and where their study is.

    Raises
    ------
    NoLinkError
        When the request has no valid link.
    """
    visit = present_visit(session)
    if visit is None:
        raise NoLinkError
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
    del error
    if request.method in SAFE_METHODS:
        return redirect(url_for("survey.entry", again=1), 303)
    return kept_page(is_locked=False)


def kept_page(*, is_locked: bool) -> Answer:
    """Show what was typed and not stored, with a way to send it again after opening the link."""
    page = KeptPage(_kept_fields(), _action(), _hidden_fields(), is_locked)
    return render_template("survey/kept.html", page=page), 403


def _kept_fields() -> tuple[KeptField, ...]:
    named = [
        (name, text) for name, text in request.form.items() if _KEPT_FIELD.fullmatch(name) and text
    ]
    return tuple(
        KeptField(name, name.partition(".")[2], clean(text)[: _longest(name)])
        for name, text in named[:_MOST_KEPT]
    )


def _longest(name: str) -> int:
    return LONGEST_TEXT if name.startswith(("reason.", "proposal.")) else LONGEST_FIELD


def _action() -> str:
    """Return where the form goes once more: to the page that it was on."""
    return url_for(str(request.endpoint) if request.endpoint in _PAGES else "survey.answers_sent")


def _hidden_fields() -> tuple[tuple[str, str], ...]:
    wanted = ("version", "round", "kept")
    return tuple((name, request.form[name][:20]) for name in wanted if name in request.form)
