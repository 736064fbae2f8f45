"""The first page, and the answer for whoever watches whether the program runs."""

from __future__ import annotations

from flask import Blueprint, render_template
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from delphi.migrate import is_current
from delphi.web.access import public
from delphi.web.site import current_site

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    """Say what this is and show the ways in."""
    return render_template("home.html")


@blueprint.get("/healthz")
@public
def health() -> Response:
    """Answer `ok` when the database answers and has every migration."""
    try:
        is_well = is_current(current_site().database)
    except SQLAlchemyError:
        is_well = False
    return Response(*(("ok", 200) if is_well else ("unavailable", 503)), mimetype="text/plain")
