"""An expert's visit: a sealed cookie for 12 hours, and what each request derives from it anew.

There is no session row: it would join the identity side and the answer side. The cookie holds the
token, when it was given, whether earlier answers may be shown on this device, and a random mark for
what is typed where they may not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask import g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from delphi.services.access import ExpertAccess, find_access
from delphi.web.site import Site, current_site
from delphi.web.survey.sealed_cookie import opened, sealed

COOKIE = "delphi-expert"
LASTS_SECONDS = 12 * 3600
#: A clock set back a little must not end a visit that has just begun.
_TOLERATED_SECONDS = 300
_PURPOSE = "expert-cookie"
_DEVICE_BYTES = 8


class Shows(StrEnum):
    """Whether earlier answers are shown on this device."""

    #: the access code has not been asked for yet
    UNDECIDED = "undecided"
    #: the code was chosen or entered here
    ALL = "all"
    #: going on without earlier answers: only what is typed on this device is shown on it
    CURRENT = "current"


@dataclass(frozen=True)
class Pass:
    """The content of the cookie."""

    token: str
    #: unix seconds
    issued: int
    #: random: what marks a draft as typed during this visit, on a device without the access code
    device: str
    shows: Shows = Shows.UNDECIDED
    #: without earlier answers: the submission that was sent from here
    sent: str = ""

    def seal(self, site: Site) -> str:
        """Return the value of the cookie."""
        document = {
            "token": self.token,
            "issued": self.issued,
            "device": self.device,
            "shows": self.shows.value,
            "sent": self.sent,
        }
        return sealed(site.key, _PURPOSE, document)


@dataclass(frozen=True)
class Visit:
    """One request of an expert: the cookie and the access that follows from it."""

    carried: Pass
    access: ExpertAccess

    @property
    def needs_consent(self) -> bool:
        """Whether the letter and the terms come first."""
        return self.access.entry == "new"

    @property
    def needs_code(self) -> bool:
        """Whether an access code is to be chosen."""
        return self.access.entry == "consented" and not self.access.has_code

    @property
    def is_locked(self) -> bool:
        """Whether the access code is to be entered before anything earlier is shown."""
        return self.access.has_code and self.carried.shows is Shows.UNDECIDED

    @property
    def shows_earlier(self) -> bool:
        """Whether earlier answers may be shown on this device."""
        return self.carried.shows is Shows.ALL or not self.access.has_code

    @property
    def mark(self) -> str:
        """What is typed here is marked with it; empty where earlier answers may be shown."""
        return "" if self.shows_earlier else self.carried.device

    @property
    def may_answer(self) -> bool:
        """Whether everything before the questionnaire is settled."""
        return not (self.needs_consent or self.needs_code or self.is_locked)


def present_visit(session: Session) -> Visit | None:
    """Return the visit of this request, or None: no cookie, too old, altered, or link revoked."""
    carried = presented_pass()
    if carried is None:
        return None
    access = find_access(session, carried.token, current_site().key)
    return None if access is None else Visit(carried, access)


def presented_pass() -> Pass | None:
    """Return the cookie of this request if this site sealed it within the last 12 hours."""
    site = current_site()
    value = request.cookies.get(site.cookie_name(COOKIE), "")
    document = opened(site.key, _PURPOSE, value)
    if document is None:
        return None
    age = int(site.clock.now().timestamp()) - document["issued"]
    if not -_TOLERATED_SECONDS <= age < LASTS_SECONDS:
        return None
    return Pass(**{**document, "shows": Shows(document["shows"])})


def new_pass(token: str) -> Pass:
    """Return the cookie of a visit that begins now."""
    site = current_site()
    issued = int(site.clock.now().timestamp())
    return Pass(token, issued, site.around.new_id(_DEVICE_BYTES))


def changed(carried: Pass, **changes: Any) -> Pass:
    """Return the cookie with other content and the same age, to be sent with this answer."""
    fresh = replace(carried, **changes)
    if fresh != carried:
        carry(fresh)
    return fresh


def carry(carried: Pass) -> None:
    """Let the answer to this request carry the cookie."""
    g.expert_pass = carried


def forget() -> None:
    """Let the answer to this request delete the cookie."""
    g.expert_pass = None


def send_cookie(response: Response) -> Response:
    """Put the cookie into the answer where the view asked for it."""
    if "expert_pass" not in g:
        return response
    site = current_site()
    carried: Pass | None = g.expert_pass
    left = 0
    if carried is not None:
        left = carried.issued + LASTS_SECONDS - int(site.clock.now().timestamp())
    response.set_cookie(
        site.cookie_name(COOKIE),
        "" if carried is None else carried.seal(site),
        max_age=max(left, 0),
        secure=site.settings.is_https,
        httponly=True,
        # Lax, so that a link followed from a messenger finds the visit that is already open here;
        # what changes anything asks for a form token as well.
        samesite="Lax",
        path="/",
    )
    return response
