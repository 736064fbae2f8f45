"""Refusals of the domain: a stable code and its parameters; words are chosen where people read."""

from __future__ import annotations


class DomainError(Exception):
    """Something that the rules of a study do not allow.

    The code names the rule, the parameters fill the sentence; neither carries a person's name, a
    token or an answer, so that both may be logged.
    """

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = parameters

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.code} ({shown})" if shown else self.code


class NotFoundError(DomainError):
    """What was asked for does not exist, or not for whoever asked."""


class NotAllowedError(DomainError):
    """Whoever asked may not do this."""
