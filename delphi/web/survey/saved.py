"""What a page that saves itself is told of its save, in JSON."""

from __future__ import annotations

from flask import jsonify
from werkzeug.wrappers import Response

from delphi.services.drafts import Saved
from delphi.web.survey.visit import Visit


def told(visit: Visit, saved: Saved, **more: object) -> tuple[Response, int]:
    """Return the answer to a save; `more` goes with one that has succeeded.

    A device without earlier answers is not told that others are there, only where what it typed
    could not be kept beside them.
    """
    if not saved.kept and not visit.shows_earlier:
        return jsonify(error="locked"), 403
    if not saved.kept:
        return jsonify(error="unkept"), 409
    if saved.conflict:
        return jsonify(saved=False, conflict=True, version=saved.version), 409
    return jsonify(saved=True, version=saved.version, **more), 200
