"""The second factor: time-based one-time passwords (RFC 4226, RFC 6238; SHA-1, six digits, 30 s).

SHA-1 is what every authenticator program understands; HMAC does not need it to resist collisions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_SECONDS = 30
#: RFC 4226 asks for at least 16 bytes and recommends 20.
SECRET_BYTES = 20
#: Steps before and after the present one that are accepted: clocks differ.
DRIFT_STEPS = 1
_CODE = re.compile(rf"[0-9]{{{DIGITS}}}", re.ASCII)


def time_step(instant: datetime) -> int:
    """Return the number of whole steps since 1970."""
    return int(instant.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one time step.

    Dynamic truncation of HMAC-SHA-1 (RFC 4226, 5.3): the low four bits of the last byte say where
    to read 31 bits, of which the last decimal digits are the code.
    """
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(
    secret: bytes, code: str, instant: datetime, last_step: int | None = None
) -> int | None:
    """Return the time step whose code this is, or None when it is wrong or was used.

    Parameters
    ----------
    secret
        As agreed with the authenticator.
    code
        What was typed; blanks inside are ignored.
    instant
        The present time; the steps beside it count too.
    last_step
        The step last accepted: it and earlier ones are refused, so that a code works once.
    """
    typed = "".join(code.split())
    if not _CODE.fullmatch(typed):
        return None
    now = time_step(instant)
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        is_right = hmac.compare_digest(code_at(secret, step), typed)
        if is_right and (last_step is None or step > last_step):
            found = step
    return found


def otpauth_address(secret: bytes, account: str, issuer: str) -> str:
    """Return the `otpauth://` address that authenticator programs read, usually as a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    query = urlencode(
        {
            "secret": base64.b32encode(secret).decode("ascii").rstrip("="),
            "issuer": issuer,
            "algorithm": "SHA1",
            "digits": DIGITS,
            "period": STEP_SECONDS,
        },
        quote_via=quote,
    )
    return f"otpauth://totp/{label}?{query}"
