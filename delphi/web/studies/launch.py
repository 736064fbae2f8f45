"""The eve of the launch: what is missing, what may stay, what is in order."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, url_for
from werkzeug.wrappers import Response

from delphi.queries.head import StudyHead
from delphi.queries.panel import panel_page
from delphi.queries.setup import (
    IndicatorsPage,
    LetterPage,
    ProtocolPage,
    indicators_page,
    letter_page,
    protocol_page,
)
from delphi.services.launch import launch, readiness_of
from delphi.web.forms import FieldProblem
from delphi.web.site import current_site
from delphi.web.studies.area import CONFLICT, attempt, blueprint, coordinators, readers, show
from delphi.web.studies.sentences import Line, gap_lines
from delphi.web.transaction import reading


@dataclass(frozen=True)
class LaunchPage:
    """The readiness list."""

    study: StudyHead
    #: gaps that block
    blocking: tuple[Line, ...]
    #: gaps that may stay
    optional: tuple[Line, ...]
    indicators: IndicatorsPage
    protocol: ProtocolPage
    letter: LetterPage
    experts: int

    def has_gap(self, remedy: str) -> bool:
        """Whether anything that blocks is mended on a page."""
        return any(line.remedy == remedy for line in self.blocking)


@blueprint.get("/<study_id>/launch")
@readers
def launching(study_id: str) -> Response:
    """Show the readiness list; a study that was launched has none."""
    page = _page(study_id)
    if not page.study.is_draft:
        return redirect(url_for("studies.overview", study_id=study_id), 303)
    return show("launch", page)


@blueprint.post("/<study_id>/launch")
@coordinators
def launch_study(study_id: str) -> Response:
    """Freeze the protocol and make the invitations, or lead to what is missing."""
    error = attempt(lambda session: launch(session, study_id, current_site().around))
    if error is None:
        return redirect(url_for("studies.overview", study_id=study_id, launched=1), 303)
    page = _page(study_id)
    if not page.study.is_draft:
        raise error
    problems = [FieldProblem(f"gap-{line.code}", line.what) for line in page.blocking]
    return show("launch", page, problems=problems, status=CONFLICT)


def _page(study_id: str) -> LaunchPage:
    with reading() as session:
        lines = gap_lines(readiness_of(session, study_id))
        people = panel_page(session, study_id, with_names=False)
        return LaunchPage(
            people.study,
            tuple(line for line in lines if line.holds is False),
            tuple(line for line in lines if line.holds is None),
            indicators_page(session, study_id),
            protocol_page(session, study_id),
            letter_page(session, study_id),
            people.count,
        )
