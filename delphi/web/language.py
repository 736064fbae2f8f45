"""Which language a page is in: chosen per person, remembered in a cookie, never stored elsewhere.

The English text is the message itself; Chinese stands in the catalogues of `delphi.translations`.
Code takes `gettext` (often as `_`), `ngettext` and `lazy_gettext` from here, templates have `_`,
`ngettext` and `{% trans %}`. Flask-Babel chooses the locale and reads the catalogues, both once a
request; a page has dozens of texts, and its own functions ask for both at each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from gettext import NullTranslations
from typing import cast
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, g, has_request_context, request
from flask_babel import (
    Babel,
    force_locale,
    get_locale,
    get_translations,
)
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from delphi.translations import compile_catalogues, directories
from delphi.web.site import current_site

COOKIE = "delphi-lang"
COOKIE_SECONDS = 365 * 24 * 3600
ENGLISH = "en"
CHINESE = "zh-CN"
_LOCALES = {CHINESE: Locale("zh", "CN", script="Hans"), ENGLISH: Locale("en")}


def install_languages(app: Flask) -> None:
    """Make `_()` work in templates and in code, and remember a choice made by `?lang=`."""
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(map(str, directories()))
    Babel(app, default_locale=ENGLISH, locale_selector=_choose_locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
        gettext=lambda text: _translations().gettext(text),
        ngettext=lambda one, many, count: _translations().ngettext(one, many, count),
        newstyle=True,
    )
    # Jinja's own `_` goes through three calls for each text; most texts have no placeholder.
    app.jinja_env.globals["_"] = _template_text
    app.jinja_env.globals.update(language=language, language_switch=language_switch)
    app.after_request(_remember_choice)


@dataclass(frozen=True)
class _Present:
    """The language of a request."""

    locale: Locale
    translations: NullTranslations

    @property
    def is_chinese(self) -> bool:
        return bool(self.locale.language == "zh")


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Let texts be in another language than that of the reader."""
    present = g.pop("present_language", None)
    try:
        with force_locale(_LOCALES[tag]):
            yield
    finally:
        g.pop("present_language", None)
        if present is not None:
            g.present_language = present


@pass_eval_context
def _template_text(context: EvalContext, text: str, /, **values: object) -> str:
    """Return a text in a template: markup with its placeholders filled in and escaped."""
    found = _translations().gettext(text)
    if not context.autoescape:
        return found % values
    return Markup(found) % values if values else _without_placeholders(found)  # noqa: S704  (ours)


def plain_text(text: str) -> str:
    """Return a text without placeholders; `%%` in it is a percent sign."""
    return str(_without_placeholders(_translations().gettext(text)))


@lru_cache(maxsize=4096)
def _without_placeholders(text: str) -> Markup:
    return Markup(text) % {}  # noqa: S704  (ours)


class Words:
    """A text that is put into the reader's language when it is shown."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return _translations().gettext(self._text)

    def __html__(self) -> str:
        return str(escape(str(self)))

    def __mod__(self, values: object) -> str:
        return str(self) % values

    def __repr__(self) -> str:
        return f"Words({self._text!r})"


def lazy_gettext(text: str) -> Words:
    """Return a text for later, for constants of modules."""
    return Words(text)


def gettext(text: str, **values: object) -> str:
    """Return a text in the reader's language, with its placeholders filled in."""
    found = _translations().gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the form of a text that goes with `num`, which fills `%(num)s`."""
    return _translations().ngettext(one, many, num) % {"num": num, **values}


def language() -> str:
    """Return the language of the page, as `lang` attributes name it: `zh-CN` or `en`."""
    return CHINESE if is_chinese() else ENGLISH


def is_chinese() -> bool:
    """Whether the page is in Chinese."""
    present = _present()
    return present is not None and present.is_chinese


def language_switch() -> tuple[str, str, str]:
    """Return the other language: its tag, its own name, the address of this page in it."""
    tag, name = (ENGLISH, "English") if is_chinese() else (CHINESE, "中文")
    kept = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return tag, name, "?" + urlencode([*kept, ("lang", tag)])


def _translations() -> NullTranslations:
    """Return the texts of the present language."""
    present = _present()
    return NullTranslations() if present is None else present.translations


def _present() -> _Present | None:
    """Return the language of this request, looked up once; None outside an application."""
    try:
        return cast(_Present, g.present_language)
    except AttributeError:
        g.present_language = _Present(get_locale(), get_translations())
        return cast(_Present, g.present_language)
    except RuntimeError:
        return None


def _choose_locale() -> Locale:
    if not has_request_context():
        return _LOCALES[ENGLISH]
    asked = _asked_for()
    if asked is None:
        asked = request.cookies.get(COOKIE)
    if asked not in _LOCALES:
        asked = _preferred(request.headers.get("Accept-Language", "")[:200])
    return _LOCALES[asked]


def _asked_for() -> str | None:
    """Return the language in the address, if it is one of ours."""
    if b"lang=" not in request.query_string:
        return None
    asked = request.args.get("lang")
    return asked if asked in _LOCALES else None


@lru_cache(maxsize=256)
def _preferred(header: str) -> str:
    """Return the first of our languages in what the browser prefers; any Chinese is Chinese."""
    for tag, quality in parse_accept_header(header, LanguageAccept):
        main = tag.lower().partition("-")[0]
        if main in {"zh", "en"} and quality > 0:
            return CHINESE if main == "zh" else ENGLISH
    return ENGLISH


def _remember_choice(response: Response) -> Response:
    asked = _asked_for()
    if asked is not None and asked != request.cookies.get(COOKIE):
        response.set_cookie(
            COOKIE,
            asked,
            max_age=COOKIE_SECONDS,
            secure=current_site().settings.is_https,
            httponly=True,
            samesite="Lax",
        )
    return response
