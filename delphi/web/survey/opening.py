"""Before the first question: letter and terms, access code, and the page without an open round."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.domain.answers.typed import plain_number
from delphi.errors import DomainError
from delphi.queries.receipt import ReceiptLine, receipt_lines
from delphi.queries.survey import RoundFacts, Standing, questionnaire_of
from delphi.services.access import check_code, choose_code, give_consent
from delphi.web.access import expert
from delphi.web.forms import FieldProblem
from delphi.web.site import current_site
from delphi.web.survey import letter_texts, sentences
from delphi.web.survey.base import blueprint
from delphi.web.survey.code_words import code_heading, code_problem
from delphi.web.survey.gate import Answer, admitted, form_is_ours
from delphi.web.survey.refused_code import RefusedCode, tell, told
from delphi.web.survey.unsubmitted import unsubmitted_of
from delphi.web.survey.visit import Shows, Visit, changed
from delphi.web.transaction import reading, writing

#: Longer texts are no code; the field keeps them up to here.
_LONGEST_CODE = 40


@dataclass(frozen=True)
class LetterPage:
    """The letter and the terms of confidentiality."""

    standing: Standing
    #: the open or latest round, None before the first
    round: RoundFacts | None
    #: what is to be done, in a sentence or two
    task: str
    #: what the rounds are, and what is seen first from the second on
    rounds: str
    #: the terms are still to be accepted
    asks_consent: bool
    refused: bool = False


@dataclass(frozen=True)
class CodePage:
    """Choosing the access code, or entering it."""

    standing: Standing
    is_choosing: bool
    typed: str
    #: heading over what is wrong; empty where nothing is
    refusal: str = ""


@dataclass(frozen=True)
class WaitingPage:
    """No round is open."""

    standing: Standing
    title: str
    #: own submissions, latest first; empty while the access code has not been entered
    receipts: tuple[ReceiptLine, ...]
    is_locked: bool
    #: how something was typed and not submitted: NEVER, CHANGED or HERE; empty where nothing was
    unsubmitted: str


def page_before_answering(session: Session, visit: Visit, standing: Standing) -> Answer | None:
    """Return the page that comes before the questionnaire, or None when nothing does."""
    if not standing.is_open:
        return _waiting_page(session, visit, standing)
    if visit.needs_consent:
        return letter_page(session, standing, asks_consent=True)
    if visit.needs_code:
        return code_page(visit, standing, is_choosing=True)
    if visit.is_locked:
        return code_page(visit, standing, is_choosing=False)
    return None


def letter_page(
    session: Session, standing: Standing, *, asks_consent: bool, refused: bool = False
) -> str:
    """Return the letter with the terms."""
    asked = questionnaire_of(session, standing.round) if standing.round else None
    page = LetterPage(
        standing=standing,
        round=standing.round,
        task=letter_texts.task(asked),
        rounds=letter_texts.rounds(standing.rounds, own_first=bool(asked and asked.own_first)),
        asks_consent=asks_consent,
        refused=refused,
    )
    return render_template("survey/letter.html", page=page)


def code_page(visit: Visit, standing: Standing, *, is_choosing: bool) -> str:
    """Return the page of the access code; it tells what was refused just now."""
    refused = told(visit, is_choosing=is_choosing)
    if refused is None:
        page = CodePage(standing, is_choosing, "")
        return render_template("survey/code.html", page=page, problems=())
    page = CodePage(standing, is_choosing, refused.typed, code_heading(refused.problem))
    wrong = FieldProblem("access_code", code_problem(refused.problem, refused.typed))
    return render_template("survey/code.html", page=page, problems=(wrong,))


@blueprint.get("/survey/about")
@expert
def about() -> Answer:
    """Show the letter and the terms again."""
    with reading() as session:
        visit, standing = admitted(session)
        if visit.needs_consent:
            return redirect(url_for("survey.questionnaire"), 303)
        return letter_page(session, standing, asks_consent=False)


@blueprint.post("/survey/consent")
@expert
def consent() -> Answer:
    """Accept the terms."""
    with reading() as session:
        visit, standing = admitted(session)
        if not form_is_ours():
            return letter_page(session, standing, asks_consent=True, refused=True), 403
    with writing() as session:
        give_consent(session, visit.access)
    return _to_questionnaire()


@blueprint.post("/survey/code")
@expert
def code_chosen() -> Answer:
    """Set the access code, once."""
    with reading() as session:
        visit, _ = admitted(session)
    typed = _typed_code()
    problem = "" if form_is_ours() else "form"
    if not problem and visit.needs_code:
        problem = _choose(visit, plain_number(typed))
    if problem:
        tell(visit, RefusedCode(is_choosing=True, problem=problem, typed=typed))
    return _to_questionnaire()


@blueprint.get("/survey/unlock")
@expert
def unlock() -> Answer:
    """Ask for the access code: where no round is open, or after going on without it."""
    with reading() as session:
        visit, standing = admitted(session)
    if visit.shows_earlier:
        return _to_questionnaire()
    return code_page(visit, standing, is_choosing=False)


@blueprint.post("/survey/unlock")
@expert
def code_entered() -> Answer:
    """Show earlier answers on this device when the access code is right."""
    with reading() as session:
        visit, _ = admitted(session)
    typed = _typed_code()
    problem = "" if form_is_ours() else "form"
    if not problem and visit.access.has_code:
        problem = _check(visit, plain_number(typed))
    return _not_unlocked(visit, problem, typed) if problem else _to_questionnaire()


@blueprint.post("/survey/without")
@expert
def without_earlier() -> Answer:
    """Go on without earlier answers: they stay hidden on this device."""
    with reading() as session:
        visit, _ = admitted(session)
    if not form_is_ours():
        return _not_unlocked(visit, "form")
    if visit.is_locked:
        changed(visit.carried, shows=Shows.CURRENT)
    return _to_questionnaire()


@blueprint.get("/survey/consent")
@blueprint.get("/survey/code")
@blueprint.get("/survey/without")
@blueprint.get("/survey/leave")
@blueprint.get("/survey/draft")
@blueprint.get("/survey/familiarity/draft")
@blueprint.get("/survey/implications/draft")
@blueprint.get("/survey/proposals/draft")
@blueprint.get("/survey/choose")
@blueprint.get("/survey/submit")
@expert
def to_questionnaire() -> Response:
    """Lead back whoever opens the address of a form, for instance to change the language."""
    return _to_questionnaire()


def _waiting_page(session: Session, visit: Visit, standing: Standing) -> str:
    lines: tuple[ReceiptLine, ...] = ()
    if visit.may_answer:
        access, only = visit.access, None if visit.shows_earlier else visit.carried.sent
        lines = receipt_lines(session, access.study_id, access.respondent, only=only)
    found = unsubmitted_of(session, visit, standing)
    title, how = sentences.waiting_title(standing), found.how if found else ""
    page = WaitingPage(standing, title, lines, visit.is_locked, how)
    return render_template("survey/waiting.html", page=page)


def _to_questionnaire() -> Response:
    return redirect(url_for("survey.questionnaire"), 303)


def _not_unlocked(visit: Visit, problem: str, typed: str = "") -> Response:
    tell(visit, RefusedCode(is_choosing=False, problem=problem, typed=typed))
    return redirect(url_for("survey.unlock"), 303)


def _typed_code() -> str:
    return request.form.get("access_code", "")[:_LONGEST_CODE]


def _choose(visit: Visit, code: str) -> str:
    """Store the code; return the problem, or nothing."""
    try:
        with writing() as session:
            choose_code(session, visit.access, code)
    except DomainError as refused:
        # Somebody was faster on another device: the next page asks for that code.
        return "" if refused.code == "code_already_set" else refused.code
    changed(visit.carried, shows=Shows.ALL)
    return ""


def _check(visit: Visit, code: str) -> str:
    """Compare the code; return the problem, or nothing."""
    try:
        with writing() as session:
            is_right = check_code(session, visit.access, code, current_site().around)
    except DomainError as refused:
        return refused.code
    if not is_right:
        return "code_wrong"
    changed(visit.carried, shows=Shows.ALL, sent="")
    return ""
