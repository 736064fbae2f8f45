"""Documents that travel in a cookie of the survey: sealed by the instance key for one purpose."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from analysis.record.canonical import canonical_bytes
from delphi.instance_key import InstanceKey

_LONGEST_COOKIE = 2000


def sealed(key: InstanceKey, purpose: str, document: Mapping[str, object]) -> str:
    """Return the value of a cookie that holds a document."""
    closed = key.seal(purpose, canonical_bytes(document))
    return base64.urlsafe_b64encode(closed).decode("ascii").rstrip("=")


def opened(key: InstanceKey, purpose: str, value: str) -> dict[str, Any] | None:
    """Return the document in the value of a cookie, or None where this key has not sealed it."""
    if not value or len(value) > _LONGEST_COOKIE:
        return None
    try:
        closed = base64.urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))
    except (ValueError, binascii.Error):
        return None
    plain = key.open(purpose, closed)
    return None if plain is None else dict(json.loads(plain))
