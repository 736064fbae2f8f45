"""The pages of an answering expert, in order: from the weights to the check."""

from __future__ import annotations

from delphi.domain.questionnaire import Questionnaire


def step_after(asked: Questionnaire, here: str) -> str:
    """Return the view that follows a step; what a round does not ask is left out."""
    steps = ["questionnaire"]
    if asked.self_assessment is not None:
        steps.append("familiarity")
    if asked.implications:
        steps.append("implications")
    steps.append("overview")
    return steps[steps.index(here) + 1]
