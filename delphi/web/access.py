"""Who may open which address. Every view says so; the application does not start otherwise.

    @blueprint.get("/")
    @study_access("coordinator", "methodologist")
    def overview(study_id: str) -> str: ...

The declaration is a mark on the view; one hook reads it before every request. For studies the role
is looked up in the database each time, and a study that is not theirs does not exist for somebody.

Requests that change something need a form token (`csrf_field()` in the form). The hook checks it
for every view but those of the survey: these validate it with their FlaskForm and show the page
again with the typed text, because an expert's words must not be lost to an error page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from delphi.services.staff import ROLES, StaffMember, role_in
from delphi.web.security import SAFE_METHODS, check_request
from delphi.web.staff_cookie import signed_in_staff
from delphi.web.transaction import reading

View = TypeVar("View", bound=Callable[..., Any])
csrf = CSRFProtect()
_MARK = "delphi_audience"
STUDY_ARGUMENT = "study_id"


@dataclass(frozen=True)
class Audience:
    """Whom a view is for."""

    kind: Literal["public", "expert", "staff"]
    #: roles in the study of the address, one of which is needed; empty: any staff
    roles: frozenset[str] = frozenset()


class UndeclaredRouteError(RuntimeError):
    """A route without an audience: the application must not start."""


class SignedOutError(Forbidden):
    """A form was sent after the session had ended."""


def public(view: View) -> View:
    """Anybody may open this."""
    return _declare(view, Audience("public"))


def expert(view: View) -> View:
    """Experts only; the survey checks their link itself and answers in its own words."""
    return _declare(view, Audience("expert"))


def staff_required(view: View) -> View:
    """Whoever is signed in; others are asked to sign in first."""
    return _declare(view, Audience("staff"))


def study_access(*roles: str) -> Callable[[View], View]:
    """Declare which roles in the study named by `<study_id>` may open this.

    Raises
    ------
    ValueError
        When no role is named or one is unknown.
    """
    if not roles or not set(roles) <= set(ROLES):
        raise ValueError(f"roles are one or more of {', '.join(ROLES)}")

    def declare(view: View) -> View:
        return _declare(view, Audience("staff", frozenset(roles)))

    return declare


def current_staff() -> StaffMember:
    """Return who is signed in; for views that are declared for staff."""
    return cast(StaffMember, g.staff)


def current_role() -> str:
    """Return the role in the study of the address; for views with `study_access`."""
    return cast(str, g.role)


def staff_or_none() -> StaffMember | None:
    """Return who is signed in, for templates: None on pages that do not ask."""
    return cast("StaffMember | None", g.get("staff"))


def audience_of(view: Callable[..., Any] | None) -> Audience | None:
    """Return what a view declares."""
    return getattr(view, _MARK, None)


def install_access(app: Flask) -> None:
    """Let every request pass the checks of the request, of its audience, and of its form token."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,  # checked by `_admit`, after the audience
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # asks for a Referer, which our own policy withholds
        WTF_I18N_ENABLED=False,  # every message is ours
    )
    csrf.init_app(app)
    app.before_request(_admit)
    app.jinja_env.globals["staff_or_none"] = staff_or_none


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that does not say whom it is for.

    Raises
    ------
    UndeclaredRouteError
        Naming the route; also for `study_access` without `<study_id>` in the address.
    """
    for rule in app.url_map.iter_rules():
        audience = audience_of(app.view_functions[rule.endpoint])
        if audience is None:
            raise UndeclaredRouteError(f"{rule.rule} ({rule.endpoint}) declares no audience")
        if audience.roles and STUDY_ARGUMENT not in rule.arguments:
            raise UndeclaredRouteError(f"{rule.rule} asks for a role but names no study")


def _declare(view: View, audience: Audience) -> View:
    setattr(view, _MARK, audience)
    return view


def _admit() -> Response | None:
    check_request()
    audience = audience_of(current_app.view_functions.get(request.endpoint or ""))
    if audience is None:
        return None  # an unknown address: the error page follows
    if audience.kind == "staff":
        g.staff = signed_in_staff()
        if g.staff is None:
            return _ask_to_sign_in()
        if audience.roles:
            _check_role(audience.roles)
    csrf.protect(apply_exemptions=True)
    return None


def _ask_to_sign_in() -> Response:
    if request.method not in SAFE_METHODS:
        raise SignedOutError
    target = request.full_path if request.query_string else request.path
    return redirect(url_for("account.login", next=target), 303)


def _check_role(roles: frozenset[str]) -> None:
    study_id = (request.view_args or {})[STUDY_ARGUMENT]
    with reading() as session:
        g.role = role_in(session, staff_id=g.staff.id, study_id=study_id)
    if g.role is None:
        abort(404)
    if g.role not in roles:
        abort(403)
