"""What all pages of the coordinator share: the blueprint, who may open them, how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, g, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.errors import DomainError, NotFoundError
from delphi.web.access import study_access
from delphi.web.forms import FieldProblem
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
    """Return a page of the coordinator; `page` is its data class."""
    body = render_template(
        f"studies/{template}.html",
        page=page,
        problems=problems,
        may_change=g.get("role") == COORDINATOR,
        **more,
    )
    return Response(body, status, mimetype="text/html")


def attempt(act: Callable[[Session], object]) -> DomainError | None:
    """Do something in a write transaction; return its refusal, so that a form is shown again.

    What does not exist stays an error: there is no form to show.
    """
    try:
        with writing() as session:
            act(session)
    except NotFoundError:
        raise
    except DomainError as error:
        return error
    return None
