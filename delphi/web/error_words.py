"""The words of the error pages: what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delphi.web.language import Words
from delphi.web.language import lazy_gettext as _lazy


@dataclass(frozen=True)
class ErrorWords:
    """A heading and what to do about it."""

    heading: Words
    advice: Words


WORDS: Mapping[int | str, ErrorWords] = {}
