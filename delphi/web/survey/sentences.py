"""Sentences of the questionnaire that depend on numbers: what is asked, wrong, or left.

Words between placeholders stay whole sentences in both languages; nothing is glued from pieces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from delphi.domain import disclosure
from delphi.domain.answers.typed import Gap, plain_number
from delphi.domain.methods import CONSTANT_SUM
from delphi.domain.protocol import ROOT
from delphi.domain.questionnaire import LONGEST_REASON, Question
from delphi.queries.survey import QuestionFeedback, Standing
from delphi.web.formatting import names
from delphi.web.language import Words, gettext, ngettext
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.words import CRITERIA

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
    "unrated": _lazy("This rating is missing. Give one from %(low)s to %(high)s."),
    "unplaced": _lazy("This place is missing. Give one from 1 to %(high)s."),
    "place_twice": _lazy("Place %(found)s is given twice. Give each place once."),
    "uncompared": _lazy("These two are not compared yet. Choose which counts more, or Equal."),
    "times_missing": _lazy("How many times as much? Choose a number from 2 to 9."),
    "best_missing": _lazy("Choose the one that counts most."),
    "worst_missing": _lazy("Choose the one that counts least."),
    "best_is_worst": _lazy("The same one is chosen as most and least important. Choose another."),
    "best_to_others_missing": _lazy("This comparison is missing. Choose a number from 1 to 9."),
    "others_to_worst_missing": _lazy("This comparison is missing. Choose a number from 1 to 9."),
    "blank": _lazy("This field is empty. If you mean no points, write 0."),
    "not_a_number": _lazy("“%(found)s” is not a number. Write whole points, such as 25."),
    "negative": _lazy("%(found)s is less than 0. Write 0 or more."),
    "too_large": _lazy("%(found)s is more than 100. Write 100 or less."),
    "not_whole": _lazy("%(found)s is not a whole number. Write whole points, such as 25."),
    "off_step": _lazy("%(found)s is not a multiple of %(step)s. Write %(low)s or %(high)s."),
}
#: A rating or a place that is no whole number of its scale, whatever else it may be.
_OFF_SCALE: Mapping[str, Words] = {
    "rating": _lazy("“%(found)s” is no rating. Write a whole number from %(low)s to %(high)s."),
    "place": _lazy("“%(found)s” is no place. Write a whole number from 1 to %(high)s."),
}


class Slot(int):
    """A number that prints as `{n}`: a sentence for a script, in the form that goes with it."""

    def __str__(self) -> str:
        return "{n}"


def number_word(count: int) -> str:
    """Return a count of things in words from two to ten, beyond in digits."""
    at = count - 2
    return str(_NUMBERS[at]) if 0 <= at < len(_NUMBERS) else str(count)


def all_divide(questions: Sequence[Question]) -> bool:
    """Whether points are divided in every question."""
    return all(question.method == CONSTANT_SUM for question in questions)


def several(questions: Sequence[Question]) -> str:
    """Return the heading over several questions."""
    if not all_divide(questions):
        return gettext(
            "Please answer the %(count)s questions below.", count=number_word(len(questions))
        )
    return gettext(
        "Please divide 100 points in each of the %(count)s questions below.",
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


def field_problem(gap: Gap, question: Question, text: str) -> str:
    """Return what is wrong with one field and what would be right."""
    if gap.code == "reason_too_long":
        return gettext(
            "The reason has %(found)s characters; at most %(most)s are possible. Shorten it.",
            found=len(text),
            most=LONGEST_REASON,
        )
    kind = gap.code.partition("_")[0]
    words = _FIELD_PROBLEMS.get(gap.code) or _OFF_SCALE[kind]
    return words % {
        "found": gap.found,
        "step": question.step,
        "low": gap.low,
        "high": gap.high,
    }


def many_left(question: Question, count: int) -> str:
    """Return how much of a question is left to do."""
    return many_words(short_name(question), count)


def many_words(name: str, count: int) -> str:
    """Return how much is left to do of the question that is called `name`."""
    return ngettext(
        "%(name)s: %(num)s answer is left to give or to correct",
        "%(name)s: %(num)s answers are left to give or to correct",
        count,
        name=name,
    )


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


def undone_words(count: int) -> str:
    """Return how many things a check has found."""
    return ngettext(
        "%(num)s thing is left to do; nothing has been submitted",
        "%(num)s things are left to do; nothing has been submitted",
        count,
    )


def experts_text(shown: str) -> str:
    """Return a number of experts as feedback tells it: exact, or `5+` when some skipped."""
    if shown.endswith("+"):
        least = int(shown.removesuffix("+"))
        return ngettext("at least %(num)s expert", "at least %(num)s experts", least)
    return ngettext("%(num)s expert", "%(num)s experts", int(shown))


def whole_points(text: str) -> int | None:
    """Return what was typed as a number, or None where it is none (yet)."""
    plain = plain_number(text)
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


def derived_note(note: str) -> str:
    """Return what stands in the rows where the figures follow from comparisons."""
    return gettext(
        "%(note)s The figures are weights in points of 100, computed from the comparisons.",
        note=note,
    )


def medians_note(note: str) -> str:
    """Return what stands in the rows where the figures of one expert add up to 100."""
    return gettext("%(note)s The medians need not add up to 100.", note=note)


def figures_note(note: str, criterion: str) -> str:
    """Return what stands in the rows of a rating by several criteria."""
    return gettext(
        "%(note)s The figures are those for %(criterion)s.",
        note=note,
        criterion=CRITERIA[criterion],
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


def about_question(question: Question, sentence: str) -> str:
    """Return a sentence with the name of the question that it is about."""
    return gettext("%(name)s: %(sentence)s", name=short_name(question), sentence=sentence)


def waiting_title(standing: Standing) -> str:
    """Return the heading of the page without an open round."""
    if standing.is_finished:
        return gettext("The study is finished")
    if standing.round is None:
        return gettext("The first round is not open yet")
    return gettext("Round %(number)s has closed", number=standing.round.number)
