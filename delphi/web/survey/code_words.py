"""Words for an access code that was not accepted: a heading over it, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.answers.typed import plain_number
from delphi.web.language import Words, ngettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey.refusals import CODE_WORDS

_DIGITS = 6
_PROBLEMS: Mapping[str, Words] = {
    **CODE_WORDS,
    "code_wrong": _lazy(
        "The access code is not right. Please look again; after several wrong ones you have to "
        "wait before the next try."
    ),
    "form": _lazy(
        "The page had been open for too long, or cookies are blocked. Nothing was stored; "
        "please press the button once more."
    ),
}
_UNUSABLE = _lazy("This access code cannot be used; please change it")
_HEADINGS: Mapping[str, Words] = {
    "code_format": _UNUSABLE,
    "code_weak": _UNUSABLE,
    "code_wrong": _lazy("The access code is not right; please look again"),
    "code_wait": _lazy("No more tries today"),
    "form": _lazy("Please press the button once more"),
}


def code_heading(problem: str) -> str:
    """Return the heading over what is wrong, by the code of the problem."""
    return str(_HEADINGS[problem])


def code_problem(problem: str, typed: str) -> str:
    """Return what is wrong with a code; where only digits are missing or too many, how many.

    Parameters
    ----------
    problem
        The code of a refusal of an access code, `code_wrong` or `form`.
    typed
        What was typed.
    """
    plain = plain_number(typed)
    if problem != "code_format" or not (plain.isascii() and plain.isdigit()):
        return str(_PROBLEMS[problem])
    missing = _DIGITS - len(plain)
    if missing > 0:
        return ngettext(
            "An access code has six digits: you typed %(typed)s, %(num)s more is needed.",
            "An access code has six digits: you typed %(typed)s, %(num)s more are needed.",
            missing,
            typed=len(plain),
        )
    return ngettext(
        "An access code has six digits: you typed %(typed)s, %(num)s too many.",
        "An access code has six digits: you typed %(typed)s, %(num)s too many.",
        -missing,
        typed=len(plain),
    )
