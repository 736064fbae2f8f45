"""The blueprint of the survey, and what holds for all its answers.

Every view checks the form token itself and shows its form again with the typed text; the check that
the base makes for other views would answer with a page of its own.
"""

from __future__ import annotations

from flask import Blueprint

from delphi.web.survey.gate import NoLinkError, no_link
from delphi.web.survey.visit import send_cookie

blueprint = Blueprint("survey", __name__)
blueprint.after_request(send_cookie)
blueprint.register_error_handler(NoLinkError, no_link)
