"""Error pages: what happened, what to do, and the text that was typed.

None shows a stack trace or repeats what a service said in its own words. The log gets the class of
the error and the places in the code, never its message: messages of a database carry the values.
"""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from types import TracebackType

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from delphi.errors import DomainError, NotAllowedError, NotFoundError
from delphi.web.access import SignedOutError
from delphi.web.error_words import WORDS, ErrorWords
from delphi.web.refusals import refusal

RETRY_AFTER_SECONDS = 5
#: What is never shown or sent again.
SECRET_FIELDS = frozenset({"csrf_token", "password", "code", "access_code", "token"})
#: Shorter entries are numbers and choices, quickly made again.
_SHORTEST_KEPT = 12
_log = logging.getLogger("delphi.web")


@dataclass(frozen=True)
class ErrorPage:
    """What the error page shows."""

    status: int
    words: ErrorWords
    #: a sentence that says more than the words do, or none
    detail: str = ""
    #: whether signing in is what to do
    offers_login: bool = False
    #: texts that were typed and not stored
    kept: tuple[str, ...] = ()
    #: the form again, to be sent once more: fields and values
    resend: tuple[tuple[str, str], ...] = ()


class QuietFlask(Flask):
    """Flask, but what goes wrong while an error is answered is logged as quietly as the rest."""

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log the class of an error and where it passed, not its message."""
        if exc_info[1] is not None:
            _log.error("failed: %s", _places(exc_info[1]), exc_info=self.testing)


def install_errors(app: Flask) -> None:
    """Answer every error with a page, also in tests."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _form_refused)
    app.register_error_handler(SignedOutError, _signed_out)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(NotAllowedError, _not_allowed)
    for unavailable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.register_error_handler(unavailable, _unavailable)
    app.register_error_handler(Exception, _failed)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # a redirect of the router
    response = _answer(ErrorPage(status, WORDS.get(status, WORDS[400 if status < 500 else 500])))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _form_refused(error: CSRFError) -> Response:
    del error
    return _answer(ErrorPage(403, WORDS["form"], kept=_typed_texts()))


def _signed_out(error: SignedOutError) -> Response:
    del error
    return _answer(ErrorPage(403, WORDS["signed_out"], offers_login=True, kept=_typed_texts()))


def _refused(error: DomainError) -> Response:
    return _answer(ErrorPage(409, WORDS[409], detail=refusal(error), kept=_typed_texts()))


def _not_found(error: NotFoundError) -> Response:
    del error
    return _answer(ErrorPage(404, WORDS[404]))


def _not_allowed(error: NotAllowedError) -> Response:
    return _answer(ErrorPage(403, WORDS[403], detail=refusal(error), kept=_typed_texts()))


def _unavailable(error: Exception) -> Response:
    _log.error("unavailable: %s", _places(error))
    response = _answer(ErrorPage(503, WORDS[503], resend=_typed_form()))
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _failed(error: Exception) -> Response:
    _log.error("failed: %s", _places(error), exc_info=current_app.testing)
    return _answer(ErrorPage(500, WORDS[500], kept=_typed_texts()))


def _answer(page: ErrorPage) -> Response:
    return Response(
        render_template("errors/error.html", page=page), page.status, mimetype="text/html"
    )


def _places(error: BaseException) -> str:
    """Return the class of an error and where it passed through our code."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return " < ".join([type(error).__name__, *reversed(places[-8:])])


def _typed_form() -> tuple[tuple[str, str], ...]:
    """Return the form as it was sent, if it can be sent again: no files, no secrets."""
    secrets = SECRET_FIELDS - {"csrf_token"}
    if request.method != "POST" or request.files or secrets & {*request.form}:
        return ()
    return tuple(request.form.items(multi=True))


def _typed_texts() -> tuple[str, ...]:
    """Return the longer texts of the form that was sent."""
    if request.method != "POST":
        return ()
    return tuple(
        value.strip()
        for name, value in request.form.items(multi=True)
        if name not in SECRET_FIELDS and len(value.strip()) >= _SHORTEST_KEPT
    )
