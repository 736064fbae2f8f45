"""Where to go after signing in: only to a page of ours, whatever the address says."""

from __future__ import annotations

import re

from flask import current_app
from werkzeug.exceptions import HTTPException

from delphi.web.access import audience_of

HOME_OF_STAFF = "/studies"
# One slash, then what may stand in a path and a query as browsers send them; in particular no
# second slash at the start, no backslash, no control character, no `#`, no `@` before a host.
_PATH = r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?"
_LOCAL = re.compile(rf"{_PATH}(?:\?[^#\\\s]*)?")
_LONGEST = 500


def local_target(asked: str | None) -> str:
    """Return `asked` when it is the address of one of our pages for staff, else `/studies`."""
    if not asked or len(asked) > _LONGEST or not asked.isascii() or not asked.isprintable():
        return HOME_OF_STAFF
    if not _LOCAL.fullmatch(asked):
        return HOME_OF_STAFF
    path = asked.partition("?")[0]
    try:
        endpoint, _ = current_app.url_map.bind("localhost").match(path, method="GET")
    except HTTPException:
        return HOME_OF_STAFF
    audience = audience_of(current_app.view_functions[endpoint])
    return asked if audience is not None and audience.kind == "staff" else HOME_OF_STAFF
