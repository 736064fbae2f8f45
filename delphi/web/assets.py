"""Static files under addresses that change with their content, so that browsers keep them for good.

The version in the address is one hash over all files: an ES module may import another by a relative
path, and both come from the same version.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, send_from_directory

from delphi.web.access import public

FOLDER = Path(__file__).resolve().parent.parent.parent / "static"
ADDRESS = "/static"
KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
_VERSION_DIGITS = 12
_VERSION = re.compile(rf"[0-9a-f]{{{_VERSION_DIGITS}}}")


def install_assets(app: Flask, folder: Path = FOLDER) -> None:
    """Serve the static files and give templates `static_url('delphi.css')`."""
    version = content_version(folder)

    @public
    def static_file(name: str) -> Response:
        asked, _, path = name.partition("/")
        is_current = asked == version
        has_version = _VERSION.fullmatch(asked) is not None
        response = send_from_directory(folder, path if has_version else name)
        # A page of an older version may still ask for its files: it gets the present ones, and
        # keeps them no longer than the page.
        response.headers["Cache-Control"] = KEPT_FOR_GOOD if is_current else "no-cache"
        return response

    app.add_url_rule(f"{ADDRESS}/<path:name>", "static", static_file)
    app.jinja_env.globals["static_url"] = static_url_builder(version)


def static_url_builder(version: str) -> Callable[[str], str]:
    """Return the function that makes the address of a static file."""

    def static_url(name: str) -> str:
        return f"{ADDRESS}/{version}/{name}"

    return static_url


def content_version(folder: Path) -> str:
    """Return a hash over the names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()[:_VERSION_DIGITS]
