"""Forms. A form that only asks for an act has no fields but its token."""

from __future__ import annotations

from dataclasses import dataclass

from flask_wtf import FlaskForm

from delphi.web.language import Words


class ActionForm(FlaskForm):
    """The token alone: for buttons that act. `{{ csrf_field() }}` in templates writes the same."""


@dataclass(frozen=True)
class FieldProblem:
    """Something to correct: the identifier of its field and what is wrong and would be right.

    Views pass them to templates as `problems`; the base then begins the title with "Error:".
    """

    field: str
    text: str | Words
