"""What holds for every request and every response, whatever page it is.

Requests: the host must be ours, the body must be small, nothing may carry a NUL, and a request that
changes something must not come from another site. Responses: the headers below, errors and static
files included.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.routing import IntegerConverter

from delphi.settings import Settings
from delphi.web.form_cookie import FormCookie
from delphi.web.site import current_site

MEGABYTE = 1_000_000
LARGEST_BODY = 2 * MEGABYTE
MOST_FORM_PARTS = 1_000
#: More than the largest questionnaire has: 500 indicators by several criteria, each with a reason.
MOST_FIELDS = 5_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
#: A year; all names below ours too.
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; object-src 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
)
_PORT = re.compile(r":[0-9]{1,5}\Z")


class _SmallInteger(IntegerConverter):
    """Numbers in addresses that every database can hold; longer ones are unknown addresses."""

    regex = r"[0-9]{1,9}"


def secure(app: Flask, settings: Settings, secret_key: bytes) -> None:
    """Set limits, cookies and response headers. Call it before any route is added."""
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        # Flask's own cookie holds the random value that form tokens are checked against, only that.
        SESSION_COOKIE_NAME="__Host-delphi" if settings.is_https else "delphi",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
    )
    app.session_interface = FormCookie()
    app.url_map.converters["int"] = _SmallInteger
    # No redirect is ever built from what a request says about its host.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    headers = (*HEADERS, *((("Strict-Transport-Security", STRICT_TRANSPORT),) * settings.is_https))

    def add_headers(response: Response) -> Response:
        for name, value in headers:
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(add_headers)


@dataclass(frozen=True)
class OurAddress:
    """What a request must name to be meant for this site."""

    #: host names, without port
    hosts: frozenset[str]
    #: scheme, host and port; None on the loopback address, where the Host header stands for it
    origin: str | None


@lru_cache(maxsize=8)
def our_address(settings: Settings) -> OurAddress:
    """Return the address that follows from the settings."""
    if settings.is_loopback:
        return OurAddress(LOOPBACK_HOSTS, None)
    parts = urlsplit(settings.base_url)
    host = settings.host
    host = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii").lower()
    port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    return OurAddress(frozenset({host}), f"{parts.scheme}://{host}{port}")


def check_request() -> None:
    """Refuse what no page of ours would send.

    Raises
    ------
    HTTPException
        400 for a foreign host, a NUL or a form that was cut off, 403 for a change asked for by
        another site, 411 for a body of unknown length, 413 for one beyond the limits.
    """
    ours = our_address(current_site().settings)
    host = request.headers.get("Host", "").lower()
    if _PORT.sub("", host) not in ours.hosts:
        abort(400)
    if b"%00" in request.query_string or "\0" in request.path:
        abort(400)
    if request.method in SAFE_METHODS:
        return
    fetch_site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if is_from_elsewhere(fetch_site, origin, host=host, ours=ours):
        abort(403)
    if "Transfer-Encoding" in request.headers:
        abort(411)  # no browser sends a form like that, and no limit would hold
    if request.mimetype == "application/x-www-form-urlencoded":
        _check_plain_form(request.content_length or 0)
    if any("\0" in text for pair in request.form.items(multi=True) for text in pair):
        abort(400)


def _check_plain_form(announced: int) -> None:
    """Refuse a form that ends too early or has too many fields: the parser minds neither.

    Where the connection breaks, the server hands on what has come; "5" of "50" would be stored.
    """
    body = request.get_data()
    if len(body) != announced:
        abort(400)
    if body.count(b"&") >= MOST_FIELDS:
        abort(413)


def is_from_elsewhere(
    fetch_site: str | None, origin: str | None, *, host: str, ours: OurAddress
) -> bool:
    """Whether a browser says that a changing request comes from another site.

    `Sec-Fetch-Site` cannot be set by a page and decides where it is sent. Otherwise `Origin` must
    name this site; browsers that honour our no-referrer policy send `null` there with forms, which
    says nothing, and the form token decides.
    """
    if fetch_site is not None:
        return fetch_site not in {"same-origin", "none"}
    if origin is None or origin == "null":
        return False
    if ours.origin is not None:
        return origin.lower() != ours.origin
    scheme, _, place = origin.lower().partition("://")
    return scheme not in {"http", "https"} or place != host
