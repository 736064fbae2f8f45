"""Templates are compiled once for each language, and each reader gets the own one."""

from __future__ import annotations

import gc

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from jinja2 import DictLoader

from delphi.cli.serve import PROCESSES, Server
from delphi.settings import Settings
from delphi.web.language import gettext, speaking
from delphi.web.security import FormCookie
from delphi.web.templates import compile_templates

PAGES = {
    "part.html": '{% macro part() %}<i title="{{ _("Sign in") }}">{% endmacro %}',
    "page.html": '{% from "part.html" import part %}{{ part() }}'
    '{% if _("Sign in") == "Sign in" %}E{% endif %}{{ _("Round %(number)s", number="<1>") }}',
    "percent.html": '{{ _("100 %% & more") }}',
    "plain.txt": '{{ _("Sign in") }} & {{ _("100 %% & more") }}',
}


@pytest.fixture
def pages(app: Flask) -> Flask:
    """Give an application with pages of these tests."""
    app.jinja_env.loader = DictLoader(PAGES)
    return app


@pytest.mark.parametrize("first", ["en", "zh-CN"])
def test_texts_are_in_the_language_of_the_reader(pages: Flask, first: str) -> None:
    second = "zh-CN" if first == "en" else "en"
    expected = {
        "en": '<i title="Sign in">ERound &lt;1&gt;',
        "zh-CN": '<i title="登录">第&nbsp;&lt;1&gt;&nbsp;轮',
    }
    for tag in (first, second, first):
        with pages.test_request_context(f"/?lang={tag}"):
            shown = render_template("page.html").replace("\u00a0", "&nbsp;")
            assert shown == expected[tag]


def test_a_percent_sign_is_one_and_markup_stays_markup(pages: Flask) -> None:
    with pages.test_request_context("/?lang=en"):
        assert render_template("percent.html") == "100 % & more"
        assert render_template("plain.txt") == "Sign in & 100 % & more"


def test_a_part_in_another_language_has_its_own_template(pages: Flask) -> None:
    with pages.test_request_context("/?lang=en"), speaking("zh-CN"):
        assert "登录" in render_template("page.html")
        assert gettext("Sign in") == "登录"


def test_a_text_without_values_costs_nothing_when_it_is_rendered(
    pages: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pages.test_request_context("/?lang=zh-CN"):
        shown = render_template("plain.txt"), render_template("percent.html")
        monkeypatch.setitem(pages.jinja_env.globals, "_", None)  # whoever calls it now fails
        assert render_template("percent.html") == shown[1]
        with pytest.raises(TypeError):
            render_template("plain.txt")


def test_every_template_compiles_in_every_language(app: Flask) -> None:
    compile_templates(app)
    with app.test_request_context("/?lang=zh-CN"):
        chinese = app.jinja_env.get_template("base.html")
        assert chinese is app.jinja_env.get_template("base.html")
    with app.test_request_context("/?lang=en"):
        assert app.jinja_env.get_template("base.html") is not chinese


def test_the_form_cookie_is_signed_by_one_serializer(app: Flask, client: FlaskClient) -> None:
    cookies = app.session_interface
    assert isinstance(cookies, FormCookie)
    assert cookies.get_signing_serializer(app) is cookies.get_signing_serializer(app)
    with client.session_transaction() as kept:
        kept["csrf_token"] = "random"
    with client.session_transaction() as kept:
        assert kept["csrf_token"] == "random"


def test_what_lives_until_the_end_is_not_looked_through_for_garbage(settings: Settings) -> None:
    before = gc.get_freeze_count()
    try:
        Server(settings, processes=PROCESSES, threads=1).load()
        assert gc.get_freeze_count() > before
    finally:
        gc.unfreeze()
