"""Sentences of the questionnaire that depend on numbers: what is asked, wrong, or left.

Words between placeholders stay whole sentences in both languages; nothing is glued from pieces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from delphi.domain import disclosure
from delphi.domain.allocation import Gap, read_points
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import LONGEST_REASON, Question
from delphi.queries.survey import QuestionFeedback, Standing
from delphi.web.formatting import names
from delphi.web.language import Words, gettext, ngettext
from delphi.web.language import lazy_gettext as _lazy

#: Longer counts are written in digits.
_NUMBERS = (
    _lazy("two"),
    _lazy("three"),
    _lazy("four"),
    _lazy("five"),
    _lazy("six"),
    _lazy("seven"),
    _lazy("eight"),
    _lazy("nine"),
    _lazy("ten"),
)
#: What a field holds that cannot be read, by the code of the gap.
_FIELD_PROBLEMS: Mapping[str, Words] = {
    "blank": _lazy("This field is empty. If you mean no points, write 0."),
    "not_a_number": _lazy("“%(found)s” is not a number. Write whole points, such as 25."),
    "negative": _lazy("%(found)s is less than 0. Write 0 or more."),
    "too_large": _lazy("%(found)s is more than 100. Write 100 or less."),
    "not_whole": _lazy("%(found)s is not a whole number. Write whole points, such as 25."),
    "off_step": _lazy("%(found)s is not a multiple of %(step)s. Write %(low)s or %(high)s."),
}


class Slot(int):
    """A number that prints as `{n}`: a sentence for a script, in the form that goes with it."""

    def __str__(self) -> str:
        return "{n}"


def number_word(count: int) -> str:
    """Return a count of things in words from two to ten, beyond in digits."""
    at = count - 2
    return str(_NUMBERS[at]) if 0 <= at < len(_NUMBERS) else str(count)


def stem(question: Question, title: Mapping[str, str]) -> str:
    """Return the question in full: what counts how much in what."""
    count = number_word(len(question.items))
    if question.question == ROOT:
        return gettext(
            "How much should each of %(count)s dimensions count in “%(title)s”? "
            "Divide 100 points among them.",
            count=count,
            title=names(title),
        )
    return gettext(
        "Within “%(name)s”, how much should each of %(count)s indicators count? "
        "Divide 100 points among them.",
        count=count,
        name=names(question.name),
    )


def task(questions: Sequence[Question]) -> str:
    """Return what an expert is asked to do, for the letter."""
    if len(questions) == 1:
        return gettext(
            "What you do: divide 100 points among %(items)s.",
            items=_listed([names(item.name) for item in questions[0].items]),
        )
    if not questions:
        return gettext("What you do: divide 100 points by how much each part should count.")
    return gettext(
        "What you do: answer %(count)s questions, and divide 100 points in each of them.",
        count=number_word(len(questions)),
    )


def _listed(texts: Sequence[str]) -> str:
    """Return names as a list in running text."""
    quoted = [gettext("“%(name)s”", name=text) for text in texts]
    first = gettext(", ").join(quoted[:-1])
    return gettext("%(first)s and %(last)s", first=first, last=quoted[-1])


def several(questions: Sequence[Question]) -> str:
    """Return the heading over several questions."""
    return gettext(
        "Please divide 100 points in each of %(count)s questions.",
        count=number_word(len(questions)),
    )


def short_name(question: Question) -> str:
    """Return what a question is called beside others."""
    if question.question == ROOT:
        return gettext("The %(count)s dimensions", count=number_word(len(question.items)))
    return gettext("“%(name)s”", name=names(question.name))


def column_head(question: Question) -> str:
    """Return what the items of a question are."""
    return gettext("Dimension") if question.question == ROOT else gettext("Indicator")


def meaning_of_points(question: Question) -> str:
    """Return what more points do, and which numbers are allowed."""
    if question.question == ROOT:
        moves = gettext("The more points, the more a gap in that dimension moves the index.")
    else:
        moves = gettext("The more points, the more a gap in that indicator moves the index.")
    if question.step > 1:
        allowed = gettext("Zero is allowed; go in steps of %(step)s.", step=question.step)
    else:
        allowed = gettext("Zero is allowed; whole points only.")
    return gettext("%(first)s %(second)s", first=moves, second=allowed)


def field_problem(gap: Gap, question: Question, text: str) -> str:
    """Return what is wrong with one field and what would be right."""
    if gap.code == "reason_too_long":
        return gettext(
            "The reason has %(found)s characters; at most %(most)s are possible. Shorten it.",
            found=len(text),
            most=LONGEST_REASON,
        )
    words = _FIELD_PROBLEMS[gap.code]
    return words % {
        "found": gap.found,
        "step": question.step,
        "low": gap.low,
        "high": gap.high,
    }


def sum_problem(gap: Gap, question: Question) -> str:
    """Return what is wrong with a sum."""
    values = {"name": short_name(question), "found": gap.found}
    if gap.code == "sum_over":
        return ngettext(
            "%(name)s: %(found)s points in all, %(num)s too many",
            "%(name)s: %(found)s points in all, %(num)s too many",
            gap.low,
            **values,
        )
    return ngettext(
        "%(name)s: %(found)s points in all, %(num)s is left",
        "%(name)s: %(found)s points in all, %(num)s are left",
        gap.low,
        **values,
    )


def outside_prompt(points: int, low: str, high: str) -> str:
    """Return what is said when an answer lies outside the middle half, as shown."""
    return ngettext(
        "%(num)s lies outside the middle half of the answers (%(low)s–%(high)s). That is perfectly "
        "fine. If you like, say why in a sentence: the other experts will see it in the next "
        "round, unsigned.",
        "%(num)s lies outside the middle half of the answers (%(low)s–%(high)s). That is perfectly "
        "fine. If you like, say why in a sentence: the other experts will see it in the next "
        "round, unsigned.",
        points,
        low=low,
        high=high,
    )


def moved_prompt(moved: int) -> str:
    """Return what is asked when an answer moved by more than a step."""
    return ngettext(
        "You moved by %(num)s point since the last round. What made you change? "
        "You may leave this empty.",
        "You moved by %(num)s points since the last round. What made you change? "
        "You may leave this empty.",
        moved,
    )


def plain_prompt() -> str:
    """Return the label of a reason that nothing asks for."""
    return gettext(
        "If you like, give a reason in a sentence: the other experts will see it in the next "
        "round, unsigned."
    )


def left_text(left: int) -> str:
    """Return what remains of the points, in words."""
    if left == 0:
        return gettext("exactly 100 points")
    return over_words(-left) if left < 0 else left_words(left)


def left_words(left: int) -> str:
    """Return how many points are left."""
    return ngettext("%(num)s point left", "%(num)s points left", left)


def over_words(over: int) -> str:
    """Return by how many points a sum is too large."""
    return ngettext("%(num)s point too many", "%(num)s points too many", over)


def experts_text(shown: str) -> str:
    """Return a number of experts as feedback tells it: exact, or `5+` when some skipped."""
    if shown.endswith("+"):
        least = int(shown.removesuffix("+"))
        return ngettext("at least %(num)s expert", "at least %(num)s experts", least)
    return ngettext("%(num)s expert", "%(num)s experts", int(shown))


def whole_points(text: str) -> int | None:
    """Return what was typed as a number, or None where it is none (yet)."""
    plain = read_points(text)
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 3 else None


def round_note(feedback: QuestionFeedback, *, has_own: bool) -> str:
    """Return what stands in the rows from the second round on."""
    shown = disclosure.shown_count(feedback.answered, feedback.asked)
    if shown is None:
        return ngettext(
            "Fewer than %(num)s experts answered last round, so nothing of the group is shown.",
            "Fewer than %(num)s experts answered last round, so nothing of the group is shown.",
            disclosure.MEDIAN_FROM,
        )
    experts = experts_text(shown)
    if feedback.answered < disclosure.QUARTILES_FROM:
        return _median_note(experts, has_own=has_own)
    if has_own:
        return gettext(
            "Each row shows your last answer, and the median and middle half of the answers of "
            "%(experts)s. They are there for reference: changing and keeping your answer are "
            "equally welcome.",
            experts=experts,
        )
    return gettext(
        "Each row shows the median and middle half of the answers of %(experts)s last round. "
        "They are there for reference: an answer near them and one far from them are equally "
        "welcome.",
        experts=experts,
    )


def _median_note(experts: str, *, has_own: bool) -> str:
    if has_own:
        return gettext(
            "Each row shows your last answer, and the median of the answers of %(experts)s. "
            "They are there for reference: changing and keeping your answer are equally welcome.",
            experts=experts,
        )
    return gettext(
        "Each row shows the median of the answers of %(experts)s last round. It is there for "
        "reference: an answer near it and one far from it are equally welcome.",
        experts=experts,
    )


def about(name: str, sentence: str) -> str:
    """Return a sentence with the name of the item that it is about."""
    return gettext("“%(name)s”: %(sentence)s", name=name, sentence=sentence)


def waiting_title(standing: Standing) -> str:
    """Return the heading of the page without an open round."""
    if standing.is_finished:
        return gettext("The study is finished")
    if standing.round is None:
        return gettext("The first round is not open yet")
    return gettext("Round %(number)s has closed", number=standing.round.number)
