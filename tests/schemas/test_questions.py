"""The schema of the questionnaire takes questions of every method, and no others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from analysis.record.canonical import canonical_text
from delphi.domain.methods import CRITERIA, METHODS, SCALES
from delphi.domain.questionnaire import Question, from_document, to_document
from delphi.schemas import SchemaError, require_valid
from tests.domain.questionnaires import EVERY_METHOD, question, questionnaire, rating_question

Document = dict[str, Any]
Break = Callable[[Document], None]
WHOLE = to_document(questionnaire(*EVERY_METHOD))
#: Key that belongs to some methods only → what it may hold, and whose it is.
OWN: dict[str, tuple[object, str]] = {
    "total": (100, "constant_sum"),
    "step": (5, "constant_sum"),
    "scale": ([1, 5], "rating"),
    "criteria": (["importance"], "rating"),
}


def test_questions_of_every_method_fit_and_read_back_the_same() -> None:
    require_valid(WHOLE)
    asked = questionnaire(*EVERY_METHOD)
    assert from_document(json.loads(canonical_text(WHOLE)), asked.sha256) == asked


@pytest.mark.parametrize(
    "asked",
    [
        *EVERY_METHOD,
        question("root", "A", "B", step=1),
        *(rating_question("root", "A", "B", scale=scale) for scale in SCALES),
        rating_question("root", "A", "B", criteria=CRITERIA),
    ],
    ids=lambda one: f"{one.method} {one.scale or one.step or ''}",
)
def test_each_question_fits_by_itself(asked: Question) -> None:
    document = to_document(questionnaire(asked))
    require_valid(document)
    assert from_document(document, "e" * 64).questions == (asked,)


def broken(method: str, change: Break) -> Document:
    """Return the whole questionnaire with its question of one method changed."""
    document = copy.deepcopy(WHOLE)
    change(next(one for one in document["questions"] if one["method"] == method))
    return document


@pytest.mark.parametrize("key", OWN)
def test_a_method_without_one_of_its_keys_is_refused(key: str) -> None:
    with pytest.raises(SchemaError, match=r"breaks required"):
        require_valid(broken(OWN[key][1], lambda asked: asked.pop(key)))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("key", OWN)
def test_a_key_of_another_method_is_refused(key: str, method: str) -> None:
    value, owner = OWN[key]
    document = broken(method, lambda asked: asked.update({key: value}))
    if method == owner:
        require_valid(document)
        return
    with pytest.raises(SchemaError):
        require_valid(document)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("key", ["question", "method", "name", "items"])
def test_every_question_needs_a_name_a_method_and_items(key: str, method: str) -> None:
    with pytest.raises(SchemaError, match=r"breaks required"):
        require_valid(broken(method, lambda asked: asked.pop(key)))


@pytest.mark.parametrize(
    ("method", "changes"),
    [
        ("constant_sum", {"method": "ranking"}),
        ("rating", {"method": "pairwise"}),
        ("ranking", {"method": "swara"}),
        ("ranking", {"method": "rating"}),
        ("pairwise", {"method": "constant_sum"}),
        ("constant_sum", {"total": 10}),
        ("constant_sum", {"step": 2}),
        ("constant_sum", {"step": "5"}),
        ("rating", {"scale": [1, 7]}),
        ("rating", {"scale": [5, 1]}),
        ("rating", {"scale": "1-5"}),
        ("rating", {"scale": None}),
        ("rating", {"criteria": []}),
        ("rating", {"criteria": ["importance", "importance"]}),
        ("rating", {"criteria": ["importance", "beauty"]}),
        ("best_worst", {"items": []}),
        ("best_worst", {"question": "a b"}),
    ],
)
def test_a_wrong_value_is_refused(method: str, changes: Document) -> None:
    with pytest.raises(SchemaError):
        require_valid(broken(method, lambda asked: asked.update(changes)))


@pytest.mark.parametrize("method", METHODS)
def test_one_item_alone_is_no_question(method: str) -> None:
    with pytest.raises(SchemaError, match=r"breaks minItems"):
        require_valid(broken(method, lambda asked: asked.update(items=asked["items"][:1])))
