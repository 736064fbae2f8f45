"""The web application: pages for experts, staff and auditors over the same services."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from delphi.clock import Clock, SystemClock
from delphi.db import Database
from delphi.instance_key import load_instance_key
from delphi.settings import Settings
from delphi.web import account, home, studies, survey
from delphi.web.access import check_routes, csrf, install_access
from delphi.web.assets import install_assets
from delphi.web.errors import QuietFlask, install_errors
from delphi.web.formatting import install_filters
from delphi.web.language import install_languages
from delphi.web.security import secure
from delphi.web.site import Site, install_site
from delphi.web.staff_cookie import install_staff_cookie
from delphi.web.templates import Templates
from delphi.web.words import install_words

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"


def create_app(
    settings: Settings, *, clock: Clock | None = None, database: Database | None = None
) -> Flask:
    """Return the application.

    Parameters
    ----------
    settings
        As read by `load_settings`.
    clock
        What tells the time; the machine's clock by default.
    database
        An open database, for tests; by default that of the settings.

    Raises
    ------
    InstanceKeyError
        When the key file is missing or cannot be used.
    UndeclaredRouteError
        When a route does not say whom it is for.
    """
    app = QuietFlask(__name__, template_folder=str(TEMPLATES), static_folder=None)
    key = load_instance_key(settings.instance_key_file)
    site = Site(settings, database or Database(settings.database_url), key, clock or SystemClock())
    install_site(app.extensions, site)
    secure(app, settings, key.derive("flask-session"))
    _prepare_templates(app)
    install_access(app)
    install_staff_cookie(app)
    install_errors(app)
    install_assets(app)
    csrf.exempt(survey.blueprint)
    for area in (home, account, survey, studies):
        app.register_blueprint(area.blueprint)
    check_routes(app)
    return app


def _prepare_templates(app: Flask) -> None:
    app.jinja_environment = Templates
    install_languages(app)
    install_filters(app)
    install_words(app)
