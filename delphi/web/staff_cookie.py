"""The cookie of a signed-in browser: a random token and, signed, when the browser was last seen.

The session itself is a row (`delphi.services.staff.sessions`); ending it there ends it at once. The
time of the last visit travels in the cookie, so that looking at a page writes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, g, request
from itsdangerous import BadData, TimestampSigner

from delphi.services.staff import StaffMember, find_session
from delphi.web.site import Site, current_site
from delphi.web.transaction import reading

NAME = "delphi-staff"
TOKEN_BYTES = 32
_PURPOSE = "staff-cookie"
#: A cookie younger than this is not renewed.
_RENEW_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class PresentedCookie:
    """What a valid cookie says; whether the session still exists is another question."""

    token: str
    seen_at: datetime


class _Signer(TimestampSigner):
    """Signs with the time of the site's clock."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.key.derive(_PURPOSE), digest_method=hashlib.sha256)
        self._clock = site.clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp())


def install_staff_cookie(app: Flask) -> None:
    """Renew the cookie on the way out, where the request asked for it."""
    app.after_request(_send)


def presented_cookie() -> PresentedCookie | None:
    """Return the cookie of this request, or None when there is none that this site signed."""
    site = current_site()
    value = request.cookies.get(site.cookie_name(NAME))
    if not value:
        return None
    try:
        token, seen_at = _Signer(site).unsign(value, return_timestamp=True)
    except BadData:
        return None
    return PresentedCookie(token.decode("ascii", "replace"), seen_at.astimezone(UTC))


def signed_in_staff() -> StaffMember | None:
    """Return who is signed in with this browser, and note that it was seen."""
    cookie = presented_cookie()
    if cookie is None:
        return None
    now = current_site().clock.now()
    with reading() as session:
        member = find_session(session, token=cookie.token, seen_at=cookie.seen_at, now=now)
    if member is not None and now - cookie.seen_at >= _RENEW_AFTER:
        g.staff_token = cookie.token
    return member


def new_token() -> str:
    """Return the random token of a new session."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def signed_cookie(site: Site, token: str) -> str:
    """Return the value of the cookie: the token, signed with the present time."""
    return _Signer(site).sign(token).decode("ascii")


def give_cookie(token: str) -> None:
    """Let the answer to this request carry the cookie of a session."""
    g.staff_token = token


def take_cookie() -> None:
    """Let the answer to this request delete the cookie."""
    g.staff_token = ""


def _send(response: Response) -> Response:
    token = g.get("staff_token")
    if token is None:
        return response
    site = current_site()
    response.set_cookie(
        site.cookie_name(NAME),
        signed_cookie(site, token) if token else "",
        max_age=None if token else 0,
        secure=site.settings.is_https,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response
