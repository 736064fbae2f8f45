"""Help while comparing: what the comparisons give, and which of them pull against each other.

Never a block and never a mark: the sentence says what does not fit, and that it may stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from delphi.domain.answers.checking import Values, check_question
from delphi.domain.answers.consistency import Triad, worst_triad, worst_triple
from delphi.domain.answers.pairwise import ratio
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import BEST_WORST, PAIRWISE
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.individual_weights import judged_row
from delphi.web.formatting import names
from delphi.web.language import gettext
from delphi.web.survey.prompts import shown


def help_texts(questionnaire: Questionnaire, typed: Typed) -> dict[str, list[str]]:
    """Return the help of every question that has any, for a page that saves itself."""
    return {
        question.question: list(help_with(question, typed))
        for question in questionnaire.questions
        if question.method in (PAIRWISE, BEST_WORST)
    }


def help_with(question: Question, typed: Typed) -> tuple[str, ...]:
    """Return the sentences below the comparisons of one question, in the order of display."""
    if question.method not in (PAIRWISE, BEST_WORST) or question.question in typed.abstained:
        return ()
    values, gaps = check_question(question, typed)
    sentences = [] if gaps else [_weights(question, values)]
    if question.method == PAIRWISE:
        triad = worst_triad(question, values)
        if triad is not None:
            sentences.append(_against(question, values, triad))
    elif not gaps:
        code = worst_triple(values)
        if code is not None:
            sentences.append(_between(question, values, code))
    return tuple(sentences)


def _weights(question: Question, values: Values) -> str:
    given = zip(question.items, judged_row(question, values), strict=True)
    heaviest = sorted(given, key=lambda pair: -pair[1])
    listed = gettext(", ").join(
        gettext("“%(name)s” %(points)s", name=names(item.name), points=shown(points))
        for item, points in heaviest
    )
    return gettext("Out of 100, your comparisons give: %(listed)s.", listed=listed)


def _against(question: Question, values: Mapping[str, int], triad: Triad) -> str:
    """Return which three judgments do not fit together, and what two of them would make of it."""
    one, middle, other = triad
    name = _names(question)
    implied = ratio(values, one, middle) * ratio(values, middle, other)
    return gettext(
        "Three of your judgments pull against each other: %(first)s; %(second)s; %(third)s. From "
        "the first two it would follow that %(implied)s. You may look at them again, or leave "
        "them as they are.",
        first=_judgment(name, one, middle, ratio(values, one, middle)),
        second=_judgment(name, middle, other, ratio(values, middle, other)),
        third=_judgment(name, one, other, ratio(values, one, other)),
        implied=_judgment(name, one, other, implied),
    )


def _between(question: Question, values: Mapping[str, Any], code: str) -> str:
    best, worst = values["best"], values["worst"]
    name = _names(question)
    up, down = values["best_to_others"][code], values["others_to_worst"][code]
    return gettext(
        "Three of your judgments pull against each other: %(first)s; %(second)s; %(third)s. From "
        "the first two it would follow that %(implied)s. You may look at them again, or leave "
        "them as they are.",
        first=_judgment(name, best, code, Fraction(up)),
        second=_judgment(name, code, worst, Fraction(down)),
        third=_judgment(name, best, worst, Fraction(values["best_to_others"][worst])),
        implied=_judgment(name, best, worst, Fraction(up * down)),
    )


def _names(question: Question) -> dict[str, str]:
    return {item.code: names(item.name) for item in question.items}


def _judgment(name: Mapping[str, str], one: str, other: str, times: Fraction) -> str:
    """Return a judgment in words, the heavier item first."""
    if times == 1:
        return gettext(
            "“%(first)s” counts the same as “%(second)s”", first=name[one], second=name[other]
        )
    if times < 1:
        one, other, times = other, one, 1 / times
    return gettext(
        "“%(first)s” counts %(times)s times as much as “%(second)s”",
        first=name[one],
        second=name[other],
        times=shown(times),
    )
