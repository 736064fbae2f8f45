"""The life of a round: draft → open → closed → published, and nothing else."""

from __future__ import annotations

from delphi.errors import DomainError

DRAFT, OPEN, CLOSED, PUBLISHED = "draft", "open", "closed", "published"
_NEXT = {DRAFT: OPEN, OPEN: CLOSED, CLOSED: PUBLISHED}


def check_transition(state: str, target: str) -> None:
    """Refuse a step that the life of a round does not have."""
    if _NEXT.get(state) != target:
        raise DomainError("round_transition", state=state, target=target)
