"""Both languages say everything, on every page and in every state."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from delphi.surroundings import Surroundings
from delphi.translations import LOCALE, catalogue_file
from delphi.web.site import Site
from tests.studies import RunningStudy
from tests.web.panel import CODE, Expert, Fields, open_study

#: Latin words that stand on Chinese pages: names of things, not sentences.
_ALLOWED = {"Cookie", "English", "Delphi", "Weights"}


def states(app: Flask, study: RunningStudy) -> Iterator[tuple[str, Expert, str]]:
    """Yield every page in every state: its name, the browser, its text."""
    expert = Expert(app, study.tokens[0])
    stranger = Expert(app, study.tokens[0])
    for language in ("en", "zh-CN"):
        for one in (expert, stranger):
            one.language = language

        def page(name: str, text: str, language: str = language) -> tuple[str, Expert, str]:
            return f"{name} {language}", expert, text

        yield page("entry", stranger.looks("/s").text)
        yield page("entry again", stranger.looks("/s?again=1").text)
        yield page("stale", stranger.posts("/s", {"token": "0" * 26}).text)
        yield page("check", stranger.looks("/check").text)
        yield page("check wrong", stranger.posts("/check", {"code": "x"}).text)
        yield page("check unknown", stranger.posts("/check", {"code": "0" * 20}).text)
        yield page("kept", stranger.posts("/survey", {"points.D": "20"}).text)
    expert.enters()
    yield from _both(expert, "letter", "/survey")
    expert.presses("/survey", "/survey/consent")
    yield from _both(expert, "choose code", "/survey")
    expert.presses("/survey", "/survey/code", access_code=CODE)
    yield from _both(expert, "round 1", "/survey")
    yield from _both(expert, "about", "/survey/about")
    for language in ("en", "zh-CN"):
        expert.language = language
        page = expert.sends(D="47", S="-1", E="x").text
        yield f"errors {language}", expert, page
        yield (
            f"conflict {language}",
            expert,
            expert.posts("/survey", {**expert.form(D=1), "version": "999"}).text,
        )
        expert.presses("/survey", "/survey/choose", keep="other")
    expert.sends({"reason.D": "供给。"}, D="20", S="50", E="30")
    yield from _both(expert, "overview", "/survey/check")
    expert.submits()
    yield from _both(expert, "receipt", "/survey/receipt")
    locked = Expert(app, study.tokens[0]).enters()
    yield from _both(locked, "unlock", "/survey")
    locked.presses("/survey", "/survey/without")
    yield from _both(locked, "without", "/survey")
    form = expert.form(D="15", S="55", E="30")
    for one in range(1, 8):
        study.submits(one, (20, 50, 30))
    study.closes_round()
    for language in ("en", "zh-CN"):
        expert.language = language
        yield f"late {language}", expert, expert.posts("/survey", form).text
    yield from _both(expert, "waiting", "/survey")
    study.opens_round(departure="Another round.")
    yield from _both(expert, "round 2", "/survey")


def _both(expert: Expert, name: str, address: str) -> Iterator[tuple[str, Expert, str]]:
    for language in ("en", "zh-CN"):
        expert.language = language
        response = expert.looks(address)
        assert response.status_code == 200, name
        yield f"{name} {language}", expert, response.text


@pytest.fixture
def study(site: Site, around: Surroundings) -> RunningStudy:
    return open_study(site, around, experts=8, ready=False)


def seen_text(page: str) -> str:
    """Return what a reader sees."""
    body = page.split("<body", 1)[1].split(">", 1)[1]
    body = re.sub(r'<p class="code">.*?</p>|<dd class="mono">.*?</dd>', "", body)
    return re.sub(r"<[^>]*>", " ", re.sub(r"<(svg|script)\b.*?</\1>", " ", body, flags=re.DOTALL))


def test_every_state_of_every_page_is_in_the_language_of_the_reader(
    app: Flask, study: RunningStudy
) -> None:
    names = set()
    for name, _, page in states(app, study):
        names.add(name)
        text = seen_text(page)
        if name.endswith("zh-CN"):
            assert '<html lang="zh-CN">' in page, name
            found = set(re.findall(r"[A-Za-z]{4,}", text)) - _ALLOWED
            assert not found, (name, found)
        else:
            assert '<html lang="en">' in page, name
            without = text.replace("中文", "").replace("供给。", "")
            assert not re.search(r"[\u4e00-\u9fff]", without), name
    assert len(names) == 40


def test_no_page_has_script_or_style_in_it(app: Flask, study: RunningStudy) -> None:
    for name, _, page in states(app, study):
        assert Fields(page).scripts_with_text == 0, name
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), name


def test_no_page_repeats_an_identifier(app: Flask, study: RunningStudy) -> None:
    for name, _, page in states(app, study):
        found = re.findall(r'\sid="([^"]*)"', page)
        assert len(found) == len(set(found)), name
        for reference in re.findall(r'(?:aria-describedby|aria-labelledby|for)="([^"]+)"', page):
            assert set(reference.split()) <= set(found), (name, reference)


def test_every_page_has_one_heading_of_the_first_level(app: Flask, study: RunningStudy) -> None:
    for name, _, page in states(app, study):
        assert page.count("<h1") == 1, name


def test_the_language_is_kept_from_page_to_page(app: Flask, study: RunningStudy) -> None:
    expert = Expert(app, study.tokens[0]).enters()
    assert 'lang="zh-CN"' in expert.looks("/survey?lang=zh-CN").text.split(">", 2)[1]
    assert '<html lang="zh-CN">' in expert.looks("/survey").text
    assert expert.looks("/survey/submit?lang=en").headers["Location"] == "/survey"
    assert '<html lang="en">' in expert.looks("/survey").text


def test_the_catalogue_is_complete() -> None:
    with catalogue_file("survey").open("rb") as file:
        catalogue = read_po(file, locale=LOCALE, abort_invalid=True)
    messages = [message for message in catalogue if message.id]
    assert len(messages) > 200
    for message in messages:
        english = message.id if isinstance(message.id, str) else message.id[0]
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        assert chinese, english
        assert not message.fuzzy, english
        slots = re.compile(r"%\((\w+)\)s")
        assert set(slots.findall(chinese)) == set(slots.findall(english)), english
        assert re.findall(r"</?\w+", chinese) == re.findall(r"</?\w+", english), english


def test_no_sentence_says_anonymous_or_praises() -> None:
    text = catalogue_file("survey").read_text(encoding="utf-8")
    for word in (
        "匿名",
        "异常",
        "离群",
        "偏离",
        "anonym",
        "outlier",
        "deviat",
        "thank you for agree",
    ):
        assert word not in text.lower(), word
