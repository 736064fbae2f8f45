"""The convergence page of a closed round, the weights page, and the end of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from analysis.weightfile import to_csv
from delphi.domain.disclosure import Viewer
from delphi.errors import DomainError, NotFoundError
from delphi.queries.figures import Note, decimals, minus, rounded
from delphi.queries.results import GroupPage, RoundPage, latest_closed, round_page
from delphi.queries.results.chart import Chart, dot_and_range
from delphi.queries.results.sheet import figure_sheet
from delphi.queries.ways import Way, product, way_of
from delphi.queries.weights import WeightsPage, released_weights, weights_page
from delphi.services import trees
from delphi.services.releases import end_study
from delphi.services.rounds import LONGEST_DEPARTURE
from delphi.web.access import current_role
from delphi.web.formatting import figure, names
from delphi.web.forms import FieldProblem
from delphi.web.refusals import refusal
from delphi.web.site import current_site
from delphi.web.studies import result_words
from delphi.web.studies.area import (
    CONFLICT,
    COORDINATOR,
    INVALID,
    attempt,
    blueprint,
    coordinators,
    readers,
)
from delphi.web.studies.sentences import event_sentence
from delphi.web.transaction import reading

#: Longer keys name no figure.
LONGEST_KEY = 120
#: Refusals that belong to a field of the form.
_FIELDS = {
    "departure_needed": "departure",
    "departure_too_long": "departure",
    "rounding_harms": "accept_rounding",
}


@dataclass(frozen=True)
class TypedEnd:
    """What was typed to end the study."""

    departure: str = ""
    accept_rounding: bool = False
    #: whether the step was found to harm, so that it has to be accepted
    asks_rounding: bool = False


@blueprint.get("/<study_id>/rounds/<int:number>/result")
@readers
def round_result(study_id: str, number: int) -> Response:
    """Show verdict and statistics of a closed round; of an open one nothing."""
    with reading() as session:
        page = round_page(session, study_id, number, _viewer(), opened=_asked_for())
    if _wants_fragment():
        if page.opened is None:
            raise NotFoundError("figure_unknown")
        return _html("results/formula_fragment.html", page)
    return _round(page)


@blueprint.get("/<study_id>/rounds/<int:number>/figures.csv")
@readers
def round_figures_csv(study_id: str, number: int) -> Response:
    """Send every figure of the page, with all stored digits."""
    with reading() as session:
        text = figure_sheet(session, study_id, number, _viewer())
    return _file(text.encode(), "text/csv", f"{study_id}-round-{number}-figures.csv")


@blueprint.get("/<study_id>/end")
@readers
def ending(study_id: str) -> Response:
    """Lead to the page that the form to end the study stands on."""
    with reading() as session:
        number = latest_closed(session, study_id)
    if number is None:
        return redirect(url_for("studies.weights", study_id=study_id), 303)
    address = url_for("studies.round_result", study_id=study_id, number=number)
    query = request.query_string.decode("ascii", "ignore")
    return redirect(f"{address}?{query}" if query else address, 303)


@blueprint.post("/<study_id>/end")
@coordinators
def end(study_id: str) -> Response:
    """End the study and release its weights, or show the form again with what was typed."""
    typed = TypedEnd(
        request.form.get("departure", "").replace("\r\n", "\n"),
        request.form.get("accept_rounding") == "1",
    )

    def act(session: Session) -> None:
        end_study(
            session,
            study_id,
            current_site().around,
            departure=typed.departure,
            accept_rounding=typed.accept_rounding,
        )

    error = attempt(act)
    if error is None:
        return redirect(url_for("studies.weights", study_id=study_id), 303)
    return _refused(study_id, typed, error)


@blueprint.get("/<study_id>/weights")
@readers
def weights(study_id: str) -> Response:
    """Show the released weights, or what the last closed round would give."""
    key = _asked_for()
    with reading() as session:
        tree = trees.load_tree(session, study_id)
        page = weights_page(session, study_id, tree, _viewer())
        way = way_of(session, page, tree, _way_key(key), _viewer())
    if _wants_fragment():
        if way is None:
            raise NotFoundError("figure_unknown")
        return _html("results/way_fragment.html", page, way=way, opened=key)
    return _weights(page, way, key if way else "")


@blueprint.get("/<study_id>/weights/weights.json")
@readers
def weights_json(study_id: str) -> Response:
    """Send the weight file: the very bytes that were released."""
    with reading() as session:
        released = released_weights(session, study_id)
    name = f"{study_id}-weights{'-rehearsal' if released.is_rehearsal else ''}.json"
    return _file(released.content, "application/json", name)


@blueprint.get("/<study_id>/weights/weights.csv")
@readers
def weights_csv(study_id: str) -> Response:
    """Send the weight file as a table."""
    with reading() as session:
        released = released_weights(session, study_id)
    name = f"{study_id}-weights{'-rehearsal' if released.is_rehearsal else ''}.csv"
    return _file(to_csv(released.document).encode(), "text/csv", name)


# ------------------------------------------------------------------------------------------ pages


def _round(
    page: RoundPage,
    typed: TypedEnd | None = None,
    problems: Sequence[FieldProblem] = (),
    status: int = 200,
) -> Response:
    charts = {group.question: _chart(page, group) for group in page.groups if group.is_shown}
    return _html(
        "results/round.html",
        page,
        status=status,
        problems=problems,
        typed=typed or TypedEnd(),
        charts=charts,
        longest_departure=LONGEST_DEPARTURE,
    )


def _chart(page: RoundPage, group: GroupPage) -> Chart:
    labels = [(names(one.names), names(one.short)) for one in group.series]
    return dot_and_range(
        group.series,
        labels,
        now=page.number,
        tolerance=None if group.is_rating else page.protocol.tolerance,
        scale=group.planned.scale,
    )


def _weights(page: WeightsPage, way: Way | None, opened: str) -> Response:
    return _html(
        "results/weights.html", page, way=way, opened=opened, event_sentence=event_sentence
    )


def _refused(study_id: str, typed: TypedEnd, error: DomainError) -> Response:
    with reading() as session:
        number = latest_closed(session, study_id)
        page = None
        if number is not None:
            page = round_page(session, study_id, number, _viewer())
    if page is None or page.next is None or not page.next.is_current:
        raise error  # there is no form to show again
    field = _FIELDS.get(error.code, "end")
    asks = error.code == "rounding_harms" or typed.accept_rounding
    again = TypedEnd(typed.departure, typed.accept_rounding, asks)
    status = INVALID if error.code in _FIELDS else CONFLICT
    return _round(page, again, (FieldProblem(field, refusal(error)),), status)


def _html(
    template: str,
    page: object,
    *,
    status: int = 200,
    problems: Sequence[FieldProblem] = (),
    **more: object,
) -> Response:
    body = render_template(
        template,
        page=page,
        problems=problems,
        wrong={problem.field: problem.text for problem in reversed(problems)},
        may_change=g.get("role") == COORDINATOR,
        text=result_words,
        note_text=note_text,
        product=product,
        **more,
    )
    return Response(body, status, mimetype="text/html")


def _file(content: bytes, mimetype: str, name: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _viewer() -> Viewer:
    return Viewer(current_role())


def _asked_for() -> str:
    """Return the key of the figure that the address asks to open."""
    key = request.args.get("open", "")
    return key if len(key) <= LONGEST_KEY else ""


def _way_key(key: str) -> str:
    """Return the code of the weight whose way is asked for, or nothing."""
    kind, _, code = key.partition("-")
    return code if kind == "way" else ""


def _wants_fragment() -> bool:
    return request.args.get("fragment") == "1"


# ------------------------------------------------------------------------------------------ words


def note_text(note: Note) -> str:
    """Return the sentence of a note, its numbers printed as everywhere."""
    return result_words.NOTES[note.code] % {
        name: _readable(name, value) for name, value in note.parameters.items()
    }


def _readable(name: str, value: object) -> object:
    if name == "met":
        return result_words.MET[bool(value)]
    if name == "reason":
        return result_words.REASONS[str(value)]
    return figure(value) if isinstance(value, int) else minus(str(value))


@blueprint.app_template_filter("fraction")
def fraction_text(value: Fraction, places: int = 3) -> str:
    """Return an exact fraction with so many decimals, rounded half away from zero."""
    return figure(decimals(value, places), places)


@blueprint.app_template_filter("shortest")
def shortest_text(value: Fraction, most: int = 3) -> str:
    """Return an exact fraction with the decimals that it needs, at most so many."""
    return figure(rounded(decimals(value, most), most))
