"""What people answer and post, drawn at random: stored answers and form fields of every method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from hypothesis import strategies as st

from delphi.domain.answers.checking import fields_of, to_fields
from delphi.domain.answers.typed import Typed
from delphi.domain.methods import CONSTANT_SUM, PAIRWISE, RANKING, RATING
from delphi.domain.questionnaire import Question, Questionnaire

Stored = st.SearchStrategy[dict[str, Any]]
Form = st.SearchStrategy[dict[str, str]]
#: What a comparison can be stored as.
COMPARISONS = (*range(-9, -1), *range(1, 10))
#: Names that no question has.
_NOT_ASKED = ("points.Z", "more.A:Z", "best.nothing", "rating.importance.Z", "study", "revision")
_TEXTS = st.one_of(
    st.text(max_size=30),
    st.integers(-10, 120).map(str),
    st.sampled_from(["", "first", "equal", "second", "３", " 5 ", "05", "A", "B1", "C11", "C1.2"]),
)


def filled(
    fields: Mapping[str, object] | None = None,
    *abstained: str,
    reasons: Mapping[str, str] | None = None,
) -> Typed:
    """Return a form with these fields filled in."""
    texts = {name: str(text) for name, text in (fields or {}).items()}
    return Typed(texts, frozenset(abstained), reasons or {})


def answers_to(question: Question) -> Stored:
    """Draw any answer that the method of a question can store."""
    codes = [item.code for item in question.items]
    if question.method == CONSTANT_SUM:
        return _points(codes, question.total // question.step, question.step)
    if question.method == RATING:
        rated = st.fixed_dictionaries(dict.fromkeys(codes, st.integers(*question.ends)))
        return st.fixed_dictionaries(dict.fromkeys(question.criteria, rated))
    if question.method == RANKING:
        places = st.permutations(range(1, len(codes) + 1))
        return places.map(lambda given: dict(zip(codes, given, strict=True)))
    if question.method == PAIRWISE:
        pairs = [f"{one}:{other}" for one, other in combinations(codes, 2)]
        return st.fixed_dictionaries(dict.fromkeys(pairs, st.sampled_from(COMPARISONS)))
    return st.permutations(codes).flatmap(_from_best_to_worst)


def _points(codes: Sequence[str], steps: int, step: int) -> Stored:
    cuts = st.lists(st.integers(0, steps), min_size=len(codes) - 1, max_size=len(codes) - 1)

    def between(cut: list[int]) -> dict[str, Any]:
        ends = [0, *sorted(cut), steps]
        parts = (high - low for low, high in pairwise(ends))
        return {code: step * part for code, part in zip(codes, parts, strict=True)}

    return cuts.map(between)


def _from_best_to_worst(codes: Sequence[str]) -> Stored:
    best, *between, worst = codes
    times = st.integers(1, 9)
    return st.fixed_dictionaries(
        {
            "best": st.just(best),
            "worst": st.just(worst),
            "best_to_others": st.fixed_dictionaries(dict.fromkeys([*between, worst], times)),
            "others_to_worst": st.fixed_dictionaries(dict.fromkeys(between, times)),
        }
    )


def forms(questionnaire: Questionnaire) -> Form:
    """Draw a posted form: whole answers, a few of their fields spoilt, and names nobody asked for.

    Half of them are whole, so that a form without any gap is as likely as one with gaps.
    """
    whole = st.fixed_dictionaries({q.question: answers_to(q) for q in questionnaire.questions})
    names = [question.question for question in questionnaire.questions]
    abstained = st.sets(st.sampled_from([*names, "nothing"]), max_size=2)
    posted = st.builds(_posted, st.just(questionnaire), whole, _spoilt(questionnaire), abstained)
    return st.one_of(posted, posted, st.dictionaries(_names(questionnaire), _TEXTS, max_size=12))


def _names(questionnaire: Questionnaire) -> st.SearchStrategy[str]:
    asked = [name for question in questionnaire.questions for name in fields_of(question)]
    reasons = [f"reason.{item.code}" for one in questionnaire.questions for item in one.items]
    return st.sampled_from([*asked, *reasons, *_NOT_ASKED])


def _spoilt(questionnaire: Questionnaire) -> Form:
    some = st.dictionaries(_names(questionnaire), _TEXTS, min_size=1, max_size=3)
    return st.one_of(st.just({}), some)


def _posted(
    questionnaire: Questionnaire,
    whole: dict[str, dict[str, Any]],
    other: dict[str, str],
    abstained: set[str],
) -> dict[str, str]:
    form: dict[str, str] = {}
    for question in questionnaire.questions:
        form |= to_fields(question, whole[question.question])
    return form | other | {f"abstain.{name}": "on" for name in abstained}
