"""Opening a round, moving its announced end, closing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.errors import DomainError, NotFoundError
from delphi.queries.opening import opening_page
from delphi.queries.rounds import RoundLine
from delphi.queries.studies import StudyOverview, study_overview
from delphi.services.closing import close
from delphi.services.launch import readiness_of
from delphi.services.lookup import get_round
from delphi.services.rounds import extend_round, open_round
from delphi.web.formatting import STUDY_ZONE
from delphi.web.forms import FieldProblem
from delphi.web.language import gettext
from delphi.web.refusals import refusal
from delphi.web.site import current_site
from delphi.web.studies.area import (
    CONFLICT,
    INVALID,
    attempt,
    blueprint,
    coordinators,
    readers,
    refusal_of,
    show,
)
from delphi.web.studies.sentences import conclusion_lines, gap_lines
from delphi.web.transaction import reading

USUAL_LENGTH = timedelta(days=14)
USUAL_TIME = "18:00"
_YEARS = range(2000, 2101)


@dataclass(frozen=True)
class TypedDeadline:
    """A deadline as typed, in the time of the study; the reason of a departure beside it."""

    date: str
    time: str
    departure: str = ""


@blueprint.get("/<study_id>/rounds/open")
@readers
def opening(study_id: str) -> Response:
    """Show what opening the next round would mean."""
    usual = current_site().clock.now().astimezone(ZoneInfo(STUDY_ZONE)) + USUAL_LENGTH
    return _opening(study_id, TypedDeadline(usual.date().isoformat(), USUAL_TIME))


@blueprint.post("/<study_id>/rounds/open")
@coordinators
def open_next(study_id: str) -> Response:
    """Open the next round, or show the form again with what was typed."""
    typed = _typed()
    due_at, problems = read_deadline(typed)
    if due_at is None:
        return _opening(study_id, typed, problems, INVALID)

    def act(session: Session) -> None:
        around = current_site().around
        open_round(session, study_id, due_at, around, departure=typed.departure)

    error = attempt(act)
    if error is None:
        return redirect(url_for("studies.delivery", study_id=study_id), 303)
    fields = {"due_in_the_past": "date", "departure_needed": "departure"}
    fields |= {"departure_too_long": "departure"}
    status = INVALID if error.code in fields else CONFLICT
    problem = FieldProblem(fields.get(error.code, "date"), refusal(error))
    return _opening(study_id, typed, [problem], status)


@blueprint.get("/<study_id>/rounds/<int:number>/extend")
@coordinators
def extending(study_id: str, number: int) -> Response:
    """Show the form for a later deadline."""
    page, line = _round(study_id, number)
    if not line.is_open or line.due_at is None:
        raise DomainError("round_not_open")
    later = line.due_at.astimezone(ZoneInfo(STUDY_ZONE)) + timedelta(days=7)
    typed = TypedDeadline(later.date().isoformat(), f"{later:%H:%M}")
    return show("extend", page, line=line, typed=typed)


@blueprint.post("/<study_id>/rounds/<int:number>/extend")
@coordinators
def extend(study_id: str, number: int) -> Response:
    """Move the announced end of a round to a later time."""
    typed = _typed()
    due_at, problems = read_deadline(typed)
    if due_at is not None:
        moved: datetime = due_at

        def act(session: Session) -> None:
            found = get_round(session, study_id, number)
            extend_round(session, study_id, found.id, moved, current_site().around)

        error = attempt(act)
        if error is None:
            return redirect(url_for("studies.overview", study_id=study_id), 303)
        if error.code != "due_not_later":
            raise error
        problems = [FieldProblem("date", refusal(error))]
    page, line = _round(study_id, number)
    return show("extend", page, problems=problems, status=INVALID, line=line, typed=typed)


@blueprint.get("/<study_id>/rounds/<int:number>/close")
@coordinators
def closing(study_id: str, number: int) -> Response:
    """List what closing will do; a closed round leads to its result."""
    page, line = _round(study_id, number)
    if not line.is_open:
        return redirect(url_for("studies.round_result", study_id=study_id, number=number), 303)
    return _closing(page, line)


@blueprint.post("/<study_id>/rounds/<int:number>/close")
@coordinators
def close_now(study_id: str, number: int) -> Response:
    """Close the round and compute what follows from it."""
    site = current_site()
    error = refusal_of(lambda: close(site.database, study_id, number, site.around))
    if error is None:
        return redirect(url_for("studies.round_result", study_id=study_id, number=number), 303)
    page, line = _round(study_id, number)
    if not line.is_open:
        raise error
    return _closing(page, line, [FieldProblem("ways-out", refusal(error))], CONFLICT)


def read_deadline(typed: TypedDeadline) -> tuple[datetime | None, list[FieldProblem]]:
    """Return the instant of a typed deadline, or what is wrong with it."""
    problems = []
    day, clock = _date(typed.date), _time(typed.time)
    if day is None:
        words = gettext("A date such as 2026-11-16 is expected.")
        problems.append(FieldProblem("date", words))
    if clock is None:
        words = gettext("A time of day such as 18:00 is expected.")
        problems.append(FieldProblem("time", words))
    if day is None or clock is None:
        return None, problems
    return datetime.combine(day, clock, ZoneInfo(STUDY_ZONE)), []


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _time(text: str) -> time | None:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found.tzinfo is None else None


def _typed() -> TypedDeadline:
    form: Mapping[str, str] = request.form
    return TypedDeadline(
        form.get("date", "").strip()[:40],
        form.get("time", "").strip()[:40],
        form.get("departure", "").replace("\r\n", "\n"),
    )


def _round(study_id: str, number: int) -> tuple[StudyOverview, RoundLine]:
    """Return the overview and one opened round of it."""
    with reading() as session:
        page = study_overview(session, study_id, current_site().clock.now())
    line = next((row.line for row in page.rounds if row.line and row.number == number), None)
    if line is None:
        raise NotFoundError("round_unknown")
    return page, line


def _opening(
    study_id: str,
    typed: TypedDeadline,
    problems: list[FieldProblem] | None = None,
    status: int = 200,
) -> Response:
    with reading() as session:
        page = opening_page(session, study_id)
        gaps = gap_lines(readiness_of(session, study_id)) if page.study.is_draft else ()
    blocking = tuple(line for line in gaps if line.holds is False)
    return show("opening", page, problems=problems or [], status=status, typed=typed, gaps=blocking)


def _closing(
    page: StudyOverview,
    line: RoundLine,
    problems: list[FieldProblem] | None = None,
    status: int = 200,
) -> Response:
    lines = conclusion_lines(page.conclusions)
    return show(
        "closing", page, problems=problems or [], status=status, line=line, conclusions=lines
    )
