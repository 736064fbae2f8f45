"""The hash chain of a study's events.

An event holds its height, its parent's hash, a UTC day (never a time of day), a type and the hash
of its payload. The payload lies beside, so that text in it can be erased later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.record.canonical import canonical_bytes

EVENT_LABEL = b"delphi-event/1"
PAYLOAD_LABEL = b"delphi-payload/1"
FORMAT = "delphi-event/1"


@dataclass(frozen=True)
class Event:
    """One link of the chain."""

    #: id of the study whose chain it is
    study: str
    #: 0, 1, 2 …
    height: int
    #: hash of the event before; None at height 0
    parent: str | None
    #: what happened, as a word of the study's vocabulary of events
    type: str
    #: UTC day, YYYY-MM-DD
    day: str
    #: `payload_hash` of what the event says
    payload_sha256: str

    @property
    def hash(self) -> str:
        """SHA-256 of the labelled canonical bytes of the event."""
        document = {
            "format": FORMAT,
            "study": self.study,
            "height": self.height,
            "parent": self.parent,
            "type": self.type,
            "day": self.day,
            "payload_sha256": self.payload_sha256,
        }
        return hashlib.sha256(EVENT_LABEL + b"\0" + canonical_bytes(document)).hexdigest()


def payload_hash(payload: Mapping[str, Any]) -> str:
    """Hash what an event says: SHA-256(label 0x00 canonical bytes).

    Parameters
    ----------
    payload
        A document that has a canonical form.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.
    """
    return hashlib.sha256(PAYLOAD_LABEL + b"\0" + canonical_bytes(payload)).hexdigest()


def next_event(
    study: str, before: Event | None, event_type: str, day: str, payload: Mapping[str, Any]
) -> Event:
    """Make the next link of a study's chain.

    Parameters
    ----------
    study
        Id of the study.
    before
        Last event of its chain; None for the first.
    event_type
        What happened.
    day
        UTC day, YYYY-MM-DD.
    payload
        What the event says; only its hash goes into the event.

    Returns
    -------
    Event
        One higher than `before`, bound to its hash.
    """
    return Event(
        study,
        0 if before is None else before.height + 1,
        None if before is None else before.hash,
        event_type,
        day,
        payload_hash(payload),
    )


def first_break(events: Iterable[tuple[Event, str, Mapping[str, Any]]]) -> int | None:
    """Return the first height at which a chain does not hold, or None when all of it does.

    Parameters
    ----------
    events
        In order of height: the event, the hash stored for it, its payload.

    Returns
    -------
    int or None
        First height at which height, parent, payload or the event's own hash is not what it must
        be.
    """
    parent: str | None = None
    for height, (event, stored, payload) in enumerate(events):
        holds = (
            event.height == height
            and event.parent == parent
            and event.payload_sha256 == payload_hash(payload)
            and event.hash == stored
        )
        if not holds:
            return height
        parent = stored
    return None
