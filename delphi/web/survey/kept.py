"""What was typed and could not be stored, read back: all of it is shown, and sent again.

The fields come without a valid link, so nothing says whose they are. Their form names the frozen
questionnaire that it was made for by its hash, which only those know to whom it was shown: so items
have their names here too. A form without the hash shows the codes of its fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from delphi.domain.answers.checking import fields_of
from delphi.domain.answers.typed import LONGEST_FIELD, LONGEST_TEXT, clean
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.web.formatting import names
from delphi.web.language import gettext
from delphi.web.survey import sentences
from delphi.web.survey.lines import Line, typed_lines
from delphi.web.words import FAMILIARITY, GROUNDS, INFLUENCES, JUDGEMENTS, PROPOSAL_KINDS

_FIELD = re.compile(
    r"(?:points|rating|place|more|times|best|worst|best_to|to_worst|reason|abstain|familiarity"
    r"|basis|implication|kind|about|proposal)\.[A-Za-z0-9][A-Za-z0-9._:-]{0,64}",
    re.ASCII,
)
#: More fields than any questionnaire has are not sent back.
_MOST = 10_000
_NOTHING = "—"


@dataclass(frozen=True)
class KeptText:
    """A reason or a proposal, in a field that its writer may copy it from."""

    field: str
    label: str
    text: str


@dataclass(frozen=True)
class Kept:
    """Everything that is sent again, and what is shown of it."""

    #: fields that are sent unchanged, and what they say
    fields: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    #: questions that cannot be judged: field and name
    abstained: tuple[tuple[str, str], ...]
    texts: tuple[KeptText, ...]
    #: whether items have their names here
    is_named: bool

    def __bool__(self) -> bool:
        """Whether anything was typed."""
        return bool(self.fields or self.abstained or self.texts)


def kept_of(form: Iterable[tuple[str, str]], asked: Questionnaire | None) -> Kept:
    """Return what is kept of a form.

    Parameters
    ----------
    form
        Names and texts of its fields as they came, in the order of the page.
    asked
        The questionnaire that the form was made for; None where that is not known.
    """
    sent = [(name, text) for name, text in form if _FIELD.fullmatch(name) and text][:_MOST]
    cut = {name: clean(text)[: _longest(name)] for name, text in sent}
    is_text = {name: name.startswith(("reason.", "proposal.")) for name in cut}
    plain = {name: text for name, text in cut.items() if not is_text[name]}
    ticked = [name for name in plain if name.startswith("abstain.")]
    return Kept(
        fields=tuple(pair for pair in plain.items() if pair[0] not in ticked),
        lines=_lines(plain, asked),
        abstained=tuple((name, _question_name(asked, name)) for name in ticked),
        texts=tuple(
            KeptText(name, _label(name, asked), text) for name, text in cut.items() if is_text[name]
        ),
        is_named=asked is not None,
    )


def _longest(name: str) -> int:
    return LONGEST_TEXT if name.startswith(("reason.", "proposal.")) else LONGEST_FIELD


def _lines(fields: Mapping[str, str], asked: Questionnaire | None) -> tuple[Line, ...]:
    """Return what the fields say, in their order; one that is told with another has no line."""
    questions = asked.questions if asked else ()
    told = {line.field: line for one in questions for line in typed_lines(one, fields)}
    known = {name for one in questions for name in fields_of(one)}
    lines = (
        told.get(name) if name in known else _other_line(name, text, asked)
        for name, text in fields.items()
    )
    return tuple(line for line in lines if line is not None and line.text)


def _other_line(name: str, text: str, asked: Questionnaire | None) -> Line | None:
    """Return what a field beside the questions says; of an unknown one, what stands in it."""
    kind, _, code = name.partition(".")
    if kind == "abstain":
        return None
    read = _BESIDE.get(kind)
    return Line(name, code, text) if read is None else Line(name, *read(code, text, asked))


def _familiarity(code: str, text: str, asked: Questionnaire | None) -> tuple[str, str]:
    about = gettext("Familiarity (%(name)s)", name=_name(asked, code))
    return about, str(FAMILIARITY.get(_digit(text), _NOTHING))


def _basis(code: str, text: str, asked: Questionnaire | None) -> tuple[str, str]:
    del asked
    return str(GROUNDS.get(code, code)), str(INFLUENCES.get(_digit(text), _NOTHING))


def _implication(code: str, text: str, asked: Questionnaire | None) -> tuple[str, str]:
    about = gettext("Implied weight (%(name)s)", name=_name(asked, code))
    return about, str(JUDGEMENTS.get(text, _NOTHING))


def _kind(code: str, text: str, asked: Questionnaire | None) -> tuple[str, str]:
    del asked
    return gettext("Text %(number)s", number=code), str(PROPOSAL_KINDS.get(text, _NOTHING))


def _about(code: str, text: str, asked: Questionnaire | None) -> tuple[str, str]:
    return gettext("Indicator of text %(number)s", number=code), _name(asked, text)


_BESIDE: Mapping[str, Callable[[str, str, Questionnaire | None], tuple[str, str]]] = {
    "familiarity": _familiarity,
    "basis": _basis,
    "implication": _implication,
    "kind": _kind,
    "about": _about,
}


def _label(name: str, asked: Questionnaire | None) -> str:
    kind, _, code = name.partition(".")
    if kind == "proposal":
        return gettext("Text %(number)s", number=code)
    return gettext("Reason (%(name)s)", name=_name(asked, code))


def _question_name(asked: Questionnaire | None, name: str) -> str:
    code = name.partition(".")[2]
    found: Question | None = asked.question(code) if asked else None
    return code if found is None else sentences.short_name(found)


def _name(asked: Questionnaire | None, code: str) -> str:
    """Return the name of an item, a dimension or an indicator; its code where it is not known."""
    if asked is None:
        return code
    known = {node.code: node.name for node in asked.proposals or ()}
    known |= {node.code: node.name for node in asked.implications}
    if asked.self_assessment is not None:
        known |= {one.code: one.name for one in asked.self_assessment.dimensions}
    known |= {item.code: item.name for question in asked.questions for item in question.items}
    return names(known[code]) if code in known else code


def _digit(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
