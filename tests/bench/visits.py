"""What visitors do: an expert answers a questionnaire; somebody calls on the bare handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from tests.bench.client import Reply, Request, UnexpectedError, Visit

_FIELD = re.compile(rb'<input [^>]*?name="([A-Za-z_.0-9]+)"[^>]*? value="([^"]*)"')
_POINTS = re.compile(rb'name="points\.([A-Za-z0-9._-]+)"')
_STEP, _TOTAL = 5, 100
_REASON = "供给侧的指标最多，城市能直接着力的也在这里。"


def login(who: Mapping[str, Any], number: int) -> Visit:
    """Open the personal link; the cookies are kept for what follows."""
    del number
    yield Request("login", "POST", "/s", _form({"token": who["token"]}), 303)


def questionnaire(who: Mapping[str, Any], number: int) -> Visit:
    """Open the questionnaire, fill it in, check it, submit it and read the receipt."""
    del who
    page = yield Request("open", "GET", "/survey")
    form = {**_fields(page, "csrf_token", "version", "round", "kept"), "action": "continue"}
    form |= _answers(page, number)
    yield Request("save", "POST", "/survey", _form(form), 303)
    page = yield Request("check", "GET", "/survey/check")
    form = _fields(page, "csrf_token", "form_key", "round", "version")
    form["browser_nonce"] = f"{number:032x}"
    yield Request("submit", "POST", "/survey/submit", _form(form), 303)
    page = yield Request("receipt", "GET", "/survey/receipt")
    if b'class="code"' not in page.body:
        raise UnexpectedError("receipt: no receipt code")


def bare(who: Mapping[str, Any], number: int) -> Visit:
    """Send as many requests as a questionnaire takes: three pages, two inserts."""
    del who
    form = _form({"text": f"{number} {_REASON}"})
    yield Request("open", "GET", "/")
    yield Request("save", "POST", "/", form, 303)
    yield Request("check", "GET", "/")
    yield Request("submit", "POST", "/", form, 303)
    yield Request("receipt", "GET", "/")


def _answers(page: Reply, number: int) -> dict[str, str]:
    """Divide 100 points over the fields of the page; every other visitor gives a reason."""
    codes = [code.decode() for code in _POINTS.findall(page.body)]
    if not codes:
        raise UnexpectedError("open: no fields for points")
    steps = _TOTAL // _STEP
    points = dict.fromkeys(codes, steps // len(codes))
    points[codes[0]] += steps - sum(points.values())
    moved = min(number % 3, points[codes[-1]])
    points[codes[-1]] -= moved
    points[codes[0]] += moved
    answers = {f"points.{code}": str(_STEP * given) for code, given in points.items()}
    answers |= {f"reason.{code}": "" for code in codes}
    if number % 2:
        answers[f"reason.{codes[0]}"] = _REASON
    return answers


def _fields(page: Reply, *names: str) -> dict[str, str]:
    found = {name.decode(): value.decode() for name, value in _FIELD.findall(page.body)}
    missing = [name for name in names if name not in found]
    if missing:
        raise UnexpectedError(f"no field {missing[0]}")
    return {name: found[name] for name in names}


def _form(fields: Mapping[str, str]) -> bytes:
    return urlencode(fields).encode()


VISITS: Mapping[str, Callable[[Mapping[str, Any], int], Visit]] = {
    "login": login,
    "questionnaire": questionnaire,
    "bare": bare,
}
