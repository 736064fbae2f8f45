"""What all pages of the coordinator share: the blueprint, who may open them, how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, g, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.errors import DomainError, NotFoundError
from delphi.web.access import study_access
from delphi.web.forms import FieldProblem
from delphi.web.studies.sentences import REMEDIES, blank, comma
from delphi.web.transaction import writing

COORDINATOR = "coordinator"
INVALID = 422
CONFLICT = 409

blueprint = Blueprint("studies", __name__, url_prefix="/studies")
#: for pages that are read; methodologists see them without anything to press
readers = study_access(COORDINATOR, "methodologist")
#: for acts, and for pages that exist for an act alone
coordinators = study_access(COORDINATOR)


def show(
    template: str,
    page: object,
    *,
    problems: Sequence[FieldProblem] = (),
    status: int = 200,
    **more: object,
) -> Response:
    """Return a page of the coordinator; `page` is its data class.

    Templates get `problems` for the summary and `wrong`, field → text, for the fields themselves.
    """
    body = render_template(
        f"studies/{template}.html",
        page=page,
        problems=problems,
        wrong={problem.field: problem.text for problem in reversed(problems)},
        remedies=REMEDIES,
        comma=comma(),
        blank=blank(),
        may_change=g.get("role") == COORDINATOR,
        **more,
    )
    return Response(body, status, mimetype="text/html")


def refusal_of(act: Callable[[], object]) -> DomainError | None:
    """Do something; return its refusal, so that a form is shown again.

    What does not exist stays an error: there is no form to show.
    """
    try:
        act()
    except NotFoundError:
        raise
    except DomainError as error:
        return error
    return None


def attempt(act: Callable[[Session], object]) -> DomainError | None:
    """Do something in a write transaction; return its refusal. Nothing is stored then."""

    def in_transaction() -> None:
        with writing() as session:
            act(session)

    return refusal_of(in_transaction)
