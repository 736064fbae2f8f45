"""The words of the error pages: what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delphi.web.language import Words
from delphi.web.language import lazy_gettext as _lazy


@dataclass(frozen=True)
class ErrorWords:
    """A heading and what to do about it."""

    heading: Words
    advice: Words


#: By status, and by name where one status has several causes.
WORDS: Mapping[int | str, ErrorWords] = {
    400: ErrorWords(
        _lazy("This request could not be read"),
        _lazy(
            "The address or the form did not arrive complete. Please go back one page, reload it "
            "and try again."
        ),
    ),
    403: ErrorWords(
        _lazy("You may not open this"),
        _lazy(
            "Your role does not include this page or this act. If you need it, ask a coordinator "
            "of the study."
        ),
    ),
    404: ErrorWords(
        _lazy("There is nothing at this address"),
        _lazy(
            "Please check the address. If you are an expert, open your personal link once more; "
            "if you work on a study, it may not be yours."
        ),
    ),
    405: ErrorWords(
        _lazy("This address cannot be used in this way"),
        _lazy("Please go back one page and use the button or the link there."),
    ),
    409: ErrorWords(
        _lazy("This is not possible now"),
        _lazy("Nothing was changed. Please go back one page and reload it to see where it stands."),
    ),
    411: ErrorWords(
        _lazy("The form did not say how long it is"),
        _lazy("Please send it with a browser: go back one page, reload it and try again."),
    ),
    413: ErrorWords(
        _lazy("This is too large"),
        _lazy(
            "A file or a form may have 2 MB, and a form 5,000 fields. Nothing was changed: please "
            "go back, where what you typed still stands, and make it shorter."
        ),
    ),
    429: ErrorWords(
        _lazy("Too many attempts"),
        _lazy("Please wait a minute, then try again. Nothing is locked for good."),
    ),
    500: ErrorWords(
        _lazy("Something went wrong on our side"),
        _lazy(
            "It is not your doing. What was saved before is still there. Please try again in a "
            "moment; if it happens again, tell the person who invited you or who runs this server."
        ),
    ),
    503: ErrorWords(
        _lazy("The server cannot answer just now"),
        _lazy("What was saved before is still there. Please try again in a few seconds."),
    ),
    "form": ErrorWords(
        _lazy("The form was not accepted"),
        _lazy(
            "It did not carry the mark that this site gives to its own forms: cookies may be "
            "switched off, or you signed in again since the page was opened. Nothing was changed. "
            "Please go back, reload the page and send the form again."
        ),
    ),
    "signed_out": ErrorWords(
        _lazy("You were signed out before this arrived"),
        _lazy(
            "Sessions end after 30 minutes without activity, and after 8 hours. Nothing was "
            "changed. Please sign in again and repeat the step."
        ),
    ),
}
