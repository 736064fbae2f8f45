"""What the expert reads first: titles, letter, whom to call; with a preview."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.letter import LANGUAGES, REQUIRED, Letter
from delphi.queries.head import StudyHead
from delphi.queries.setup import LetterPage, letter_page
from delphi.services.studies import set_letter, set_titles
from delphi.web.forms import FieldProblem
from delphi.web.refusals import refusal
from delphi.web.studies.area import INVALID, attempt, blueprint, coordinators, readers, show
from delphi.web.studies.messages import letter_previews
from delphi.web.transaction import reading

_MINUTES = re.compile(r"[0-9]{1,3}", re.ASCII)
_PAIRS = tuple(f"{name}.{language}" for name in REQUIRED for language in LANGUAGES)
FIELDS = ("title_zh", "title_en", *_PAIRS, "telephone", "email", "minutes")


@blueprint.get("/<study_id>/letter")
@readers
def letter(study_id: str) -> Response:
    """Show the letter as it is read, and while it may change the form for it."""
    with reading() as session:
        page = letter_page(session, study_id)
    return show(
        "letter",
        page,
        typed=_typed(page),
        saved="saved" in request.args,
        previews=letter_previews(page),
    )


@blueprint.post("/<study_id>/letter")
@coordinators
def change_letter(study_id: str) -> Response:
    """Store titles and letter, or show the form again with what was typed."""
    typed = {name: request.form.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}

    def act(session: Session) -> None:
        set_titles(session, study_id, typed["title_zh"], typed["title_en"])
        set_letter(session, study_id, _letter(typed))

    error = attempt(act)
    if error is None:
        return redirect(url_for("studies.letter", study_id=study_id, saved=1), 303)
    with reading() as session:
        page = letter_page(session, study_id)
    field = (
        "minutes" if error.code == "letter_minutes" else error.parameters.get("field", "title_zh")
    )
    problem = FieldProblem(str(field), refusal(error))
    preview = LetterPage(
        StudyHead(
            page.study.id,
            typed["title_zh"],
            typed["title_en"],
            page.study.state,
            page.study.rehearsal,
        ),
        _letter(typed),
        page.questions,
    )
    return show(
        "letter",
        preview,
        problems=[problem],
        status=INVALID,
        typed=typed,
        saved=False,
        previews=letter_previews(preview),
    )


def _letter(typed: Mapping[str, str]) -> Letter:
    """Return the letter of a form; minutes that are no number become 0, which is refused."""
    both = {
        name: {language: typed[f"{name}.{language}"] for language in LANGUAGES} for name in REQUIRED
    }
    minutes = unicodedata.normalize("NFKC", typed["minutes"])
    return Letter(
        **both,
        telephone=typed["telephone"],
        email=typed["email"],
        minutes=int(minutes) if _MINUTES.fullmatch(minutes) else 0,
    )


def _typed(page: LetterPage) -> dict[str, str]:
    """Return titles and letter as their form holds them."""
    pairs = {
        f"{name}.{language}": getattr(page.letter, name).get(language, "")
        for name in REQUIRED
        for language in LANGUAGES
    }
    return {
        "title_zh": page.study.title_zh,
        "title_en": page.study.title_en,
        **pairs,
        "telephone": page.letter.telephone,
        "email": page.letter.email,
        "minutes": str(page.letter.minutes),
    }
