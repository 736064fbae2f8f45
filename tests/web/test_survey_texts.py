"""Hostile texts: never a server error, never markup, never lost without a word."""

from __future__ import annotations

import html
import unicodedata

import pytest
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import Expert, Fields, open_study, study_in_round_2

TEXTS = (
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>"),
    *("</textarea><script>alert(1)</script>", '"><script>alert(1)</script>', "' onfocus='alert(1)"),
    *("javascript:alert(1)", "<a href='javascript:alert(1)'>x</a>"),
    *("<iframe srcdoc='<b>'></iframe>", "<object data=x>", "<base href=//x>"),
    *("<style>*{display:none}</style>", "<!--", "]]>", "<![CDATA[x]]>"),
    *("&lt;script&gt;", "&#60;b&#62;", "&amp;amp;"),
    *("{{7*7}}", "{% raw %}", "{{config}}", "${7*7}", "#{7*7}", "<%= 7*7 %>"),
    *("%(title)s", "%s%n%x", "%", "%%"),
    *("'; DROP TABLE submission; --", '" OR ""="', "\\", "\\u0000", "\\x00", "\r\nSet-Cookie: a=b"),
    *("\u202eoverride\u202c", "\u2066isolate\u2069", "\u200fright\u200e", "a\u0301\u0301\u0301e"),
    *("🙂👩‍👩‍👧‍👦🏳️‍🌈", "\U0001f468\u200d\U0001f4bb", "𠮷野家", "ﷺ", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "ﬁ①㍿"),
    *("=HYPERLINK(\"http://x\")", "+1+1", "-1", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0"),
    *("\x07bell\x1b[31m", "\x7f", "\x85next", "\u2028line\u2029", "\ufeffbom"),
    *("\ufffe", "\U0010ffff", "\x9f"),
    *("line\nbreak\r\nkept", "   blanks   ", "x" * 500, "字" * 500),
)  # fmt: skip


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=5)


@pytest.fixture
def expert(app: Flask, study: RunningStudy) -> Expert:
    return Expert(app, study.tokens[0]).enters()


def cleaned(text: str) -> str:
    """Say by hand what is kept of a text: NFC, no controls, no direction overrides."""
    overrides = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    kept = (
        c
        for c in text.replace("\r\n", "\n")
        if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in overrides)
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def test_every_text_goes_through_every_page_as_it_was_typed(expert: Expert) -> None:
    for text in TEXTS:
        response = expert.sends({"reason.D": text}, D=20, S=50, E=30)
        assert response.headers["Location"] == "/survey/check", text
        assert expert.fields().values["reason.D"] == cleaned(text), text
        assert expert.submits().status_code == 303, text
        for address in ("/survey", "/survey/check", "/survey/receipt"):
            page = expert.looks(address)
            assert page.status_code == 200
            assert html.escape(cleaned(text), quote=False)[:60] in html.unescape(
                html.escape(page.text, quote=False)
            ).replace("&#39;", "'").replace("&#34;", '"'), (address, text)
            assert "alert(1)</script>" not in page.text
            assert Fields(page.text).scripts_with_text == 0
        assert expert.looks("/survey/receipt/data").get_json()["reasons"].get("D", "") == cleaned(
            text
        )


def test_what_others_wrote_is_text_for_everybody(
    app: Flask, site: Site, around: Surroundings
) -> None:
    study = open_study(site, around, experts=8)
    for expert in range(8):
        texts = [text for text in TEXTS if cleaned(text)][expert * 6 : expert * 6 + 3]
        reasons = dict(zip("DSE", map(cleaned, texts), strict=True))
        study.submits(expert, (20 + 5 * (expert % 2), 50, 30 - 5 * (expert % 2)), reasons=reasons)
    study.closes_round().opens_round(departure="Another round.")
    page = Expert(app, study.tokens[0]).enters().looks().text
    assert page.count("<li>") + page.count("<li lang=") >= 12
    fields = Fields(page)
    assert fields.scripts_with_text == 0
    for markup in ("<img src=x", "<svg/onload", "</textarea><script", "<iframe"):
        assert markup not in page


@pytest.mark.parametrize(("letter", "length"), [("长", 501), ("长", 10_000), ("x", 70_000)])
def test_a_reason_that_is_too_long_is_kept_to_be_shortened(
    expert: Expert, letter: str, length: int
) -> None:
    response = expert.sends({"reason.D": letter * length}, D=20, S=50, E=30)
    assert response.status_code == 422
    kept = min(length, 10_000)
    assert f"The reason has {kept} characters; at most 500 are possible" in response.text
    assert Fields(response.text).values["reason.D"] == letter * kept
    assert "reason-D" in Fields(response.text).ids
    assert (
        expert.posts(
            "/survey", {**Fields(response.text).values, "reason.D": "短", "action": "continue"}
        ).headers["Location"]
        == "/survey/check"
    )


def test_a_form_that_is_too_large_is_refused_without_an_error_of_ours(expert: Expert) -> None:
    form = expert.form(D=20, S=50, E=30)
    assert expert.posts("/survey", {**form, "reason.D": "x" * 2_000_000}).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        *(b"reason.D=%ED%A0%80", b"reason.D=\xff\xfe", b"reason.D=%FF"),
        *(b"points.D=%ED%BF%BF", b"points.D=\xc3"),
    ],
)
def test_bytes_that_are_no_text_are_no_server_error(expert: Expert, body: bytes) -> None:
    token = expert.fields().values["csrf_token"].encode()
    for address in ("/survey", "/survey/draft"):
        response = expert.client.post(
            address,
            data=b"csrf_token=" + token + b"&version=0&" + body,
            content_type="application/x-www-form-urlencoded",
        )
        assert response.status_code in {200, 403, 409, 422}
    assert expert.looks().status_code == 200


def test_a_nul_is_refused_by_the_base(expert: Expert) -> None:
    form = expert.form(D=20, S=50, E=30)
    assert expert.posts("/survey", {**form, "reason.D": "a\0b"}).status_code == 400


def test_hostile_points_are_shown_as_text(expert: Expert) -> None:
    for text in TEXTS:
        response = expert.sends(D=text, S=50, E=50)
        assert response.status_code in {303, 422}, text
        assert "<script>alert" not in response.text
        assert Fields(expert.looks().text).scripts_with_text == 0


def test_names_and_titles_are_text(app: Flask, site: Site, around: Surroundings) -> None:
    study = study_in_round_2(site, around)
    page = Expert(app, study.tokens[0]).enters().looks().text
    assert "onerror" not in page
    assert " style=" not in page
    assert " onclick=" not in page
