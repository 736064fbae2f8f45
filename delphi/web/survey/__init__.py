"""Pages for invited experts: the way in, the questionnaire, the receipt, and its public check."""

from __future__ import annotations

from delphi.web.survey import (
    answering,
    checking,
    entry,
    familiarity,
    implications,
    opening,
    proposals,
    receipts,
    refusals,
    submitting,
    unsubmitted,
)
from delphi.web.survey.base import blueprint

__all__ = [
    "answering",
    "blueprint",
    "checking",
    "entry",
    "familiarity",
    "implications",
    "opening",
    "proposals",
    "receipts",
    "refusals",
    "submitting",
    "unsubmitted",
]
