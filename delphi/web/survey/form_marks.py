"""What the forms of an expert carry to say whose they are and of which questionnaire.

One browser can open two personal links, one after the other: the cookie is then that of the second,
while a page of the first may still be open. Its form must not be taken for the second expert's.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from flask import g, request
from markupsafe import Markup

from delphi.web.site import current_site
from delphi.web.survey.visit import Visit

WHOSE, ASKED = "whose", "asked"
_PURPOSE = "expert-form"
_DIGITS = 32
_ASKED = re.compile(rf"([0-9a-f]{{64}})-([0-9a-f]{{{_DIGITS}}})", re.ASCII)


def is_of_another(visit: Visit) -> bool:
    """Whether the form that was sent was made for another link than the one that is open."""
    named = request.form.get(WHOSE)
    return named is not None and not hmac.compare_digest(named.encode(), _whose(visit).encode())


def remember(visit: Visit) -> None:
    """Let the forms on the page that answers this request be those of the visit."""
    g.expert_visit = visit


def whose_field() -> Markup:
    """Return the hidden field that says whose a form is."""
    return Markup('<input type="hidden" name="{}" value="{}" autocomplete="off">').format(
        WHOSE, _whose(g.expert_visit)
    )


def asked_field(questionnaire_sha256: str) -> Markup:
    """Return the hidden field that names the questionnaire that a form was made of.

    Its mark keeps it from being made up: whoever has no link could otherwise ask for the names in a
    questionnaire by its hash, which the public record holds.
    """
    value = f"{questionnaire_sha256}-{_mark(ASKED, questionnaire_sha256)}"
    return Markup('<input type="hidden" name="{}" value="{}" autocomplete="off">').format(
        ASKED, value
    )


def named_questionnaire() -> str | None:
    """Return the hash of the questionnaire that the form that was sent was made of, or None."""
    found = _ASKED.fullmatch(request.form.get(ASKED, ""))
    if found is None or not hmac.compare_digest(found[2], _mark(ASKED, found[1])):
        return None
    return found[1]


def _whose(visit: Visit) -> str:
    return _mark(WHOSE, visit.access.respondent)


def _mark(what: str, text: str) -> str:
    key = current_site().key.derive(f"{_PURPOSE}-{what}")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:_DIGITS]
