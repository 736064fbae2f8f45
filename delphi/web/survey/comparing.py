"""Cards on which items are compared: every two of them, or each with the best and the worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from delphi.domain.answers import best_worst, pairwise
from delphi.domain.methods import BEST_WORST, PAIRWISE
from delphi.domain.questionnaire import Item, Question
from delphi.web.formatting import names
from delphi.web.language import gettext
from delphi.web.survey.rows import Asked, Filled, problem_at

BEST, WORST = "best", "worst"


@dataclass(frozen=True)
class Comparison:
    """Two items: which counts more, and how many times as much."""

    #: form fields
    more: str
    times: str
    first: str
    second: str
    #: what is chosen
    side: str
    strength: str
    more_problem: str
    times_problem: str


@dataclass(frozen=True)
class Chooser:
    """The most or the least important item, to be chosen."""

    #: `best` or `worst`
    role: str
    field: str
    #: code and name of each item
    choices: tuple[tuple[str, str], ...]
    chosen: str
    problem: str


@dataclass(frozen=True)
class Multiple:
    """How many times as much one item counts as another, which one of them is chosen for."""

    #: `best` or `worst`: what the item is compared with
    role: str
    code: str
    field: str
    name: str
    value: str
    problem: str
    #: whether it goes without saying: the chosen item itself, or what is asked elsewhere
    is_idle: bool


def comparisons(asked: Asked, items: Sequence[Item], filled: Filled) -> tuple[Comparison, ...]:
    """Return every pair of a pairwise question, in the order of the respondent's items."""
    question = asked.question
    if question.method != PAIRWISE:
        return ()
    place = {item.code: at for at, item in enumerate(items)}
    pairs = sorted(pairwise.pairs(question), key=lambda pair: sorted(place[code] for code in pair))
    name = {item.code: names(item.name) for item in question.items}
    return tuple(_comparison(question, pair, name, filled) for pair in pairs)


def _comparison(
    question: Question, pair: pairwise.Pair, name: Mapping[str, str], filled: Filled
) -> Comparison:
    more, times = pairwise.more_field(pair), pairwise.times_field(pair)
    return Comparison(
        more=more,
        times=times,
        first=name[pair[0]],
        second=name[pair[1]],
        side=filled.typed.fields.get(more, ""),
        strength=filled.typed.fields.get(times, ""),
        more_problem=problem_at(filled.gaps.get(more), question),
        times_problem=problem_at(filled.gaps.get(times), question),
    )


def choosers(asked: Asked, items: Sequence[Item], filled: Filled) -> tuple[Chooser, ...]:
    """Return the choice of the best and of the worst item; empty for other methods."""
    question = asked.question
    if question.method != BEST_WORST:
        return ()
    fields = {
        BEST: best_worst.best_field(question),
        WORST: best_worst.worst_field(question),
    }
    return tuple(
        Chooser(
            role,
            field,
            tuple((item.code, names(item.name)) for item in items),
            filled.typed.fields.get(field, ""),
            problem_at(filled.gaps.get(field), question),
        )
        for role, field in fields.items()
    )


def multiples(asked: Asked, items: Sequence[Item], filled: Filled) -> tuple[Multiple, ...]:
    """Return the comparisons with the best item, then those with the worst."""
    question = asked.question
    if question.method != BEST_WORST:
        return ()
    best, worst = best_worst.chosen(question, filled.typed)
    idle = {BEST: {best}, WORST: {best, worst}}
    fields = {BEST: best_worst.from_best_field, WORST: best_worst.to_worst_field}
    return tuple(
        Multiple(
            role,
            item.code,
            field(item.code),
            names(item.name),
            filled.typed.fields.get(field(item.code), ""),
            problem_at(filled.gaps.get(field(item.code)), question),
            is_idle=item.code in idle[role],
        )
        for role, field in fields.items()
        for item in items
    )


def against(role: str, item: str) -> str:
    """Return what is asked over the comparisons with the best or the worst item."""
    if role == BEST:
        return gettext("How many times as much does %(item)s count as each of these?", item=item)
    return gettext("How many times as much as %(item)s does each of these count?", item=item)


def chosen_name(question: Question, filled: Filled, role: str) -> str:
    """Return the item that was chosen, or what it is called while none is."""
    best, worst = best_worst.chosen(question, filled.typed)
    code = best if role == BEST else worst
    for item in question.items:
        if item.code == code:
            return gettext("“%(name)s”", name=names(item.name))
    if role == BEST:
        return gettext("the most important one")
    return gettext("the least important one")
