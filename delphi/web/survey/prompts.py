"""What asks for a reason: an answer outside the middle half as shown, or moved by over a step.

Answers are spoken of in their own unit: points, ratings, places of a ranking, or weights that
follow from comparisons. An empty field asks for nothing: nobody has to defend the last answer
before giving the next one.
"""

from __future__ import annotations

from fractions import Fraction

from delphi.domain.methods import BEST_WORST, CONSTANT_SUM, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import Question
from delphi.queries.survey import ItemFeedback
from delphi.web.language import gettext, ngettext

#: Decimals to which answers are compared with what is shown of the group.
DIGITS = 9
POINTS, RATINGS, PLACES, WEIGHTS = UNITS = ("points", "ratings", "places", "weights")
_UNITS = {RATING: RATINGS, RANKING: PLACES, PAIRWISE: WEIGHTS, BEST_WORST: WEIGHTS}


def unit_of(question: Question) -> str:
    """Return the unit of the figures of a question."""
    return _UNITS.get(question.method, POINTS)


def large_move(question: Question) -> int:
    """Return the move beyond which a reason is asked for."""
    return question.step if question.method == CONSTANT_SUM else question.told_step


def prompt(
    question: Question,
    last: Fraction | None,
    now: Fraction | None,
    feedback: ItemFeedback | None,
    *,
    is_last: bool = False,
) -> str:
    """Return what asks for a reason at one item, or an empty text; `is_last`: of the last round."""
    now, last = _told(now), _told(last)
    if now is None:
        return ""
    if feedback is not None:
        low, high = feedback.low, feedback.high
        if low is not None and high is not None and not Fraction(low) <= now <= Fraction(high):
            middle = middle_half(low, high)
            return outside_prompt(shown(now), middle, unit_of(question), is_last=is_last)
    if last is not None and abs(now - last) > large_move(question):
        return moved_prompt(shown(abs(now - last)), unit_of(question))
    return ""


def _told(number: Fraction | None) -> Fraction | None:
    """Return an answer without what roots leave of a whole number."""
    return None if number is None else round(number, DIGITS)


def middle_half(low: str, high: str) -> str:
    """Return the middle half as a range, or as the one number that it is."""
    return low if low == high else gettext("%(low)s–%(high)s", low=low, high=high)


def reader(*, is_last: bool) -> str:
    """Return who will read a reason."""
    if is_last:
        return gettext("This is the final round: your reason is kept on file, unsigned.")
    return gettext("The other experts will see it in the next round, unsigned.")


def shown(number: Fraction) -> str:
    """Return an answer as people read it: whole, or to one decimal."""
    return f"{float(number):.1f}".removesuffix(".0")


def outside_prompt(answer: str, middle: str, unit: str, *, is_last: bool = False) -> str:
    """Return what is said when an answer lies outside the middle half, as shown."""
    values = {"answer": answer, "middle": middle}
    if unit == PLACES:
        first = gettext(
            "Place %(answer)s lies outside the middle half of the answers (place %(middle)s). That "
            "is perfectly fine. If you like, say why in a sentence.",
            **values,
        )
    elif unit == RATINGS:
        first = gettext(
            "Your rating of %(answer)s lies outside the middle half of the ratings (%(middle)s). "
            "That is perfectly fine. If you like, say why in a sentence.",
            **values,
        )
    elif unit == WEIGHTS:
        first = gettext(
            "Your comparisons give %(answer)s, outside the middle half of the answers "
            "(%(middle)s). That is perfectly fine. If you like, say why in a sentence.",
            **values,
        )
    else:
        first = gettext(
            "%(answer)s lies outside the middle half of the answers (%(middle)s). That is "
            "perfectly fine. If you like, say why in a sentence.",
            **values,
        )
    return gettext("%(first)s %(second)s", first=first, second=reader(is_last=is_last))


def moved_prompt(moved: str, unit: str) -> str:
    """Return what is asked when an answer moved by more than a step."""
    count = 1 if moved == "1" else 2
    if unit == PLACES:
        return ngettext(
            "You moved it by %(moved)s place since the last round. What made you change? "
            "You may leave this empty.",
            "You moved it by %(moved)s places since the last round. What made you change? "
            "You may leave this empty.",
            count,
            moved=moved,
        )
    if unit == RATINGS:
        return gettext(
            "Your rating moved by %(moved)s since the last round. What made you change? "
            "You may leave this empty.",
            moved=moved,
        )
    if unit == WEIGHTS:
        return gettext(
            "By your comparisons this one moved by %(moved)s points since the last round. What "
            "made you change? You may leave this empty.",
            moved=moved,
        )
    return ngettext(
        "You moved by %(moved)s point since the last round. What made you change? "
        "You may leave this empty.",
        "You moved by %(moved)s points since the last round. What made you change? "
        "You may leave this empty.",
        count,
        moved=moved,
    )


def plain_prompt(*, is_last: bool = False) -> str:
    """Return the label of a reason that nothing asks for."""
    first = gettext("If you like, give a reason in a sentence.")
    return gettext("%(first)s %(second)s", first=first, second=reader(is_last=is_last))
