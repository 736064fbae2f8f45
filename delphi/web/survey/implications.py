"""Last round, before the check: what the own answers imply further down, and opinions on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import render_template
from werkzeug.wrappers import Response

from delphi.domain.implications import read_judgements
from delphi.domain.questionnaire import Questionnaire
from delphi.queries.survey import RoundFacts, Standing
from delphi.services.draft_parts import IMPLICATIONS
from delphi.services.drafts import Saved
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import Desk, is_past, typed_so_far
from delphi.web.survey.gate import Answer
from delphi.web.survey.implied_parts import ImpliedPart, is_folded, typed_parts
from delphi.web.survey.own_step import OwnStep, step_drafted, step_sent, step_shown, to
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm


@dataclass(frozen=True)
class ImplicationsPage:
    """What the answers imply, as one expert sees it."""

    standing: Standing
    round: RoundFacts
    #: empty where the answers are incomplete or left out
    parts: tuple[ImpliedPart, ...]
    is_folded: bool
    #: whether something is chosen
    is_judged: bool
    asks_familiarity: bool
    version: int
    #: sentences for the script, JSON
    script_texts: str
    is_saved: bool
    is_past_due: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/implications")
@expert
def implications() -> Answer:
    """Show what the answers imply; what comes before it comes first."""
    return step_shown(_STEP)


@blueprint.post("/survey/implications")
@expert
def implications_sent() -> Answer:
    """Keep what was chosen; go on to the check."""
    return step_sent(_STEP)


@blueprint.post("/survey/implications/draft")
@expert
def implications_draft() -> tuple[Response, int]:
    """Keep what is chosen while it is chosen; answered in JSON."""
    return step_drafted(_STEP)


def _read(asked: Questionnaire, fields: Mapping[str, str]) -> Mapping[str, str]:
    return read_judgements(asked.implications, fields)


def _after_act(desk: Desk, form: SentForm) -> Mapping[str, str]:
    is_cleared = form.fields.get("action") == "clear"
    return {} if is_cleared else _read(desk.questionnaire, form.fields)


def _goes_on(desk: Desk, form: SentForm, given: Mapping[str, str], saved: Saved) -> Answer:
    del desk, given, saved
    stays = form.fields.get("action") in ("clear", "save")
    return to("implications" if stays else "overview", saved=form.saves_for_later)


def _page(desk: Desk, given: Mapping[str, str], is_refused: bool) -> str:
    asked, working = desk.questionnaire, desk.own.working
    typed = typed_so_far(asked, desk.own)
    parts = typed_parts(asked, replace(typed, judged=given))
    page = ImplicationsPage(
        standing=desk.standing,
        round=desk.round,
        parts=parts,
        is_folded=is_folded(parts),
        is_judged=any(part.judged for part in parts),
        asks_familiarity=asked.self_assessment is not None,
        version=working.typed.judged_version if working else 0,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        is_past_due=is_past(desk.round.due_at),
        is_refused=is_refused,
    )
    return render_template("survey/implications.html", page=page)


_STEP = OwnStep(
    part=IMPLICATIONS,
    is_asked=lambda asked: bool(asked.implications),
    read=_read,
    typed=lambda typed: typed.judged,
    with_part=lambda typed, given: replace(typed, judged=given),
    after_act=_after_act,
    page=_page,
    goes_on=_goes_on,
)
