"""What asks for a reason: an answer outside the middle half as shown, or moved by over a step.

Answers are spoken of in their own unit: points (also of weights that comparisons give), ratings,
or places of a ranking.
"""

from __future__ import annotations

from fractions import Fraction

from delphi.domain.methods import CONSTANT_SUM, RANKING, RATING
from delphi.domain.questionnaire import Question
from delphi.queries.survey import ItemFeedback
from delphi.web.language import gettext, ngettext

POINTS, RATINGS, PLACES = UNITS = ("points", "ratings", "places")


def unit_of(question: Question) -> str:
    """Return the unit of the figures of a question."""
    return {RATING: RATINGS, RANKING: PLACES}.get(question.method, POINTS)


def large_move(question: Question) -> int:
    """Return the move beyond which a reason is asked for."""
    return question.step if question.method == CONSTANT_SUM else question.told_step


def prompt(
    question: Question, last: Fraction | None, now: Fraction | None, feedback: ItemFeedback | None
) -> str:
    """Return what asks for a reason at one item, or an empty text."""
    answer = last if now is None else now
    if answer is not None and feedback is not None:
        low, high = feedback.low, feedback.high
        if low is not None and high is not None and not Fraction(low) <= answer <= Fraction(high):
            return outside_prompt(shown(answer), low, high, unit_of(question))
    if now is not None and last is not None and abs(now - last) > large_move(question):
        return moved_prompt(shown(abs(now - last)), unit_of(question))
    return ""


def shown(number: Fraction) -> str:
    """Return an answer as people read it: whole, or to one decimal."""
    return f"{float(number):.1f}".removesuffix(".0")


def outside_prompt(answer: str, low: str, high: str, unit: str) -> str:
    """Return what is said when an answer lies outside the middle half, as shown."""
    values = {"answer": answer, "low": low, "high": high}
    if unit == PLACES:
        return gettext(
            "Place %(answer)s lies outside the middle half of the answers (places %(low)s–"
            "%(high)s). That is perfectly fine. If you like, say why in a sentence: the other "
            "experts will see it in the next round, unsigned.",
            **values,
        )
    if unit == RATINGS:
        return gettext(
            "Your rating of %(answer)s lies outside the middle half of the ratings (%(low)s–"
            "%(high)s). That is perfectly fine. If you like, say why in a sentence: the other "
            "experts will see it in the next round, unsigned.",
            **values,
        )
    return gettext(
        "%(answer)s lies outside the middle half of the answers (%(low)s–%(high)s). That is "
        "perfectly fine. If you like, say why in a sentence: the other experts will see it in the "
        "next round, unsigned.",
        **values,
    )


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
    return ngettext(
        "You moved by %(moved)s point since the last round. What made you change? "
        "You may leave this empty.",
        "You moved by %(moved)s points since the last round. What made you change? "
        "You may leave this empty.",
        count,
        moved=moved,
    )


def plain_prompt() -> str:
    """Return the label of a reason that nothing asks for."""
    return gettext(
        "If you like, give a reason in a sentence: the other experts will see it in the next "
        "round, unsigned."
    )
