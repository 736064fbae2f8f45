"""Signing in, from what was typed to a session or a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import session

from delphi.services.staff import (
    LoginAttempt,
    StaffMember,
    ThrottledError,
    authenticate,
    begin_login,
    end_session,
    finish_login,
    start_session,
)
from delphi.web.language import gettext, ngettext
from delphi.web.network import network
from delphi.web.site import current_site
from delphi.web.staff_cookie import give_cookie, new_token, presented_cookie
from delphi.web.transaction import writing


@dataclass(frozen=True)
class LoginRefusal:
    """Why nobody was signed in; the same words whatever was wrong."""

    status: int
    text: str
    retry_after: int | None = None


def sign_in(form: Mapping[str, str]) -> LoginRefusal | None:
    """Start a session for whoever typed the right things, or say why not.

    `form` has `login`, `password` and, where a second factor is asked for, `code`.
    """
    site = current_site()
    try:
        with writing() as database:
            attempt = begin_login(
                database, login=form.get("login", ""), network=network(), around=site.around
            )
    except ThrottledError as error:
        return _throttled(error.seconds)
    if not authenticate(attempt, form.get("password", "")):
        return _wrong()
    return None if _start(attempt, form.get("code", "")) else _wrong()


def is_code_needed() -> bool:
    """Whether a second factor is asked for: everywhere but on the loopback address."""
    return not current_site().settings.is_loopback


def _start(attempt: LoginAttempt, code: str) -> StaffMember | None:
    around, old, token = current_site().around, presented_cookie(), new_token()
    with writing() as database:
        member = finish_login(
            database, attempt, code=code, is_code_needed=is_code_needed(), around=around
        )
        if member is None:
            return None
        if old is not None:
            end_session(database, old.token)
        start_session(database, staff_id=member.id, token=token, around=around)
    session.clear()  # form tokens of before are void: somebody else may have planted them
    give_cookie(token)
    return member


def _wrong() -> LoginRefusal:
    if is_code_needed():
        text = gettext("Login, password or code is not right. A code works once, for 30 seconds.")
    else:
        text = gettext("Login or password is not right.")
    return LoginRefusal(403, text)


def _throttled(seconds: int) -> LoginRefusal:
    text = ngettext(
        "Too many attempts. Please wait %(num)s second, then try again.",
        "Too many attempts. Please wait %(num)s seconds, then try again.",
        seconds,
    )
    return LoginRefusal(429, text, seconds)
