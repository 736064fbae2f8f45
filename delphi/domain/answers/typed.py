"""The fields of a questionnaire as somebody typed them; what a draft keeps."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from delphi.domain.implications import judgements_from_document
from delphi.domain.proposals import Proposal, proposals_from_document
from delphi.domain.questionnaire import LONGEST_REASON, Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment, assessment_from_document

#: More characters than this are no answer in numbers; the field keeps them all the same.
LONGEST_FIELD = 40
#: A reason longer than allowed is kept up to here, so that it can be shortened and not retyped.
LONGEST_TEXT = 20 * LONGEST_REASON
#: Marks on one letter.
MOST_MARKS = 30
#: Full-width forms as an input method for Chinese writes them, the minus of print, the blank.
_PLAIN = {0xFF01 + at: 0x21 + at for at in range(94)} | {ord("−"): "-", ord(" "): None}
#: They would let a text show other letters than it has.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Typed:
    """The fields of one form as typed, limited in length, in NFC."""

    #: name of the form field → what was typed; the names are those of the method's module
    fields: Mapping[str, str]
    #: questions that the expert cannot judge
    abstained: frozenset[str]
    #: item → reason
    reasons: Mapping[str, str]
    #: the last answer was kept with one press
    kept: bool = False
    #: the self-assessment, typed on a page of its own and counted in versions of its own, 1, 2, …
    assessed: Assessment = NOTHING
    assessed_version: int = 0
    #: what was said of what the answers imply, on a page of its own too: node → judgement
    judged: Mapping[str, str] = field(default_factory=dict)
    judged_version: int = 0
    #: what was proposed, likewise
    proposals: tuple[Proposal, ...] = ()
    proposals_version: int = 0
    #: the own last answers were looked at again, where the group's figures wait for that
    looked: bool = False

    def to_document(self) -> dict[str, object]:
        """Return the content of a draft."""
        assessed = {"version": self.assessed_version, **self.assessed.to_document()}
        judged = {"version": self.judged_version, "given": dict(self.judged)}
        given = [one.to_document() for one in self.proposals]
        proposals = {"version": self.proposals_version, "given": given}
        return {
            **({"assessment": assessed} if self.assessed_version else {}),
            **({"implications": judged} if self.judged_version else {}),
            **({"proposals": proposals} if self.proposals_version else {}),
            **({"looked": True} if self.looked else {}),
            "fields": {name: text for name, text in self.fields.items() if text},
            "abstained": sorted(self.abstained),
            "reasons": {code: text for code, text in self.reasons.items() if text},
            "kept": self.kept,
        }


@dataclass(frozen=True)
class Gap:
    """Something to correct: a code, the field it stands at, what was found."""

    code: str
    #: name of the form field
    field: str
    question: str
    found: str = ""
    #: for off-step values the two nearest allowed ones; for sums the difference; for scales the
    #: ends; for a text its limit
    low: int = 0
    high: int = 0


def typed_from_document(document: Mapping[str, object]) -> Typed:
    """Read the content of a draft back."""
    fields, reasons = document.get("fields"), document.get("reasons")
    abstained, assessed = document.get("abstained"), document.get("assessment")
    version = assessed.get("version") if isinstance(assessed, dict) else 0
    judged = document.get("implications")
    judged = judged if isinstance(judged, dict) else {}
    judged_version = judged.get("version")
    proposals = document.get("proposals")
    proposals = proposals if isinstance(proposals, dict) else {}
    proposals_version = proposals.get("version")
    return Typed(
        fields=dict(fields) if isinstance(fields, dict) else {},
        abstained=frozenset(abstained) if isinstance(abstained, list) else frozenset(),
        reasons=dict(reasons) if isinstance(reasons, dict) else {},
        kept=document.get("kept") is True,
        assessed=assessment_from_document(assessed),
        assessed_version=version if isinstance(version, int) else 0,
        judged=judgements_from_document(judged.get("given")),
        judged_version=judged_version if isinstance(judged_version, int) else 0,
        proposals=proposals_from_document(proposals.get("given")),
        proposals_version=proposals_version if isinstance(proposals_version, int) else 0,
        looked=document.get("looked") is True,
    )


def read_typed(
    questionnaire: Questionnaire, names: Iterable[str], form: Mapping[str, str], *, kept: bool
) -> Typed:
    """Take the named fields out of a posted form; unknown ones are left, over-long ones cut."""
    items = [item.code for question in questionnaire.questions for item in question.items]
    groups = [question.question for question in questionnaire.questions]
    return Typed(
        fields={name: clean(form.get(name, ""))[:LONGEST_FIELD].strip() for name in names},
        abstained=frozenset(g for g in groups if form.get(f"abstain.{g}")),
        reasons={
            c: clean(form.get(f"reason.{c}", "").replace("\r\n", "\n")).strip()[:LONGEST_TEXT]
            for c in items
        },
        kept=kept,
    )


def clean(text: str) -> str:
    """Return text in NFC without control characters (but line breaks) and direction overrides."""
    kept = "".join(
        c
        for c in text
        if c == "\n" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _OVERRIDES)
    )
    return unicodedata.normalize("NFC", _stream_safe(kept))


def _stream_safe(text: str) -> str:
    """Return text without the marks that pile up beyond 30 on one letter.

    No writing needs them (Stream-Safe Text Format, UAX 15), and putting long runs of them in order
    takes time that grows with the square of their number.
    """
    kept: list[str] = []
    run = 0
    for c in text:
        run = run + 1 if unicodedata.combining(c) else 0
        if run <= MOST_MARKS:
            kept.append(c)
    return "".join(kept)


def plain_number(text: str) -> str:
    """Return what was typed with full-width signs made plain and without blanks; nothing else.

    Digits that mean something else where they stand, as ² and ①, stay what they are.
    """
    plain = text.translate(_PLAIN)
    if plain.isascii():
        return plain
    return "".join(c for c in plain if unicodedata.category(c) != "Zs")
