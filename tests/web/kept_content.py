"""What one version of the answers says, read from forms, pages and submissions by a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.web.panel import Fields

CODES = ("D", "S", "E")


@dataclass(frozen=True)
class Content:
    """What one version of the answers says."""

    #: one for each of the codes
    points: tuple[str, ...]
    reasons: tuple[str, ...]
    abstains: bool

    @property
    def is_complete(self) -> bool:
        """Whether it may be submitted; written anew, so that two readings are compared."""
        if any(len(text) > 500 for text in self.reasons):
            return False
        if self.abstains:
            return True
        plain = [text.translate(WIDE) for text in self.points]
        if not all(text in {"0", "20", "50", "30", "10", "60", "100"} for text in plain):
            return False
        return sum(int(text) for text in plain) == 100


WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
SHORT = {"e\u0301te\u0301": "été"}


def stored_as(fields: Mapping[str, str]) -> Content:
    """Return what a form should be kept as: cut, in NFC, nothing else."""
    return Content(
        points=tuple(fields.get(f"points.{code}", "")[:40] for code in CODES),
        reasons=tuple(
            SHORT.get(text, text) for text in (fields.get(f"reason.{c}", "") for c in CODES)
        ),
        abstains=bool(fields.get("abstain.root")),
    )


def content_of(draft: Mapping[str, Any]) -> Content:
    """Return what a stored draft says."""
    return Content(
        points=tuple(draft["fields"].get(f"points.{code}", "") for code in CODES),
        reasons=tuple(draft["reasons"].get(code, "") for code in CODES),
        abstains=bool(draft["abstained"]),
    )


def shown_in(page: Fields) -> Content:
    return Content(
        points=tuple(page.values[f"points.{code}"] for code in CODES),
        reasons=tuple(page.values[f"reason.{code}"].strip() for code in CODES),
        abstains="abstain.root" in page.checked,
    )


def answer_of(content: Content) -> dict[str, Any]:
    """Return the part of a submission that holds the points."""
    head: dict[str, Any] = {"question": "root", "method": "constant_sum"}
    if content.abstains:
        return {**head, "abstain": True}
    points = [int(text.translate(WIDE)) for text in content.points]
    return {**head, "values": dict(zip(CODES, points, strict=True))}
