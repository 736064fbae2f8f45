from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from delphi.errors import DomainError
from delphi.web import words
from delphi.web.language import gettext, is_chinese, lazy_gettext, ngettext, speaking
from delphi.web.refusals import add_refusals, refusal

CHINESE = '<html lang="zh-CN">'
ENGLISH = '<html lang="en">'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ENGLISH),
        ("zh-CN,zh;q=0.9,en;q=0.8", CHINESE),
        ("zh", CHINESE),
        ("zh-TW", CHINESE),
        ("zh-Hans-CN", CHINESE),
        ("fr,zh-HK;q=0.3", CHINESE),
        ("en-GB", ENGLISH),
        ("en-US,en;q=0.9,zh-CN;q=0.8", ENGLISH),
        ("zh-CN;q=0.5,en;q=0.9", ENGLISH),
        ("fr-FR,de", ENGLISH),
        ("zh;q=0", ENGLISH),
        ("*", ENGLISH),
        (";;;,,q=zh", ENGLISH),
    ],
)
def test_the_browser_says_which_language(client: FlaskClient, header: str, expected: str) -> None:
    assert expected in client.get("/", headers={"Accept-Language": header}).text


def test_a_choice_in_the_address_is_remembered(client: FlaskClient) -> None:
    response = client.get("/?lang=zh-CN")
    assert CHINESE in response.text
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("delphi-lang=zh-CN; ")
    assert "SameSite=Lax" in cookie
    assert CHINESE in client.get("/account/login", headers={"Accept-Language": "en"}).text
    assert ENGLISH in client.get("/?lang=en").text
    assert ENGLISH in client.get("/", headers={"Accept-Language": "zh"}).text


def test_a_choice_that_is_remembered_is_not_set_again(client: FlaskClient) -> None:
    client.get("/?lang=zh-CN")
    assert "Set-Cookie" not in client.get("/?lang=zh-CN").headers


@pytest.mark.parametrize("asked", ["", "zh", "zh_CN", "EN", "fr", "zh-CN;", "../en", "x" * 3000])
def test_an_unknown_language_is_ignored(client: FlaskClient, asked: str) -> None:
    response = client.get("/", query_string={"lang": asked})
    assert ENGLISH in response.text
    assert "Set-Cookie" not in response.headers


def test_an_unknown_language_in_the_cookie_is_ignored(client: FlaskClient) -> None:
    client.set_cookie("delphi-lang", "fr")
    assert CHINESE in client.get("/", headers={"Accept-Language": "zh"}).text


def test_the_switch_keeps_path_and_query_and_says_its_language(client: FlaskClient) -> None:
    page = client.get("/account/login?next=/account%3Fx%3D1&lang=en&y=%22%3E").text
    address = "?next=%2Faccount%3Fx%3D1&amp;y=%22%3E&amp;lang=zh-CN"
    assert f'<a href="{address}" lang="zh-CN" hreflang="zh-CN">中文</a>' in page
    page = client.get("/?lang=zh-CN").text
    assert '<a href="?lang=en" lang="en" hreflang="en">English</a>' in page


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 411, 413, 429, 500, 503])
def test_error_pages_speak_both_languages(app: Flask, status: int) -> None:
    from delphi.web.error_words import WORDS
    from delphi.web.errors import ErrorPage, _answer

    texts = []
    for language in ("en", "zh-CN"):
        with app.test_request_context(f"/?lang={language}"):
            page = _answer(ErrorPage(status, WORDS[status])).get_data(as_text=True)
            assert f'<html lang="{language}">' in page
            assert str(WORDS[status].heading) in page
            assert str(WORDS[status].advice) in page
            texts.append(str(WORDS[status].heading))
    assert texts[0] != texts[1]


def test_lazy_texts_follow_the_reader(app: Flask) -> None:
    text = lazy_gettext("Sign in")
    with app.test_request_context("/?lang=zh-CN"):
        assert str(text) == "登录"
        assert is_chinese()
    with app.test_request_context("/?lang=en"):
        assert str(text) == "Sign in"
    assert str(text) == "Sign in"  # nobody reads: the text as it stands


def test_a_page_may_switch_its_language_for_a_part(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert gettext("Sign in") == "Sign in"
        with speaking("zh-CN"):
            assert gettext("Sign in") == "登录"
        assert gettext("Sign in") == "Sign in"


def test_counted_texts_take_the_form_of_their_number(app: Flask) -> None:
    one = "Too many attempts. Please wait %(num)s second, then try again."
    many = "Too many attempts. Please wait %(num)s seconds, then try again."
    with app.test_request_context("/?lang=en"):
        assert ngettext(one, many, 1).endswith("wait 1 second, then try again.")
        assert ngettext(one, many, 2).endswith("wait 2 seconds, then try again.")
    with app.test_request_context("/?lang=zh-CN"):
        assert ngettext(one, many, 1) == "尝试次数太多。请等 1\u00a0秒再试。"
        assert ngettext(one, many, 2) == "尝试次数太多。请等 2\u00a0秒再试。"


def test_lazy_texts_are_escaped_like_any_text(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ text }}")
    with app.test_request_context():
        assert template.render(text=lazy_gettext("a <b> & c")) == "a &lt;b&gt; &amp; c"


def test_every_table_of_words_is_given_to_templates(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ words.verdicts['hold'] }}")
    with app.test_request_context("/?lang=zh-CN"):
        assert template.render() == "暂缓"
    tables = [table for name, table in vars(words).items() if name.isupper()]
    for table in tables:
        with app.test_request_context("/?lang=zh-CN"):
            chinese = [str(word) for word in table.values()]
        assert len(set(chinese)) == len(chinese)


def test_a_refusal_has_a_sentence_and_otherwise_its_code(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        assert (
            refusal(DomainError("staff_name_length", most=100)) == "A name has 1 to 100 characters."
        )
        assert refusal(DomainError("never_heard_of")) == (
            "The rules of the study do not allow this (never_heard_of)."
        )
        # A sentence that lacks its parameter must not become a server error.
        assert "(staff_name_length)" in refusal(DomainError("staff_name_length"))


def test_a_code_has_one_sentence() -> None:
    with pytest.raises(ValueError, match="staff_unknown"):
        add_refusals({"staff_unknown": lazy_gettext("x")})
