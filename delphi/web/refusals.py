"""What people read when a rule of a study refuses something: one sentence a code.

Services raise `DomainError(code, **parameters)`. Whoever adds a code adds its words, in the module
of the pages that show it:

    add_refusals({"round_closed": lazy_gettext("This round has closed.")})

The parameters fill the placeholders of the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from delphi.errors import DomainError
from delphi.web.language import Words, gettext, lazy_gettext

_words: dict[str, Words] = {}


def add_refusals(words: Mapping[str, Words]) -> None:
    """Add sentences; a code has one.

    Raises
    ------
    ValueError
        When a code has one already.
    """
    twice = words.keys() & _words.keys()
    if twice:
        raise ValueError(f"refusals with words already: {', '.join(sorted(twice))}")
    _words.update(words)


def refusal(error: DomainError) -> str:
    """Return the sentence of a refusal; for a code without words a general one that names it."""
    words = _words.get(error.code)
    if words is not None:
        try:
            return words % error.parameters
        except (KeyError, TypeError, ValueError):
            pass  # the sentence does not fit the parameters: the general one is still true
    return gettext("The rules of the study do not allow this (%(code)s).", code=error.code)


add_refusals(
    {
        "role_unknown": lazy_gettext("A study has coordinators and methodologists, no other role."),
        "staff_login_malformed": lazy_gettext(
            "A login has 1 to 60 of a–z, 0–9 and . _ @ -, and begins with a letter or a digit."
        ),
        "staff_login_taken": lazy_gettext("There is an account of this name already."),
        "staff_name_length": lazy_gettext("A name has 1 to %(most)s characters."),
        "staff_password_length": lazy_gettext("A password has %(least)s to %(most)s characters."),
        "staff_unknown": lazy_gettext("There is no account of this name."),
    }
)
