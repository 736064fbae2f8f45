"""Reading a 100-point allocation as somebody typed it, with every gap named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from delphi.domain.questionnaire import LONGEST_REASON, Question, Questionnaire
from delphi.domain.self_assessment import NOTHING, Assessment, assessment_from_document

#: More characters than this are no number of points; the field keeps them all the same.
LONGEST_FIELD = 40
#: A reason longer than allowed is kept up to here, so that it can be shortened and not retyped.
LONGEST_TEXT = 20 * LONGEST_REASON
_INTEGER = re.compile(r"\d{1,3}", re.ASCII)
#: They would let a text show other letters than it has.
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NUMBER = re.compile(r"[+-]?\d*[.,]?\d+", re.ASCII)


@dataclass(frozen=True)
class Typed:
    """The fields of one form as typed, limited in length, in NFC; what a draft keeps."""

    points: Mapping[str, str]
    abstained: frozenset[str]
    reasons: Mapping[str, str]
    #: the last answer was kept with one press
    kept: bool = False
    #: the self-assessment, typed on a page of its own and counted in versions of its own, 1, 2, …
    assessed: Assessment = NOTHING
    assessed_version: int = 0

    def to_document(self) -> dict[str, object]:
        """Return the content of a draft."""
        assessed = {"version": self.assessed_version, **self.assessed.to_document()}
        return {
            **({"assessment": assessed} if self.assessed_version else {}),
            "points": {code: text for code, text in self.points.items() if text},
            "abstained": sorted(self.abstained),
            "reasons": {code: text for code, text in self.reasons.items() if text},
            "kept": self.kept,
        }


@dataclass(frozen=True)
class Gap:
    """Something to correct: a code, the field it stands at, what was found."""

    code: str
    #: `points.<code>`, `abstain.<group>` or `reason.<code>`
    field: str
    question: str
    found: str = ""
    #: for off-step values the two nearest allowed ones; for sums the difference
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class Allocation:
    """The answer to one question: points by item, or None when the expert abstained."""

    question: str
    points: Mapping[str, int] | None


def typed_from_document(document: Mapping[str, object]) -> Typed:
    """Read the content of a draft back."""
    points, reasons = document.get("points"), document.get("reasons")
    abstained, assessed = document.get("abstained"), document.get("assessment")
    version = assessed.get("version") if isinstance(assessed, dict) else 0
    return Typed(
        points=dict(points) if isinstance(points, dict) else {},
        abstained=frozenset(abstained) if isinstance(abstained, list) else frozenset(),
        reasons=dict(reasons) if isinstance(reasons, dict) else {},
        kept=document.get("kept") is True,
        assessed=assessment_from_document(assessed),
        assessed_version=version if isinstance(version, int) else 0,
    )


def read_fields(questionnaire: Questionnaire, form: Mapping[str, str], *, kept: bool) -> Typed:
    """Take the known fields out of a posted form; unknown ones are left, over-long ones cut."""
    items = [item.code for question in questionnaire.questions for item in question.items]
    groups = [question.question for question in questionnaire.questions]
    return Typed(
        points={c: clean(form.get(f"points.{c}", ""))[:LONGEST_FIELD].strip() for c in items},
        abstained=frozenset(g for g in groups if form.get(f"abstain.{g}")),
        reasons={
            c: clean(form.get(f"reason.{c}", "").replace("\r\n", "\n")).strip()[
                : 20 * LONGEST_REASON
            ]
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
    return unicodedata.normalize("NFC", kept)


def read_points(text: str) -> str:
    """Return what was typed with full-width digits and blanks made plain; nothing else changes."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace("−", "-")


def check(
    questionnaire: Questionnaire, typed: Typed
) -> tuple[tuple[Allocation, ...], tuple[Gap, ...]]:
    """Return the answers and every gap; answers are only usable when there is no gap."""
    answers: list[Allocation] = []
    gaps: list[Gap] = []
    for question in questionnaire.questions:
        if question.question in typed.abstained:
            answers.append(Allocation(question.question, None))
        else:
            points, found = _check_question(question, typed)
            answers.append(Allocation(question.question, points))
            gaps.extend(found)
        gaps.extend(_check_reasons(question, typed))
    return tuple(answers), tuple(gaps)


def _check_question(question: Question, typed: Typed) -> tuple[dict[str, int], list[Gap]]:
    points: dict[str, int] = {}
    gaps: list[Gap] = []
    for item in question.items:
        text = read_points(typed.points.get(item.code, ""))
        gap = _check_field(question, item.code, text)
        if gap is None:
            points[item.code] = int(text)
        else:
            gaps.append(gap)
    total = sum(points.values())
    if not gaps and total != question.total:
        code = "sum_over" if total > question.total else "sum_left"
        field = f"points.{question.items[0].code}"
        gaps.append(Gap(code, field, question.question, str(total), abs(total - question.total)))
    return points, gaps


def _check_field(question: Question, code: str, text: str) -> Gap | None:
    field = f"points.{code}"
    reason = _unreadable(text)
    if reason is None and int(text) > question.total:
        reason = "too_large"
    if reason is not None:
        return Gap(reason, field, question.question, text)
    over = int(text) % question.step
    if not over:
        return None
    low = int(text) - over
    return Gap("off_step", field, question.question, text, low, low + question.step)


def _unreadable(text: str) -> str | None:
    """Return why `text` is no whole number of points, or None when it is one."""
    if not text:
        return "blank"
    if _INTEGER.fullmatch(text):
        return None
    if not _NUMBER.fullmatch(text):
        return "not_a_number"
    if text.startswith("-"):
        return "negative"
    return "too_large" if text.isdigit() else "not_whole"


def _check_reasons(question: Question, typed: Typed) -> list[Gap]:
    return [
        Gap("reason_too_long", f"reason.{item.code}", question.question, high=LONGEST_REASON)
        for item in question.items
        if len(typed.reasons.get(item.code, "")) > LONGEST_REASON
    ]


def remainder(question: Question, typed: Typed) -> int:
    """Return the points still to give (negative: too many), counting only readable fields."""
    given = 0
    for item in question.items:
        text = read_points(typed.points.get(item.code, ""))
        if _INTEGER.fullmatch(text):
            given += int(text)
    return question.total - given


def even_out(question: Question, typed: Typed) -> dict[str, str]:
    """Return the points with what is left split evenly over the empty fields, in steps.

    Whole steps go round in the order of the items; a rest smaller than a step stays left over, for
    it comes from a field that is off step. Nothing changes when no field is empty.
    """
    points = {item.code: typed.points.get(item.code, "") for item in question.items}
    empty = [code for code, text in points.items() if not text.strip()]
    left = remainder(question, typed)
    if not empty or left < 0:
        return points
    share, extra = divmod(left // question.step, len(empty))
    for at, code in enumerate(empty):
        points[code] = str((share + (1 if at < extra else 0)) * question.step)
    return points
