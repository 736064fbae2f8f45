"""What the letter says of the task and of the rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from delphi.domain.questionnaire import Question, Questionnaire
from delphi.web.formatting import names
from delphi.web.language import Words, gettext, is_chinese, language
from delphi.web.language import lazy_gettext as _lazy
from delphi.web.survey.sentences import all_divide, number_word

#: What is asked in the only question of a round, by method.
_TASKS: Mapping[str, Words] = {
    "constant_sum": _lazy("What you do: divide 100 points among %(items)s."),
    "rating": _lazy("What you do: rate %(items)s."),
    "ranking": _lazy("What you do: put %(items)s in order."),
    "pairwise": _lazy("What you do: compare %(items)s, two at a time."),
    "best_worst": _lazy(
        "What you do: choose the most and the least important of %(items)s, and compare the "
        "others with them."
    ),
}


def task(asked: Questionnaire | None) -> str:
    """Return what an expert is asked to do; None before the first round."""
    sentences = [_weights(() if asked is None else asked.questions)]
    if asked is not None and asked.self_assessment is not None:
        after = gettext(
            "After that a few questions, all of them optional, ask how familiar you are with the "
            "dimensions."
        )
        sentences.append(after)
    if asked is not None and asked.proposals is not None:
        also = gettext(
            "If you like, you may also suggest an indicator, question a definition or comment on "
            "the set of indicators; the coordinator reads it after the round, unsigned."
        )
        sentences.append(also)
    return ("" if language() == "zh-CN" else " ").join(sentences)


def _weights(questions: Sequence[Question]) -> str:
    if not questions:
        return gettext("What you do: say how much each part of the index should count.")
    if len(questions) == 1:
        items = _listed([names(item.name) for item in questions[0].items])
        return str(_TASKS[questions[0].method]) % {"items": items}
    if all_divide(questions):
        return gettext(
            "What you do: answer %(count)s questions, and divide 100 points in each of them.",
            count=number_word(len(questions)),
        )
    return gettext(
        "What you do: answer %(count)s questions on how much each part of the index should count.",
        count=number_word(len(questions)),
    )


def _listed(texts: Sequence[str]) -> str:
    """Return names as a list in running text."""
    quoted = [gettext("“%(name)s”", name=text) for text in texts]
    # Chinese needs no comma between one closing quotation mark and the next opening one.
    first = ("" if is_chinese() else gettext(", ")).join(quoted[:-1])
    return gettext("%(first)s and %(last)s", first=first, last=quoted[-1])


def rounds(most: int, *, own_first: bool) -> str:
    """Return how many rounds there may be, and what an expert sees first in a later one."""
    if own_first:
        return gettext(
            "There are up to %(rounds)s rounds. From the second on you first look at your own last "
            "answer, then see the result of the group and the reasons of all sides, and change or "
            "keep your answer.",
            rounds=most,
        )
    return gettext(
        "There are up to %(rounds)s rounds. From the second on you first see the result of the "
        "group and the reasons of all sides, and then change or keep your answer.",
        rounds=most,
    )
