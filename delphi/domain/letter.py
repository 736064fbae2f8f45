"""The letter that an expert reads first: who asks, for what, from which viewpoint, whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("zh", "en")
#: What must be filled in, in both languages, before launch.
REQUIRED = ("organiser", "purpose", "viewpoint", "contact")
LONGEST = 600


@dataclass(frozen=True)
class Letter:
    """Texts of the letter; each maps `zh` and `en` to text."""

    organiser: Mapping[str, str] = field(default_factory=dict)
    #: what the index is for and what is asked, one or two sentences
    purpose: Mapping[str, str] = field(default_factory=dict)
    #: from whose viewpoint to answer
    viewpoint: Mapping[str, str] = field(default_factory=dict)
    #: whom to call, with hours
    contact: Mapping[str, str] = field(default_factory=dict)
    telephone: str = ""
    email: str = ""
    minutes: int = 10

    def to_document(self) -> dict[str, Any]:
        """Return the stored form."""
        return {
            **{name: dict(getattr(self, name)) for name in REQUIRED},
            "telephone": self.telephone,
            "email": self.email,
            "minutes": self.minutes,
        }

    def gaps(self) -> tuple[str, ...]:
        """Return the fields that are empty: `organiser.zh`, …, `telephone`."""
        missing = [
            f"{name}.{language}"
            for name in REQUIRED
            for language in LANGUAGES
            if not getattr(self, name).get(language)
        ]
        return (*missing, *(() if self.telephone else ("telephone",)))


def from_document(document: Mapping[str, Any]) -> Letter:
    """Read a stored letter back."""
    return Letter(**document)
