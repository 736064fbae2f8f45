"""Views of the account pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from delphi.services.staff import (
    SessionLine,
    StaffMember,
    end_all_sessions,
    end_session,
    sessions_of,
)
from delphi.web.access import current_staff, public, staff_required
from delphi.web.account.sign_in import LoginRefusal, is_code_needed, sign_in
from delphi.web.account.targets import local_target
from delphi.web.forms import FieldProblem
from delphi.web.site import current_site
from delphi.web.staff_cookie import PresentedCookie, presented_cookie, signed_in_staff, take_cookie
from delphi.web.transaction import reading, writing

blueprint = Blueprint("account", __name__, url_prefix="/account")


@dataclass(frozen=True)
class LoginPage:
    """The login page."""

    typed_login: str
    is_code_needed: bool
    #: a cookie came along whose session is over
    has_ended: bool


@dataclass(frozen=True)
class AccountPage:
    """Who I am and where I am signed in."""

    member: StaffMember
    sessions: tuple[SessionLine, ...]


@blueprint.get("/login")
@public
def login() -> Response | str:
    """Show the login form; whoever is signed in goes on."""
    if signed_in_staff() is not None:
        return redirect(local_target(request.args.get("next")), 303)
    return _login_page("")


@blueprint.post("/login")
@public
def login_sent() -> Response | str:
    """Sign in, or show the form again with the login as typed."""
    refusal = sign_in(request.form)
    if refusal is None:
        return redirect(local_target(request.args.get("next")), 303)
    return _login_refused(request.form.get("login", ""), refusal)


@blueprint.post("/logout")
@public
def logout() -> Response:
    """End the session of this browser, if there is one."""
    cookie = presented_cookie()
    if cookie is not None:
        with writing() as database:
            end_session(database, cookie.token)
    session.clear()
    take_cookie()
    return redirect(url_for("account.login"), 303)


@blueprint.get("")
@staff_required
def overview() -> str:
    """Show who is signed in and in which browsers."""
    member, cookie = current_staff(), _cookie()
    with reading() as database:
        sessions = sessions_of(
            database, member.id, token=cookie.token, now=current_site().clock.now()
        )
    return render_template("account/overview.html", page=AccountPage(member, sessions))


@blueprint.post("/end-others")
@staff_required
def end_others() -> Response:
    """End every session of this account but the present one."""
    with writing() as database:
        end_all_sessions(database, current_staff().id, but=_cookie().token)
    return redirect(url_for("account.overview"), 303)


def _login_page(typed_login: str, problems: tuple[FieldProblem, ...] = ()) -> str:
    has_ended = not problems and presented_cookie() is not None
    page = LoginPage(typed_login, is_code_needed(), has_ended)
    return render_template("account/login.html", page=page, problems=problems)


def _login_refused(typed_login: str, refusal: LoginRefusal) -> Response:
    body = _login_page(typed_login, (FieldProblem("login", refusal.text),))
    response = Response(body, refusal.status, mimetype="text/html")
    if refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _cookie() -> PresentedCookie:
    cookie = presented_cookie()
    if cookie is None:  # the hook has let nobody in without one
        raise RuntimeError("a view for staff ran without a session")
    return cookie
