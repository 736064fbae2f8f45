"""Words for what the rules of the survey refuse, where no page of its own says it."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.web.language import Words
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.refusals import add_refusals

#: Also said above the field of the code.
CODE_WORDS: Mapping[str, Words] = {
    "code_format": _lazy("An access code has six digits. Please write six digits, no letters."),
    "code_weak": _lazy(
        "This code is easily guessed: six equal digits, or digits in a row. Choose another."
    ),
    "code_wait": _lazy(
        "Too many wrong codes today. Try again tomorrow, or go on without your earlier answers."
    ),
}
add_refusals(
    {
        **CODE_WORDS,
        "answers_incomplete": _lazy("Some answers are missing; nothing has been submitted."),
        "code_already_set": _lazy("An access code was chosen before; please enter that one."),
        "draft_changed": _lazy(
            "Another window has changed your answers; nothing has been submitted yet."
        ),
        "draft_settled": _lazy("You have chosen one of the two versions already."),
        "round_closed": _lazy("The round has closed; this answer was not counted."),
    }
)
