"""Forms. A form that only asks for an act has no fields but its token."""

from __future__ import annotations

from dataclasses import dataclass

from flask_wtf import FlaskForm  # type: ignore[import-untyped]  # ships no types

from delphi.web.language import Words


class ActionForm(FlaskForm):  # type: ignore[misc]  # the base is untyped
    """The token alone: for buttons that act. `{{ csrf_field() }}` in templates writes the same."""


@dataclass(frozen=True)
class FieldProblem:
    """Something to correct: the identifier of its field and what is wrong and would be right.

    Views pass them to templates as `problems`; the base then begins the title with "Error:".
    """

    field: str
    text: str | Words
