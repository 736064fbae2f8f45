"""The questionnaire's form as it was sent: what was typed, from which version, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from delphi.domain.answers.checking import Values, fields_of, read_fields, to_fields
from delphi.domain.answers.constant_sum import even_out
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import CONSTANT_SUM
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.queries.survey import Answers

#: Acts that change the fields; each may name one question: `keep.root`.
TOOLS = ("keep", "even", "clear")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True)
class SentForm:
    """What a browser sent."""

    fields: Mapping[str, str]

    @property
    def version(self) -> int | None:
        """The version of the draft that the form was rendered from; None where it says none."""
        return self._number("version")

    @property
    def assessed_version(self) -> int | None:
        """The version of the self-assessment that the check showed; None where it says none."""
        return self._number("assessed_version")

    @property
    def judged_version(self) -> int | None:
        """The version of the opinions on what follows that the check showed, or None."""
        return self._number("judged_version")

    @property
    def proposals_version(self) -> int | None:
        """The version of the proposals that the check showed; None where it says none."""
        return self._number("proposals_version")

    @property
    def round(self) -> int | None:
        """The round that the form was rendered for; None where it says none."""
        return self._number("round")

    @property
    def tool(self) -> tuple[str, str] | None:
        """An act that changes the fields and the question it names (empty: all), or None."""
        act, _, question = self.fields.get("action", "").partition(".")
        return (act, question) if act in TOOLS else None

    @property
    def looks(self) -> bool:
        """Whether the own last answers were looked at, and the group's figures are asked for."""
        return self.fields.get("action") == "look"

    @property
    def saves_for_later(self) -> bool:
        """Whether the expert wants to go on another time."""
        return self.fields.get("action") == "save"

    @property
    def only_saves(self) -> bool:
        """Whether the form is to come back: to go on later, or with the group's figures."""
        return self.looks or self.saves_for_later

    @property
    def replaces(self) -> bool:
        """Whether what else was typed without the access code is let go for this."""
        return self.fields.get("action") == "instead"

    @property
    def goes_to_proposals(self) -> bool:
        """Whether the expert wants to propose something before going on."""
        return self.fields.get("action") == "proposals"

    @property
    def says_kept(self) -> bool:
        """Whether the form says that the last answer was kept with one press."""
        return self.fields.get("kept") == "1"

    def typed(self, questionnaire: Questionnaire) -> Typed:
        """Return the fields of a questionnaire as typed; whether it was kept is another matter."""
        return read_fields(questionnaire, self.fields, kept=False)

    def _number(self, name: str) -> int | None:
        text = self.fields.get(name, "")
        return int(text) if _WHOLE.fullmatch(text) else None


def apply_tool(
    tool: tuple[str, str], questionnaire: Questionnaire, typed: Typed, last: Answers | None
) -> Typed:
    """Return the fields after one of the acts below a card."""
    act, name = tool
    for question in questionnaire.questions:
        if name in ("", question.question):
            typed = _applied(act, question, typed, (last or {}).get(question.question))
    return typed


def _applied(act: str, question: Question, typed: Typed, last: Values | None) -> Typed:
    if act == "keep":
        return typed if last is None else _kept(question, typed, last)
    if act == "clear":
        fields = dict.fromkeys(fields_of(question), "")
    elif question.method == CONSTANT_SUM:
        fields = even_out(question, typed)
    else:
        return typed  # there is nothing to split
    return replace(typed, fields={**typed.fields, **fields})


def _kept(question: Question, typed: Typed, last: Values) -> Typed:
    fields = {**typed.fields, **to_fields(question, last)}
    return replace(typed, fields=fields, abstained=typed.abstained - {question.question})
