"""Between the weights and the check: familiarity with each dimension, and grounds of judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import render_template
from werkzeug.wrappers import Response

from delphi.domain.questionnaire import Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment, Dimension, read_assessment
from delphi.queries.survey import RoundFacts, Standing
from delphi.services.draft_parts import ASSESSMENT
from delphi.services.drafts import Saved
from delphi.web.access import expert
from delphi.web.survey.base import blueprint
from delphi.web.survey.desk import Desk, is_past
from delphi.web.survey.gate import Answer
from delphi.web.survey.own_step import OwnStep, step_drafted, step_sent, step_shown, to
from delphi.web.survey.script_texts import script_texts
from delphi.web.survey.sent_form import SentForm
from delphi.web.survey.steps import step_after


@dataclass(frozen=True)
class FamiliarityPage:
    """The self-assessment as one expert sees it."""

    standing: Standing
    round: RoundFacts
    dimensions: tuple[Dimension, ...]
    grounds: tuple[str, ...]
    #: what is chosen
    given: Assessment
    version: int
    #: sentences for the script, JSON
    script_texts: str
    is_saved: bool
    #: own answers of the round before can be kept with one press
    can_keep: bool
    #: what the answers imply follows, else the check
    asks_implications: bool
    is_past_due: bool
    #: the form could not be checked and nothing was saved
    is_refused: bool


@blueprint.get("/survey/familiarity")
@expert
def familiarity() -> Answer:
    """Show the self-assessment; what comes before it comes first."""
    return step_shown(_STEP)


@blueprint.post("/survey/familiarity")
@expert
def familiarity_sent() -> Answer:
    """Keep what was chosen; go on to the next step."""
    return step_sent(_STEP)


@blueprint.post("/survey/familiarity/draft")
@expert
def familiarity_draft() -> tuple[Response, int]:
    """Keep what is chosen while it is chosen; answered in JSON."""
    return step_drafted(_STEP)


def _read(asked: Questionnaire, fields: Mapping[str, str]) -> Assessment:
    if asked.self_assessment is None:
        return NOTHING
    return read_assessment(asked.self_assessment, fields)


def _after_act(desk: Desk, form: SentForm) -> Assessment:
    action = form.fields.get("action")
    if action == "clear":
        return NOTHING
    if action == "keep" and desk.own.last_assessed:
        return desk.own.last_assessed
    return _read(desk.questionnaire, form.fields)


def _goes_on(desk: Desk, form: SentForm, given: Assessment, saved: Saved) -> Answer:
    del given, saved
    stays = form.fields.get("action") in ("clear", "keep", "save")
    following = "familiarity" if stays else step_after(desk.questionnaire, "familiarity")
    return to(following, saved=form.saves_for_later)


def _page(desk: Desk, given: Assessment, is_refused: bool) -> str:
    asked, working = desk.questionnaire.self_assessment, desk.own.working
    page = FamiliarityPage(
        standing=desk.standing,
        round=desk.round,
        dimensions=asked.dimensions if asked else (),
        grounds=asked.grounds if asked else (),
        given=given,
        version=working.typed.assessed_version if working else 0,
        script_texts=script_texts(),
        is_saved=not is_refused and working is not None,
        can_keep=bool(desk.own.last_assessed) and desk.own.last_assessed != given,
        asks_implications=bool(desk.questionnaire.implications),
        is_past_due=is_past(desk.round.due_at),
        is_refused=is_refused,
    )
    return render_template("survey/familiarity.html", page=page)


_STEP = OwnStep(
    part=ASSESSMENT,
    is_asked=lambda asked: asked.self_assessment is not None,
    read=_read,
    typed=lambda typed: typed.assessed,
    with_part=lambda typed, given: replace(typed, assessed=given),
    after_act=_after_act,
    page=_page,
    goes_on=_goes_on,
)
