"""What was refused of an access code, told by the page that is asked for next.

That page answers no form, so going back over it or loading it anew sends no code again. What it
tells comes with a sealed cookie for two minutes, is shown once, and only to the visit it was for.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask import g, request
from werkzeug.wrappers import Response

from delphi.web.site import current_site
from delphi.web.survey.sealed_cookie import opened, sealed
from delphi.web.survey.visit import Visit

COOKIE = "delphi-refused"
LASTS_SECONDS = 120
_PURPOSE = "refused-code-cookie"


@dataclass(frozen=True)
class RefusedCode:
    """A code that was not accepted."""

    #: which page it was typed on
    is_choosing: bool
    #: what was wrong, as the page of the code knows it
    problem: str
    typed: str


def tell(visit: Visit, refused: RefusedCode) -> None:
    """Let the page after this answer tell what was refused."""
    document = {"device": visit.carried.device, **asdict(refused)}
    g.refused_code = sealed(current_site().key, _PURPOSE, document)


def told(visit: Visit, *, is_choosing: bool) -> RefusedCode | None:
    """Return what this page has to tell, or None; it is told once."""
    site = current_site()
    value = request.cookies.get(site.cookie_name(COOKIE), "")
    if not value:
        return None
    g.refused_code = ""
    document = opened(site.key, _PURPOSE, value)
    if document is None or document.pop("device") != visit.carried.device:
        return None
    refused = RefusedCode(**document)
    return refused if refused.is_choosing == is_choosing else None


def send_refused_code(response: Response) -> Response:
    """Put the cookie into the answer where the view asked for it, or delete it once it was told."""
    if "refused_code" not in g:
        return response
    site = current_site()
    response.set_cookie(
        site.cookie_name(COOKIE),
        g.refused_code,
        max_age=LASTS_SECONDS if g.refused_code else 0,
        secure=site.settings.is_https,
        httponly=True,
        samesite="Lax",
        path="/",  # asked for by the prefix __Host-
    )
    return response
