"""Typed and stored answers as lines of text: what was asked, and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from delphi.domain.answers import best_worst, pairwise
from delphi.domain.answers.checking import Values, fields_of, to_fields
from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE, RANKING
from delphi.domain.questionnaire import Question, Questionnaire, ordered_items
from delphi.web.formatting import names
from delphi.web.language import Words, gettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey.sentences import whole_points
from delphi.web.words import CRITERIA

_CHOICES: Mapping[str, Words] = {
    "best": _lazy("Most important"),
    "worst": _lazy("Least important"),
}
_AGAINST: Mapping[str, Words] = {
    "best_to": _lazy("The most important one against “%(name)s”"),
    "to_worst": _lazy("“%(name)s” against the least important one"),
}


@dataclass(frozen=True)
class Line:
    """One answer: what it is about, and what was said; empty where nothing was."""

    #: the form field that it was given in; of a comparison, the one that says which counts more
    field: str
    name: str
    text: str
    #: whether the text is a number of points
    is_points: bool = False


def as_asked(asked: Questionnaire, question: Question, respondent: str) -> Question:
    """Return a question with its items as one respondent sees them; pairs keep the tree's order."""
    if question.method == PAIRWISE:
        return question
    return replace(question, items=ordered_items(asked, question, respondent))


def stored_lines(question: Question, values: Values) -> tuple[Line, ...]:
    """Return a stored answer, one line for each thing that was asked."""
    return typed_lines(question, to_fields(question, values))


def typed_lines(question: Question, fields: Mapping[str, str]) -> tuple[Line, ...]:
    """Return what the fields of a question say; a line without text was not answered.

    A ranking is told from its first place on, what has no place after it.
    """
    if question.method == PAIRWISE:
        return tuple(
            Line(
                pairwise.more_field(pair),
                _pair_name(question, pair),
                _comparison(question, pair, fields),
            )
            for pair in pairwise.pairs(question)
        )
    return tuple(
        Line(
            name,
            _compared_name(question, name, fields) or field_name(question, name),
            _said(question, name, fields.get(name, "")),
            question.method == CONSTANT_SUM,
        )
        for name in _by_place(question, fields)
        if not _goes_without_saying(question, name, fields)
    )


def _by_place(question: Question, fields: Mapping[str, str]) -> Sequence[str]:
    """Return the fields of a question in the order in which they are told."""
    asked = fields_of(question)
    if question.method != RANKING:
        return asked
    places = {name: whole_points(fields.get(name, "")) for name in asked}
    return sorted(asked, key=lambda name: (places[name] is None, places[name] or 0))


def given_lines(questionnaire: Questionnaire, fields: Mapping[str, str]) -> tuple[Line, ...]:
    """Return every line of a questionnaire that says something."""
    return tuple(
        line
        for question in questionnaire.questions
        for line in typed_lines(question, fields)
        if line.text
    )


def field_name(question: Question, field: str) -> str:
    """Return what a form field is about, in words."""
    kind, _, rest = field.partition(".")
    if kind in {"more", "times"}:
        first, _, second = rest.partition(":")
        return _pair_name(question, (first, second))
    if kind in _CHOICES:
        return str(_CHOICES[kind])
    if kind == "rating":
        return _rating_name(question, rest)
    words = _AGAINST.get(kind)
    return _item(question, rest) if words is None else str(words) % {"name": _item(question, rest)}


def _compared_name(question: Question, field: str, fields: Mapping[str, str]) -> str:
    """Return which two items a comparison of the best-worst method is about; else empty."""
    kind, _, code = field.partition(".")
    if kind == "best_to":
        return _compared(question, fields.get(best_worst.best_field(question), ""), code)
    if kind == "to_worst":
        return _compared(question, code, fields.get(best_worst.worst_field(question), ""))
    return ""


def _compared(question: Question, one: str, other: str) -> str:
    return gettext(
        "“%(first)s” compared with “%(second)s”",
        first=_item(question, one),
        second=_item(question, other),
    )


def _rating_name(question: Question, rest: str) -> str:
    criterion, _, code = rest.partition(".")
    if len(question.criteria) == 1:
        return _item(question, code)
    return gettext(
        "%(name)s, %(criterion)s", name=_item(question, code), criterion=CRITERIA[criterion]
    )


def _item(question: Question, code: str) -> str:
    return next((names(one.name) for one in question.items if one.code == code), code)


def _pair_name(question: Question, pair: pairwise.Pair) -> str:
    return gettext(
        "%(first)s / %(second)s", first=_item(question, pair[0]), second=_item(question, pair[1])
    )


def _comparison(question: Question, pair: pairwise.Pair, fields: Mapping[str, str]) -> str:
    """Return a comparison as a sentence with both names, the heavier first."""
    side = fields.get(pairwise.more_field(pair), "")
    times = fields.get(pairwise.times_field(pair), "")
    first, second = (_item(question, code) for code in pair)
    if side == pairwise.EQUAL:
        return gettext("“%(first)s” counts the same as “%(second)s”", first=first, second=second)
    if side not in pairwise.SIDES:
        return ""
    if side == pairwise.SECOND:
        first, second = second, first
    if not times:
        return gettext("“%(first)s” counts more than “%(second)s”", first=first, second=second)
    return gettext(
        "“%(first)s” counts %(times)s times as much as “%(second)s”",
        first=first,
        second=second,
        times=times,
    )


def _said(question: Question, field: str, text: str) -> str:
    if question.method == BEST_WORST:
        if field.startswith(("best.", "worst.")):
            return _item(question, text) if text else ""
        return gettext("%(times)s times", times=text) if text else ""
    if question.method == RANKING and text.isascii() and text.isdigit():
        return gettext("place %(place)s", place=text)
    return text


def _goes_without_saying(question: Question, field: str, fields: Mapping[str, str]) -> bool:
    """Whether a comparison of the best-worst method is not asked, or not answered yet."""
    if question.method != BEST_WORST or field.startswith(("best.", "worst.")):
        return False
    best = fields.get(best_worst.best_field(question), "")
    worst = fields.get(best_worst.worst_field(question), "")
    idle = {
        best_worst.from_best_field(best),
        best_worst.to_worst_field(best),
        best_worst.to_worst_field(worst),
    }
    return field in idle or not fields.get(field)
