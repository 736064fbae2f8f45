"""Help while comparing: what the comparisons give, and which of them do not fit together.

Never a block and never a mark: the sentence says what does not fit, and that it may stay. Where
three judgments agree in order and only their sizes differ, it says no more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from delphi.domain.answers.checking import Values, check_question
from delphi.domain.answers.consistency import (
    Triad,
    along,
    in_descent,
    is_order_kept,
    worst_triad,
    worst_triple,
)
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import BEST_WORST, MOST_TIMES, PAIRWISE
from delphi.domain.questionnaire import Question, Questionnaire
from delphi.individual_weights import judged_row
from delphi.web.formatting import names
from delphi.web.language import gettext
from delphi.web.survey.prompts import shown
from delphi.web.survey.sentences import field_problem
from delphi.web.survey.shares import in_tenths

#: How many times as much the first of three items counts as the second, the second as the third,
#: and the first as the third.
Judged = tuple[Fraction, Fraction, Fraction]


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
    sentences = [field_problem(gap, question, "") for gap in gaps if gap.code == "best_is_worst"]
    if not gaps:
        sentences.append(_weights(question, values))
    if question.method == PAIRWISE:
        triad = worst_triad(question, values)
        if triad is not None:
            chain = in_descent(values, triad)
            sentences.append(_unfitting(question, chain, along(values, chain)))
    elif not gaps:
        code = worst_triple(values)
        if code is not None:
            chain = (values["best"], code, values["worst"])
            sentences.append(_unfitting(question, chain, _best_worst(values, code)))
    return tuple(sentences)


def _weights(question: Question, values: Values) -> str:
    exact = judged_row(question, values)
    given = zip(question.items, exact, in_tenths(exact), strict=True)
    heaviest = sorted(given, key=lambda one: -one[1])
    listed = gettext(", ").join(
        gettext("“%(name)s” %(points)s", name=names(item.name), points=shown(points))
        for item, _, points in heaviest
    )
    return gettext("Out of 100, your comparisons give: %(listed)s.", listed=listed)


def _best_worst(values: Mapping[str, Any], code: str) -> Judged:
    to_others, to_worst = values["best_to_others"], values["others_to_worst"]
    return Fraction(to_others[code]), Fraction(to_worst[code]), Fraction(to_others[values["worst"]])


def _unfitting(question: Question, chain: Triad, judged: Judged) -> str:
    """Return which three judgments do not fit together, and what two of them would make of it."""
    name = {item.code: names(item.name) for item in question.items}
    first, second, third = (name[code] for code in chain)
    upper, lower, whole = judged
    told = {
        "first": _judgment(first, second, upper),
        "second": _judgment(second, third, lower),
        "third": _judgment(first, third, whole),
    }
    if is_order_kept(*judged):
        return _other_sizes(told, judged)
    return gettext(
        "Three of your judgments pull against each other: %(first)s; %(second)s; %(third)s. From "
        "the first two it would follow that %(implied)s. You may look at them again, or leave "
        "them as they are.",
        **told,
        implied=_implied(first, third, upper * lower),
    )


def _other_sizes(told: Mapping[str, str], judged: Judged) -> str:
    """Return that three judgments agree in order, and how far their sizes do."""
    upper, lower, whole = judged
    sizes = {
        "upper": shown(upper),
        "lower": shown(lower),
        "product": shown(upper * lower),
        "said": shown(whole),
        "most": MOST_TIMES,
    }
    if upper * lower <= MOST_TIMES:
        return gettext(
            "Three of your judgments agree in order, only their sizes do not quite fit: "
            "%(first)s; %(second)s; %(third)s. %(upper)s × %(lower)s would be %(product)s, and "
            "you said %(said)s. You may look at them again, or leave them as they are.",
            **told,
            **sizes,
        )
    if whole < MOST_TIMES:
        return gettext(
            "Three of your judgments agree in order, only their sizes do not quite fit: "
            "%(first)s; %(second)s; %(third)s. %(upper)s × %(lower)s would be %(product)s; the "
            "scale ends at %(most)s, so %(most)s would come closest, and you said %(said)s. You "
            "may look at them again, or leave them as they are.",
            **told,
            **sizes,
        )
    return gettext(
        "Three of your judgments agree in order, only their sizes do not quite fit: %(first)s; "
        "%(second)s; %(third)s. %(upper)s × %(lower)s would be %(product)s; the scale ends at "
        "%(most)s, and the %(most)s that you chose comes closest. You may leave them as they are, "
        "or look at them again.",
        **told,
        **sizes,
    )


def _judgment(first: str, second: str, times: Fraction) -> str:
    """Return a judgment in words, the heavier item first."""
    if times == 1:
        return gettext("“%(first)s” counts the same as “%(second)s”", first=first, second=second)
    if times < 1:
        first, second, times = second, first, 1 / times
    return gettext(
        "“%(first)s” counts %(times)s times as much as “%(second)s”",
        first=first,
        second=second,
        times=shown(times),
    )


def _implied(first: str, second: str, times: Fraction) -> str:
    """Return what would follow; beyond the end of the scale that it is its end."""
    if times <= MOST_TIMES:
        return _judgment(first, second, times)
    return gettext(
        "“%(first)s” counts more than “%(second)s”; %(most)s, the end of the scale, would come "
        "closest",
        first=first,
        second=second,
        most=MOST_TIMES,
    )
