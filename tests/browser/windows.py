"""Browser windows that take note of everything that must not happen in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

PHONE = 390
DESK = 1280
HEIGHTS = {PHONE: 844, DESK: 900}
#: Chromium writes this for every answer that is not 2xx; error pages are pages here, and what may
#: not be missing (styles, scripts, images) is found by its own rule.
_ANSWERED_WITH_ERROR = "Failed to load resource: the server responded with a status of 4"
_LOST_NETWORK = "net::ERR_INTERNET_DISCONNECTED"
_STATIC = "/static/"


@dataclass
class Windows:
    """Opens windows on one site, each a visitor of its own, and watches all of them."""

    browser: Browser
    base_url: str
    #: what must not happen and did
    complaints: list[str] = field(default_factory=list)
    #: a lost network is part of the test
    may_lose_network: bool = False
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        *,
        language: str = "zh-CN",
        width: int = PHONE,
        script: bool = True,
        dark: bool = False,
    ) -> Page:
        """Open a window without any history.

        Parameters
        ----------
        language
            What the browser prefers; the pages follow.
        script
            Whether scripts run.
        """
        context = self.browser.new_context(
            base_url=self.base_url,
            locale=language,
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # nothing is measured in the middle of a change of colour
            has_touch=width < DESK,
        )
        context.set_default_timeout(8_000)
        self._contexts.append(context)
        self._watch(context)
        return context.new_page()

    def another(self, page: Page) -> Page:
        """Open a second window of the same visitor."""
        return page.context.new_page()

    def close(self) -> None:
        """Close every window."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def assert_nothing_happened(self) -> None:
        """Fail with everything that must not happen and did."""
        assert not self.complaints, "\n".join(self.complaints)

    def _watch(self, context: BrowserContext) -> None:
        context.on("console", self._said)
        context.on("weberror", lambda error: self._complain("uncaught error", str(error.error)))
        context.on("request", self._asked)
        context.on("response", self._answered)

    def _complain(self, what: str, detail: str) -> None:
        self.complaints.append(f"{what}: {detail}")

    def _said(self, message: ConsoleMessage) -> None:
        text = message.text
        if message.type not in {"error", "warning"} or text.startswith(_ANSWERED_WITH_ERROR):
            return
        if self.may_lose_network and _LOST_NETWORK in text:
            return
        kind = "policy" if "Content Security Policy" in text else f"console {message.type}"
        self._complain(kind, f"{text} ({message.location})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"data", "blob", "about"}:
            return
        if f"{parts.scheme}://{parts.netloc}" != self.base_url:
            self._complain("foreign host", request.url)

    def _answered(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 500:
            self._complain(f"status {response.status}", path)
        elif response.status >= 400 and path.startswith(_STATIC):
            self._complain("missing file", path)
