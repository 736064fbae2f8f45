"""The network that a request comes from, as far as throttles take it together."""

from __future__ import annotations

import ipaddress

from flask import request

from delphi.web.site import current_site

_IPV4_PREFIX = 24
_IPV6_PREFIX = 48


def network() -> str:
    """Return the network that a request comes from, as far as it is throttled together.

    The built-in server listens on the loopback address only. Where people reach the program under
    another address there is a proxy in front, on this machine, and the last entry that it added to
    X-Forwarded-For is the visitor; otherwise the header is not looked at.
    """
    address = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    if forwarded and not current_site().settings.is_loopback and _is_loopback(address):
        address = forwarded
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    prefix = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
