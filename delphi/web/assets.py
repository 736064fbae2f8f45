"""Static files under addresses that change with their content, so that browsers keep them for good.

The version in the address is one hash over all files: an ES module may import another by a relative
path, and both come from the same version. The files are few and small, so they are read once, at
the start, and no address ever reaches the file system.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask, Response, abort

from delphi.web.access import public

FOLDER = Path(__file__).resolve().parent.parent.parent / "static"
ADDRESS = "/static"
KEPT_FOR_GOOD = "public, max-age=31536000, immutable"
_VERSION_DIGITS = 12
_VERSION = re.compile(rf"[0-9a-f]{{{_VERSION_DIGITS}}}")
#: Where the tables of operating systems differ.
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def install_assets(app: Flask, folder: Path = FOLDER) -> None:
    """Serve the static files and give templates `static_url('delphi.css')`."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    version = content_version(files)

    @public
    def static_file(name: str) -> Response:
        asked, _, path = name.partition("/")
        name = path if _VERSION.fullmatch(asked) else name
        if name not in files:
            abort(404)
        response = Response(files[name], mimetype=_type_of(name))
        # A page of an older version may still ask for its files: it gets the present ones, and
        # keeps them no longer than the page.
        response.headers["Cache-Control"] = KEPT_FOR_GOOD if asked == version else "no-cache"
        return response

    app.add_url_rule(f"{ADDRESS}/<path:name>", "static", static_file)
    app.jinja_env.globals["static_url"] = static_url_builder(version)


def static_url_builder(version: str) -> Callable[[str], str]:
    """Return the function that makes the address of a static file."""

    def static_url(name: str) -> str:
        return f"{ADDRESS}/{version}/{name}"

    return static_url


def content_version(files: Mapping[str, bytes]) -> str:
    """Return a hash over the names and contents of all files."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:_VERSION_DIGITS]


def _type_of(name: str) -> str:
    suffix = Path(name).suffix
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
