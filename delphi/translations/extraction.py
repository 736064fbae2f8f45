"""What there is to translate: every text of the templates and of the code.

Texts are marked by `_`, `gettext`, `ngettext`, `lazy_gettext` (also imported as `_lazy`) and, in
templates, `{% trans %}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parent.parent.parent
KEYWORDS: Mapping[str, tuple[int, ...] | None] = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
_OPTIONS = {"**.html": {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}}

#: A text, or its singular and plural.
MessageId = str | tuple[str, ...]


@dataclass(frozen=True)
class Message:
    """A text and where it stands."""

    id: MessageId
    file: Path
    line: int


def extract_messages() -> Iterator[Message]:
    """Yield every text of `templates/` and `delphi/`, once for each place."""
    for folder, methods in (
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
        ("delphi", [("**.py", "python")]),
    ):
        found = extract_from_dir(
            ROOT / folder,
            method_map=methods,
            options_map=_OPTIONS,
            keywords=dict(KEYWORDS),
            # The default leaves out folders that begin with an underscore, as our macros do.
            directory_filter=lambda path: Path(path).name != "__pycache__",
        )
        for name, line, text, _, _ in found:
            if text:
                yield Message(text, Path(folder) / name, line)
