"""The blueprint of the survey, and what holds for all its answers.

Every view checks the form token itself and shows its form again with the typed text; the check that
the base makes for other views would answer with a page of its own.
"""

from __future__ import annotations

import re

from flask import Blueprint
from markupsafe import Markup

from delphi.web.language import CHINESE, ENGLISH, is_chinese
from delphi.web.survey.form_marks import asked_field, whose_field
from delphi.web.survey.gate import NoLinkError, no_link
from delphi.web.survey.refused_code import send_refused_code
from delphi.web.survey.visit import send_cookie

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
blueprint = Blueprint("survey", __name__)
blueprint.after_request(send_cookie)
blueprint.after_request(send_refused_code)
blueprint.register_error_handler(NoLinkError, no_link)
blueprint.add_app_template_global(asked_field)
blueprint.add_app_template_global(whose_field)


@blueprint.app_template_filter()
def lang_attribute(text: str) -> Markup:
    """Return the `lang` attribute of a text in the other language, so that it is read right."""
    if is_chinese():
        is_foreign = not _HAN.search(text) and _LATIN.search(text) is not None
    else:
        is_foreign = _HAN.search(text) is not None
    if not is_foreign:
        return Markup()
    return Markup(' lang="{}"').format(ENGLISH if is_chinese() else CHINESE)
