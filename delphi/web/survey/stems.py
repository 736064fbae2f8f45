"""What a question asks, by its method, and what its answers mean."""

from __future__ import annotations

from collections.abc import Mapping

from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE, RANKING, RATING
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import Question
from delphi.web.formatting import names
from delphi.web.language import Words, gettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey.sentences import number_word
from delphi.web.words import CRITERIA

#: The question over the first level, and over the indicators of a group.
_STEMS: Mapping[str, tuple[Words, Words]] = {
    CONSTANT_SUM: (
        _lazy(
            "How much should each of the %(count)s dimensions count in “%(title)s”? "
            "Divide 100 points among them."
        ),
        _lazy(
            "Within “%(name)s”, how much should each of the %(count)s indicators count? "
            "Divide 100 points among them."
        ),
    ),
    RATING: (
        _lazy(
            "How do you rate each of the %(count)s dimensions for “%(title)s”? "
            "Rate by %(criteria)s, from %(low)s to %(high)s."
        ),
        _lazy(
            "How do you rate each of the %(count)s indicators within “%(name)s”? "
            "Rate by %(criteria)s, from %(low)s to %(high)s."
        ),
    ),
    RANKING: (
        _lazy(
            "Which dimension should count most in “%(title)s”? "
            "Put the %(count)s in order, 1 for the most important."
        ),
        _lazy(
            "Which indicator should count most within “%(name)s”? "
            "Put the %(count)s in order, 1 for the most important."
        ),
    ),
    PAIRWISE: (
        _lazy(
            "Taking the dimensions of “%(title)s” two at a time, which should count more, "
            "and how many times as much?"
        ),
        _lazy(
            "Taking the indicators within “%(name)s” two at a time, which should count more, "
            "and how many times as much?"
        ),
    ),
    BEST_WORST: (
        _lazy(
            "Which dimension should count most in “%(title)s”, and which least? "
            "Then compare the others with both."
        ),
        _lazy(
            "Which indicator should count most within “%(name)s”, and which least? "
            "Then compare the others with both."
        ),
    ),
}
#: The same for ratings by importance alone.
_IMPORTANCE = (
    _lazy(
        "How important should each of the %(count)s dimensions be in “%(title)s”? "
        "Rate each from %(low)s to %(high)s."
    ),
    _lazy(
        "How important should each of the %(count)s indicators be within “%(name)s”? "
        "Rate each from %(low)s to %(high)s."
    ),
)


def stem(question: Question, title: Mapping[str, str]) -> str:
    """Return the question in full: what counts how much in what."""
    is_importance = len(question.criteria) == 1
    over_root, over_group = _IMPORTANCE if is_importance else _STEMS[question.method]
    low, high = question.ends
    words = over_root if question.question == ROOT else over_group
    return str(words) % {
        "count": number_word(len(question.items)),
        "title": names(title),
        "name": names(question.name),
        "criteria": _criteria(question),
        "low": low,
        "high": high,
    }


def _criteria(question: Question) -> str:
    told = [str(CRITERIA[one]) for one in question.criteria]
    if len(told) < 2:
        return "".join(told)
    first = gettext(", ").join(told[:-1])
    return gettext("%(first)s and %(last)s", first=first, last=told[-1])


def meaning(question: Question) -> str:
    """Return what an answer does, and which answers are allowed."""
    if question.method == CONSTANT_SUM:
        return _points(question)
    if question.method == RATING:
        return _ratings(question)
    if question.method == RANKING:
        return gettext("Each place is given once. Only the order counts, not the distance.")
    if question.method == PAIRWISE:
        return gettext(
            "3 means moderately more, 5 strongly more, 7 very strongly more, 9 extremely more; "
            "2, 4, 6 and 8 lie in between."
        )
    return gettext(
        "1 means equal, 3 moderately more, 5 strongly more, 7 very strongly more, 9 extremely "
        "more; the even numbers lie in between."
    )


def _points(question: Question) -> str:
    if question.question == ROOT:
        moves = gettext("The more points, the more a gap in that dimension moves the index.")
    else:
        moves = gettext("The more points, the more a gap in that indicator moves the index.")
    if question.step > 1:
        allowed = gettext("Zero is allowed; go in steps of %(step)s.", step=question.step)
    else:
        allowed = gettext("Zero is allowed; whole points only.")
    return gettext("%(first)s %(second)s", first=moves, second=allowed)


def _ratings(question: Question) -> str:
    low, high = question.ends
    return gettext(
        "%(low)s is the lowest rating, %(high)s the highest. The same rating may be given more "
        "than once.",
        low=low,
        high=high,
    )


def answer_head(question: Question) -> str:
    """Return the head of the column that the answers stand in."""
    if question.method == CONSTANT_SUM:
        return gettext("Your points")
    if question.method == RATING:
        return gettext("Your rating")
    return gettext("Your place") if question.method == RANKING else gettext("Your weights")
