"""Flask's own cookie, which holds the random value that form tokens are checked against."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class FormCookie(SecureCookieSessionInterface):
    """Signs and checks the cookie with one serializer; the key stays the same while we run.

    Flask makes one for each cookie that it reads and writes, and tries it out each time.
    """

    def __init__(self) -> None:
        self._made: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return what signs the cookie of this application."""
        if self._made is None:
            self._made = super().get_signing_serializer(app)
        return self._made
