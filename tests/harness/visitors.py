"""Experts who open, answer and submit over HTTP until the server is gone, and note its receipts."""

from __future__ import annotations

import http.client
import itertools
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

_FIELD = re.compile(r'<input [^>]*?name="([A-Za-z_.0-9]+)"[^>]*? value="([^"]*)"')
_CODES = ("D", "S", "E")
GONE = (http.client.HTTPException, OSError)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Receipt:
    """A submission that the server has acknowledged."""

    expert: int
    #: 16 bytes of the browser, hexadecimal: no two submissions have the same
    browser_nonce: str
    points: Mapping[str, int]


class UnexpectedError(Exception):
    """An answer that no visitor should get while the server is there."""


@dataclass
class Visitor:
    """The browser of one expert, on a connection of its own."""

    port: int
    token: str
    expert: int
    cookies: dict[str, str] = field(default_factory=dict)

    def enters(self) -> None:
        """Open the personal link and pass the terms."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self._asks("POST", "/s", {"token": self.token}, 303)

    def submits(self, number: int) -> Receipt:
        """Fill in the questionnaire, check it and submit it."""
        nonce = f"{self.expert:08x}{number:024x}"
        steps = (number % 19, (number // 19) % 2)
        points = dict(zip(_CODES, (5 * steps[0], 5 * steps[1], 100 - 5 * sum(steps)), strict=True))
        form = self._fields("/survey", "csrf_token", "version", "round")
        form |= {f"points.{code}": str(value) for code, value in points.items()}
        self._asks("POST", "/survey", {**form, "action": "continue"}, 303)
        form = self._fields("/survey/check", "csrf_token", "form_key", "round", "version")
        self._asks("POST", "/survey/submit", {**form, "browser_nonce": nonce}, 303)
        return Receipt(self.expert, nonce, points)

    def _fields(self, path: str, *names: str) -> dict[str, str]:
        found = dict(_FIELD.findall(self._asks("GET", path)))
        missing = [name for name in names if name not in found]
        if missing:
            raise UnexpectedError(f"{path}: no field {missing[0]}")
        return {name: found[name] for name in names}

    def _asks(
        self, method: str, path: str, form: Mapping[str, str] | None = None, status: int = 200
    ) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Sec-Fetch-Site": "same-origin",
                "Origin": f"http://127.0.0.1:{self.port}",
            }
        self._connection.request(method, path, urlencode(form or {}).encode(), headers)
        reply = self._connection.getresponse()
        body = reply.read().decode()
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()
        if reply.status != status:
            raise UnexpectedError(f"{method} {path}: {reply.status}")
        return body

    def leaves(self) -> None:
        """Close the connection."""
        self._connection.close()


class Crowd:
    """Visitors who submit again and again, each in a thread, until the server is gone."""

    def __init__(self, visitors: list[Visitor]) -> None:
        self.receipts: list[Receipt] = []
        self.errors: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._visit, args=(visitor,)) for visitor in visitors
        ]

    def start(self) -> None:
        """Let them come."""
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Wait until the last has noticed that the server is gone."""
        for thread in self._threads:
            thread.join()

    def _visit(self, visitor: Visitor) -> None:
        try:
            visitor.enters()
            while True:
                self.receipts.append(visitor.submits(next(_numbers)))
        except GONE:
            pass
        except UnexpectedError as error:
            self.errors.append(error)
        finally:
            visitor.leaves()
