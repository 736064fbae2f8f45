"""Pages for invited experts: the way in, the questionnaire, the receipt, and its public check.

Every view checks the form token itself and shows its form again with the typed text; the check that
the base makes for other views would answer with a page of its own.
"""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("survey", __name__)

from delphi.web.survey import routes  # noqa: E402  (its views need the blueprint)

__all__ = ["blueprint", "routes"]
